import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { parseId } from '../base/values.ts';
import type { Database } from '../database/database.ts';
import { checkStaged } from './check/check.ts';
import { type EntityName, entities } from './entities.ts';
import type { Place, Reading, ReadingOptions } from './entity.ts';
import { isEmptyTable } from './existing-rows.ts';
import { isObject } from './json.ts';
import { UnreadableFile } from './json-source.ts';
import { locateField } from './locate.ts';
import { type JsonRecord, readRecords } from './read-json.ts';
import { isKnownSection, recordKindsOf, ruleOfFormats, valueKindOf } from './record-kind.ts';
import {
  countName,
  countsOf,
  emptyReport,
  type ImportDifference,
  type ImportProblem,
  type ImportReport,
  problemCount,
  renderPlace,
} from './report.ts';
import { Staging } from './staging.ts';
import { writeStaged } from './write/write.ts';

export interface ImportOptions extends ReadingOptions {
  /** Whether rows that exist with other values are updated, except KYC evidence. */
  update?: boolean;
  /** Whether valid records are written even if others are invalid. A file that cannot be read still prevents the import. */
  skipInvalid?: boolean;
}

export type ImportProgress =
  | { phase: 'read'; bytes: number; totalBytes: number; records: number }
  | { phase: 'check'; rows: number }
  | { phase: 'write'; rows: number; totalRows: number };

export interface ImportCallbacks {
  onProgress?(progress: ImportProgress): void;
  onProblem?(problem: ImportProblem): void;
  /** Called for a row that exists with other values and is not updated. */
  onDifference?(difference: ImportDifference): void;
}

/** The state of one import. */
interface Import {
  database: Database;
  staging: Staging;
  files: string[];
  options: ImportOptions;
  callbacks: ImportCallbacks;
  report: ImportReport;
  now: Date;
}

/**
 * Imports files in OBP's formats, in any order and of any size. The first pass reads and checks all records. If one is
 * invalid, nothing is written, unless `skipInvalid` is set. The second pass writes in batches, each of which can be repeated.
 */
export async function importFiles(
  database: Database,
  files: string[],
  options: ImportOptions = {},
  callbacks: ImportCallbacks = {},
): Promise<ImportReport> {
  for (const id of [options.bankId, options.customerId, options.accountId]) if (id !== undefined) parseId(id);
  const report = emptyReport();
  const staging = new Staging();
  const state: Import = { database, staging, files, options, callbacks, report, now: new Date() };
  try {
    await readFiles(state);
    await check(state);
    if (report.unreadableFiles === 0 && (problemCount(report) === 0 || options.skipInvalid === true)) {
      await write(state);
      report.isWritten = true;
    }
    return report;
  } finally {
    staging.close();
  }
}

async function readFiles(state: Import): Promise<void> {
  const { files, report, callbacks } = state;
  const sizes = await Promise.all(files.map((file) => stat(file).catch(() => null)));
  const totalBytes = sizes.reduce((sum, size) => sum + (size?.size ?? 0), 0);
  const reading = readingOf(state, await entitiesWithRows(state.database));
  let bytes = 0;
  let records = 0;
  for (const [index, file] of files.entries()) {
    try {
      const chunks = readRecords(file, {
        kindOf: valueKindOf,
        onBytes(count) {
          bytes += count;
        },
        onIgnoredField: reading.unread,
      });
      for await (const chunk of chunks) {
        for (const record of chunk) if (readRecord(state, record, index, reading)) records += 1;
        callbacks.onProgress?.({ phase: 'read', bytes, totalBytes, records });
      }
    } catch (error) {
      const reason = reasonOfUnreadable(error);
      if (reason === null) throw error;
      report.unreadableFiles += 1;
      const place = error instanceof UnreadableFile ? error.place : null;
      const { line, column } = place ?? { line: null, column: null };
      callbacks.onProblem?.({ file, position: null, line, column, entity: null, field: null, reason });
    }
  }
  callbacks.onProgress?.({ phase: 'read', bytes, totalBytes, records });
}

async function entitiesWithRows(database: Database): Promise<Set<string>> {
  const names = new Set<string>();
  for (const { name, table } of entities) if (!(await isEmptyTable(database, table))) names.add(name);
  return names;
}

