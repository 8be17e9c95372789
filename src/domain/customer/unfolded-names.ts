import { and, isNull, sql } from 'drizzle-orm';
import { positionOf, prefixSearch, textSearch } from '../../database/search.ts';
import { normaliseForSearch } from './customer.rules.ts';
import { type CustomerRow, customer } from './customer.table.ts';
import type { Condition } from './customer-condition.ts';

/** The search of names that an earlier version stored and that are not folded yet. */
export interface UnfoldedNames {
  condition: Condition;
  matches(row: CustomerRow): boolean;
}

/** The minimum length of a text that the trigram index finds. */
const indexedLength = 3;

/** Names contain each word, as `legalNameContains` compares them. */
export function unfoldedNames(text: string): UnfoldedNames {
  const name = 'unfoldedName';
  const [longest = '', ...others] = normaliseForSearch(text)
    .split(' ')
    .sort((one, other) => other.length - one.length);
  const column = customer.legalNameSearch;
  const isIndexed = [...longest].length >= indexedLength;
  const search = isIndexed
    ? textSearch({ rowNumber: customer.rowNumber, column, name }, longest)
    : prefixSearch(column, name, longest);
  const contained = others.map(
    (_, index) => sql`${positionOf(sql`${sql.placeholder(`${name}${index}`)}`, column)} > 0`,
  );
  return {
    condition: {
      name: `${name} ${isIndexed} ${others.length}`,
      sql: sql`(${and(isNull(customer.nameWords), search.sql, ...contained)})`,
      unindexed: sql`(${and(isNull(customer.nameWords), search.orderedScan?.compared ?? search.sql, ...contained)})`,
      values: { ...search.values, ...Object.fromEntries(others.map((word, index) => [`${name}${index}`, word])) },
      selective: true,
    },
    matches: ({ legalNameSearch }) => [longest, ...others].every((word) => legalNameSearch.includes(word)),
  };
}
