import { type SQL, sql } from 'drizzle-orm';
import type { SQLiteColumn } from 'drizzle-orm/sqlite-core';
import { oncePerDatabase } from './batch.ts';
import { dialect } from './dialect.ts';

/** Sorts after every text that begins with the same characters. */
const lastCharacter = '\u{10FFFF}';

/** The least and the first greater text of all that begin with `prefix`: a range, so that an index serves it. */
export function prefixRange(prefix: string): { from: string; to: string } {
  return { from: prefix, to: prefix + lastCharacter };
}

/** A condition on a searchable column of customer, which the trigram index serves. */
export interface Search {
  sql: SQL;
  values: Record<string, string>;
  /**
   * Where SQLite is to be told how to search: what to ask the index for, and the comparison of a row that is read anyway.
   * PostgreSQL knows by itself when the index finds too much.
   */
  byHand: { indexed: string; compared: SQL } | null;
}

/**
 * The index finds candidates, and what is really meant is compared where their rows are read. A `like` on the index itself would
 * look at the row of each candidate as well, and what the index takes for alike (`ς` and `σ`) is its own.
 */
function searchOf(rowNumber: SQLiteColumn, name: string, indexed: string, compared: SQL, value: string): Search {
  const placeholder = `${name}Index`;
  return {
    sql: sql`${compared} and ${rowNumber} in (select rowid from customer_search where customer_search match ${sql.placeholder(placeholder)})`,
    values: { [name]: value, [placeholder]: indexed },
    byHand: { indexed, compared },
  };
}

/** For the index: nothing in the parts is an operator or a wildcard. */
function containingAll(column: SQLiteColumn, parts: readonly string[]): string {
  return `{${column.name}} : (${parts.map((part) => `"${part.replaceAll('"', '""')}"`).join(' AND ')})`;
}

/** That the column matches a pattern of `like`, with three characters in a row at least and no escapes. */
export function patternSearch(
  { rowNumber, column, name }: { rowNumber: SQLiteColumn; column: SQLiteColumn; name: string },
  pattern: string,
): Search {
  const compared = sql`${withoutIndex(column)} like ${sql.placeholder(name)}`;
  if (dialect === 'postgresql') return { sql: compared, values: { [name]: pattern }, byHand: null };
  const parts = pattern.split(/[%_]/).filter((part) => part.length >= 3);
  return searchOf(rowNumber, name, containingAll(column, parts), compared, pattern);
}

/** That the column contains a text of three characters at least. */
export function textSearch(
  { rowNumber, column, name }: { rowNumber: SQLiteColumn; column: SQLiteColumn; name: string },
  text: string,
): Search {
  if (dialect === 'postgresql') {
    const pattern = `%${text.replace(/[\\%_]/g, '\\$&')}%`;
    return { sql: sql`${column} like ${sql.placeholder(name)}`, values: { [name]: pattern }, byHand: null };
  }
  const compared = sql`instr(${column}, ${sql.placeholder(name)}) > 0`;
  return searchOf(rowNumber, name, containingAll(column, [text]), compared, text);
}

/** From how many candidates on the trigram index it is faster to read a list in its order until a page is full. */
export const frequentCandidates = 5_000;

/** How many candidates the trigram index of SQLite has, at most `frequentCandidates`. */
export const countCandidates = oncePerDatabase((database) =>
  database.prepare<{ total: number }>(
    database.read
      .select({ total: sql<number>`count(*)`.as('total') })
      .from(
        sql`(select 1 from customer_search where customer_search match ${sql.placeholder('indexed')} limit ${frequentCandidates})`,
      ),
  ),
);

/**
 * A column that is not to choose the index, because another condition of the query finds fewer rows: SQLite would
 * otherwise walk the whole order of a bank. PostgreSQL knows its own statistics.
 */
export function withoutIndex(column: SQLiteColumn): SQL {
  return dialect === 'sqlite' ? sql`+${column}` : sql`${column}`;
}
