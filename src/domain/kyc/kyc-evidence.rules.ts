import { withinClockLeeway } from '../../base/dates.ts';
import { notInFuture, type RowRule } from '../../base/row-rule.ts';
import { valueRule } from '../../base/value-rules.ts';
import { parseId } from '../../base/values.ts';
import { identifier, optionalId, optionalLongText, requireRules, text, valid } from '../../graph/input.ts';
import { collectProblems } from '../../graph/input-collection.ts';
import type { KycCheckRow, kycCheck } from './kyc-check.table.ts';
import type { AddKycCheckInput } from './kyc-check.type.ts';
import type { KycDocumentRow, kycDocument } from './kyc-document.table.ts';
import type { AddKycDocumentInput } from './kyc-document.type.ts';
import type { EvidenceValues } from './kyc-evidence.writes.ts';
import type { KycMediaRow, kycMedia } from './kyc-media.table.ts';
import type { AddKycMediaInput } from './kyc-media.type.ts';

export const kycCheckRules: readonly RowRule<KycCheckRow>[] = [notInFuture('date')];

export const kycMediaRules: readonly RowRule<KycMediaRow>[] = [notInFuture('date')];

export const kycDocumentRules: readonly RowRule<KycDocumentRow>[] = [
  notInFuture('issueDate'),
  {
    columns: ['expiryDate', 'issueDate'],
    reason: (nameOf) => valueRule('AFTER_START', { otherField: nameOf('issueDate') }),
    holds: ({ issueDate, expiryDate }) => issueDate === null || expiryDate === null || issueDate <= expiryDate,
  },
];

const fieldOf = (column: string) => `input.${column}`;

export function kycCheckValues(input: AddKycCheckInput): EvidenceValues<typeof kycCheck> {
  return collectProblems(() => {
    collectProblems(() => requireRules(kycCheckRules, { date: withinClockLeeway(input.date) }, fieldOf));
    const staffUserId = valid('input.staffUserId', () => parseId(input.staffUserId), '');
    return {
      date: input.date,
      how: text('input.how', input.how, 32),
      staffUserId: text('input.staffUserId', staffUserId, 64),
      staffName: text('input.staffName', input.staffName, 64),
      satisfied: input.satisfied,
      comments: optionalLongText('input.comments', input.comments, 2000),
    };
  });
}

export function kycDocumentValues(input: AddKycDocumentInput): EvidenceValues<typeof kycDocument> {
  return collectProblems(() => {
    const { issueDate, expiryDate } = input;
    requireRules(kycDocumentRules, { issueDate, expiryDate }, fieldOf);
    return {
      type: text('input.type', input.type, 50),
      number: identifier('input.number', input.number, 50),
      issueDate,
      issuePlace: text('input.issuePlace', input.issuePlace, 512),
      expiryDate,
    };
  });
}

export function kycMediaValues(input: AddKycMediaInput): EvidenceValues<typeof kycMedia> {
  return collectProblems(() => {
    collectProblems(() => requireRules(kycMediaRules, { date: withinClockLeeway(input.date) }, fieldOf));
    return {
      type: text('input.type', input.type, 50),
      url: text('input.url', input.url, 255),
      date: input.date,
      relatesToKycDocumentId: optionalId('input.relatesToKycDocumentId', input.relatesToKycDocumentId),
      relatesToKycCheckId: optionalId('input.relatesToKycCheckId', input.relatesToKycCheckId),
    };
  });
}
