/** The query plans of statements, as the database under test explains them. */
import SqliteDatabase from 'better-sqlite3';
import pg from 'pg';
import { sqlitePath } from '../../src/database/sqlite-path.ts';
import { dialectUnderTest } from './database-url.ts';

export interface SentStatement {
  statement: string;
  parameters: unknown[];
}

/** Updates the statistics of the planner, as PostgreSQL's autovacuum does. SQLite has none. */
export async function updateStatistics(databaseUrl: string): Promise<void> {
  if (dialectUnderTest === 'sqlite') return;
  const client = new pg.Client(databaseUrl);
  await client.connect();
  await client.query('vacuum analyze');
  await client.end();
}

/** Returns the query plan of each statement. The statements are not executed. */
export async function explain(databaseUrl: string, statements: readonly SentStatement[]): Promise<string[]> {
  if (dialectUnderTest === 'sqlite') {
    const handle = new SqliteDatabase(sqlitePath(databaseUrl), { readonly: true });
    try {
      return statements.map(({ statement, parameters }) =>
        handle
          .prepare<unknown[], { detail: string }>(`explain query plan ${statement}`)
          .all(...parameters)
          .map(({ detail }) => detail)
          .join('\n'),
      );
    } finally {
      handle.close();
    }
  }
  const client = new pg.Client(databaseUrl);
  await client.connect();
  try {
    // Few rows might be read faster without an index, but the tests check whether an index exists.
    await client.query('set enable_seqscan = off');
    const plans: string[] = [];
    for (const { statement, parameters } of statements) {
      const { rows } = await client.query<{ 'QUERY PLAN': string }>(`explain ${statement}`, parameters);
      plans.push(rows.map((row) => row['QUERY PLAN']).join('\n'));
    }
    return plans;
  } finally {
    await client.end();
  }
}
