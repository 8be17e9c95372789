/**
 * The customers that match a searched text, sorted by rank: those with a matching identifier, by its kind and their ID; those with a
 * matching name, by the matching word; and, until `fillNameWords` has ended, those whose names are not folded yet.
 */
import { and, asc, getTableColumns, gt, not, type SQL, sql } from 'drizzle-orm';
import { matchesWords } from '../../base/name-folding.ts';
import { inKeys, keyValues } from '../../database/batch.ts';
import { statementByShape, type Values } from '../../database/statement.ts';
import { type Slice, totalOf } from '../../graph/connection.ts';
import type { Context } from '../../graph/context.ts';
import { type CustomerRow, customer } from './customer.table.ts';
import { type Condition, comparedOnly } from './customer-condition.ts';
import type { SearchedText } from './customer-search.rules.ts';
import { CustomerMatch } from './customer-search.type.ts';
import { areNamesMissing } from './name-words.ts';
import { countNamedCustomers, namedOrderOf, planNameSearch, readNamedCustomers } from './named-customers.ts';
import {
  type CustomerSearch,
  candidates,
  isFound,
  isNotIdentified,
  keyOfSource,
  type SearchSource,
  type SourceShape,
  sourceOf,
  valuesOfSource,
} from './search-source.ts';
import { findByIdentifiers } from './searched-identifiers.ts';
import { unfoldedNames } from './unfolded-names.ts';

/** Finds the customers with a matching identifier, and plans the search of names. @throws OBP-10001 */
export async function planCustomerSearch(
  context: Context,
  field: string,
  bankId: string | null,
  text: SearchedText,
): Promise<CustomerSearch> {
  const database = context.readDatabase();
  const hasWords = text.words.length > 0;
  const [identified, names, areMissing] = await Promise.all([
    findByIdentifiers(context, field, bankId, text),
    hasWords ? planNameSearch(database, bankId, text.words) : null,
    hasWords && areNamesMissing(database),
  ]);
  return { bankId, text, identified, names, unfolded: areMissing ? unfoldedNames(text.identifier) : null };
}

/** The data of the customer that match, sorted by rank. */
export function matchesOf({ text, identified, unfolded }: CustomerSearch, row: CustomerRow): CustomerMatch[] {
  const isNamed =
    row.nameWords === null
      ? unfolded?.matches(row) === true
      : text.words.length > 0 && matchesWords(row.nameWords, text.words);
  const matches = identified.get(row.id) ?? [];
  return isNamed ? [...matches, CustomerMatch.LEGAL_NAME] : [...matches];
}

/** A customer, and the values of the order. */
export interface RankedCustomer {
  row: CustomerRow;
  order: readonly unknown[];
}

const ranks = Object.values(CustomerMatch);
const [identifiedRank, namedRank, unfoldedRank] = [0, 1, 2];

interface ListShape {
  conditions: readonly Condition[];
}

const keyOf = ({ conditions }: ListShape) => conditions.map(({ name }) => name).join(' ');
const allOf = (conditions: readonly Condition[]) => and(...conditions.map((condition) => condition.sql));

const customersByIds = statementByShape<ListShape, CustomerRow[]>(keyOf, (queries, { conditions }) =>
  queries
    .select()
    .from(customer)
    .where(and(inKeys([customer.id], 'identified'), allOf(conditions))),
);

interface UnfoldedShape extends ListShape {
  atBank: boolean;
}

/** The condition on the customers whose names are not folded yet, and who have no matching identifier. */
function isUnfolded({ conditions, atBank }: UnfoldedShape): SQL | undefined {
  const isAtBank = atBank ? sql`${customer.bankId} = ${sql.placeholder('bankId')}` : undefined;
  return and(isAtBank, not(inKeys([customer.id], 'identified')), allOf(conditions));
}

const unfoldedCustomers = statementByShape<UnfoldedShape, CustomerRow[]>(
  (shape) => `${shape.atBank} ${keyOf(shape)}`,
  (queries, shape) =>
    queries
      .select()
      .from(customer)
      .where(and(isUnfolded(shape), gt(customer.id, sql.placeholder('afterId'))))
      .orderBy(asc(customer.id))
      .limit(sql.placeholder('limit')),
);

const unfoldedCount = statementByShape<UnfoldedShape, { total: number }[]>(
  (shape) => `${shape.atBank} ${keyOf(shape)}`,
  (queries, shape) =>
    queries
      .select({ total: sql<number>`count(*)`.as('total') })
      .from(customer)
      .where(isUnfolded(shape)),
);

/** Compares the customers who meet a filter with the words. Their order cannot be that of an index, so all of them are read. */
const filteredNames = statementByShape<SourceShape, CustomerRow[]>(
  keyOfSource,
  (queries, shape) =>
    queries
      .select(getTableColumns(customer))
      .from(candidates(queries, shape))
      .where(
        and(
          isFound({ ...shape, search: { ...shape.search, identified: new Map(), unfolded: null } }),
          isNotIdentified(),
        ),
      ),
  () => true,
);

