import { type SQL, sql } from 'drizzle-orm';
import { dialect } from './dialect.ts';

/**
 * The condition that a column has other content than visible ASCII characters with single spaces between them. Columns are named as in
 * the database, because indexes have this condition, too.
 */
function notPlain(column: string): string {
  if (dialect === 'postgresql') return `${column} !~ '^[!-~]+( [!-~]+)*$'`;
  const patterns = ['*[^ -~]*', '*  *', ' *', '* '];
  return patterns.map((pattern) => `${column} glob '${pattern}'`).join(' or ');
}

/** The condition that the identifier in a column is not plain (`derivedCanonicalForm`). */
export function isNotPlain(column: string): SQL {
  return sql.raw(`(${notPlain(column)})`);
}

/**
 * The condition that the column of a canonical form (`derivedCanonicalForm`) lacks its value, because an earlier version stored the
 * row. Parts that are null have no canonical form.
 */
export function isUnderived(canonicalColumn: string, ...parts: string[]): SQL {
  const arePlain = parts.map(notPlain).join(' or ');
  return sql.raw(`${canonicalColumn} is null and (${arePlain})`);
}
