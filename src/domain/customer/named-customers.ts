/** The customers whose names match the words of a search, in the order of the index of the words, so that a page is a range of it. */
import { and, asc, eq, getTableColumns, not, or, type SQL, sql } from 'drizzle-orm';
import { gatewayError } from '../../base/errors.ts';
import type { SearchedWord } from '../../base/name-folding.ts';
import { inKeys, keyValues } from '../../database/batch.ts';
import type { Database, Queries } from '../../database/database.ts';
import { positionOf, prefixRange } from '../../database/search.ts';
import { statementByShape, type Values } from '../../database/statement.ts';
import { type Slice, totalOf } from '../../graph/connection.ts';
import { bank } from '../bank/bank.table.ts';
import { type CustomerRow, customer } from './customer.table.ts';
import type { Condition } from './customer-condition.ts';
import { customerNameWord } from './customer-name-word.table.ts';

/** The words of a search. The index is read for the first of them, and each row is compared with the others. */
export interface NameSearch {
  words: readonly SearchedWord[];
  values: Values;
}

const { bankId, words: indexed, rowNumber } = customerNameWord;
const first = sql.placeholder('firstWord');
/** The words of a name follow the word by which a row is found, so each has a space before it. */
const contains = (placeholder: string, text: SQL = sql`${indexed}`) =>
  sql`${positionOf(sql`${sql.placeholder(placeholder)}`, text)} > 0`;

/** The beginning of a word by which the index is read. */
function beginningOf({ word, parts: [part] }: SearchedWord): string {
  return part ?? word;
}

/** The search that reads the index for the word at `index`. */
function nameSearch(words: readonly SearchedWord[], index: number): NameSearch {
  const ordered = [...words.slice(index, index + 1), ...words.slice(0, index), ...words.slice(index + 1)];
  const beginning = beginningOf(ordered[0] ?? { word: '', parts: [] });
  const { from, to } = prefixRange(beginning);
  const values: Values = { firstWord: ` ${beginning}`, wordFrom: from, wordTo: to };
  for (const [position, { word, parts }] of ordered.entries()) {
    values[`word${position}`] = ` ${word}`;
    for (const [partIndex, part] of parts.entries()) values[`word${position}Part${partIndex}`] = ` ${part}`;
  }
  return { words: ordered, values };
}

/** Identifies the SQL of a search. */
function shapeOf({ words }: NameSearch): string {
  return words.map(({ parts }) => parts.length).join();
}

const inRange = sql`${indexed} >= ${sql.placeholder('wordFrom')} and ${indexed} < ${sql.placeholder('wordTo')}`;

/** The condition that the name contains all words. The first one is in the range, so only its further parts are compared. */
function containsWords({ words }: NameSearch, text?: SQL): SQL | undefined {
  return and(
    ...words.map(({ parts }, position) => {
      if (parts.length === 0) return position === 0 ? undefined : contains(`word${position}`, text);
      const hasParts = and(...parts.map((_, part) => contains(`word${position}Part${part}`, text)));
      return or(contains(`word${position}`, text), hasParts);
    }),
  );
}

/** Whether the row is the first of the name in the range. Otherwise, a name with two such words would be found twice. */
const isFirstOfName = (() => {
  const length = positionOf(sql`' '`, indexed);
  const found = sql`substr(${indexed} || ' ', ${positionOf(sql`${first}`, indexed)} + 1, ${length})`;
  // PostgreSQL expects that half of the rows meet a condition of this form, instead of one in 200.
  return sql`case when ${found} = substr(${indexed}, 1, ${length}) then true else false end`;
})();

interface NamesShape {
  search: NameSearch;
  atBank: boolean;
  conditions: readonly Condition[];
  isContinued: boolean;
  /** Whether customers with an identifier are excluded, because they precede those with a name. */
  hasExcluded: boolean;
}

function keyOf({ search, atBank, conditions, isContinued, hasExcluded }: NamesShape): string {
  const names = conditions.map(({ name }) => name);
  return [shapeOf(search), atBank, isContinued, hasExcluded, ...names].join(' ');
}