function compareOrders([, ...order]: readonly unknown[], [, ...other]: readonly unknown[]): number {
  for (const [index, value] of order.entries()) {
    const [one, another] = [value as string | number, other[index] as string | number];
    if (one !== another) return one < another ? -1 : 1;
  }
  return 0;
}

/** The list of a search with further conditions, in the order of the ranks. */
export function rankedCustomers(context: Context, search: CustomerSearch, conditions: readonly Condition[]) {
  const database = context.readDatabase();
  const { bankId, identified, names, unfolded } = search;
  const ids = [...identified.keys()];
  const values: Values = Object.assign({ bankId }, ...conditions.map((condition) => condition.values));
  const compared = conditions.map(comparedOnly);
  const named = names === null ? null : { search: names, bankId, conditions: compared, values, excluded: ids };
  let source: Promise<SearchSource> | undefined;
  const findSource = () => {
    source ??=
      conditions.length === 0 ? Promise.resolve({ kind: 'names' }) : sourceOf(database, search, conditions, values);
    return source;
  };

  /** All customers with a matching name who meet the filter, if it is the source. Otherwise null. */
  async function readFiltered(): Promise<RankedCustomer[] | null> {
    const found = await findSource();
    if (names === null || found.kind !== 'filter') return null;
    const shape = { search, atBank: bankId !== null, source: found, conditions };
    const rows = await filteredNames(database, shape, { ...values, ...valuesOfSource(search) });
    return rows
      .map((row) => ({ row, order: [namedRank, ...namedOrderOf(names, row)] }))
      .sort(({ order }, { order: other }) => compareOrders(order, other));
  }

  async function readNamed({ after, limit }: Slice): Promise<RankedCustomer[]> {
    if (named === null) return [];
    const filtered = await readFiltered();
    if (filtered !== null) {
      const isNext = ({ order }: RankedCustomer) => after === null || compareOrders(order, [namedRank, ...after]) > 0;
      return filtered.filter(isNext).slice(0, limit);
    }
    const rows = await readNamedCustomers(database, named, { after, limit });
    return rows.map(({ indexedWords, ...row }) => ({
      row,
      order: [namedRank, row.bankId, indexedWords, row.rowNumber],
    }));
  }

  async function countNamed(): Promise<number> {
    if (named === null) return 0;
    return (await readFiltered())?.length ?? countNamedCustomers(database, named);
  }
  const inUnfolded =
    unfolded === null
      ? null
      : {
          shape: { atBank: bankId !== null, conditions: [unfolded.condition, ...conditions] },
          values: { ...values, ...unfolded.condition.values, ...keyValues(ids, 'identified') },
        };

  async function readIdentified(): Promise<RankedCustomer[]> {
    if (ids.length === 0) return [];
    const rows = await customersByIds(database, { conditions }, { ...values, ...keyValues(ids, 'identified') });
    const rankOf = ({ id }: CustomerRow) =>
      Math.min(...(identified.get(id) ?? []).map((match) => ranks.indexOf(match)));
    return rows
      .map((row) => ({ row, order: [identifiedRank, rankOf(row), row.id] as const }))
      .sort(
        ({ order: [, rank, id] }, { order: [, otherRank, otherId] }) => rank - otherRank || (id < otherId ? -1 : 1),
      );
  }

  return {
    async count(): Promise<number> {
      const totals = await Promise.all([
        readIdentified().then(({ length }) => length),
        countNamed(),
        inUnfolded === null ? 0 : unfoldedCount(database, inUnfolded.shape, inUnfolded.values).then(totalOf),
      ]);
      return totals.reduce((sum, total) => sum + total);
    },

    async read({ after, limit }: Slice): Promise<RankedCustomer[]> {
      const [afterRank = identifiedRank, ...afterOrder] = (after ?? []) as [number?, ...unknown[]];
      const found: RankedCustomer[] = [];
      /** The values after which a part of the list is continued. Null for its begin. */
      const afterIn = (rank: number) => (after !== null && afterRank === rank ? afterOrder : null);
      if (afterRank === identifiedRank) {
        const [rank = -1, id = ''] = afterOrder as [number?, string?];
        const isNext = ({ order }: RankedCustomer) => {
          const [, nextRank, nextId] = order as [number, number, string];
          return nextRank > rank || (nextRank === rank && nextId > id);
        };
        found.push(...(await readIdentified()).filter(isNext).slice(0, limit));
      }
      if (afterRank <= namedRank && found.length < limit) {
        found.push(...(await readNamed({ after: afterIn(namedRank), limit: limit - found.length })));
      }
      if (inUnfolded !== null && found.length < limit) {
        const [afterId = ''] = afterIn(unfoldedRank) ?? [];
        const slice = { afterId, limit: limit - found.length };
        const rows = await unfoldedCustomers(database, inUnfolded.shape, { ...inUnfolded.values, ...slice });
        found.push(...rows.map((row) => ({ row, order: [unfoldedRank, row.id] })));
      }
      return found;
    },
  };
}
