import { notInFuture, type RowRule } from '../../base/row-rule.ts';
import type { CrmEventRow } from './crm-event.table.ts';

/** The contact can be planned for any time, but must have taken place in the past. */
export const crmEventRules: readonly RowRule<CrmEventRow>[] = [notInFuture('actualDate')];
