import { withinClockLeeway } from '../../base/dates.ts';
import { notInFuture, type RowRule } from '../../base/row-rule.ts';
import { valueRule } from '../../base/value-rules.ts';
import { parseContentType, parseId, parseOptional, parseSha256 } from '../../base/values.ts';
import { assertInput, identifier, optionalId, optionalLongText, requireRules, text, valid } from '../../graph/input.ts';
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

/** The largest size of a file: the largest `Int`. */
export const maxBytes = 2 ** 31 - 1;

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

/** The size of a file. The type of the field limits it. */
function mediaBytes(bytes: number | null): number | null {
  assertInput(bytes === null || bytes >= 1, 'input.bytes', 'INTEGER_FROM_TO', { minimum: 1, limit: maxBytes });
  return bytes;
}

export function kycMediaValues(input: AddKycMediaInput): EvidenceValues<typeof kycMedia> {
  return collectProblems(() => {
    collectProblems(() => requireRules(kycMediaRules, { date: withinClockLeeway(input.date) }, fieldOf));
    return {
      type: text('input.type', input.type, 50),
      url: input.url,
      date: input.date,
      sha256: valid('input.sha256', () => parseOptional(input.sha256, parseSha256), null),
      contentType: valid('input.contentType', () => parseOptional(input.contentType, parseContentType), null),
      bytes: mediaBytes(input.bytes ?? null),
      relatesToKycDocumentId: optionalId('input.relatesToKycDocumentId', input.relatesToKycDocumentId),
      relatesToKycCheckId: optionalId('input.relatesToKycCheckId', input.relatesToKycCheckId),
    };
  });
}
