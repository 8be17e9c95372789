import type { Database } from '../../database/database.ts';
import type { Staging } from '../staging.ts';

/** The checks across records read the staged rows and the database, and remove rows that are invalid. */
export interface Checking {
  database: Database;
  staging: Staging;
  /** Reports a problem of a staged row, which must be removed afterwards. */
  problem(number: number, field: string, reason: string): void;
  /** Reports a staged row as invalid and removes it. */
  removeInvalid(number: number, field: string, reason: string): void;
  /** Describes the place of a staged row in a message. */
  placeText(number: number): string;
}

const pageSize = 1000;

/** Returns the result of a query on the staged rows in pages. The result is copied first, so that rows can be removed meanwhile. */
export function* pagesOf<Columns>({ staging }: Checking, query: string): Generator<Columns[]> {
  const { database } = staging;
  database.exec('drop table if exists result');
  database.exec(`create temporary table result as ${query}`);
  const page = database.prepare<[number, number], Columns & { resultNumber: number }>(
    'select rowid as resultNumber, * from result where rowid > ? order by rowid limit ?',
  );
  for (let last = 0; ; ) {
    const rows = page.all(last, pageSize);
    if (rows.length === 0) return;
    last = rows.at(-1)?.resultNumber ?? last;
    yield rows;
  }
}
