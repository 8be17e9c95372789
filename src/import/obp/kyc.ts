import { kycCheck as kycCheckTable } from '../../domain/kyc/kyc-check.table.ts';
import { kycDocument as kycDocumentTable } from '../../domain/kyc/kyc-document.table.ts';
import { kycCheckRules, kycDocumentRules, kycMediaRules, maxBytes } from '../../domain/kyc/kyc-evidence.rules.ts';
import { kycMedia as kycMediaTable } from '../../domain/kyc/kyc-media.table.ts';
import { kycStatusRules } from '../../domain/kyc/kyc-status.rules.ts';
import { kycStatus as kycStatusTable } from '../../domain/kyc/kyc-status.table.ts';
import { defineEntity } from '../entity.ts';
import {
  boolean,
  contentType,
  id,
  identifier,
  integer,
  localDate,
  longText,
  optional,
  required,
  sha256,
  text,
  timeAheadOfClock,
  timeByClock,
  url,
} from '../fields.ts';

export const kycCheck = defineEntity({
  name: 'kycCheck',
  plural: 'KYC checks',
  table: kycCheckTable,
  key: ['customerId', 'id'],
  parent: 'customer',
  record: { sections: ['checks'], marks: [['satisfied'], ['how']] },
  fields: [
    required('id', 'id', id),
    required('date', 'date', timeByClock),
    required('how', 'how', text(255)),
    optional('staff_user_id', 'staffUserId', id),
    optional('staff_name', 'staffName', text(255)),
    required('satisfied', 'satisfied', boolean),
    optional('comments', 'comments', longText(2000)),
  ],
  rules: kycCheckRules,
  isEvidence: true,
  isListOfCustomer: true,
});

export const kycDocument = defineEntity({
  name: 'kycDocument',
  plural: 'KYC documents',
  table: kycDocumentTable,
  key: ['customerId', 'id'],
  parent: 'customer',
  record: { sections: ['documents'], marks: [['issue_place'], ['issue_date'], ['expiry_date']] },
  fields: [
    required('id', 'id', id),
    required('type', 'type', text(50)),
    required('number', 'number', identifier(50), { keepsStored: true }),
    optional('issue_date', 'issueDate', localDate),
    optional('issue_place', 'issuePlace', text(512)),
    optional('expiry_date', 'expiryDate', localDate),
  ],
  rules: kycDocumentRules,
  isEvidence: true,
  isListOfCustomer: true,
});

export const kycMedia = defineEntity({
  name: 'kycMedia',
  plural: 'KYC media',
  table: kycMediaTable,
  key: ['customerId', 'id'],
  parent: 'customer',
  record: { sections: ['medias'], marks: [['relates_to_kyc_document_id'], ['relates_to_kyc_check_id']] },
  fields: [
    required('id', 'id', id),
    required('type', 'type', text(50)),
    required('url', 'url', url),
    required('date', 'date', timeByClock),
    optional('sha256', 'sha256', sha256),
    optional('content_type', 'contentType', contentType),
    optional('bytes', 'bytes', integer(1, maxBytes)),
    optional('relates_to_kyc_document_id', 'relatesToKycDocumentId', id),
    optional('relates_to_kyc_check_id', 'relatesToKycCheckId', id),
  ],
  rules: kycMediaRules,
  isEvidence: true,
  isListOfCustomer: true,
});

export const kycStatus = defineEntity({
  name: 'kycStatus',
  plural: 'KYC statuses',
  table: kycStatusTable,
  key: ['customerId', 'date', 'ok'],
  readBy: ['customerId'],
  parent: 'customer',
  record: { sections: ['statuses'], marks: [['ok', 'date']] },
  fields: [
    required('ok', 'ok', boolean),
    required('date', 'date', timeByClock),
    optional('date', 'sentDate', timeAheadOfClock),
  ],
  rules: kycStatusRules,
  isEvidence: true,
  isListOfCustomer: true,
});
