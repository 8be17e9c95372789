import { isDeepStrictEqual } from 'node:util';
import { getTableName } from 'drizzle-orm';
import type { SQLiteTable } from 'drizzle-orm/sqlite-core';
import { type ChangeRecorder, type Row, recordChanges, recorderOf } from '../database/change-recorder.ts';
import type { Queries } from '../database/database.ts';

/** The changes of a transaction so far, for its audit event: names and IDs only. */
export interface Changes {
  /** The changed fields, such as `CustomerAddress.city`, or only `CustomerAddress` for a deleted row. */
  fields: Set<string>;
  bankIds: Set<string>;
  customerIds: Set<string>;
  /** The users to whom the rows belong, or whom they concern. */
  userIds: Set<string>;
}

/** Tables whose rows follow from others: the audit trail contains the operations that write them. */
export const unrecordedTables: ReadonlySet<string> = new Set([
  'customer_name_word',
  'empowerment',
  'idempotency_key',
  'kyc_count',
  'kyc_gap',
]);

/**
 * Columns that are not named: the event contains the IDs of the bank and of the customer, the writes maintain the times and
 * versions themselves, and search columns repeat other columns.
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
  'nameWords',
  'kycReviewDueOn',
  'emailSearch',
  'mobilePhoneNumberE164',
  'lastOkDateOrder',
  'valueSearch',
  'valueOrder',
  'sentDate',
  'canonicalNumber',
  'changedBeforeClosing',
  'ofClosedCustomer',
  'canonicalRouting',
  'canonicalUsername',
  'canonicalEmail',
  'usernameConflict',
  'validatedEmail',
  'emailConflict',
]);

/** The columns whose values can be IDs of a bank, a customer, an account, or a user whom a row concerns. */
export const subjectColumns: ReadonlySet<string> = new Set([
  'id',
  'bankId',
  'customerId',
  'linkedCustomerId',
  'accountId',
  'userId',
  'customerUserId',
  'staffUserId',
]);

/** The tables whose rows are parts of an account. */
const partsOfAccounts: ReadonlySet<string> = new Set(['account_attribute', 'account_holder', 'account_routing']);

