import { withinClockLeeway } from '../../base/dates.ts';
import { notInFuture, type RowRule } from '../../base/row-rule.ts';
import { optionalLongText, requireRules } from '../../graph/input.ts';
import { collectProblems } from '../../graph/input-collection.ts';
import type { KycStatusRow } from './kyc-status.table.ts';
import type { AddKycStatusInput } from './kyc-status.type.ts';

/** A status of the future would prevail over all statuses until then. */
export const kycStatusRules: readonly RowRule<KycStatusRow>[] = [notInFuture('date')];

/** The values of a status, or of a proposal of one. */
export type KycStatusValues = Pick<KycStatusRow, 'ok' | 'date' | 'sentDate' | 'reason'>;

export function kycStatusValues({ ok, date: sent, ...input }: AddKycStatusInput): KycStatusValues {
  return collectProblems(() => {
    const reason = optionalLongText('input.reason', input.reason, 2000);
    // An invalid date ends the checks.
    const date = withinClockLeeway(sent);
    requireRules(kycStatusRules, { ok, date }, (column) => `input.${column}`);
    return { ok, date, sentDate: date === sent ? null : sent, reason };
  });
}
