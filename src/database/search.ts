import { type SQL, sql } from 'drizzle-orm';
import type { SQLiteColumn } from 'drizzle-orm/sqlite-core';
import { dialect } from './dialect.ts';
import { statementByShape } from './statement.ts';

/** Sorts after every text that begins with the same characters. */
const lastCharacter = '\u{10FFFF}';

/** The least and the first greater text of all that begin with `prefix`: a range, so that an index serves it. */
function prefixRange(prefix: string): { from: string; to: string } {
  return { from: prefix, to: prefix + lastCharacter };
}

/**
 * For SQLite, which does not know when an index finds so many rows that a list is better read in its order. PostgreSQL knows by
 * itself.
 */
export interface OrderedScan {
  /** A select of something for each row that the index finds. */
  candidates: SQL;
  /** The comparison of a row that is read anyway, where what is compared is in the index of the order. */
  compared: SQL | null;
}

/** A condition on a searchable column of customer. */
export interface Search {
  sql: SQL;
  values: Record<string, string>;
  /** It may find any number of rows: the page is chosen by what the index of the order holds, before its rows are read. */
  isSearch: true;
  /** Null on PostgreSQL. */
  orderedScan: OrderedScan | null;
}

/**
 * The index finds candidates, and what is really meant is compared where their rows are read. A `like` on the index itself would
 * look at the row of each candidate as well, and what the index takes for alike (`ς` and `σ`) is its own.
 */
function searchOf(rowNumber: SQLiteColumn, name: string, indexed: string, compared: SQL, value: string): Search {
  const placeholder = `${name}Index`;
  const candidates = sql`select rowid from customer_search where customer_search match ${sql.placeholder(placeholder)}`;
  return {
    sql: sql`${compared} and ${rowNumber} in (${candidates})`,
    values: { [name]: value, [placeholder]: indexed },
    isSearch: true,
    orderedScan: { candidates, compared },
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
  if (dialect === 'postgresql')
    return { sql: compared, values: { [name]: pattern }, isSearch: true, orderedScan: null };
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
    return {
      sql: sql`${column} like ${sql.placeholder(name)}`,
      values: { [name]: pattern },
      isSearch: true,
      orderedScan: null,
    };
  }
  const compared = sql`instr(${column}, ${sql.placeholder(name)}) > 0`;
  return searchOf(rowNumber, name, containingAll(column, [text]), compared, text);
}

/** That the column begins with a text. */
export function prefixSearch(column: SQLiteColumn, name: string, prefix: string): Search {
  const { from, to } = prefixRange(prefix);
  const [least, greater] = [`${name}From`, `${name}To`];
  const within = (compared: SQL) =>
    sql`${compared} >= ${sql.placeholder(least)} and ${compared} < ${sql.placeholder(greater)}`;
  return {
    sql: within(sql`${column}`),
    values: { [least]: from, [greater]: to },
    isSearch: true,
    orderedScan: orderedScan(
      sql`select 1 from ${column.table} where ${within(sql`${column}`)}`,
      within(withoutIndex(column)),
    ),
  };
}

/** Null on PostgreSQL. */
export function orderedScan(candidates: SQL, compared: SQL | null): OrderedScan | null {
  return dialect === 'sqlite' ? { candidates, compared } : null;
}

/** From how many candidates of an index on it is faster to read a list in its order until a page is full. */
export const frequentCandidates = 5_000;

/** Counts the candidates, up to `frequentCandidates`. `name` identifies the condition that they meet. */
export const countCandidates = statementByShape(
  ({ name }: { name: string; candidates: SQL }) => name,
  (queries, { candidates }) =>
    queries.select({ total: sql<number>`count(*)`.as('total') }).from(sql`(${candidates} limit ${frequentCandidates})`),
);

/**
 * A column that is not to choose the index, because another condition of the query finds fewer rows: SQLite would
 * otherwise walk the whole order of a bank. PostgreSQL knows its own statistics.
 */
export function withoutIndex(column: SQLiteColumn): SQL {
  return dialect === 'sqlite' ? sql`+${column}` : sql`${column}`;
}
