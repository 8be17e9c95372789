import type { SQLiteTable } from 'drizzle-orm/sqlite-core';
import { comparedForm } from '../base/identifiers.ts';
import { brokenRules, type RowRule } from '../base/row-rule.ts';
import type { Doubt, Field } from './fields.ts';
import type { JsonObject } from './json.ts';
import type { TextPlace } from './json-place.ts';
import { identityOf, type Row } from './row.ts';

/** How the records of an entity are read, and how its rows are compared with those of the database and written. */
export interface Entity<Name extends string = string> {
  name: Name;
  plural: string;
  table: SQLiteTable;
  /** The columns that identify a row. */
  key: readonly string[];
  /** The columns that identify a row if its record has no ID. */
  keyWithoutId?: readonly string[];
  /** The text columns by which the rows of a batch are looked up. Defaults to the key. */
  readBy?: readonly string[];
  readByWithoutId?: readonly string[];
  /** The columns of the key that are compared by their canonical forms, because earlier versions stored them in any form. */
  comparedByForm?: readonly string[];
  fields: readonly Field[];
  /** Further fields that the reader of its records reads, except the IDs of its parent. */
  otherFields?: readonly string[];
  /** How a record of the entity is recognised. Omitted for entities that only occur inside other records. */
  record?: RecordFormat;
  /** The parent whose ID is read from the record, from the enclosing record or from an option of the command. */
  parent?: 'bank' | 'customer';
  /** The columns that refer to users. */
  userColumns?: readonly string[];
  /** The unique constraints, except the key. */
  uniqueKeys?: readonly UniqueKey[];
  /** Values for columns that the record omits. All others become null, except IDs, times and versions. */
  defaults?: Row;
  /** Computes the columns that are derived from others. */
  derive?(row: Row): Row;
  /** The rules on values that GraphQL has, too. */
  rules?: readonly RowRule<Row>[];
  /** Whether rows are KYC evidence, which is only added, never updated. */
  isEvidence?: true;
  /** Whether the API returns all rows of a customer in one list. */
  isListOfCustomer?: true;
  /** The other parents for which the API returns all rows in one list. */
  lists?: readonly ListOfParent[];
}

/** A unique constraint, whose violations are reported as `<field> must be unique <scope>`. */
export interface UniqueKey {
  kind: string;
  columns: readonly string[];
  /** The column with the canonical form of some of these columns, because earlier versions stored them in any form. */
  canonical?: { column: string; of: readonly string[] };
  /** The same value in all forms in which earlier versions stored it, if these differ by more than the canonical form. */
  storedForms?(value: Row): Row[];
  field: string;
  scope: string;
}

/** A list that the API returns in whole, so that the number of its rows is limited. */
export interface ListOfParent {
  /** The columns that identify the parent. */
  columns: readonly string[];
  field: string;
  /** The parent in messages, with its article. */
  parent: string;
  max: number;
}

export interface RecordFormat {
  /** OBP's names of lists that contain such records. */
  sections: readonly string[];
  /** Sets of fields. A record that has all fields of one set has this format. */
  marks: readonly (readonly string[])[];
  /** Whether all other formats take precedence, because their records can have fields of the same names. */
  isRecognisedLast?: true;
  /** Defaults to a reader of the fields alone. */
  read?: ReadRecord;
}

/** Reads a record as rows, and reports everything that is invalid. */
export type ReadRecord = (record: JsonObject, place: Place, enclosing: Enclosing, reading: Reading) => void;

/** Where a record is. The offset, line and column are those of the outermost record. */
export interface Place extends TextPlace {
  /** The index of the file among the files of the command. */
  file: number;
  /** The list and the index, such as `customers[3].customer_attributes[0]`. */
  position: string;
}

/** The IDs that a record passes on to the records inside it. */
export interface Enclosing {
  bankId?: string | null;
  customerId?: string | null;
}

