import { InvalidValue } from '../base/value-rules.ts';
import { parseId } from '../base/values.ts';
import { brokenRuleOf, type Enclosing, type Entity, type Place, type Reading, type ReadRow } from './entity.ts';
import { customerNumber, type Doubt, type Findings, optional, readFields, type ValueDoubt } from './fields.ts';
import { isObject, isUnset, type JsonObject, valueAt } from './json.ts';
import { identityOf, type Row } from './row.ts';

/** A record that is being read. */
export interface RecordReader extends Findings {
  entity: Entity;
  record: JsonObject;
  place: Place;
  enclosing: Enclosing;
  reading: Reading;
  isValid: boolean;
  doubts: ValueDoubt[];
  /** The fields that are not imported. */
  unread: string[];
}

/** The names of the fields that are read from a record, with the names inside each field that is an object. */
type KnownFields = Map<string, Set<string> | null>;

function knownFields(names: Iterable<string>): KnownFields {
  const known: KnownFields = new Map();
  for (const name of names) {
    const [outer = '', inner] = name.split('.');
    if (inner === undefined) known.set(outer, null);
    else known.set(outer, (known.get(outer) ?? new Set()).add(inner));
  }
  return known;
}

const parentFields = { bank: ['bank_id'], customer: ['bank_id', 'customer_id', 'customer_number'] };

function knownFieldsOf({ fields, otherFields = [], parent }: Entity): KnownFields {
  const names = fields.flatMap(({ name, otherName = name }) => [name, otherName]);
  return knownFields([...names, ...otherFields, ...(parent === undefined ? [] : parentFields[parent])]);
}

const knownFieldsOfEntities = new WeakMap<Entity, KnownFields>();

/** Collects the fields of a record that are not read, and reports those which must be objects. */
function checkFields({ record, entity, unread, problem }: RecordReader, known: KnownFields): void {
  for (const name of Object.keys(record)) {
    const inner = known.get(name);
    const value = record[name];
    if (inner === undefined) unread.push(`${entity.name}.${name}`);
    else if (inner !== null && isObject(value)) {
      for (const key of Object.keys(value)) if (!inner.has(key)) unread.push(`${entity.name}.${name}.${key}`);
    } else if (inner !== null && !isUnset(value)) problem(name, 'must be an object');
  }
  unread.push(...differentOtherNames(record, entity).filter((name) => !unread.includes(name)));
}

/** The fields that are present with both of their names, and with different values. The value of the other name is not read. */
function differentOtherNames(record: JsonObject, { name: entityName, fields }: Entity): string[] {
  const names: string[] = [];
  for (const { name, otherName } of fields) {
    if (otherName === undefined) continue;
    const value = valueAt(record, name);
    const other = valueAt(record, otherName);
    if (value !== undefined && other !== undefined && value !== other) names.push(`${entityName}.${otherName}`);
  }
  return names;
}

/** Opens a record with the fields of its entity, or with `fieldNames`. */
export function openRecord(
  entity: Entity,
  record: JsonObject,
  place: Place,
  enclosing: Enclosing,
  reading: Reading,
  fieldNames?: Iterable<string>,
): RecordReader {
  const reader: RecordReader = {
    entity,
    record,
    place,
    enclosing,
    reading,
    isValid: true,
    doubts: [],
    unread: [],
    problem(field, reason) {
      if (reader.isValid) reading.invalid(entity);
      reader.isValid = false;
      reading.problem(entity, place, field, reason);
    },
    doubt(doubt) {
      if (reading.hasStoredRows(entity)) reader.doubts.push(doubt);
      else if (doubt.reason !== null) reader.problem(doubt.field, doubt.reason);
    },
    corrected: reading.corrected,
  };
  let known = fieldNames === undefined ? knownFieldsOfEntities.get(entity) : knownFields(fieldNames);
  if (known === undefined) {
    known = knownFieldsOf(entity);
    knownFieldsOfEntities.set(entity, known);
  }
  checkFields(reader, known);
  return reader;
}

/** Reads a record that has no other content than the fields of its entity. */
export function readSimpleRecord(
  entity: Entity,
  record: JsonObject,
  place: Place,
  enclosing: Enclosing,
  reading: Reading,
): void {
  const reader = openRecord(entity, record, place, enclosing, reading);
  const owner: Owner = entity.parent === 'customer' ? customerOf(reader) : {};
  const bank = entity.parent === 'bank' ? { bankId: requiredBankOf(reader) } : {};
  stageRow(reader, { ...bank, ...readFields(entity.fields, record, reader) }, owner);
}

/** Values of a staged row that do not follow from its columns. */
type Details = Partial<Omit<ReadRow, 'entity' | 'row' | 'userIds'>>;

