import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { parseId } from '../base/values.ts';
import type { Database } from '../database/database.ts';
import { checkStaged } from './check/check.ts';
import type { EntityName } from './entities.ts';
import type { Reading, ReadingOptions } from './entity.ts';
import { isObject } from './json.ts';
import { type JsonRecord, readRecords, UnreadableFile } from './read-json.ts';
import { isKnownSection, isListOfRecords, recordKindsOf, ruleOfFormats } from './record-kind.ts';
import {
  countsOf,
  emptyReport,
  type ImportDifference,
  type ImportProblem,
  type ImportReport,
  problemCount,
} from './report.ts';
import { type PlaceOfEntity, Staging } from './staging.ts';
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
  const reading = readingOf(state);
  let bytes = 0;
  let records = 0;
  for (const [index, file] of files.entries()) {
    try {
      const chunks = readRecords(file, isListOfRecords, (count) => {
        bytes += count;
      });
      for await (const chunk of chunks) {
        for (const record of chunk) if (readRecord(state, record, index, reading)) records += 1;
        callbacks.onProgress?.({ phase: 'read', bytes, totalBytes, records });
      }
    } catch (error) {
      const reason = reasonOfUnreadable(error);
      if (reason === null) throw error;
      report.unreadableFiles += 1;
      callbacks.onProblem?.({ file, position: null, line: null, entity: null, field: null, reason });
    }
  }
  callbacks.onProgress?.({ phase: 'read', bytes, totalBytes, records });
}

/** Stages the valid rows of the records, and reports everything else. */
function readingOf({ staging, files, options, report, callbacks }: Import): Reading {
  return {
    options,
    stage(row, place) {
      countsOf(report, row.entity.name).read += 1;
      staging.add(row, place);
    },
    problem({ name }, place, field, reason) {
      callbacks.onProblem?.({ ...place, file: files[place.file] ?? '', entity: name as EntityName, field, reason });
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
      report.unknownRoles.set(name, (report.unknownRoles.get(name) ?? 0) + 1);
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
  const { section, index, line, value, invalid } = record;
  if (section !== null && !isKnownSection(section)) {
    report.skippedSections.set(section, (report.skippedSections.get(section) ?? 0) + 1);
    return false;
  }
  const position = `${section ?? ''}[${index}]`;
  const kinds = isObject(value) ? recordKindsOf(value, section) : [];
  const [kind] = kinds;
  if (isObject(value) && kind !== undefined && kinds.length === 1) {
    kind.read(value, { file, line, position }, {}, reading);
  } else {
    report.unknownRecords += 1;
    const reason = invalid ?? (isObject(value) ? ruleOfFormats(kinds) : 'must be an object');
    callbacks.onProblem?.({ file: files[file] ?? '', position, line, entity: null, field: null, reason });
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

/** The place of a staged row, with the name of its file. */
function placeInFile(
  { files, staging }: Import,
  number: number,
): (Omit<PlaceOfEntity, 'file'> & { file: string }) | null {
  const place = staging.placeOf(number);
  return place === null ? null : { ...place, file: files[place.file] ?? '' };
}

async function check(state: Import): Promise<void> {
  const { database, staging, report, callbacks } = state;
  staging.index();
  callbacks.onProgress?.({ phase: 'check', rows: staging.count() });
  const { unlinkedAccounts } = await checkStaged({
    database,
    staging,
    removeInvalid(number, field, reason) {
      const place = placeInFile(state, number);
      if (place === null) return;
      countsOf(report, place.entity).invalid += 1;
      callbacks.onProblem?.({ ...place, field, reason });
      staging.remove(number);
    },
    placeText(number) {
      const place = placeInFile(state, number);
      return place === null ? '' : `${basename(place.file)}, line ${place.line}, ${place.position}`;
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
      const place = placeInFile(state, row.number);
      if (place !== null) callbacks.onDifference?.({ ...place, fields });
    },
    onRows(count) {
      rows += count;
      callbacks.onProgress?.({ phase: 'write', rows, totalRows });
    },
  });
}
