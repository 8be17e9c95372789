import { isDeepStrictEqual } from 'node:util';
import { getTableColumns, getTableName } from 'drizzle-orm';
import type { SQLiteTable } from 'drizzle-orm/sqlite-core';
import type { ChangeRecorder, IsInitial, Row } from '../database/change-recorder.ts';
import { bookkeeping } from './collected-changes.ts';
import type { customerHistory, HistoryValues } from './customer-history.table.ts';
import { CustomerHistoryObject, type HistoryPlace, historyPlaces } from './customer-history-object.ts';

type NewRow = typeof customerHistory.$inferInsert;

/** Who makes the changes of a transaction, and in which request. Both are null for commands. */
export interface ChangeAuthor {
  userId: string | null;
  requestId: string | null;
}

export const noAuthor: ChangeAuthor = { userId: null, requestId: null };

/** The times when a row was stored. An import can set some of them. */
const storageTimes: ReadonlySet<string> = new Set(['createdAt', 'insertDate', 'dateInserted']);

/**
 * Whether the values of a column are kept: those of `bookkeeping` follow from others, or change with each write. In the history of a
 * linked customer, the customer of the link is a value.
 */
function isKept(name: string, { customerColumn }: HistoryPlace): boolean {
  const isOtherCustomer = name === 'customerId' && customerColumn === 'linkedCustomerId';
  return !bookkeeping.has(name) || storageTimes.has(name) || isOtherCustomer;
}

function placesOf(table: SQLiteTable): readonly HistoryPlace[] {
  return historyPlaces.get(getTableName(table)) ?? [];
}

interface Entry {
  bankId: string;
  customerId: string;
  object: CustomerHistoryObject;
  objectId: string;
  before: HistoryValues | null;
  after: HistoryValues | null;
}

function entryOf({ object, customerColumn }: HistoryPlace, row: Row): Entry {
  const customerId = String(row[customerColumn]);
  return { bankId: String(row.bankId), customerId, object, objectId: String(row.id), before: null, after: null };
}

function isCreation({ before, after }: Entry): boolean {
  return before === null && after !== null;
}

/** Whether nothing remains of the changes of an object, such as if it was created and deleted. */
function isWithoutEffect({ before, after }: Entry): boolean {
  return after === null ? before === null : Object.keys(after).length === 0;
}

function setValue(entry: Entry, name: string, from: unknown, to: unknown): void {
  if (!isCreation(entry)) entry.before ??= {};
  entry.after ??= {};
  entry.after[name] = to;
  if (entry.before === null) return;
  if (!(name in entry.before)) entry.before[name] = from;
  if (!isDeepStrictEqual(entry.before[name], to)) return;
  delete entry.before[name];
  delete entry.after[name];
}

/** Collects the changes of a transaction for the history of customers: one entry for each object and place. */
export class CollectedHistory implements ChangeRecorder {
  readonly #entries = new Map<string, Entry>();
  readonly #deletedCustomerIds = new Set<string>();
  /** The time that the first write has stored. The history has one time for all changes of the transaction. */
  #changedAt: Date | null = null;

  inserted(table: SQLiteTable, rows: readonly Row[], isInitial: IsInitial = () => false): void {
    for (const place of placesOf(table)) {
      for (const row of rows) {
        if (isInitial(row[place.customerColumn])) continue;
        const names = Object.keys(row).filter(
          (name) => isKept(name, place) && name !== 'createdAt' && row[name] != null,
        );
        this.#entry(place, row).after = Object.fromEntries(names.map((name) => [name, row[name]]));
        this.#noteTime(row.updatedAt);
      }
    }
  }

  updated(table: SQLiteTable, before: Row, after: Row, names: readonly string[]): void {
    for (const place of placesOf(table)) {
      for (const name of names) {
        if (!isKept(name, place)) continue;
        if (before[name] === undefined)
          throw new Error(`${getTableName(table)}.${name} must be read before it is updated.`);
        if (isDeepStrictEqual(after[name], before[name])) continue;
        setValue(this.#entry(place, after), name, before[name], after[name]);
        // Some updates leave the time of the last change as it is.
        this.#noteTime(names.includes('updatedAt') ? after.updatedAt : null);
      }
    }
  }

  deleted(table: SQLiteTable, rows: readonly Row[]): void {
    for (const place of placesOf(table)) {
      const names = Object.keys(getTableColumns(table)).filter((name) => isKept(name, place));
      for (const row of rows) {
        const entry = this.#entry(place, row);
        if (place.object === CustomerHistoryObject.CUSTOMER) this.#deletedCustomerIds.add(entry.customerId);
        const values = Object.fromEntries(names.map((name) => [name, row[name]]));
        entry.before = isCreation(entry) ? null : { ...values, ...entry.before };
        entry.after = null;
        this.#noteTime(null);
      }
    }
  }

  /** The rows of the history. Those of a deleted customer are omitted, because the history of the customer is deleted too. */
  rows({ userId, requestId }: ChangeAuthor): NewRow[] {
    // An import stores the time of its start, which can be hours ago.
    const changedAt = requestId === null ? new Date() : (this.#changedAt ?? new Date());
    const entries = [...this.#entries.values()].filter(
      (entry) => !isWithoutEffect(entry) && !this.#deletedCustomerIds.has(entry.customerId),
    );
    for (const { object, before } of entries) {
      if (Object.values(before ?? {}).includes(undefined))
        throw new Error(`The deletion of ${object} must return all columns.`);
    }
    return entries.map((entry) => ({ ...entry, changedAt, changedByUserId: userId, requestId }));
  }

  #entry(place: HistoryPlace, row: Row): Entry {
    const key = `${place.object} ${row.id}`;
    const entry = this.#entries.get(key) ?? entryOf(place, row);
    this.#entries.set(key, entry);
    return entry;
  }

  #noteTime(time: unknown): void {
    this.#changedAt ??= time instanceof Date ? time : new Date();
  }
}