/** A row as it was read, before its references are checked. */
export interface ReadRow {
  entity: Entity;
  /** Identifies the row, among those of its customer if it has one. */
  key: string;
  /** Whether the record has no ID. Such rows are compared by their values, after the rows with IDs. */
  withoutId?: boolean;
  bankId?: string | null;
  customerId?: string | null;
  /** The number of the customer at the bank, if the record does not contain the customer's ID. */
  customerNumber?: string | null;
  /** Values that only one row can have: the kind of the unique key and its parts. */
  claims?: [kind: string, ...parts: string[]][];
  /** The IDs of users to which the row refers. */
  userIds?: unknown[];
  /** The username of the user to which the row refers. The owner of an account is named without a provider. */
  username?: string;
  provider?: string;
  /** Violations that only a comparison with the stored row decides. */
  doubts?: readonly Doubt[];
  row: Row;
}

export interface ReadingOptions {
  bankId?: string;
  customerId?: string;
  accountId?: string;
  withPasswords?: boolean;
  withEntitlements?: boolean;
}

/** Receives what a reader finds in the records. */
export interface Reading {
  options: ReadingOptions;
  /** Whether the database had rows of the entity when the import began. Otherwise, no violation can be one of a stored row. */
  hasStoredRows(entity: Entity): boolean;
  stage(row: ReadRow, place: Place): void;
  problem(entity: Entity, place: Place, field: string, reason: string): void;
  /** Called once for each row with a problem. */
  invalid(entity: Entity): void;
  corrected(what: 'URL' | 'balance'): void;
  unknownRole(name: string): void;
  /** Called for each field of a record that is not imported. */
  unread(field: string): void;
  /** Called for everything that is counted, but not imported. */
  skipped(what: 'password' | 'entitlement' | 'record'): void;
}

type ColumnName<Table extends SQLiteTable> = keyof Table['$inferInsert'] & string;

interface Definition<Name extends string, Table extends SQLiteTable> extends Entity<Name> {
  table: Table;
  key: readonly ColumnName<Table>[];
  keyWithoutId?: readonly ColumnName<Table>[];
  readBy?: readonly ColumnName<Table>[];
  readByWithoutId?: readonly ColumnName<Table>[];
  comparedByForm?: readonly ColumnName<Table>[];
  fields: readonly Field<ColumnName<Table>>[];
  userColumns?: readonly ColumnName<Table>[];
  defaults?: Partial<Table['$inferInsert']>;
  rules?: readonly RowRule<Table['$inferSelect']>[];
  derive?(row: Table['$inferSelect']): Partial<Table['$inferInsert']>;
}

/** Defines an entity. The compiler checks the names of its columns. */
export function defineEntity<const Name extends string, Table extends SQLiteTable>(
  definition: Definition<Name, Table>,
): Entity<Name> {
  return definition as Entity<Name>;
}

/** A broken rule, as a problem of a field. `row` has dates, not their texts. */
export function brokenRuleOf(entity: Entity, row: Row, stored?: Row): { field: string; reason: string } | null {
  const broken = brokenRules(entity.rules ?? [], row, stored).find(({ isForInputsOnly }) => isForInputsOnly !== true);
  if (broken === undefined) return null;
  const nameOf = (column: string) => fieldNames(entity, [column])[0] ?? column;
  const item = broken.invalidItem?.(row) ?? null;
  const { text: reason } = broken.reason(nameOf);
  return { field: nameOf(broken.columns[0]), reason: item === null ? reason : `item ${item + 1} ${reason}` };
}

/** The columns that identify the rows of an entity, and those by which stored rows are looked up. */
export function keysOf(entity: Entity, withoutId: boolean): { key: readonly string[]; readBy: readonly string[] } {
  const { key, keyWithoutId, readBy = key, readByWithoutId } = entity;
  if (!withoutId) return { key, readBy };
  return { key: keyWithoutId ?? key, readBy: readByWithoutId ?? keyWithoutId ?? readBy };
}

/** Identifies a row by the columns of `key`. Identifiers that look the same are the same. */
export function identityOfRow({ comparedByForm = [] }: Entity, key: readonly string[], row: Row): string {
  if (comparedByForm.length === 0) return identityOf(key, row);
  const forms = comparedByForm.map((name) => [name, comparedForm(String(row[name] ?? ''))]);
  return identityOf(key, { ...row, ...Object.fromEntries(forms) });
}

/** The names that OBP has for these columns. */
export function fieldNames({ fields }: Entity, columns: readonly string[]): string[] {
  return columns.map((name) => fields.find(({ column }) => column === name)?.name ?? name);
}
