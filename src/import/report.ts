import { type EntityName, entities } from './entities.ts';

/** Something that keeps a record, or a whole file, from being imported. It never holds a value. */
export interface ImportProblem {
  file: string;
  /** `customers[3].customer_attributes[0]`; null where it is about the file. */
  position: string | null;
  line: number | null;
  entity: EntityName | null;
  field: string | null;
  reason: string;
}

/** A row that exists with other values, and was left alone. */
export interface ImportDifference {
  file: string;
  position: string;
  line: number;
  entity: EntityName;
  fields: string[];
}

export interface EntityCounts {
  /** Rows that the files hold. */
  read: number;
  /** Refused, with a reason. */
  invalid: number;
  written: number;
  unchanged: number;
  updated: number;
  /** Exist with other values and were left alone. */
  different: number;
  /** Made because they were only referred to. */
  placeholders: number;
}

export interface ImportReport {
  /** False when something was wrong and nothing was written. */
  isWritten: boolean;
  entities: Map<EntityName, EntityCounts>;
  /** Records that are none of the known shapes, and lines that are no JSON. */
  unknownRecords: number;
  unreadableFiles: number;
  correctedUrls: number;
  correctedBalances: number;
  unknownRoles: Map<string, number>;
  /** Sections such as transactions, and how many members each has. */
  skippedSections: Map<string, number>;
  /** Records that hold nothing to import, as the ids of a customer alone. */
  emptyRecords: number;
  skippedPasswords: number;
  skippedEntitlements: number;
  /** Accounts that name, in an attribute, a customer number that their bank does not have. */
  accountsWithoutCustomer: number;
}

export function emptyReport(): ImportReport {
  const counts = (): EntityCounts => ({
    read: 0,
    invalid: 0,
    written: 0,
    unchanged: 0,
    updated: 0,
    different: 0,
    placeholders: 0,
  });
  return {
    isWritten: false,
    entities: new Map(entities.map(({ name }) => [name, counts()])),
    unknownRecords: 0,
    unreadableFiles: 0,
    correctedUrls: 0,
    correctedBalances: 0,
    unknownRoles: new Map(),
    skippedSections: new Map(),
    emptyRecords: 0,
    skippedPasswords: 0,
    skippedEntitlements: 0,
    accountsWithoutCustomer: 0,
  };
}

export function countsOf(report: ImportReport, entity: string): EntityCounts {
  const counts = report.entities.get(entity as EntityName);
  if (counts === undefined) throw new Error(`No counts of ${entity}`);
  return counts;
}

/** How many things were refused. */
export function problemCount(report: ImportReport): number {
  const invalid = [...report.entities.values()].reduce((sum, counts) => sum + counts.invalid, 0);
  return invalid + report.unknownRecords + report.unreadableFiles;
}

export function renderProblem({ file, position, line, entity, field, reason }: ImportProblem): string {
  const where = [file, line === null ? null : `line ${line}`, position].filter((part) => part !== null).join(', ');
  return `${where}: ${[entity, field, reason].filter((part) => part !== null).join(' ')}`;
}

export function renderDifference({ file, position, line, entity, fields }: ImportDifference): string {
  return `${file}, line ${line}, ${position}: ${entity} exists with other values (${fields.join(', ')})`;
}

const columns: [title: string, count: keyof EntityCounts][] = [
  ['read', 'read'],
  ['refused', 'invalid'],
  ['written', 'written'],
  ['updated', 'updated'],
  ['unchanged', 'unchanged'],
  ['different', 'different'],
  ['stubs', 'placeholders'],
];

function counted(names: Map<string, number>): string {
  return [...names].map(([name, count]) => `${name} (${count})`).join(', ');
}

/** The report as lines of text, for a terminal. */
export function renderReport(report: ImportReport): string {
  const lines = [
    ['', ...columns.map(([title]) => title.padStart(10))]
      .map((cell, index) => (index === 0 ? ''.padEnd(24) : cell))
      .join(''),
  ];
  for (const { name, plural } of entities) {
    const counts = countsOf(report, name);
    if (Object.values(counts).every((count) => count === 0)) continue;
    lines.push(plural.padEnd(24) + columns.map(([, count]) => String(counts[count]).padStart(10)).join(''));
  }
  const different = [...report.entities.values()].reduce((sum, counts) => sum + counts.different, 0);
  const notes: [when: boolean, text: string][] = [
    [report.unreadableFiles > 0, `Files that could not be read: ${report.unreadableFiles}`],
    [report.unknownRecords > 0, `Records of no known shape: ${report.unknownRecords}`],
    [
      report.emptyRecords > 0,
      `Records with nothing to import (ids only, or an answer without data): ${report.emptyRecords}`,
    ],
    [report.correctedUrls > 0, `URLs without https, taken as https: ${report.correctedUrls}`],
    [
      report.correctedBalances > 0,
      `Balances with currency and amount swapped, put in order: ${report.correctedBalances}`,
    ],
    [report.unknownRoles.size > 0, `Unknown roles, not granted: ${counted(report.unknownRoles)}`],
    [report.skippedSections.size > 0, `Sections that are not imported: ${counted(report.skippedSections)}`],
    [report.skippedPasswords > 0, `Passwords not imported (--with-passwords would): ${report.skippedPasswords}`],
    [
      report.skippedEntitlements > 0,
      `Entitlements not imported (--with-entitlements would): ${report.skippedEntitlements}`,
    ],
    [
      report.accountsWithoutCustomer > 0,
      `Accounts that name a customer number that their bank does not have: ${report.accountsWithoutCustomer}`,
    ],
    [different > 0, 'Rows that exist with other values were left alone; --update changes them, except KYC evidence.'],
  ];
  for (const [when, text] of notes) if (when) lines.push(text);
  const problems = problemCount(report);
  if (!report.isWritten) {
    lines.push(`Nothing was written: ${problems} ${problems === 1 ? 'problem' : 'problems'}.`);
  } else if (problems > 0) lines.push(`${problems} bad ${problems === 1 ? 'record was' : 'records were'} skipped.`);
  return lines.join('\n');
}
