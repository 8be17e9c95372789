/**
 * The identifiers by which a search finds customers. Accounts and KYC material add theirs, because this folder does not import them.
 * An identifier that the caller cannot access is not read, so that neither the customers nor the time of a search depend on it.
 */
import { and, eq, type SQL, sql } from 'drizzle-orm';
import type { SQLiteColumn } from 'drizzle-orm/sqlite-core';
import type { Role } from '../../base/roles.ts';
import { keyValues } from '../../database/batch.ts';
import type { Queries } from '../../database/database.ts';
import { withoutIndex } from '../../database/search.ts';
import { type Query, statementByShape, type Values } from '../../database/statement.ts';
import { holdsFurtherRole } from '../../graph/access/further-role.ts';
import type { Context } from '../../graph/context.ts';
import { bankRules } from '../bank/bank.loader.ts';
import { bank } from '../bank/bank.table.ts';
import { mobilePhoneNumberE164Of } from './customer.rules.ts';
import { customer } from './customer.table.ts';
import { hasSimilarNumber, numberValues } from './customer-number.ts';
import { compactIdentifierForms, type SearchedText } from './customer-search.rules.ts';
import { CustomerMatch } from './customer-search.type.ts';
import { hasWrittenPhone, writtenPhoneValues } from './written-phone-number.ts';

export interface SearchedIdentifier {
  /** Identifies the statement. */
  name: string;
  match: CustomerMatch;
  /** The roles that can read the identifier. Null if all callers can read it who can list customers. */
  anyOf: readonly Role[] | null;
  /** Whether the request must state a reason if the bank requires one for access to KYC material. */
  isKycMaterial?: boolean;
  /** The values of the placeholders. Null if the text cannot be such an identifier. */
  valuesOf(text: SearchedText): Values | null;
  /** Selects at most `limit` customers. `isAtBank` returns the condition on a column with the ID of the bank. */
  select(queries: Queries, isAtBank: (column: SQLiteColumn) => SQL | undefined, limit: number): Query<{ id: string }[]>;
}

/** The maximum number of customers that are found by one kind of identifier. Most identifiers are those of one customer. */
export const maxIdentified = 100;

/** The values of `inKeys` for an identifier whose column is compared by `compactColumn`. */
export function compactValues({ identifier }: SearchedText): Values | null {
  const forms = compactIdentifierForms(identifier);
  return forms.length === 0 ? null : keyValues(forms, 'forms');
}

/** Not sorted, because PostgreSQL would read all customers in this order if it expected many matches. */
function customersWith(queries: Queries, condition: SQL | undefined, limit: number) {
  return queries.select({ id: customer.id }).from(customer).where(condition).limit(limit);
}

/** Sorted by rank. */
const identifiers: SearchedIdentifier[] = [
  {
    name: 'customer number',
    match: CustomerMatch.CUSTOMER_NUMBER,
    anyOf: null,
    valuesOf: ({ identifier }) => numberValues(identifier),
    select: (queries, isAtBank, limit) =>
      customersWith(queries, and(isAtBank(customer.bankId), hasSimilarNumber()), limit),
  },
  {
    name: 'email',
    match: CustomerMatch.EMAIL,
    anyOf: null,
    valuesOf: ({ email }) => (email === null ? null : { email }),
    select: (queries, isAtBank, limit) =>
      customersWith(queries, and(isAtBank(customer.bankId), eq(customer.emailSearch, sql.placeholder('email'))), limit),
  },
  {
    name: 'phone number',
    match: CustomerMatch.MOBILE_PHONE_NUMBER,
    anyOf: null,
    valuesOf({ identifier }) {
      const e164 = mobilePhoneNumberE164Of(identifier);
      return e164 === null ? null : { e164 };
    },
    select: (queries, isAtBank, limit) =>
      customersWith(
        queries,
        and(isAtBank(customer.bankId), eq(customer.mobilePhoneNumberE164, sql.placeholder('e164'))),
        limit,
      ),
  },
  {
    name: 'written phone number',
    match: CustomerMatch.MOBILE_PHONE_NUMBER,
    anyOf: null,
    valuesOf: ({ identifier }) => writtenPhoneValues(identifier),
    select: (queries, isAtBank, limit) =>
      customersWith(queries, and(isAtBank(customer.bankId), hasWrittenPhone()), limit),
  },
];

/** Adds an identifier of another entity, at the end of the order. */
export function addSearchedIdentifier(identifier: SearchedIdentifier): void {
  identifiers.push(identifier);
}

interface IdentifierShape {
  identifier: SearchedIdentifier;
  atBank: boolean;
  withoutReason: boolean;
}

const identifiedCustomers = statementByShape(
  ({ identifier, atBank, withoutReason }: IdentifierShape) => [identifier.name, atBank, withoutReason].join(' '),
  (queries, { identifier, atBank, withoutReason }) => {
    function isAtBank(column: SQLiteColumn): SQL | undefined {
      if (atBank) return sql`${withoutIndex(column)} = ${sql.placeholder('bankId')}`;
      const secretive = sql`select ${bank.id} from ${bank} where ${eq(bank.kycReasonRequired, true)}`;
      return withoutReason ? sql`${withoutIndex(column)} not in (${secretive})` : undefined;
    }
    return identifier.select(queries, isAtBank, maxIdentified);
  },
);

/** The matches of each found customer. */
export type Matches = ReadonlyMap<string, readonly CustomerMatch[]>;

/** Finds the customers who have one of the identifiers that the caller can access. */
export async function findByIdentifiers(
  context: Context,
  field: string,
  bankId: string | null,
  text: SearchedText,
): Promise<Matches> {
  const found = await Promise.all(
    identifiers.map(async (identifier) => {
      const values = identifier.valuesOf(text);
      if (values === null || !(await canSearch(context, field, bankId, identifier))) return [];
      const withoutReason = identifier.isKycMaterial === true && context.request.reason === null;
      const shape = { identifier, atBank: bankId !== null, withoutReason };
      const rows = await identifiedCustomers(context.readDatabase(), shape, { ...values, bankId });
      return rows.map(({ id }) => ({ id, match: identifier.match }));
    }),
  );
  const matches = new Map<string, CustomerMatch[]>();
  for (const { id, match } of found.flat()) {
    const others = matches.get(id) ?? [];
    if (!others.includes(match)) matches.set(id, [...others, match]);
  }
  return matches;
}

/** Whether the caller can read the identifier at the bank, or at all banks. Records the role in the audit trail. */
async function canSearch(
  context: Context,
  field: string,
  bankId: string | null,
  { anyOf, isKycMaterial }: SearchedIdentifier,
): Promise<boolean> {
  if (anyOf === null) return true;
  const needsReason = isKycMaterial === true && context.request.reason === null && bankId !== null;
  if (needsReason && (await bankRules.wantsReason(context, bankId))) return false;
  return holdsFurtherRole(context, field, anyOf, bankId);
}