/** The rows of the index that a page or a count reads, at most `maxScanned` of them. */
function scannedNames(queries: Queries, { atBank, isContinued }: Pick<NamesShape, 'atBank' | 'isContinued'>) {
  const banks = sql`${bankId} in (select ${bank.id} from ${bank})`;
  const after = sql`(${bankId}, ${indexed}, ${rowNumber}) > (${sql.placeholder('afterBankId')}, ${sql.placeholder('afterWords')}, ${sql.placeholder('afterRowNumber')})`;
  return queries
    .select({ bankId, words: indexed, rowNumber })
    .from(customerNameWord)
    .where(and(atBank ? eq(bankId, sql.placeholder('bankId')) : banks, inRange, isContinued ? after : undefined))
    .orderBy(...(atBank ? [] : [asc(bankId)]), asc(indexed), asc(rowNumber))
    .limit(sql.placeholder('scannedNames'))
    .as('customer_name_word');
}

/** The conditions on a scanned row and, if there are any, on its customer. */
function isFound({ search, conditions, hasExcluded }: NamesShape): SQL | undefined {
  return and(
    containsWords(search),
    isFirstOfName,
    ...conditions.map((condition) => condition.sql),
    hasExcluded ? not(inKeys([customer.id], 'excluded')) : undefined,
  );
}

/** A customer, and the row of the index by which the customer was found. */
export type NamedCustomer = CustomerRow & { indexedWords: string };

const namedCustomersPage = statementByShape<NamesShape, NamedCustomer[]>(
  keyOf,
  (queries, shape) => {
    const names = scannedNames(queries, shape);
    return (
      queries
        .select({ ...getTableColumns(customer), indexedWords: sql<string>`${names.words}`.as('indexed_words') })
        .from(names)
        .innerJoin(customer, eq(customer.rowNumber, names.rowNumber))
        .where(isFound(shape))
        // PostgreSQL would sort by the bank, although it is the same in all rows.
        .orderBy(...(shape.atBank ? [] : [asc(names.bankId)]), asc(names.words), asc(names.rowNumber))
        .limit(sql.placeholder('limit'))
    );
  },
  // How many names begin with a word depends on the word, and so does the best plan.
  () => true,
);

const namedCustomersCount = statementByShape<NamesShape, { total: number }[]>(
  (shape) => keyOf(shape),
  (queries, shape) => {
    const counted = queries.select({ total: sql<number>`count(*)`.as('total') }).from(scannedNames(queries, shape));
    const needsCustomer = shape.conditions.length > 0 || shape.hasExcluded;
    const joined = needsCustomer ? counted.innerJoin(customer, sql`${customer.rowNumber} = ${rowNumber}`) : counted;
    return joined.where(isFound(shape));
  },
  () => true,
);

const scannedCount = statementByShape<Pick<NamesShape, 'atBank' | 'isContinued'>, { total: number }[]>(
  ({ atBank, isContinued }) => `${atBank} ${isContinued}`,
  (queries, shape) => queries.select({ total: sql<number>`count(*)`.as('total') }).from(scannedNames(queries, shape)),
  () => true,
);

/** The number of words up to which the least frequent word of a search is determined. */
const maxCompared = 2_000;

/** The maximum number of names that are compared with the other words and conditions of a search. */
export const maxScannedNames = 100_000;

/** Plans a search so that the index is read for its least frequent word. */
export async function planNameSearch(
  database: Database,
  ofBank: string | null,
  words: readonly SearchedWord[],
): Promise<NameSearch> {
  const searches = words.map((_, index) => nameSearch(words, index));
  const [only] = searches;
  if (only !== undefined && searches.length === 1) return only;
  const shape = { atBank: ofBank !== null, isContinued: false };
  const counts = await Promise.all(
    searches.map(async ({ values }) =>
      totalOf(await scannedCount(database, shape, { ...values, bankId: ofBank, scannedNames: maxCompared })),
    ),
  );
  return searches[counts.indexOf(Math.min(...counts))] ?? nameSearch(words, 0);
}

/** The customers to find by a search, in addition to its words. */
export interface NamedCustomers {
  search: NameSearch;
  bankId: string | null;
  conditions: readonly Condition[];
  /** The values of the placeholders in the conditions. */
  values: Values;
  /** The IDs of customers that are listed before. */
  excluded: readonly string[];
}

