import { isDeepStrictEqual } from 'node:util';
import { getTableColumns, getTableName } from 'drizzle-orm';
import type { SQLiteTable } from 'drizzle-orm/sqlite-core';
import type { ChangeRecorder, Row } from '../database/change-recorder.ts';
import type { change } from './change.table.ts';
import {
  bankIdOf,
  bookkeeping,
  type RowSubjects,
  subjectsOf,
  typeNameOf,
  unrecordedTables,
} from './collected-changes.ts';
import { attributeOf, storedFieldOf } from './stored-field.ts';

type NewChange = typeof change.$inferInsert;

/** The maximum number of customers, of users, and of accounts in a row. An import changes thousands in one transaction. */
export const maxIdsOfChange = 200;

/** No mutation inserts more rows of a table for a customer. */
const maxRowsOfMutation = 500;

/** The changes of objects that belong to the same customer, account, or neither, and concern the same users. */
interface Entry {
  bankId: string | null;
  customerId: string | null;
  accountId: string | null;
  userIds: readonly string[];
  fieldLists: Set<readonly string[]>;
}

/** Those of the names that are not bookkeeping, by their tables. */
const namedColumns = new WeakMap<SQLiteTable, readonly string[]>();

function namedColumnsOf(table: SQLiteTable): readonly string[] {
  let names = namedColumns.get(table);
  if (names === undefined) {
    names = Object.keys(getTableColumns(table)).filter((name) => !bookkeeping.has(name));
    namedColumns.set(table, names);
  }
  return names;
}

/** The name of the attribute in a row. Null in rows of other tables, and in rows that were read without the name. */
function attributeNameOf(table: SQLiteTable, { name }: Row): string | null {
  return getTableName(table) === 'customer_attribute' && typeof name === 'string' ? name : null;
}

/** The fields of a row in these columns. The column null stands for a deleted row. */
function fieldsOf(table: SQLiteTable, row: Row, columns: readonly (string | null)[]): readonly string[] {
  const name = attributeNameOf(table, row);
  const attribute = name === null ? null : attributeOf(name);
  return columns.map((column) => storedFieldOf({ typeName: typeNameOf(table), column, attribute }));
}

function withSubjects(before: RowSubjects, after: RowSubjects): RowSubjects {
  const idsOf = (name: keyof RowSubjects) => [...new Set([...before[name], ...after[name]])];
  return { customerIds: idsOf('customerIds'), userIds: idsOf('userIds'), accountIds: idsOf('accountIds') };
}

function chunkOf(ids: ReadonlySet<string>, index: number): string[] {
  return [...ids].slice(index * maxIdsOfChange, (index + 1) * maxIdsOfChange);
}

/** The rows of entries with equal fields: one, or more if there are too many customers, users, or accounts for one row. */
function rowsOf(entries: readonly Entry[], fields: string[], at: Date): NewChange[] {
  const idsOf = (name: 'customerId' | 'accountId') => new Set(entries.flatMap((entry) => entry[name] ?? []));
  const [customers, accounts] = [idsOf('customerId'), idsOf('accountId')];
  const users = new Set(entries.flatMap(({ userIds }) => userIds));
  const rows = Math.max(1, Math.ceil(Math.max(customers.size, users.size, accounts.size) / maxIdsOfChange));
  return Array.from({ length: rows }, (_, index) => ({
    at,
    bankId: entries[0]?.bankId ?? null,
    customerIds: chunkOf(customers, index),
    userIds: chunkOf(users, index),
    accountIds: accounts.size === 0 ? undefined : chunkOf(accounts, index),
    fields,
  }));
}

/**
 * Collects the changes of a transaction for the table of changes. All fields of a row belong to each of its customers, or to each of its
 * accounts. Otherwise, a caller who can read only one of them would learn what was changed of the others.
 */
export class ChangeRows implements ChangeRecorder {
  readonly #entries = new Map<string, Entry>();
  /** The fields of new rows of imports, which are equal for all rows of a table, or for all attributes of a name. */
  readonly #allFields = new Map<string, readonly string[]>();

  inserted(table: SQLiteTable, rows: readonly Row[]): void {
    // An import names all fields, because the fields that have a value differ from row to row, and each combination needs a row.
    const isImport = rows.length > maxRowsOfMutation;
    const names = namedColumnsOf(table);
    for (const row of rows) {
      const setNames = () => names.filter((name) => row[name] != null);
      this.#add(table, [row], isImport ? this.#allFieldsOf(table, row) : fieldsOf(table, row, setNames()));
    }
  }

  updated(table: SQLiteTable, before: Row, after: Row, names: readonly string[]): void {
    const changed = names.filter(
      (name) => !bookkeeping.has(name) && !isDeepStrictEqual(after[name] ?? null, before[name] ?? null),
    );
    const fields = [{ ...after, ...before }, after].flatMap((row) => fieldsOf(table, row, changed));
    this.#add(table, [before, after], [...new Set(fields)]);
  }

  deleted(table: SQLiteTable, rows: readonly Row[]): void {
    for (const row of rows) this.#add(table, [row], fieldsOf(table, row, [null]));
  }

  /** The rows of the table of changes: one for each customer and account, unless an import has changed many of them. */
  rows(): NewChange[] {
    const at = new Date();
    const entries = [...this.#entries.values()].flatMap((entry) => {
      const fields = [...new Set([...entry.fieldLists].flat())].sort();
      return fields.length === 0 ? [] : [{ entry, fields }];
    });
    if (entries.length <= maxIdsOfChange) return entries.flatMap(({ entry, fields }) => rowsOf([entry], fields, at));
    const equal = Map.groupBy(entries, ({ entry: { bankId, customerId, accountId }, fields }) =>
      JSON.stringify([bankId, customerId !== null, accountId !== null, fields]),
    );
    return [...equal.values()].flatMap((group) =>
      rowsOf(
        group.map(({ entry }) => entry),
        group[0]?.fields ?? [],
        at,
      ),
    );
  }

  #allFieldsOf(table: SQLiteTable, row: Row): readonly string[] {
    const key = `${getTableName(table)} ${attributeNameOf(table, row) ?? ''}`;
    const fields = this.#allFields.get(key) ?? fieldsOf(table, row, namedColumnsOf(table));
    this.#allFields.set(key, fields);
    return fields;
  }

  /** Adds fields to each customer of a row, to its account, or else to its bank. `states` are the row before and after the change. */
  #add(table: SQLiteTable, states: readonly Row[], fields: readonly string[]): void {
    if (unrecordedTables.has(getTableName(table))) return;
    const { customerIds, accountIds, userIds } = states.map((row) => subjectsOf(table, row)).reduce(withSubjects);
    const bankId = states.map((row) => bankIdOf(table, row)).findLast((id) => id !== null) ?? null;
    const noId = { bankId, customerId: null, accountId: null, userIds };
    for (const customerId of customerIds) this.#addTo({ ...noId, customerId }, fields);
    for (const accountId of accountIds) this.#addTo({ ...noId, accountId }, fields);
    if (customerIds.length + accountIds.length === 0) this.#addTo(noId, fields);
  }

  #addTo(subject: Omit<Entry, 'fieldLists'>, fields: readonly string[]): void {
    const { bankId, customerId, accountId, userIds } = subject;
    // No ID contains this separator.
    const key = [bankId, customerId, accountId, ...userIds].join('\0');
    let entry = this.#entries.get(key);
    if (entry === undefined) {
      entry = { ...subject, fieldLists: new Set() };
      this.#entries.set(key, entry);
    }
    entry.fieldLists.add(fields);
  }
}
