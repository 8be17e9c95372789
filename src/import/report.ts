import { type EntityName, entities } from './entities.ts';

/** Why a record or a file is not imported. It never contains a value of the record. */
export interface ImportProblem {
  file: string;
  /** The place in the file, such as `customers[3].customer_attributes[0]`. Null if the problem concerns the whole file. */
  position: string | null;
  line: number | null;
  column: number | null;
  entity: EntityName | null;
  field: string | null;
  reason: string;
}

/** A row that exists with other values and was not updated. */
export interface ImportDifference {
  file: string;
  position: string;
  line: number;
  column: number;
  entity: EntityName;
  fields: string[];
}

export interface EntityCounts {
  /** Rows in the files. */
  read: number;
  /** Rows that were reported as problems. */
  invalid: number;
  written: number;
  unchanged: number;
  updated: number;
  /** Rows that exist with other values and were not updated. */
  different: number;
  /** Banks and users that were created because they are only referenced. */
  placeholders: number;
}

export interface ImportReport {
  /** Whether the second pass wrote the rows. False if there were problems. */
  isWritten: boolean;
  entities: Map<EntityName, EntityCounts>;
  /** Records in an unknown format, and lines that are not JSON. */
  unknownRecords: number;
  unreadableFiles: number;
  correctedUrls: number;
  correctedBalances: number;
  unknownRoles: Map<string, number>;
  /** The number of records in lists that are not imported, such as `transactions`. */
  skippedSections: Map<string, number>;
  /** The number of values of each field that is not imported, such as `customer.nickname`. */
  unreadFields: Map<string, number>;
  /** Records without data to import, such as the IDs of a customer alone. */
  emptyRecords: number;
  skippedPasswords: number;
  skippedEntitlements: number;
  /** Accounts whose attribute `customer_number` is unknown at their bank. */
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
    unreadFields: new Map(),
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

/** The number of invalid rows, unknown records and unreadable files. */
export function problemCount(report: ImportReport): number {
  const invalid = [...report.entities.values()].reduce((sum, counts) => sum + counts.invalid, 0);
  return invalid + report.unknownRecords + report.unreadableFiles;
}

/** Renders a place, such as `customers.json, line 12, column 3, customers[0]`. */
export function renderPlace({
  file,
  line,
  column,
  position,
}: Omit<ImportProblem, 'entity' | 'field' | 'reason'>): string {
  const lineAndColumn = line === null ? null : `line ${line}, column ${column}`;
  return [file, lineAndColumn, position].filter((part) => part !== null).join(', ');
}

export function renderProblem({ entity, field, reason, ...place }: ImportProblem): string {
  const where = renderPlace(place);
  return `${where}: ${[entity, field, reason].filter((part) => part !== null).join(' ')}`;
}

export function renderDifference({ entity, fields, ...place }: ImportDifference): string {
  return `${renderPlace(place)}: ${entity} exists with other values (${fields.join(', ')})`;
}

const labelWidth = 24;
const minCellWidth = 8;

const columns: [title: string, count: keyof EntityCounts][] = [
  ['read', 'read'],
  ['invalid', 'invalid'],
  ['written', 'written'],
  ['updated', 'updated'],
  ['unchanged', 'unchanged'],
  ['different', 'different'],
  ['placeholders', 'placeholders'],
];

const maxNames = 1000;
const maxNameLength = 100;

/** Counts a name of a file. The number of different names is limited, because a file can contain any number of them. */
export function countName(counts: Map<string, number>, name: string): void {
  // Control characters could change what the terminal shows.
  const printable = name.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '?').slice(0, maxNameLength);
  const counted = counts.has(printable) || counts.size < maxNames ? printable : 'others';
  counts.set(counted, (counts.get(counted) ?? 0) + 1);
}

function listed(names: Map<string, number>): string {
  return [...names].map(([name, count]) => `${name} (${count})`).join(', ');
}

/** Renders the report as lines of text: a table of the entities with rows, then notes. */
export function renderReport(report: ImportReport): string {
  const cells = (texts: string[]) =>
    texts.map((text, index) => `  ${text.padStart(Math.max(minCellWidth, columns[index]?.[0].length ?? 0))}`).join('');
  const lines = [''.padEnd(labelWidth) + cells(columns.map(([title]) => title))];
  for (const { name, plural } of entities) {
    const counts = countsOf(report, name);
    if (Object.values(counts).every((count) => count === 0)) continue;
    lines.push(plural.padEnd(labelWidth) + cells(columns.map(([, count]) => String(counts[count]))));
  }
  const different = [...report.entities.values()].reduce((sum, counts) => sum + counts.different, 0);
  const notes: [isNeeded: boolean, text: string][] = [
    [report.unreadableFiles > 0, `Files that could not be read: ${report.unreadableFiles}`],
    [report.unknownRecords > 0, `Records in an unknown format: ${report.unknownRecords}`],
    [report.emptyRecords > 0, `Records without data to import, such as IDs only: ${report.emptyRecords}`],
    [report.correctedUrls > 0, `URLs without https that were changed to https: ${report.correctedUrls}`],
    [
      report.correctedBalances > 0,
      `Balances whose swapped currency and amount were corrected: ${report.correctedBalances}`,
    ],
    [report.unknownRoles.size > 0, `Unknown roles that were not granted: ${listed(report.unknownRoles)}`],
    [report.skippedSections.size > 0, `Sections that are not imported: ${listed(report.skippedSections)}`],
    [report.unreadFields.size > 0, `Fields that are not imported: ${listed(report.unreadFields)}`],
    [report.skippedPasswords > 0, `Passwords skipped without --with-passwords: ${report.skippedPasswords}`],
    [report.skippedEntitlements > 0, `Entitlements skipped without --with-entitlements: ${report.skippedEntitlements}`],
    [
      report.accountsWithoutCustomer > 0,
      `Accounts with a customer number that is unknown at their bank: ${report.accountsWithoutCustomer}`,
    ],
    [
      different > 0,
      'Rows that exist with other values were not updated. --update updates them, except KYC evidence and rows of another owner.',
    ],
  ];
  for (const [isNeeded, text] of notes) if (isNeeded) lines.push(text);
  const problems = problemCount(report);
  if (!report.isWritten) {
    lines.push(`Nothing was written because of ${problems} ${problems === 1 ? 'problem' : 'problems'}.`);
  } else if (problems > 0) lines.push(`${problems} invalid ${problems === 1 ? 'record was' : 'records were'} skipped.`);
  return lines.join('\n');
}
