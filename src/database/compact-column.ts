import { type SQL, sql } from 'drizzle-orm';
import { separators } from '../base/compact-text.ts';

/** The SQL of `compactText`, for a column that is named as in the database, because indexes contain this expression, too. */
export function compactColumn(column: string): SQL {
  return sql.raw(separators.reduce((text, separator) => `replace(${text}, '${separator}', '')`, `upper(${column})`));
}

/** The condition that the text in a column has separators or lower-case letters. Few identifiers have, so their index is small. */
export function isNotCompact(column: string): SQL {
  return sql`${compactColumn(column)} <> ${sql.raw(column)}`;
}
