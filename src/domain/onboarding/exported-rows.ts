import { asc, type SQL } from 'drizzle-orm';
import type { SQLiteColumn, SQLiteTable } from 'drizzle-orm/sqlite-core';
import { gatewayError } from '../../base/errors.ts';
import type { Queries } from '../../database/database.ts';
import type { AnswerMeter } from '../../execution/answer-meter.ts';

/**
 * The maximum number of rows of one kind in an export. They are in memory together: with the longest texts, 10,000 rows take
 * about 40 MB.
 */
export const maxExportedRows = 10_000;

/** Columns that only serve the gateway, or that repeat another member of the export. */
const omittedColumns = new Set([
  'version',
  'valueSearch',
  'valueOrder',
  'bankId',
  'customerId',
  'accountId',
  'retractedAt',
  'retractedByUserId',
  'retractionReason',
  'ofClosedCustomer',
]);

/** A row without the omitted columns, so that a new column is exported unless it is omitted here. */
export function exportedRow(row: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(row).filter(([name]) => !omittedColumns.has(name)));
}

/** The transaction in which an export reads, and the meter that counts its rows. */
export interface ExportReader {
  transaction: Queries;
  answer: AnswerMeter;
}

/** Reads all rows in ascending order. @throws TOO_MANY_ITEMS or ANSWER_TOO_LARGE rather than to return a part of them. */
export async function readAllRows<Table extends SQLiteTable>(
  { transaction, answer }: ExportReader,
  table: Table,
  { name, where, orderBy }: { name: string; where: SQL | undefined; orderBy: readonly SQLiteColumn[] },
): Promise<Table['$inferSelect'][]> {
  const rows = await transaction
    .select()
    .from(table as SQLiteTable)
    .where(where)
    .orderBy(...orderBy.map((column) => asc(column)))
    .limit(maxExportedRows + 1);
  answer.addExported(rows);
  if (rows.length <= maxExportedRows) return rows;
  throw gatewayError('TOO_MANY_ITEMS', { detail: 'EXPORT', schemaField: name, limit: maxExportedRows });
}
