/**
 * Customer numbers are stored in their canonical form. Earlier versions stored them in any form, so a bank can have several customers
 * whose numbers have the same canonical form: they collide, and each of them is only found by the exact number.
 */
import { and, eq, ne, or, type SQL, sql } from 'drizzle-orm';
import { alias } from 'drizzle-orm/sqlite-core';
import { comparedForm, searchedForm } from '../../base/identifiers.ts';
import type { Database, Queries } from '../../database/database.ts';
import { withoutIndex } from '../../database/search.ts';
import { statement } from '../../database/statement.ts';
import { type CustomerRow, customer } from './customer.table.ts';

export const maxNumberLength = 50;

const canonical = sql.placeholder('canonicalNumber');
/** The indexes on numbers are used, because an index on the bank would make SQLite read all of its customers. */
const atBank = sql`${withoutIndex(customer.bankId)} = ${sql.placeholder('bankId')}`;
const isCanonical = or(eq(customer.customerNumber, canonical), eq(customer.canonicalNumber, canonical));

/** Also finds rows of an earlier version that is still running, by their exact numbers. */
const customersNumbered = statement((queries) =>
  queries
    .select()
    .from(customer)
    .where(and(atBank, or(eq(customer.customerNumber, sql.placeholder('customerNumber')), isCanonical))),
);

/** The values of the placeholders of this module. */
export function numberValues(written: string): { customerNumber: string; canonicalNumber: string } {
  return { customerNumber: written, canonicalNumber: searchedForm(written, maxNumberLength) };
}

/** Loads the customer whose number is exactly as written or, if no other number has the same canonical form, in another form. */
export async function findCustomerByNumber(
  target: Database | Queries,
  bankId: string,
  written: string,
): Promise<CustomerRow | null> {
  const rows = await customersNumbered(target, { bankId, ...numberValues(written) });
  return rows.find((row) => row.customerNumber === written) ?? (rows.length === 1 ? (rows[0] ?? null) : null);
}

const other = alias(customer, 'other');

/** Whether no other customer of the bank has a number with the same canonical form. */
const isUnambiguous = sql`not exists (select 1 from ${customer} ${sql.identifier('other')} where ${and(
  sql`${withoutIndex(other.bankId)} = ${customer.bankId}`,
  ne(other.id, customer.id),
  or(eq(other.customerNumber, canonical), eq(other.canonicalNumber, canonical)),
)})`;

/** The same condition as that of `findCustomerByNumber`. Each part is served by an index. */
export function hasNumber(): SQL | undefined {
  return or(
    eq(customer.customerNumber, sql.placeholder('customerNumber')),
    and(eq(customer.customerNumber, canonical), isUnambiguous),
    and(eq(customer.canonicalNumber, canonical), isUnambiguous),
  );
}

const lookAlikes = statement((queries) =>
  queries
    .select({ id: customer.id })
    .from(customer)
    .where(and(atBank, eq(customer.canonicalNumber, canonical), ne(customer.id, sql.placeholder('exceptId'))))
    .limit(1),
);

/**
 * Whether an earlier version stored a number that has the same canonical form. The unique constraint only finds numbers that were stored
 * in this form.
 */
export async function isLookAlikeStored(
  transaction: Queries,
  { bankId, customerNumber, exceptId }: { bankId: string; customerNumber: string; exceptId: string },
): Promise<boolean> {
  const values = { bankId, canonicalNumber: comparedForm(customerNumber), exceptId };
  return (await lookAlikes(transaction, values)).length > 0;
}
