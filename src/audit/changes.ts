import { isDeepStrictEqual } from 'node:util';
import { getTableName } from 'drizzle-orm';
import type { SQLiteTable } from 'drizzle-orm/sqlite-core';
import type { Queries } from '../database/database.ts';

/** What a transaction changed so far: names and ids only. */
export interface Changes {
  /** `CustomerAddress.city`; of a row that was deleted only `CustomerAddress`. */
  fields: Set<string>;
  bankIds: Set<string>;
  customerIds: Set<string>;
  /** Whom the rows belong to or are about, where that is a user. */
  userIds: Set<string>;
}

/**
 * Columns that are not named: which row it is and where (the event has the ids of the bank and of the customer), what the
 * writes keep for themselves, and what only repeats another column.
 */
export const bookkeeping: ReadonlySet<string> = new Set([
  'rowNumber',
  'id',
  'bankId',
  'customerId',
  'meetingId',
  'position',
  'createdAt',
  'updatedAt',
  'insertDate',
  'dateInserted',
  'version',
  'legalNameSearch',
  'emailSearch',
  'mobilePhoneNumberE164',
  'lastOkDateOrder',
  'canonicalUsername',
  'canonicalEmail',
  'usernameConflict',
  'validatedEmail',
  'emailConflict',
]);

const changesOf = new WeakMap<Queries, Changes>();

/** From now on, what is noted for this transaction is collected. */
export function collectChanges(transaction: Queries): Changes {
  const changes = {
    fields: new Set<string>(),
    bankIds: new Set<string>(),
    customerIds: new Set<string>(),
    userIds: new Set<string>(),
  };
  changesOf.set(transaction, changes);
  return changes;
}

/** The table's name as a type of the schema has it. */
export function typeNameOf(table: SQLiteTable): string {
  return getTableName(table).replace(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

/**
 * Whose a row is, and about whom. Columns of any other name say who did something (`decidedByUserId`), or hold what a
 * client typed (`KycCheck.staffUserId`).
 */
function collectIds(changes: Changes, typeName: string, row: Record<string, unknown>): void {
  const of = (name: string) => (typeName === name ? row.id : undefined);
  const take = (ids: Set<string>, ...found: unknown[]) => {
    for (const id of found) if (typeof id === 'string') ids.add(id);
  };
  take(changes.bankIds, row.bankId, of('Bank'));
  take(changes.customerIds, row.customerId, of('Customer'));
  take(changes.userIds, row.userId, of('User'));
  if (typeName === 'Meeting') take(changes.userIds, row.customerUserId, row.staffUserId);
}

/**
 * Says for the audit trail what became of a row: `before` is null for a new one, `after` for one that was deleted. Each
 * function that writes says so of each row that it writes.
 */
export function noteChange<Table extends SQLiteTable>(
  transaction: Queries,
  table: Table,
  before: Partial<Table['$inferSelect']> | null,
  after: Partial<Table['$inferSelect']> | null,
): void {
  const changes = changesOf.get(transaction);
  if (changes === undefined) return;
  const typeName = typeNameOf(table);
  const old: Record<string, unknown> = before ?? {};
  const now: Record<string, unknown> = after ?? {};
  if (after === null) changes.fields.add(typeName);
  for (const [name, value] of Object.entries(now)) {
    if (bookkeeping.has(name) || isDeepStrictEqual(value ?? null, old[name] ?? null)) continue;
    changes.fields.add(`${typeName}.${name}`);
  }
  collectIds(changes, typeName, old);
  collectIds(changes, typeName, now);
}
