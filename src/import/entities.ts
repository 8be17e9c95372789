import type { SQLiteTable } from 'drizzle-orm/sqlite-core';
import { account } from '../domain/account/account.table.ts';
import { accountAttribute } from '../domain/account/account-attribute.table.ts';
import { accountHolder } from '../domain/account/account-holder.table.ts';
import { accountRouting } from '../domain/account/account-routing.table.ts';
import { customerAccountLink } from '../domain/account/customer-account-link.table.ts';
import { customerAddress } from '../domain/address/address.table.ts';
import { attributeDefinition } from '../domain/attribute/attribute-definition.table.ts';
import { bank } from '../domain/bank/bank.table.ts';
import { crmEvent } from '../domain/crm-event/crm-event.table.ts';
import { derivedColumns } from '../domain/customer/customer.rules.ts';
import { type CustomerRow, customer } from '../domain/customer/customer.table.ts';
import { attributeSearchValue } from '../domain/customer/customer-attribute.rules.ts';
import { customerAttribute } from '../domain/customer/customer-attribute.table.ts';
import { kycCheck } from '../domain/kyc/kyc-check.table.ts';
import { kycDocument } from '../domain/kyc/kyc-document.table.ts';
import { kycMedia } from '../domain/kyc/kyc-media.table.ts';
import { kycStatus } from '../domain/kyc/kyc-status.table.ts';
import { meeting } from '../domain/meeting/meeting.table.ts';
import { meetingInvitee } from '../domain/meeting/meeting-invitee.table.ts';
import { customerMessage } from '../domain/message/message.table.ts';
import { socialMediaHandle } from '../domain/social-media-handle/social-media-handle.table.ts';
import { taxResidence } from '../domain/tax-residence/tax-residence.table.ts';
import { entitlement } from '../domain/user/entitlement.table.ts';
import { type UserRow, user } from '../domain/user/user.table.ts';
import { userAttribute } from '../domain/user/user-attribute.table.ts';
import { canonicalNames } from '../domain/user/username.ts';
import { userCustomerLink } from '../domain/user-customer-link/user-customer-link.table.ts';
import type { Row } from './fields.ts';
import type { NounName } from './records.ts';

/** How the rows of a noun are found and written. */
export interface Noun {
  name: NounName;
  plural: string;
  table: SQLiteTable;
  /** The columns that a row is known by, and, if it came without its id, the columns that it is then known by. */
  key: string[];
  keyWithoutId?: string[];
  /** The text columns by which a batch of rows is read, where they are not those of the key. */
  readBy?: string[];
  readByWithoutId?: string[];
  /** What a new row has where its record says nothing. All else is null, but ids, times and versions. */
  defaults?: Row;
  /** The columns that are made from others. */
  derive?(row: Row): Row;
  /** KYC evidence is never changed, only added. */
  isEvidence?: true;
  /** A plain list of its customer, which has at most 500 members. */
  isPlainList?: true;
}

/** In the order of their dependency: what a row refers to comes before it. */
export const nouns: Noun[] = [
  { name: 'bank', plural: 'banks', table: bank, key: ['id'] },
  {
    name: 'user',
    plural: 'users',
    table: user,
    key: ['id'],
    keyWithoutId: ['provider', 'username'],
    defaults: { isSuperAdmin: false, awaitsEmailValidation: false },
    derive: (row) => canonicalNames(row as UserRow),
  },
  { name: 'userAttribute', plural: 'user attributes', table: userAttribute, key: ['id'] },
  {
    name: 'entitlement',
    plural: 'entitlements',
    table: entitlement,
    key: ['userId', 'roleName', 'bankId'],
    readBy: ['userId'],
  },
  {
    name: 'attributeDefinition',
    plural: 'attribute definitions',
    table: attributeDefinition,
    key: ['bankId', 'category', 'name'],
    defaults: { canBeSeenOnViews: [] },
  },
  {
    name: 'customer',
    plural: 'customers',
    table: customer,
    key: ['id'],
    defaults: { dobOfDependants: [], kycStatus: false },
    derive: (row) => derivedColumns(row as CustomerRow),
  },
  { name: 'account', plural: 'accounts', table: account, key: ['bankId', 'id'] },
  { name: 'accountRouting', plural: 'account routings', table: accountRouting, key: ['bankId', 'accountId', 'scheme'] },
  { name: 'accountHolder', plural: 'account holders', table: accountHolder, key: ['bankId', 'accountId', 'userId'] },
  {
    name: 'accountAttribute',
    plural: 'account attributes',
    table: accountAttribute,
    key: ['id'],
    keyWithoutId: ['bankId', 'accountId', 'contractCode', 'name'],
    readByWithoutId: ['bankId', 'accountId'],
  },
  {
    name: 'customerAccountLink',
    plural: 'customer-account links',
    table: customerAccountLink,
    key: ['customerId', 'accountId'],
    defaults: { relationshipType: 'Owner' },
    isPlainList: true,
  },
  {
    name: 'customerAddress',
    plural: 'addresses',
    table: customerAddress,
    key: ['id'],
    defaults: { tags: [] },
    isPlainList: true,
  },
  {
    name: 'customerAttribute',
    plural: 'customer attributes',
    table: customerAttribute,
    key: ['id'],
    keyWithoutId: ['customerId', 'name', 'type', 'value'],
    readByWithoutId: ['customerId'],
    derive: ({ value }) => ({ valueSearch: attributeSearchValue(String(value)) }),
    isPlainList: true,
  },
  {
    name: 'socialMediaHandle',
    plural: 'social media handles',
    table: socialMediaHandle,
    key: ['customerId', 'type', 'handle'],
    isPlainList: true,
  },
  {
    name: 'taxResidence',
    plural: 'tax residences',
    table: taxResidence,
    key: ['customerId', 'domain', 'taxNumber'],
    isPlainList: true,
  },
  {
    name: 'kycCheck',
    plural: 'KYC checks',
    table: kycCheck,
    key: ['customerId', 'id'],
    isEvidence: true,
    isPlainList: true,
  },
  {
    name: 'kycDocument',
    plural: 'KYC documents',
    table: kycDocument,
    key: ['customerId', 'id'],
    isEvidence: true,
    isPlainList: true,
  },
  {
    name: 'kycMedia',
    plural: 'KYC media',
    table: kycMedia,
    key: ['customerId', 'id'],
    isEvidence: true,
    isPlainList: true,
  },
  {
    name: 'kycStatus',
    plural: 'KYC statuses',
    table: kycStatus,
    key: ['customerId', 'date', 'ok'],
    readBy: ['customerId'],
    isEvidence: true,
    isPlainList: true,
  },
  { name: 'meeting', plural: 'meetings', table: meeting, key: ['id'] },
  {
    name: 'meetingInvitee',
    plural: 'meeting invitees',
    table: meetingInvitee,
    key: ['meetingId', 'position'],
    readBy: ['meetingId'],
  },
  { name: 'customerMessage', plural: 'messages', table: customerMessage, key: ['id'] },
  { name: 'crmEvent', plural: 'CRM events', table: crmEvent, key: ['id'] },
  {
    name: 'userCustomerLink',
    plural: 'user-customer links',
    table: userCustomerLink,
    key: ['customerId', 'userId'],
    isPlainList: true,
  },
];

export function nounOf(name: NounName): Noun {
  const found = nouns.find((noun) => noun.name === name);
  if (found === undefined) throw new Error(`No noun ${name}`);
  return found;
}
