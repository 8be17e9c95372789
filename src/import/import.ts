import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { parseId } from '../base/values.ts';
import type { Database } from '../database/database.ts';
import { checkStaged } from './check.ts';
import { type JsonRecord, readRecords, UnreadableFile } from './read-json.ts';
import { isKnownSection, isListOfRecords, isObject, kindOf } from './record-kind.ts';
import { type Reading, type ReadingOptions, readRecord } from './records.ts';
import {
  countsOf,
  emptyReport,
  type ImportDifference,
  type ImportProblem,
  type ImportReport,
  problemCount,
} from './report.ts';
import { openStaging, type Staging } from './staging.ts';
import { writeStaged } from './write.ts';

export interface ImportOptions extends ReadingOptions {
  /** Changes rows that exist with other values, but never KYC evidence. */
  update?: boolean;
  /** Writes the good records although some are bad. A file that cannot be read stops everything nevertheless. */
  skipInvalid?: boolean;
}

export type ImportProgress =
  | { phase: 'read'; bytes: number; totalBytes: number; records: number }
  | { phase: 'check'; rows: number }
  | { phase: 'write'; rows: number; totalRows: number };

export interface ImportCallbacks {
  onProgress?(progress: ImportProgress): void;
  onProblem?(problem: ImportProblem): void;
  /** A row that exists with other values and is left alone. */
  onDifference?(difference: ImportDifference): void;
}

/**
 * Imports files in OBP's shapes, whatever their order and size. First everything is read and checked; if something is wrong,
 * nothing is written, unless `skipInvalid`. Then it is written in batches, each of which may be repeated.
 */
export async function importFiles(
  database: Database,
  files: string[],
  options: ImportOptions = {},
  callbacks: ImportCallbacks = {},
): Promise<ImportReport> {
  for (const id of [options.bankId, options.customerId, options.accountId]) if (id !== undefined) parseId(id);
  const report = emptyReport();
  const now = new Date();
  const staging = openStaging();
  try {
    await readFiles(staging, files, options, report, callbacks);
    await check(database, staging, files, report, callbacks);
    if (report.unreadableFiles === 0 && (problemCount(report) === 0 || options.skipInvalid === true)) {
      await write(database, staging, files, options, now, report, callbacks);
      report.isWritten = true;
    }
    return report;
  } finally {
    staging.close();
  }
}

async function readFiles(
  staging: Staging,
  files: string[],
  options: ImportOptions,
  report: ImportReport,
  { onProblem, onProgress }: ImportCallbacks,
): Promise<void> {
  const sizes = await Promise.all(files.map((file) => stat(file).catch(() => null)));
  const totalBytes = sizes.reduce((sum, size) => sum + (size?.size ?? 0), 0);
  let bytes = 0;
  let records = 0;
  const reading: Reading = {
    options,
    stage(row, place) {
      countsOf(report, row.noun).read += 1;
      staging.add(row, place);
    },
    problem(noun, place, field, reason) {
      onProblem?.({ ...place, file: files[place.file] ?? '', noun, field, reason });
    },
    refused(noun) {
      countsOf(report, noun).read += 1;
      countsOf(report, noun).invalid += 1;
    },
    corrected(what) {
      if (what === 'URL') report.correctedUrls += 1;
      else report.correctedBalances += 1;
    },
    unknownRole(name) {
      report.unknownRoles.set(name, (report.unknownRoles.get(name) ?? 0) + 1);
    },
    left(what) {
      if (what === 'password') report.passwordsLeft += 1;
      else if (what === 'entitlement') report.entitlementsLeft += 1;
      else report.nothingToImport += 1;
    },
  };

  function take(record: JsonRecord, file: number): void {
    const { section, index, line, value, invalid } = record;
    const position = `${section ?? ''}[${index}]`;
    if (section !== null && !isKnownSection(section)) {
      report.unreadSections.set(section, (report.unreadSections.get(section) ?? 0) + 1);
      return;
    }
    if (invalid === undefined && isListOfRecords(value) && isObject(value)) {
      for (const [name, list] of Object.entries(value)) {
        if (!Array.isArray(list)) continue;
        list.forEach((member, memberIndex) => {
          take({ section: name, index: memberIndex, line, value: member }, file);
        });
      }
      return;
    }
    records += 1;
    const kind = isObject(value) ? kindOf(value, section) : null;
    if (kind !== null && isObject(value)) {
      readRecord(kind, value, { file, line, position }, reading);
      return;
    }
    report.unknownRecords += 1;
    const reason = invalid ?? (isObject(value) ? 'is none of the shapes that are known here' : 'is no object');
    onProblem?.({ file: files[file] ?? '', position, line, noun: null, field: null, reason });
  }

  for (const [index, file] of files.entries()) {
    try {
      const found = readRecords(file, isListOfRecords, (count) => {
        bytes += count;
      });
      for await (const some of found) {
        for (const record of some) take(record, index);
        onProgress?.({ phase: 'read', bytes, totalBytes, records });
      }
    } catch (error) {
      const reason = reasonOfUnreadable(error);
      if (reason === null) throw error;
      report.unreadableFiles += 1;
      onProblem?.({ file, position: null, line: null, noun: null, field: null, reason });
    }
  }
  onProgress?.({ phase: 'read', bytes, totalBytes, records });
}

function reasonOfUnreadable(error: unknown): string | null {
  if (error instanceof UnreadableFile) return error.message;
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return null;
  const reasons: Record<string, string> = {
    ENOENT: 'is not there',
    EACCES: 'may not be read',
    EISDIR: 'is a folder',
  };
  return reasons[error.code] ?? null;
}

async function check(
  database: Database,
  staging: Staging,
  files: string[],
  report: ImportReport,
  { onProblem, onProgress }: ImportCallbacks,
): Promise<void> {
  staging.index();
  onProgress?.({ phase: 'check', rows: stagedRows(staging) });
  const { unlinkedAccounts } = await checkStaged({
    database,
    staging,
    refuse(number, field, reason) {
      const place = staging.placeOf(number);
      if (place === null) return;
      countsOf(report, place.noun).invalid += 1;
      onProblem?.({ ...place, file: files[place.file] ?? '', field, reason });
      staging.remove(number);
    },
    placeText(number) {
      const place = staging.placeOf(number);
      return place === null ? '' : `${basename(files[place.file] ?? '')}, line ${place.line}, ${place.position}`;
    },
  });
  report.accountsWithoutTheirCustomer = unlinkedAccounts;
  countsOf(report, 'customerAccountLink').read -= unlinkedAccounts;
}

function stagedRows(staging: Staging): number {
  return [...staging.counts().values()].reduce((sum, count) => sum + count, 0);
}

async function write(
  database: Database,
  staging: Staging,
  files: string[],
  { update = false }: ImportOptions,
  now: Date,
  report: ImportReport,
  { onDifference, onProgress }: ImportCallbacks,
): Promise<void> {
  const totalRows = stagedRows(staging);
  let rows = 0;
  await writeStaged({
    database,
    staging,
    report,
    update,
    now,
    onDifference(row, fields) {
      const place = staging.placeOf(row.number);
      if (place === null) return;
      onDifference?.({ ...place, file: files[place.file] ?? '', fields });
    },
    onRows(count) {
      rows += count;
      onProgress?.({ phase: 'write', rows, totalRows });
    },
  });
}
