import { notInFuture, type RowRule } from '../../base/row-rule.ts';
import type { CrmEventRow } from './crm-event.table.ts';

/** The contact can be planned for any time, but must have taken place in the past. */
export const crmEventRules: readonly RowRule<CrmEventRow>[] = [notInFuture('actualDate')];

/** An event whose contact took place before the event was stored is closed from the start. */
export function closedAtOf({ actualDate, createdAt }: Pick<CrmEventRow, 'actualDate' | 'createdAt'>): Date | null {
  return actualDate === null ? null : createdAt;
}
