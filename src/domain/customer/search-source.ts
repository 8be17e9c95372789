/**
 * The source of the customers of a search: the index of the names, the index of a filter, or, if very many customers match each of
 * them, the list in its order. So a page reads a limited number of rows, whatever its filters and its order are.
 */
import { and, eq, or, type SQL, sql } from 'drizzle-orm';
import { inKeys, keyValues } from '../../database/batch.ts';
import type { Database, Queries } from '../../database/database.ts';
import { frequentCandidates, isSelected, withoutIndex } from '../../database/search.ts';
import { statementByShape, type Values } from '../../database/statement.ts';
import { totalOf } from '../../graph/connection.ts';
import { customer } from './customer.table.ts';
import { type Condition, comparedOnly } from './customer-condition.ts';
import type { SearchedText } from './customer-search.rules.ts';
import { countMatchingNames, isNamed, maxScannedNames, type NameSearch, selectNamed } from './named-customers.ts';
import { type Matches, maxIdentified } from './searched-identifiers.ts';
import type { UnfoldedNames } from './unfolded-names.ts';

/** A search of the customers of a bank, or of all banks. */
export interface CustomerSearch {
  bankId: string | null;
  text: SearchedText;
  /** The customers with a matching identifier. */
  identified: Matches;
  /** Null if the text is an email address. */
  names: NameSearch | null;
  /** The search of names that are not folded yet. Null if there are none. */
  unfolded: UnfoldedNames | null;
}

export type SearchSource =
  | { kind: 'names' }
  /** A filter that few customers meet, or the two bounds of a period. */
  | { kind: 'filter'; filter: Condition }
  | { kind: 'order' };

/** A search with further conditions. Its source finds the candidates, who are compared with everything else. */
export interface SourceShape {
  search: CustomerSearch;
  atBank: boolean;
  source: SearchSource;
  conditions: readonly Condition[];
}

/** The maximum number of candidates, which includes those of identifiers. */
export const maxCandidates = maxScannedNames + 10 * maxIdentified;

/** The bounds of a period, which can be short although many customers meet each of them, are one condition. */
function periodsOf(conditions: readonly Condition[]): Condition[] {
  return [...Map.groupBy(conditions, ({ name }) => name.replace(/(From|Before)$/, '')).values()].map((group) => {
    const [first, ...others] = group;
    if (first === undefined || others.length === 0) return first as Condition;
    const values = Object.assign({}, ...group.map((each) => each.values));
    return {
      ...first,
      name: group.map(({ name }) => name).join('+'),
      sql: sql`(${and(...group.map((each) => each.sql))})`,
      values,
    };
  });
}

function isAtBank(condition: Condition): SQL {
  return sql`${condition.selective ? withoutIndex(customer.bankId) : customer.bankId} = ${sql.placeholder('bankId')}`;
}

interface FilterShape {
  filter: Condition;
  atBank: boolean;
}

/** The condition of a filter and of the bank, with the index of the filter. */
function isFiltered({ filter, atBank }: FilterShape): SQL | undefined {
  return and(atBank ? isAtBank(filter) : undefined, filter.sql);
}

const filteredCount = statementByShape<FilterShape, { total: number }[]>(
  ({ filter, atBank }) => `${atBank} ${filter.name}`,
  (queries, shape) => {
    const found = queries
      .select({ one: sql`1`.as('one') })
      .from(customer)
      .where(isFiltered(shape));
    return queries
      .select({ total: sql<number>`count(*)`.as('total') })
      .from(found.limit(sql.placeholder('limit')).as('found'));
  },
  () => true,
);

/** Chooses the first source with few candidates. */
export async function sourceOf(
  database: Database,
  { bankId, names: search }: CustomerSearch,
  conditions: readonly Condition[],
  values: Values,
): Promise<SearchSource> {
  const limit = frequentCandidates;
  if (search === null || (await countMatchingNames(database, { search, bankId, limit })) < limit)
    return { kind: 'names' };
  const atBank = bankId !== null;
  for (const filter of periodsOf(conditions)) {
    if (filter.isIndexed === false || (filter.isIndexed === 'at bank' && !atBank)) continue;
    const counted = await filteredCount(database, { filter, atBank }, { ...values, limit });
    if (totalOf(counted) < limit) return { kind: 'filter', filter };
  }
  return { kind: 'order' };
}

/** Identifies the SQL of `candidates` and `isFound`. */
export function keyOfSource({
  search: { names, identified, unfolded },
  atBank,
  source,
  conditions,
}: SourceShape): string {
  const searched = [names === null ? '' : isNamed(names).name, identified.size > 0, unfolded?.condition.name];
  const filters = conditions.map(({ name }) => name);
  return [...searched, atBank, source.kind, source.kind === 'filter' ? source.filter.name : '', ...filters].join(' ');
}

/** The values of the placeholders. */
export function valuesOfSource({ bankId, names, identified, unfolded }: CustomerSearch): Values {
  const ids = keyValues([...identified.keys()], 'identified');
  const limits = { scannedNames: maxScannedNames, maxCandidates };
  return { bankId, ...names?.values, ...unfolded?.condition.values, ...ids, ...limits };
}

/** The candidates, as a table of customers. Its limit keeps the planner from using another index. */
export function candidates(queries: Queries, { search, atBank, source }: SourceShape) {
  const limit = sql.placeholder('maxCandidates');
  if (source.kind === 'filter') {
    const where = isFiltered({ filter: source.filter, atBank });
    return queries.select().from(customer).where(where).limit(limit).as('customer');
  }
  const ofCustomers = (condition: SQL) => {
    const bank = atBank ? sql`${withoutIndex(customer.bankId)} = ${sql.placeholder('bankId')}` : undefined;
    return sql`select ${customer.rowNumber} from ${customer} where ${and(bank, condition)}`;
  };
  const { names, identified, unfolded } = search;
  const found = [
    names === null ? [] : [selectNamed(queries, names, atBank)],
    identified.size > 0 || names === null ? [ofCustomers(inKeys([customer.id], 'identified'))] : [],
    unfolded === null ? [] : [ofCustomers(unfolded.condition.sql)],
  ].flat();
  const where = isSelected(customer.rowNumber, sql.join(found, sql` union `));
  return queries.select().from(customer).where(where).limit(limit).as('customer');
}

/** The conditions of the search that its source does not meet by itself. */
export function isFound({ search, source, conditions }: SourceShape): SQL | undefined {
  const { names, identified, unfolded } = search;
  const compared = conditions.map((condition) => comparedOnly(condition).sql);
  if (source.kind === 'names') return and(...compared);
  return and(
    ...compared,
    or(
      names === null ? undefined : isNamed(names).sql,
      identified.size > 0 ? inKeys([customer.id], 'identified') : undefined,
      unfolded?.condition.unindexed,
    ),
  );
}

/** The condition that a customer has no matching identifier. */
export function isNotIdentified(): SQL {
  return sql`not (${inKeys([customer.id], 'identified')})`;
}

/** The condition on the bank, for a list in its order. */
export function ofBank(atBank: boolean): SQL | undefined {
  return atBank ? eq(customer.bankId, sql.placeholder('bankId')) : undefined;
}