function statementOf(
  { search, bankId: ofBank, conditions, values, excluded }: NamedCustomers,
  after: unknown[] | null,
) {
  const [afterBankId, afterWords, afterRowNumber] = after ?? [];
  return {
    shape: {
      search,
      atBank: ofBank !== null,
      conditions,
      isContinued: after !== null,
      hasExcluded: excluded.length > 0,
    },
    values: {
      ...values,
      ...search.values,
      ...(excluded.length > 0 ? keyValues(excluded, 'excluded') : {}),
      ...(after === null ? {} : { afterBankId, afterWords, afterRowNumber }),
      bankId: ofBank,
    },
  };
}

/** @throws SEARCH_TOO_BROAD if more names than can be compared begin with each of the words */
export async function requireScannable(
  database: Database,
  { shape, values }: { shape: Pick<NamesShape, 'atBank' | 'isContinued'>; values: Values },
): Promise<void> {
  const counted = await scannedCount(database, shape, { ...values, scannedNames: maxScannedNames + 1 });
  if (totalOf(counted) > maxScannedNames) throw gatewayError('SEARCH_TOO_BROAD', { field: 'filter.search' });
}

/**
 * Reads a page of the customers, sorted by the word that was found, then by the other words of the name.
 * @throws SEARCH_TOO_BROAD
 */
export async function readNamedCustomers(
  database: Database,
  customers: NamedCustomers,
  { after, limit }: Slice,
): Promise<NamedCustomer[]> {
  const statement = statementOf(customers, after);
  const values = { ...statement.values, scannedNames: maxScannedNames, limit };
  const rows = await namedCustomersPage(database, statement.shape, values);
  if (rows.length < limit) await requireScannable(database, statement);
  return rows;
}

/** @throws SEARCH_TOO_BROAD */
export async function countNamedCustomers(database: Database, customers: NamedCustomers): Promise<number> {
  const statement = statementOf(customers, null);
  await requireScannable(database, statement);
  const values = { ...statement.values, scannedNames: maxScannedNames };
  return totalOf(await namedCustomersCount(database, statement.shape, values));
}

/** Selects the row numbers of the customers whose names contain the words, at most of `scannedNames` names. */
export function selectNamed(queries: Queries, search: NameSearch, atBank: boolean): SQL {
  const names = scannedNames(queries, { atBank, isContinued: false });
  // A name with two such words has two rows.
  return sql`select distinct ${rowNumber} from ${names} where ${containsWords(search) ?? sql`true`}`;
}

/** The condition that the name of a customer, who was found in another way, contains the words. */
export function isNamed(search: NameSearch): { name: string; sql: SQL | undefined } {
  const words = sql`(' ' || ${customer.nameWords})`;
  return { name: shapeOf(search), sql: and(contains('firstWord', words), containsWords(search, words)) };
}

/** The values of the order of a customer who was found in another way: as if the index had found the customer. */
export function namedOrderOf({ values }: NameSearch, row: CustomerRow): [bankId: string, words: string, row: number] {
  const nameWords = row.nameWords ?? '';
  const found = nameWords.split(' ').find((word) => word.startsWith(String(values.firstWord).trimStart()));
  return [row.bankId, `${found} ${nameWords}`, row.rowNumber];
}

const matchingCount = statementByShape<Pick<NamesShape, 'search' | 'atBank'>, { total: number }[]>(
  ({ search, atBank }) => `${shapeOf(search)} ${atBank}`,
  (queries, { search, atBank }) =>
    queries
      .select({ total: sql<number>`count(*)`.as('total') })
      .from(sql`(${selectNamed(queries, search, atBank)} limit ${sql.placeholder('limit')}) as named`),
  () => true,
);

/** Counts the names that contain the words, up to a limit. */
export async function countMatchingNames(
  database: Database,
  { search, bankId: ofBank, limit }: { search: NameSearch; bankId: string | null; limit: number },
): Promise<number> {
  const values = { ...search.values, bankId: ofBank, scannedNames: maxScannedNames, limit };
  return totalOf(await matchingCount(database, { search, atBank: ofBank !== null }, values));
}
