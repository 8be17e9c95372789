import { parseId } from '../../base/values.ts';
import { assertInput, optionalLongText, text, valid } from '../../graph/input.ts';
import type { AddKycCheckInput, AddKycDocumentInput, AddKycMediaInput } from './kyc.type.ts';
import type { kycCheck } from './kyc-check.table.ts';
import type { kycDocument } from './kyc-document.table.ts';
import type { EvidenceValues } from './kyc-evidence.ts';
import type { kycMedia } from './kyc-media.table.ts';

export function optionalId(field: string, id: string | null | undefined): string | null {
  return id == null ? null : valid(field, () => parseId(id));
}

export function kycCheckValues(input: AddKycCheckInput): EvidenceValues<typeof kycCheck> {
  const staffUserId = valid('input.staffUserId', () => parseId(input.staffUserId));
  return {
    date: input.date,
    how: text('input.how', input.how, 32),
    staffUserId: text('input.staffUserId', staffUserId, 64),
    staffName: text('input.staffName', input.staffName, 64),
    satisfied: input.satisfied,
    comments: optionalLongText('input.comments', input.comments, 2000),
  };
}

export function kycDocumentValues(input: AddKycDocumentInput): EvidenceValues<typeof kycDocument> {
  const { issueDate, expiryDate } = input;
  assertInput(issueDate <= expiryDate, 'input.expiryDate', 'is before the day of issue');
  return {
    type: text('input.type', input.type, 50),
    number: text('input.number', input.number, 50),
    issueDate,
    issuePlace: text('input.issuePlace', input.issuePlace, 512),
    expiryDate,
  };
}

export function kycMediaValues(input: AddKycMediaInput): EvidenceValues<typeof kycMedia> {
  return {
    type: text('input.type', input.type, 50),
    url: text('input.url', input.url, 255),
    date: input.date,
    relatesToKycDocumentId: optionalId('input.relatesToKycDocumentId', input.relatesToKycDocumentId),
    relatesToKycCheckId: optionalId('input.relatesToKycCheckId', input.relatesToKycCheckId),
  };
}
