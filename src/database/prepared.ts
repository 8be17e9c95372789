import { getTableName } from 'drizzle-orm';
import type { SQLiteTable } from 'drizzle-orm/sqlite-core';
import type { Queries } from './database.ts';
import { keptByShape, statementName } from './kept-by-shape.ts';
import { mapRows } from './map-rows.ts';

/** What a builder of `Queries` is before it is awaited, and what awaiting it gives. */
type Statement<Result> = PromiseLike<Result> & { prepare(): unknown };

interface PreparedStatement<Result> {
  execute(values?: Record<string, unknown>): PromiseLike<Result>;
}

/** Runs a statement within a transaction, or where else it may run, with the values of its placeholders. */
export type Prepared<Result> = (queries: Queries, values?: Record<string, unknown>) => Promise<Result>;

/**
 * A statement whose SQL is made once, where the builder alone would make it anew each time: once for each handle, of which
 * there are few, as SQLite has one that writes and PostgreSQL as many as connections.
 */
export function prepared<Result>(make: (queries: Queries) => Statement<Result>): Prepared<Result> {
  const ofHandles = new WeakMap<Queries, PreparedStatement<Result>>();
  // PostgreSQL knows a prepared statement by its name, on each of its connections.
  const name = statementName();
  return async (queries, values) => {
    let statement = ofHandles.get(queries);
    if (statement === undefined) {
      const query = make(queries) as unknown as { prepare(name: string): PreparedStatement<Result> };
      statement = mapRows(query.prepare(name));
      ofHandles.set(queries, statement);
    }
    return statement.execute(values);
  };
}

/** Statements that differ by a key, such as the columns that they name; each is made when it is first asked for. */
export function preparedByKey<Result>() {
  const kept = keptByShape<Prepared<Result>>();
  return (parts: readonly string[], make: (queries: Queries) => Statement<Result>): Prepared<Result> =>
    kept(parts.join(' '), () => prepared(make));
}

/** A statement that is alike for several tables, of which the caller names one. */
export function preparedForTable<Table extends SQLiteTable, Result>(
  make: (queries: Queries, table: Table) => Statement<Result>,
): (queries: Queries, table: Table, values: Record<string, unknown>) => Promise<Result> {
  const ofTables = preparedByKey<Result>();
  return (queries, table, values) =>
    ofTables([getTableName(table)], (queries) => make(queries, table))(queries, values);
}
