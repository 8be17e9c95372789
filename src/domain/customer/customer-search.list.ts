/**
 * The customers that match a searched text, sorted by rank: those with a matching identifier, by its kind and their ID; those with a
 * matching name, by the matching word; and, until `fillNameWords` has ended, those whose names are not folded yet.
 */
import { and, asc, gt, not, or, type SQL, sql } from 'drizzle-orm';
import { matchesWords } from '../../base/name-folding.ts';
import { inKeys, keyValues } from '../../database/batch.ts';
import { statementByShape, type Values } from '../../database/statement.ts';
import { type Slice, totalOf } from '../../graph/connection.ts';
import type { Context } from '../../graph/context.ts';
import { type CustomerRow, customer } from './customer.table.ts';
import type { Condition } from './customer-condition.ts';
import { parseSearch, type SearchedText } from './customer-search.rules.ts';
import { CustomerMatch } from './customer-search.type.ts';
import { areNamesMissing } from './name-words.ts';
import {
  countNamedCustomers,
  hasName,
  type NameSearch,
  planNameSearch,
  readNamedCustomers,
} from './named-customers.ts';
import { findByIdentifiers, type Matches } from './searched-identifiers.ts';
import { type UnfoldedNames, unfoldedNames } from './unfolded-names.ts';

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

/** Finds the customers with a matching identifier, and plans the search of names. @throws OBP-10001 */
export async function planCustomerSearch(
  context: Context,
  field: string,
  bankId: string | null,
  written: string,
): Promise<CustomerSearch> {
  const text = parseSearch(written, 'filter.search');
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

/** The list of a search with further conditions, in the order of the ranks. */
export function rankedCustomers(context: Context, search: CustomerSearch, conditions: readonly Condition[]) {
  const database = context.readDatabase();
  const { bankId, identified, names, unfolded } = search;
  const ids = [...identified.keys()];
  const values: Values = Object.assign({ bankId }, ...conditions.map((condition) => condition.values));
  const named = names === null ? null : { search: names, bankId, conditions, values, excluded: ids };
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
        named === null ? 0 : countNamedCustomers(database, named),
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
      if (named !== null && afterRank <= namedRank && found.length < limit) {
        const slice = { after: afterIn(namedRank), limit: limit - found.length };
        for (const { indexedWords, ...row } of await readNamedCustomers(database, named, slice)) {
          found.push({ row, order: [namedRank, row.bankId, indexedWords, row.rowNumber] });
        }
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

/** The condition that a customer matches, for a list in another order. */
export function searchCondition({ bankId, identified, names, unfolded }: CustomerSearch): Condition {
  const ids = [...identified.keys()];
  const named = names === null ? null : hasName(names, bankId !== null);
  const shared = { selective: true, isSearch: true, dependsOnValues: true };
  if (names !== null && named !== null && ids.length === 0 && unfolded === null) {
    return { ...named, name: `search ${named.name}`, values: names.values, ...shared };
  }
  const parts = [ids.length > 0 ? inKeys([customer.id], 'identified') : undefined, named?.sql, unfolded?.condition.sql];
  return {
    name: ['search', ids.length > 0, named?.name, unfolded?.condition.name].join(' '),
    sql: sql`(${or(...parts) ?? sql`1 = 0`})`,
    values: { ...keyValues(ids, 'identified'), ...names?.values, ...unfolded?.condition.values },
    ...shared,
  };
}
