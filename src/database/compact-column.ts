import { type SQL, sql } from 'drizzle-orm';
import { separators } from '../base/compact-text.ts';
import { dialect } from './dialect.ts';

/** The SQL of `compactText`, for a column that is named as in the database, because indexes contain this expression, too. */
export function compactColumn(column: string): SQL {
  return sql.raw(separators.reduce((text, separator) => `replace(${text}, '${separator}', '')`, `upper(${column})`));
}

/** The condition that the text in a column has separators or lower-case letters. Few identifiers have, so their index is small. */
export function isNotCompact(column: string): SQL {
  return sql`${compactColumn(column)} <> ${sql.raw(column)}`;
}

/**
 * The condition `isNotCompact` for a query. PostgreSQL estimates the number of such texts only by a pattern, and would scan the table if
 * it expected many.
 */
export function isNotCompactText(column: string): SQL {
  if (dialect === 'sqlite') return isNotCompact(column);
  return sql`${isNotCompact(column)} and ${sql.raw(column)} ~ '[^0-9A-Z]'`;
}
