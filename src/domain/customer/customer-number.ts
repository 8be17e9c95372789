/**
 * Customer numbers are stored in their canonical form. Earlier versions stored them in any form, so a bank can have several customers
 * whose numbers have the same canonical form: they collide, and each of them is only found by the exact number. If no
 * customer has a number, it is compared without separators and letter case.
 */
import { and, eq, ne, or, type SQL, sql } from 'drizzle-orm';
import { alias, type SQLiteColumn } from 'drizzle-orm/sqlite-core';
import { compactForms } from '../../base/compact-text.ts';
import { comparedForm, searchedForm } from '../../base/identifiers.ts';
import { isLongerThan } from '../../base/text-bounds.ts';
import { inKeys, keyValues } from '../../database/batch.ts';
import { compactColumn, isNotCompactText } from '../../database/compact-column.ts';
import type { Database, Queries } from '../../database/database.ts';
import { withoutIndex } from '../../database/search.ts';
import { statement } from '../../database/statement.ts';
import { type CustomerRow, customer } from './customer.table.ts';

export const maxNumberLength = 50;

const written = sql.placeholder('customerNumber');
const canonical = sql.placeholder('canonicalNumber');
/** The indexes on numbers are used, because an index on the bank would make SQLite read all of its customers. */
const atBank = sql`${withoutIndex(customer.bankId)} = ${sql.placeholder('bankId')}`;

interface NumberColumns {
  customerNumber: SQLiteColumn;
  canonicalNumber: SQLiteColumn;
}

/** The conditions that a number is the same in another notation. Each is served by an index. */
function isSimilar(table: NumberColumns): SQL[] {
  const compact = inKeys([compactColumn('customer_number')], 'compactNumbers');
  return [
    inKeys([table.customerNumber], 'compactNumbers'),
    sql`(${isNotCompactText('customer_number')} and ${compact})`,
  ];
}

/** The conditions for a number in any notation. Also finds rows of an earlier version that is still running, by their exact numbers. */
function isNumber(table: NumberColumns): SQL[] {
  const { customerNumber, canonicalNumber } = table;
  return [
    eq(customerNumber, written),
    eq(customerNumber, canonical),
    eq(canonicalNumber, canonical),
    ...isSimilar(table),
  ];
}

/** The condition that the number is the searched one in any notation, even if several customers match. */
export function hasSimilarNumber(): SQL | undefined {
  return or(...isNumber(customer));
}

const customersNumbered = statement((queries) =>
  queries.select().from(customer).where(and(atBank, hasSimilarNumber())),
);

/** The values of the placeholders of this module. */
export function numberValues(number: string): Record<string, unknown> {
  const canonicalNumber = searchedForm(number, maxNumberLength);
  const forms = isLongerThan(canonicalNumber, maxNumberLength) ? [] : compactForms(canonicalNumber);
  return { customerNumber: number, canonicalNumber, ...keyValues(forms, 'compactNumbers') };
}

/**
 * Loads the customer whose number is exactly as written, else the only one with the same canonical form, else the only one with the same
 * number in another notation.
 */
export async function findCustomerByNumber(
  target: Database | Queries,
  bankId: string,
  number: string,
): Promise<CustomerRow | null> {
  const form = searchedForm(number, maxNumberLength);
  const rows = await customersNumbered(target, { bankId, ...numberValues(number) });
  const exact = rows.find((row) => row.customerNumber === number);
  if (exact !== undefined) return exact;
  const canonicalRows = rows.filter((row) => row.customerNumber === form || row.canonicalNumber === form);
  const [only, ...others] = canonicalRows.length > 0 ? canonicalRows : rows;
  return only !== undefined && others.length === 0 ? only : null;
}

const other = alias(customer, 'other');

/** Whether no other customer of the bank meets one of the conditions. */
function isUnambiguous(...conditions: SQL[]): SQL {
  return sql`not exists (select 1 from ${customer} ${sql.identifier('other')} where ${and(
    sql`${withoutIndex(other.bankId)} = ${customer.bankId}`,
    ne(other.id, customer.id),
    or(...conditions),
  )})`;
}

/** The same condition as that of `findCustomerByNumber`. Each part is served by an index. */
export function hasNumber(): SQL | undefined {
  const isOnlyForm = isUnambiguous(eq(other.customerNumber, canonical), eq(other.canonicalNumber, canonical));
  const isOnlySimilar = isUnambiguous(...isNumber(other));
  return or(
    eq(customer.customerNumber, written),
    and(eq(customer.customerNumber, canonical), isOnlyForm),
    and(eq(customer.canonicalNumber, canonical), isOnlyForm),
    ...isSimilar(customer).map((similar) => and(similar, isOnlySimilar)),
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
