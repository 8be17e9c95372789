import type { CustomerHistoryRow, HistoryValues } from '../../changes/customer-history.table.ts';
import { CustomerHistoryAction } from './customer-history-action.ts';

export interface HistoryEntry extends CustomerHistoryRow {
  isImport: boolean;
  action: CustomerHistoryAction;
}

function actionOf({ before, after }: CustomerHistoryRow): CustomerHistoryAction {
  if (before === null) return CustomerHistoryAction.CREATED;
  return after === null ? CustomerHistoryAction.DELETED : CustomerHistoryAction.UPDATED;
}

export function toHistoryEntry(row: CustomerHistoryRow): HistoryEntry {
  return { ...row, isImport: row.requestId === null, action: actionOf(row) };
}

interface ValueChange {
  field: string;
  before: unknown;
  after: unknown;
}

/** The changed fields, sorted by name. `createdAt` never changes, and is kept only to restore deleted objects. */
export function valueChanges({ before, after }: Pick<CustomerHistoryRow, 'before' | 'after'>): ValueChange[] {
  const names = Object.keys({ ...before, ...after }).filter((name) => name !== 'createdAt');
  return names.sort().map((field) => ({ field, before: before?.[field] ?? null, after: after?.[field] ?? null }));
}

/** An entry as the export of a customer contains it. */
export function toExportedEntry(row: CustomerHistoryRow): object {
  const { changedAt, changedByUserId, requestId, object, objectId, action } = toHistoryEntry(row);
  return { changedAt, changedByUserId, requestId, object, objectId, action, changes: valueChanges(row) };
}

/**
 * The rows of a customer as they were before the `later` changes, which are sorted newest first. `toValues` converts the kept values
 * of a row.
 *
 * The present rows must be read before the changes: a change that was made in between is undone although the rows do not contain it,
 * which has no effect.
 */
export function rowsBefore<Row extends { id: string }>(
  present: readonly Row[],
  later: readonly CustomerHistoryRow[],
  toValues: (values: HistoryValues) => Partial<Row>,
): Row[] {
  const rows = new Map(present.map((row) => [row.id, row]));
  for (const { bankId, customerId, objectId: id, before, after } of later) {
    const row = rows.get(id);
    if (before === null) rows.delete(id);
    else if (after === null) rows.set(id, toValues({ id, bankId, customerId, ...before }) as Row);
    else if (row !== undefined) rows.set(id, { ...row, ...toValues({ ...before }) });
  }
  return [...rows.values()];
}
