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

const fieldIn = (place: string) => (column: string) => `${place}.${column}`;

export function kycCheckValues(input: AddKycCheckInput, place = 'input'): EvidenceValues<typeof kycCheck> {
  return collectProblems(() => {
    collectProblems(() => requireRules(kycCheckRules, { date: withinClockLeeway(input.date) }, fieldIn(place)));
    const staffUserId = valid(`${place}.staffUserId`, () => parseId(input.staffUserId), '');
    return {
      date: input.date,
      how: text(`${place}.how`, input.how, 32),
      staffUserId: text(`${place}.staffUserId`, staffUserId, 64),
      staffName: text(`${place}.staffName`, input.staffName, 64),
      satisfied: input.satisfied,
      comments: optionalLongText(`${place}.comments`, input.comments, 2000),
    };
  });
}

export function kycDocumentValues(input: AddKycDocumentInput, place = 'input'): EvidenceValues<typeof kycDocument> {
  return collectProblems(() => {
    const { issueDate, expiryDate } = input;
    requireRules(kycDocumentRules, { issueDate, expiryDate }, fieldIn(place));
    return {
      type: text(`${place}.type`, input.type, 50),
      number: identifier(`${place}.number`, input.number, 50),
      issueDate,
      issuePlace: text(`${place}.issuePlace`, input.issuePlace, 512),
      expiryDate,
    };
  });
}

/** The size of a file. The type of the field limits it. */
function mediaBytes(bytes: number | null, place: string): number | null {
  assertInput(bytes === null || bytes >= 1, `${place}.bytes`, 'INTEGER_FROM_TO', { minimum: 1, limit: maxBytes });
  return bytes;
}

export function kycMediaValues(input: AddKycMediaInput, place = 'input'): EvidenceValues<typeof kycMedia> {
  return collectProblems(() => {
    collectProblems(() => requireRules(kycMediaRules, { date: withinClockLeeway(input.date) }, fieldIn(place)));
    return {
      type: text(`${place}.type`, input.type, 50),
      url: input.url,
      date: input.date,
      sha256: valid(`${place}.sha256`, () => parseOptional(input.sha256, parseSha256), null),
      contentType: valid(`${place}.contentType`, () => parseOptional(input.contentType, parseContentType), null),
      bytes: mediaBytes(input.bytes ?? null, place),
      relatesToKycDocumentId: optionalId(`${place}.relatesToKycDocumentId`, input.relatesToKycDocumentId),
      relatesToKycCheckId: optionalId(`${place}.relatesToKycCheckId`, input.relatesToKycCheckId),
    };
  });
}

/** A check of an input, and its ID. The ID is null if one must be generated. */
export function newKycCheck(input: AddKycCheckInput, place = 'input') {
  return collectProblems(() => ({
    id: optionalId(`${place}.kycCheckId`, input.kycCheckId),
    values: kycCheckValues(input, place),
  }));
}

export function newKycDocument(input: AddKycDocumentInput, place = 'input') {
  return collectProblems(() => ({
    id: optionalId(`${place}.kycDocumentId`, input.kycDocumentId),
    values: kycDocumentValues(input, place),
  }));
}

export function newKycMedia(input: AddKycMediaInput, place = 'input') {
  return collectProblems(() => ({
    id: optionalId(`${place}.kycMediaId`, input.kycMediaId),
    values: kycMediaValues(input, place),
  }));
}
