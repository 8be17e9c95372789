import type { SQLiteTable } from 'drizzle-orm/sqlite-core';
import type { Queries } from './database.ts';

export type Row = Readonly<Record<string, unknown>>;

/** Receives every row that a transaction writes through `insertRow`, `updateOf`, `deleteOf` and their like. */
export interface ChangeRecorder {
  inserted(table: SQLiteTable, rows: readonly Row[]): void;
  /** `names` are the columns that were set. `before` contains the former values as far as the caller read them. */
  updated(table: SQLiteTable, before: Row, after: Row, names: readonly string[]): void;
  deleted(table: SQLiteTable, rows: readonly Row[]): void;
}

const recorders = new WeakMap<Queries, ChangeRecorder>();

/** Passes the changes of a transaction to `recorder` from now on. If it is null, they are not recorded. */
export function recordChanges(transaction: Queries, recorder: ChangeRecorder | null): void {
  if (recorder === null) recorders.delete(transaction);
  else recorders.set(transaction, recorder);
}

export function recorderOf(transaction: Queries): ChangeRecorder | undefined {
  return recorders.get(transaction);
}
