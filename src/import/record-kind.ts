import { entities } from './entities.ts';
import type { Entity, ReadRecord, RecordFormat } from './entity.ts';
import { isObject, type JsonObject } from './json.ts';
import { readCorrelatedEntity } from './obp/customer.ts';
import { readSimpleRecord } from './record-reader.ts';

/** A format of records, and their reader. */
export interface RecordKind {
  /** OBP's names of lists that contain such records. */
  sections: readonly string[];
  matches(record: JsonObject): boolean;
  read: ReadRecord;
}

function hasMarks(record: JsonObject, marks: RecordFormat['marks']): boolean {
  // Loops, because this is called for every record with the marks of every entity.
  for (const fields of marks) {
    let hasAll = true;
    for (const field of fields) hasAll &&= Object.hasOwn(record, field);
    if (hasAll) return true;
  }
  return false;
}

function kindOfEntity(entity: Entity, { sections, marks, read }: RecordFormat): RecordKind {
  return {
    sections,
    matches: (record) => hasMarks(record, marks),
    read: read ?? ((...parts) => readSimpleRecord(entity, ...parts)),
  };
}

const correlatedEntity: RecordKind = {
  sections: ['correlated_entities'],
  matches: ({ customer, users }) => isObject(customer) && Array.isArray(users),
  read: readCorrelatedEntity,
};

/** A record without anything to import: only the IDs of a customer, `{"success": …}`, or a search pattern. */
const emptyRecord: RecordKind = {
  sections: ['customers'],
  matches(record) {
    const names = Object.keys(record);
    if (names.length === 0) return false;
    if (names.every((name) => name === 'bank_id' || name === 'customer_id')) return true;
    return names.length === 1 && (names[0] === 'success' || names[0] === 'customer_phone_number');
  },
  read: (_record, _place, _enclosing, reading) => reading.skipped('record'),
};

function kindsOfEntities(isRecognisedLast: boolean): RecordKind[] {
  return entities
    .filter((entity: Entity) => (entity.record?.isRecognisedLast ?? false) === isRecognisedLast)
    .flatMap((entity: Entity) => (entity.record === undefined ? [] : [kindOfEntity(entity, entity.record)]));
}

/** In the order in which they are tried. */
const kinds = [
  correlatedEntity,
  ...kindsOfEntities(false),
  // An account can have fields of its user, and a user fields of a bank.
  ...kindsOfEntities(true).toReversed(),
  emptyRecord,
];

const kindsOfSections = new Map<string, RecordKind[]>();
for (const kind of kinds) {
  for (const section of kind.sections) {
    kindsOfSections.set(section, [...(kindsOfSections.get(section) ?? []), kind]);
  }
}

const kindOfCustomer = kinds.find(({ sections }) => sections.includes('customers')) ?? emptyRecord;

function recognise(record: JsonObject): RecordKind | null {
  return kinds.find((kind) => kind.matches(record)) ?? null;
}

/** Returns the kind of a record in a list of this name, or null if it is unknown. */
export function recordKindOf(record: JsonObject, section: string | null): RecordKind | null {
  const [kind, ...others] = section === null ? [] : (kindsOfSections.get(section) ?? []);
  if (kind !== undefined && others.length === 0) return kind;
  const recognised = recognise(record);
  // The missing name of a customer is reported, rather than an unknown record.
  return recognised === null && section === 'customers' ? kindOfCustomer : recognised;
}

/** Whether lists of this name are imported. */
export function isKnownSection(section: string): boolean {
  return kindsOfSections.has(section);
}

/** Whether a value is an object of lists of records, such as a response of OBP or its sandbox import, and not a record. */
export function isListOfRecords(value: unknown, section: string | null = null): value is JsonObject {
  if (section !== null && !isKnownSection(section)) return false;
  if (!isObject(value) || recognise(value) !== null) return false;
  return Object.entries(value).some(([name, list]) => isKnownSection(name) && Array.isArray(list));
}
