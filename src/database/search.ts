import { type SQL, sql } from 'drizzle-orm';
import type { SQLiteColumn } from 'drizzle-orm/sqlite-core';
import { dialect } from './dialect.ts';
import { statementByShape } from './statement.ts';

/** A character that sorts after all others. */
const lastCharacter = '\u{10FFFF}';

/** The range that contains every text with the prefix, for an index scan: `from` inclusive, `to` exclusive. */
export function prefixRange(prefix: string): { from: string; to: string } {
  return { from: prefix, to: prefix + lastCharacter };
}

/**
 * How to search rows by scanning a list in its order until a page is full. If the index of the search finds very many rows, this is
 * faster than sorting them. Only for SQLite, because PostgreSQL's planner makes this choice.
 */
export interface OrderedScan {
  /** A select with a row for each match in the index. */
  candidates: SQL;
  /** The condition on a scanned row. Null if the index of the order does not contain the compared column. */
  compared: SQL | null;
}

/** A condition on a searchable column of customers. */
export interface Search {
  sql: SQL;
  values: Record<string, string>;
  /** The condition can match any number of rows, so a page is selected in the index of its order before the rows are read. */
  isSearch: true;
  /** Null on PostgreSQL. */
  orderedScan: OrderedScan | null;
}

/**
 * The index finds candidates, and `compared` decides when their rows are read. A `like` on the index would read the row of each
 * candidate too, and the index treats some different characters as equal (`ς` and `σ`).
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

/** A query of the index for rows that contain all parts. The quotes prevent operators and wildcards in the parts. */
function containingAll(column: SQLiteColumn, parts: readonly string[]): string {
  return `{${column.name}} : (${parts.map((part) => `"${part.replaceAll('"', '""')}"`).join(' AND ')})`;
}

/** The column matches a pattern of `like` without escapes, which contains at least three characters in a row. */
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

/** The column contains a text of at least three characters. */
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

/** The column starts with a text. */
export function prefixSearch(column: SQLiteColumn, name: string, prefix: string): Search {
  const { from, to } = prefixRange(prefix);
  const [fromName, toName] = [`${name}From`, `${name}To`];
  const within = (compared: SQL) =>
    sql`${compared} >= ${sql.placeholder(fromName)} and ${compared} < ${sql.placeholder(toName)}`;
  return {
    sql: within(sql`${column}`),
    values: { [fromName]: from, [toName]: to },
    isSearch: true,
    orderedScan: orderedScan(
      sql`select 1 from ${column.table} where ${within(sql`${column}`)}`,
      within(withoutIndex(column)),
    ),
  };
}

/** The position of the first occurrence of a text, from 1. Zero if there is none. */
export function positionOf(part: SQL, text: SQL | SQLiteColumn): SQL {
  return dialect === 'sqlite' ? sql`instr(${text}, ${part})` : sql`strpos(${text}, ${part})`;
}

/** Null on PostgreSQL. */
export function orderedScan(candidates: SQL, compared: SQL | null): OrderedScan | null {
  return dialect === 'sqlite' ? { candidates, compared } : null;
}

/**
 * The condition that a column has one of the selected values, for an index of the column. PostgreSQL would expect many values and read the
 * whole table, if the values were not in an array.
 */
export function isSelected(column: SQLiteColumn, select: SQL): SQL {
  return dialect === 'sqlite' ? sql`${column} in (${select})` : sql`${column} = any(array(${select}))`;
}

/**
 * The order of a query whose only source is a subquery in this order, with a limit. SQLite reads it in its order, but would sort it again.
 * PostgreSQL knows the order.
 */
export function orderOfSorted(order: SQL[]): SQL[] {
  return dialect === 'sqlite' ? [] : order;
}

/** The number of candidates from which an ordered scan is faster. */
export const frequentCandidates = 5_000;

/** Counts the candidates, up to the `limit` in the values. `name` identifies their condition. */
export const countCandidates = statementByShape(
  ({ name }: { name: string; candidates: SQL }) => name,
  (queries, { candidates }) =>
    queries
      .select({ total: sql<number>`count(*)`.as('total') })
      .from(sql`(${candidates} limit ${sql.placeholder('limit')})`),
);

/**
 * Keeps SQLite from choosing an index by this column, if another condition of the query matches fewer rows. Otherwise, SQLite would
 * scan all rows of a bank. PostgreSQL chooses by its statistics.
 */
export function withoutIndex(column: SQLiteColumn): SQL {
  return dialect === 'sqlite' ? sql`+${column}` : sql`${column}`;
}

/** Makes SQLite prefer an index by this condition to one without it. It has no statistics, from which PostgreSQL knows that few rows meet it. */
export function metByFew(condition: SQL): SQL {
  return dialect === 'sqlite' ? sql`unlikely(${condition})` : condition;
}
