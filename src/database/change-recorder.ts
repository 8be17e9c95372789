import type { SQLiteTable } from 'drizzle-orm/sqlite-core';
import type { Queries } from './database.ts';

export type Row = Readonly<Record<string, unknown>>;

export type IsInitial = (customerId: unknown) => boolean;

/** Receives every row that a transaction writes through `insertRow`, `updateOf`, `deleteOf` and their like. */
export interface ChangeRecorder {
  /** Calls `isInitial` for the customer of a row: whether the row is stored with a new customer, whose history begins after it. */
  inserted(table: SQLiteTable, rows: readonly Row[], isInitial?: IsInitial): void;
  /** `names` are the columns that were set. `before` contains the former values as far as the caller read them. */
  updated(table: SQLiteTable, before: Row, after: Row, names: readonly string[]): void;
  deleted(table: SQLiteTable, rows: readonly Row[]): void;
}

/** Passes each change to all of its recorders. */
class Recorders implements ChangeRecorder {
  readonly #all: readonly ChangeRecorder[];

  constructor(all: readonly ChangeRecorder[]) {
    this.#all = all;
  }

  inserted(...change: Parameters<ChangeRecorder['inserted']>): void {
    for (const recorder of this.#all) recorder.inserted(...change);
  }

  updated(...change: Parameters<ChangeRecorder['updated']>): void {
    for (const recorder of this.#all) recorder.updated(...change);
  }

  deleted(...change: Parameters<ChangeRecorder['deleted']>): void {
    for (const recorder of this.#all) recorder.deleted(...change);
  }
}

const recorders = new WeakMap<Queries, ChangeRecorder>();

/** Passes the changes of a transaction to these recorders from now on. Without recorders, they are not recorded. */
export function recordChanges(transaction: Queries, ...all: readonly ChangeRecorder[]): void {
  if (all.length === 0) recorders.delete(transaction);
  else recorders.set(transaction, new Recorders(all));
}

export function recorderOf(transaction: Queries): ChangeRecorder | undefined {
  return recorders.get(transaction);
}