/** Stages the row of a record, unless the record is invalid. */
export function stageRow(reader: RecordReader, row: Row, details: Details = {}): void {
  const { entity, place, reading, doubts } = reader;
  const broken = reader.isValid ? brokenRuleOf(entity, row) : null;
  const isDoubtful = broken !== null && reading.hasStoredRows(entity);
  if (broken !== null && !isDoubtful) reader.problem(broken.field, broken.reason);
  if (!reader.isValid) {
    for (const doubt of doubts) {
      if (doubt.reason !== null) reader.problem(doubt.field, doubt.reason);
    }
    return;
  }
  countUnread(reader);
  const rowDoubts: Doubt[] = [...doubts];
  if (isDoubtful) rowDoubts.push('rules');
  // Another record of the object can have the omitted columns.
  else if (entity.defaults !== undefined && brokenRuleOf(entity, { ...entity.defaults, ...row }) !== null) {
    rowDoubts.push('defaults');
  }
  stagePart(reading, place, entity, row, { ...details, doubts: rowDoubts });
}

/** Counts the fields of a valid record that are not imported. An invalid record can be any text, so its names are not shown. */
export function countUnread({ reading, unread }: RecordReader): void {
  for (const field of unread.splice(0)) reading.unread(field);
}

/** Stages a row that is only a part of a record. */
export function stagePart(reading: Reading, place: Place, entity: Entity, row: Row, details: Details = {}): void {
  const withoutId = details.withoutId ?? (entity.keyWithoutId !== undefined && typeof row.id !== 'string');
  const columns = (withoutId ? entity.keyWithoutId : undefined) ?? entity.key;
  const key = identityOf(
    columns.filter((name) => name !== 'customerId'),
    row,
  );
  const bankId = typeof row.bankId === 'string' ? row.bankId : null;
  const userIds = entity.userColumns?.map((name) => row[name]);
  const claims = [...(withoutId ? [] : uniqueValues(entity, row)), ...(details.claims ?? [])];
  reading.stage({ entity, key, bankId, userIds, row, ...details, withoutId, claims }, place);
}

/** The values of the unique constraints of a row. A constraint does not apply if one of its columns is null. */
function uniqueValues({ uniqueKeys = [] }: Entity, row: Row): [kind: string, ...parts: string[]][] {
  return uniqueKeys
    .filter(({ columns }) => columns.every((name) => typeof row[name] === 'string'))
    .map(({ kind, columns }) => [kind, ...columns.map((name) => String(row[name]))]);
}

export function idAt(reader: RecordReader, field: string): string | undefined {
  const value = valueAt(reader.record, field);
  if (isUnset(value)) return undefined;
  try {
    return parseId(value);
  } catch (error) {
    if (!(error instanceof InvalidValue)) throw error;
    reader.problem(field, error.message);
    return undefined;
  }
}

/** The rule for an ID that neither the record nor an option of the command contains. */
export function missingRule(option: 'bank' | 'customer' | 'account'): string {
  return `is required. Add it to the record, or pass --${option}.`;
}

/** Returns the ID of the bank in the record, in the enclosing record or in `--bank`, in this order. */
function bankOf(reader: RecordReader, field = 'bank_id'): string | null {
  return idAt(reader, field) ?? reader.enclosing.bankId ?? reader.reading.options.bankId ?? null;
}

export function requiredBankOf(reader: RecordReader, field = 'bank_id'): string {
  const bankId = bankOf(reader, field);
  if (bankId === null && reader.isValid) reader.problem(field, missingRule('bank'));
  return bankId ?? '';
}

export type Owner = Pick<ReadRow, 'bankId' | 'customerId' | 'customerNumber'>;

/**
 * Returns the customer in the record, in the enclosing record or in `--customer`, in this order. Otherwise, the record must
 * contain the customer's number at the bank.
 */
export function customerOf(reader: RecordReader): Owner {
  const bankId = bankOf(reader);
  const customerId = idAt(reader, 'customer_id') ?? reader.enclosing.customerId ?? reader.reading.options.customerId;
  if (customerId !== undefined && customerId !== null) return { bankId, customerId };
  const { customerNumber: number } = readFields(
    [optional('customer_number', 'customerNumber', customerNumber)],
    reader.record,
    reader,
  );
  if (typeof number !== 'string') {
    if (reader.isValid) reader.problem('customer_id', missingRule('customer'));
    return { bankId };
  }
  if (bankId === null) {
    reader.problem(
      'customer_id',
      `${missingRule('customer')} To identify the customer by customer_number, add the bank_id, or pass --bank.`,
    );
  }
  return { bankId, customerNumber: number };
}

/** A reading that checks the parts of an invalid record, but does not stage them. */
export function partsReading({ isValid, reading }: RecordReader): Reading {
  return isValid ? reading : { ...reading, stage: () => undefined, unread: () => undefined };
}

/** Returns the records of a list inside a record, each with its place. */
export function* items(reader: RecordReader, field: string): Generator<[JsonObject, Place]> {
  const value = valueAt(reader.record, field);
  if (isUnset(value)) return;
  if (!Array.isArray(value)) {
    reader.problem(field, 'must be a list');
    return;
  }
  for (const [index, item] of value.entries()) {
    const place = { ...reader.place, position: `${reader.place.position}.${field}[${index}]` };
    if (isObject(item)) yield [item, place];
    else reader.problem(`${field}[${index}]`, 'must be an object');
  }
}
