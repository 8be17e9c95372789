import { withinClockLeeway } from '../../base/dates.ts';
import { notInFuture, type RowRule } from '../../base/row-rule.ts';
import { requireRules } from '../../graph/input.ts';
import type { KycStatusRow } from './kyc-status.table.ts';
import type { AddKycStatusInput } from './kyc-status.type.ts';

/** A status of the future would prevail over all statuses until then. */
export const kycStatusRules: readonly RowRule<KycStatusRow>[] = [notInFuture('date')];

export function kycStatusValues({ ok, date }: AddKycStatusInput): Pick<KycStatusRow, 'ok' | 'date'> {
  const values = { ok, date: withinClockLeeway(date) };
  requireRules(kycStatusRules, values, (column) => `input.${column}`);
  return values;
}
