import { type SQL, sql } from 'drizzle-orm';
import type { SQLiteColumn } from 'drizzle-orm/sqlite-core';
import { dialect } from './dialect.ts';

/** Sorts after every text that begins with the same characters. */
const lastCharacter = '\u{10FFFF}';

/** The least and the first greater text of all that begin with `prefix`: a range, so that an index serves it. */
export function prefixRange(prefix: string): { from: string; to: string } {
  return { from: prefix, to: prefix + lastCharacter };
}

/**
 * That a searchable column of customer matches a pattern of `like` with at least three characters in a row, by the
 * trigram index. The pattern holds no escapes. SQLite would look at the row of each candidate for a `like` on the index
 * itself: the index finds what contains the literal parts, and the pattern is compared where the row is read anyway.
 */
export function matchesPattern(rowNumber: SQLiteColumn, column: SQLiteColumn, placeholder: string): SQL {
  const matches = sql`${withoutIndex(column)} like ${sql.placeholder(placeholder)}`;
  return dialect === 'sqlite'
    ? sql`${matches} and ${rowNumber} in (select rowid from customer_search where customer_search match ${sql.placeholder(`${placeholder}Parts`)})`
    : matches;
}

/** The values of the placeholders of `matchesPattern`. */
export function patternValues(column: SQLiteColumn, pattern: string, placeholder: string): Record<string, string> {
  if (dialect === 'postgresql') return { [placeholder]: pattern };
  const parts = pattern.split(/[%_]/).filter((part) => part.length >= 3);
  const all = parts.map((part) => `"${part.replaceAll('"', '""')}"`).join(' AND ');
  return { [placeholder]: pattern, [`${placeholder}Parts`]: `{${column.name}} : (${all})` };
}

/** That a searchable column of customer contains a text of at least three characters, by the trigram index. */
export function containsText(rowNumber: SQLiteColumn, column: SQLiteColumn, placeholder: string): SQL {
  return dialect === 'sqlite'
    ? sql`${rowNumber} in (select rowid from customer_search where customer_search match ${sql.placeholder(placeholder)})`
    : sql`${column} like ${sql.placeholder(placeholder)}`;
}

/** The value of the placeholder of `containsText`: nothing in `text` is an operator or a wildcard. */
export function containedText(column: SQLiteColumn, text: string): string {
  return dialect === 'sqlite'
    ? `{${column.name}} : "${text.replaceAll('"', '""')}"`
    : `%${text.replace(/[\\%_]/g, '\\$&')}%`;
}

/**
 * A column that is not to choose the index, because another condition of the query finds fewer rows: SQLite would
 * otherwise walk the whole order of a bank. PostgreSQL knows its own statistics.
 */
export function withoutIndex(column: SQLiteColumn): SQL {
  return dialect === 'sqlite' ? sql`+${column}` : sql`${column}`;
}
