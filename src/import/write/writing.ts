import { randomUUID } from 'node:crypto';
import type { Database, Queries } from '../../database/database.ts';
import { idsOfOthers } from '../../domain/onboarding/identified-tables.ts';
import { user as userTable } from '../../domain/user/user.table.ts';
import type { Entity } from '../entity.ts';
import { columnsOf, storedRows } from '../existing-rows.ts';
import type { ImportReport } from '../report.ts';
import { identityOf, type Row } from '../row.ts';
import type { StagedRow, Staging } from '../staging.ts';

/** The second pass, which writes the staged rows. */
export interface Writing {
  database: Database;
  staging: Staging;
  report: ImportReport;
  /** Whether rows that exist with other values are updated. */
  update: boolean;
  now: Date;
  onDifference(row: StagedRow, fields: string[]): void;
  onRows(count: number): void;
}

/** The maximum number of rows in a transaction, so that other writers wait only briefly. */
export const rowsPerTransaction = 4000;

const timesOfWriting = ['createdAt', 'updatedAt', 'insertDate', 'dateInserted'];

/** Completes a new row with the values that its record omits. */
export function completeRow({ table, defaults = {}, derive }: Entity, read: Row, now: Date): Row {
  const row: Row = {};
  for (const [name, column] of Object.entries(columnsOf(table))) {
    if (name === 'rowNumber') continue;
    row[name] = read[name] ?? defaults[name] ?? column.default ?? null;
    if (row[name] !== null) continue;
    if (name === 'id') row.id = randomUUID();
    else if (name === 'version') row.version = 1;
    else if (timesOfWriting.includes(name)) row[name] = now;
  }
  return derive === undefined ? row : Object.assign(row, derive(row));
}

const userName = ['provider', 'username'];

/**
 * Finds users by provider and username; the map key is `identityOfUser`. The first pass checked these users, or found that
 * they do not exist. Fails if one was registered since then, because a person who registers a username during the import
 * must not become the owner of an account.
 */
export async function usersNamed({ database, now }: Writing, names: readonly Row[]): Promise<Map<string, Row>> {
  const rows = await storedRows(database, userTable, userName, names);
  if (rows.some(({ createdAt }) => createdAt instanceof Date && createdAt > now)) {
    throw new Error('A user in the files was registered during the import. Import the files again.');
  }
  return new Map(rows.map((row) => [identityOfUser(row), row]));
}

/** Fails if another import, or the creation of a bank, has used the ID of a new row for an object of another type since the check. */
export async function requireOwnIds(transaction: Queries, { table }: Entity, rows: readonly Row[]): Promise<void> {
  const ids = rows.flatMap(({ id }) => (typeof id === 'string' ? [id] : []));
  if ((await idsOfOthers(transaction, table, ids)).length === 0) return;
  throw new Error('An object with an ID of the files was created during the import. Import the files again.');
}

export function identityOfUser(row: Row): string {
  return identityOf(userName, row);
}