/** The name of the table in the form of a type of the schema. */
export function typeNameOf(table: SQLiteTable): string {
  return getTableName(table).replace(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

function addId(ids: string[], value: unknown): void {
  if (typeof value === 'string') ids.push(value);
}

/** The customers, the users, and the account of which a row is a part, or whom it concerns. */
export interface RowSubjects {
  customerIds: readonly string[];
  userIds: readonly string[];
  accountIds: readonly string[];
}

/**
 * Columns of other names contain who did something (`decidedByUserId`), or a text of the client (`KycCheck.staffUserId`). An account
 * that is linked to a customer is not changed by its links.
 */
export function subjectsOf(table: SQLiteTable, row: Row): RowSubjects {
  const tableName = getTableName(table);
  const [customerIds, userIds, accountIds]: [string[], string[], string[]] = [[], [], []];
  addId(customerIds, row.customerId);
  addId(customerIds, row.linkedCustomerId);
  addId(userIds, row.userId);
  if (tableName === 'customer') addId(customerIds, row.id);
  else if (tableName === 'user') addId(userIds, row.id);
  else if (tableName === 'account') addId(accountIds, row.id);
  else if (tableName === 'meeting') for (const id of [row.customerUserId, row.staffUserId]) addId(userIds, id);
  else if (partsOfAccounts.has(tableName)) addId(accountIds, row.accountId);
  return { customerIds, userIds, accountIds };
}

export function bankIdOf(table: SQLiteTable, row: Row): string | null {
  const bankId = getTableName(table) === 'bank' ? row.id : row.bankId;
  return typeof bankId === 'string' ? bankId : null;
}

function addSubjects({ bankIds, customerIds, userIds }: Changes, table: SQLiteTable, row: Row): void {
  const bankId = bankIdOf(table, row);
  const subjects = subjectsOf(table, row);
  if (bankId !== null) bankIds.add(bankId);
  for (const id of subjects.customerIds) customerIds.add(id);
  for (const id of subjects.userIds) userIds.add(id);
}

/** Adds each change to the changes at its bank, as `changesAt` returns them. */
class ChangeCollector implements ChangeRecorder {
  readonly #changesAt: (bankId: string | null) => Changes;

  constructor(changesAt: (bankId: string | null) => Changes) {
    this.#changesAt = changesAt;
  }

  inserted(table: SQLiteTable, rows: readonly Row[]): void {
    if (unrecordedTables.has(getTableName(table))) return;
    const typeName = typeNameOf(table);
    // Most rows of an import have the columns of the row before: only columns that were null so far are looked at.
    const unnamed = new Map<Changes, string[]>();
    for (const row of rows) {
      const changes = this.#changesAt(bankIdOf(table, row));
      addSubjects(changes, table, row);
      const names = unnamed.get(changes) ?? Object.keys(row).filter((name) => !bookkeeping.has(name));
      const named = names.filter((name) => row[name] != null);
      if (named.length === 0 && unnamed.has(changes)) continue;
      for (const name of named) changes.fields.add(`${typeName}.${name}`);
      unnamed.set(
        changes,
        names.filter((name) => !named.includes(name)),
      );
    }
  }

  updated(table: SQLiteTable, before: Row, after: Row, names: readonly string[]): void {
    if (unrecordedTables.has(getTableName(table))) return;
    const changes = this.#changesAt(bankIdOf(table, after) ?? bankIdOf(table, before));
    addSubjects(changes, table, before);
    addSubjects(changes, table, after);
    for (const name of names) {
      if (bookkeeping.has(name) || isDeepStrictEqual(after[name] ?? null, before[name] ?? null)) continue;
      changes.fields.add(`${typeNameOf(table)}.${name}`);
    }
  }

  deleted(table: SQLiteTable, rows: readonly Row[]): void {
    if (unrecordedTables.has(getTableName(table))) return;
    for (const row of rows) {
      const changes = this.#changesAt(bankIdOf(table, row));
      addSubjects(changes, table, row);
      changes.fields.add(typeNameOf(table));
    }
  }
}

function noChanges(): Changes {
  return {
    fields: new Set(),
    bankIds: new Set(),
    customerIds: new Set(),
    userIds: new Set(),
  };
}

/** The changes at each bank; those of rows without a bank have the key null. */
export type ChangesByBank = Map<string | null, Changes>;

/** Collects the changes of a transaction from now on, and passes them to the other recorders. */
export function collectChanges(transaction: Queries, ...others: readonly ChangeRecorder[]): ChangesByBank {
  const byBank: ChangesByBank = new Map();
  recordChanges(transaction, new ChangeCollector((bankId) => changesAt(byBank, bankId)), ...others);
  return byBank;
}

/** The changes at all banks. */
export function allChanges(byBank: ChangesByBank): Changes {
  const all = noChanges();
  for (const changes of byBank.values()) {
    for (const name of ['fields', 'bankIds', 'customerIds', 'userIds'] as const) {
      for (const value of changes[name]) all[name].add(value);
    }
  }
  return all;
}

export function changesAt(byBank: ChangesByBank, bankId: string | null): Changes {
  const changes = byBank.get(bankId) ?? noChanges();
  byBank.set(bankId, changes);
  return changes;
}

/** A handle can be reused by later transactions, whose changes must not be added. */
export function stopCollecting(transaction: Queries): void {
  recordChanges(transaction);
}

/** Adds a row that a transaction concerns, such as its user, to the audit event, whether it changes or not. */
export function addSubject(transaction: Queries, table: SQLiteTable, row: Row): void {
  recorderOf(transaction)?.updated(table, row, row, []);
}