/** Stages the valid rows of the records, and reports everything else. */
function readingOf({ staging, files, options, report, callbacks }: Import, withRows: ReadonlySet<string>): Reading {
  return {
    options,
    hasStoredRows: ({ name }) => withRows.has(name),
    stage(row, place) {
      countsOf(report, row.entity.name).read += 1;
      staging.add(row, place);
    },
    problem({ name }, place, field, reason) {
      callbacks.onProblem?.({ ...placeOf(files, place, field), entity: name as EntityName, field, reason });
    },
    invalid({ name }) {
      countsOf(report, name).read += 1;
      countsOf(report, name).invalid += 1;
    },
    corrected(what) {
      if (what === 'URL') report.correctedUrls += 1;
      else report.correctedBalances += 1;
    },
    unknownRole(name) {
      countName(report.unknownRoles, name);
    },
    unread(field) {
      countName(report.unreadFields, field);
    },
    skipped(what) {
      if (what === 'password') report.skippedPasswords += 1;
      else if (what === 'entitlement') report.skippedEntitlements += 1;
      else report.emptyRecords += 1;
    },
  };
}

/** Reads a record. Returns false if the list that contains the record is not imported. */
function readRecord({ files, report, callbacks }: Import, record: JsonRecord, file: number, reading: Reading): boolean {
  const { section, index, offset, line, column, value, invalid } = record;
  if (section !== null && !isKnownSection(section) && invalid === undefined) {
    countName(report.skippedSections, section);
    return false;
  }
  const position = `${section ?? ''}[${index}]`;
  const kinds = isObject(value) ? recordKindsOf(value, section) : [];
  const [kind] = kinds;
  if (isObject(value) && kind !== undefined && kinds.length === 1) {
    kind.read(value, { file, offset, line, column, position }, {}, reading);
  } else {
    report.unknownRecords += 1;
    const reason = invalid ?? (isObject(value) ? ruleOfFormats(kinds) : 'must be an object');
    callbacks.onProblem?.({ file: files[file] ?? '', position, line, column, entity: null, field: null, reason });
  }
  return true;
}

function reasonOfUnreadable(error: unknown): string | null {
  if (error instanceof UnreadableFile) return error.message;
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return null;
  const reasons: Record<string, string> = {
    ENOENT: 'does not exist',
    EACCES: 'cannot be read, because the current user lacks the permission',
    EISDIR: 'must be a file, not a folder',
  };
  return reasons[error.code] ?? null;
}

type NamedPlace = Omit<ImportDifference, 'entity' | 'fields'>;

/** The place of a field in a record, with the name of the file. */
function placeOf(files: string[], place: Place, field: string): NamedPlace {
  const { position } = place;
  const file = files[place.file] ?? '';
  const path = position.slice(position.indexOf(']') + 1);
  const { line, column } = locateField(file, place, `${path}.${field}`);
  return { file, line, column, position };
}

/** The place of a field in a staged row, and the entity of the row. Null for a row that was removed. */
function placeOfRow(
  { files, staging }: Import,
  number: number,
  field = '',
): (NamedPlace & { entity: EntityName }) | null {
  const place = staging.placeOf(number);
  return place === null ? null : { ...placeOf(files, place, field), entity: place.entity };
}

async function check(state: Import): Promise<void> {
  const { database, staging, report, callbacks } = state;
  staging.index();
  callbacks.onProgress?.({ phase: 'check', rows: staging.count() });
  const { unlinkedAccounts } = await checkStaged({
    database,
    staging,
    problem(number, field, reason) {
      const place = placeOfRow(state, number, field);
      if (place !== null) callbacks.onProblem?.({ ...place, field, reason });
    },
    removeInvalid(number, field, reason) {
      const place = placeOfRow(state, number, field);
      if (place === null) return;
      countsOf(report, place.entity).invalid += 1;
      callbacks.onProblem?.({ ...place, field, reason });
      staging.remove(number);
    },
    placeText(number) {
      const place = placeOfRow(state, number);
      return place === null ? '' : renderPlace({ ...place, file: basename(place.file) });
    },
  });
  report.accountsWithoutCustomer = unlinkedAccounts;
  countsOf(report, 'customerAccountLink').read -= unlinkedAccounts;
}

async function write(state: Import): Promise<void> {
  const { database, staging, options, callbacks, report, now } = state;
  const totalRows = staging.count();
  let rows = 0;
  await writeStaged({
    database,
    staging,
    report,
    update: options.update ?? false,
    now,
    onDifference(row, fields) {
      const place = placeOfRow(state, row.number);
      if (place !== null) callbacks.onDifference?.({ ...place, fields });
    },
    onRows(count) {
      rows += count;
      callbacks.onProgress?.({ phase: 'write', rows, totalRows });
    },
  });
  await database.updateStatistics(
    new Map(
      entities.map(({ name, table }) => [table, countsOf(report, name).written + countsOf(report, name).updated]),
    ),
  );
}
