import { entities } from './entities.ts';
import type { Entity, ReadRecord, RecordFormat } from './entity.ts';
import { isObject, type JsonObject } from './json.ts';
import { readCorrelatedEntity } from './obp/customer.ts';
import type { ValueKind } from './read-json.ts';
import { readSimpleRecord } from './record-reader.ts';

/** A format of records, and their reader. */
export interface RecordKind {
  /** The plural of the records, for messages. */
  name: string;
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
    name: entity.plural,
    sections,
    matches: (record) => hasMarks(record, marks),
    read: read ?? ((...parts) => readSimpleRecord(entity, ...parts)),
  };
}

const correlatedEntity: RecordKind = {
  name: 'correlated entities',
  sections: ['correlated_entities'],
  matches: ({ customer, users }) => isObject(customer) && Array.isArray(users),
  read: readCorrelatedEntity,
};

/** A record without anything to import: only the IDs of a customer, `{"success": …}`, or a search pattern. */
const emptyRecord: RecordKind = {
  name: 'empty records',
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

/** The formats that have fields of their own, so that a record has the fields of one of them only. */
const distinctKinds = [correlatedEntity, ...kindsOfEntities(false), emptyRecord];
/** The others, in the order in which they are tried. An account can have fields of its user, and a user fields of a bank. */
const overlappingKinds = kindsOfEntities(true).toReversed();
const kinds = [...distinctKinds, ...overlappingKinds];

const kindsOfSections = new Map<string, RecordKind[]>();
for (const kind of kinds) {
  for (const section of kind.sections) {
    kindsOfSections.set(section, [...(kindsOfSections.get(section) ?? []), kind]);
  }
}

const kindOfCustomer = kinds.find(({ sections }) => sections.includes('customers')) ?? emptyRecord;

/** The kinds whose fields the record has. */
function recognise(record: JsonObject): RecordKind[] {
  const distinct = distinctKinds.filter((kind) => kind.matches(record));
  if (distinct.length > 0) return distinct;
  return overlappingKinds.filter((kind) => kind.matches(record)).slice(0, 1);
}

/**
 * Returns the kind of a record. The name of its list decides if all records of such lists have one format. Otherwise, the fields
 * decide: the result is empty if they are those of no format, and has several kinds if they are those of several formats.
 */
export function recordKindsOf(record: JsonObject, section: string | null): RecordKind[] {
  const kindsOfSection = section === null ? [] : (kindsOfSections.get(section) ?? []);
  if (kindsOfSection.length === 1) return kindsOfSection;
  const matching = kindsOfSection.filter((kind) => kind.matches(record));
  if (matching.length > 0) return matching;
  const recognised = recognise(record);
  // The missing name of a customer is reported, rather than an unknown record.
  return recognised.length === 0 && section === 'customers' ? [kindOfCustomer] : recognised;
}

/** The rule that a record breaks if it is not of exactly one kind. */
export function ruleOfFormats(kinds: readonly RecordKind[]): string {
  if (kinds.length === 0) return 'must have a known format';
  const names = kinds.map(({ name }) => name).join(' and ');
  return `must have the fields of one format only, but has those of ${names}`;
}

/** Whether lists of this name are imported. */
export function isKnownSection(section: string): boolean {
  return kindsOfSections.has(section);
}

/** An object of lists of records is a response of OBP or its sandbox import. */
export function valueKindOf(value: unknown, section: string | null): ValueKind {
  if (section !== null && !isKnownSection(section)) return 'record';
  if (!isObject(value) || recognise(value).length > 0) return 'record';
  const hasLists = Object.entries(value).some(([name, list]) => isKnownSection(name) && Array.isArray(list));
  return hasLists ? 'lists' : 'unknown';
}
