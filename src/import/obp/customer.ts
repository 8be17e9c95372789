import { localDateFromWritten } from '../../base/dates.ts';
import { derivedCanonicalForm } from '../../base/identifiers.ts';
import { parseText } from '../../base/values.ts';
import { addressRules } from '../../domain/address/address.rules.ts';
import { customerAddress as customerAddressTable } from '../../domain/address/address.table.ts';
import { maxTagLength, maxTags } from '../../domain/address/tag-limits.ts';
import { customerRules, derivedColumns, maxDependants } from '../../domain/customer/customer.rules.ts';
import { customer as customerTable } from '../../domain/customer/customer.table.ts';
import { derivedAttributeColumns } from '../../domain/customer/customer-attribute.rules.ts';
import { customerAttribute as customerAttributeTable } from '../../domain/customer/customer-attribute.table.ts';
import { CustomerType } from '../../domain/customer/customer-type.ts';
import { socialMediaHandleRules } from '../../domain/social-media-handle/social-media-handle.rules.ts';
import { socialMediaHandle as socialMediaHandleTable } from '../../domain/social-media-handle/social-media-handle.table.ts';
import { taxResidence as taxResidenceTable } from '../../domain/tax-residence/tax-residence.table.ts';
import { userCustomerLinkRules } from '../../domain/user-customer-link/user-customer-link.rules.ts';
import { userCustomerLink as userCustomerLinkTable } from '../../domain/user-customer-link/user-customer-link.table.ts';
import { defaultMaxItems } from '../../execution/max-items.ts';
import { defineEntity, type Enclosing, type Place, type Reading } from '../entity.ts';
import {
  amount,
  attributeType,
  attributeValue,
  boolean,
  count,
  countryCode,
  currency,
  customerNumber,
  customerType,
  emailAddress,
  id,
  identifier,
  list,
  localDate,
  longText,
  optional,
  phoneNumber,
  readFields,
  required,
  text,
  timeByClock,
  url,
  visibleText,
} from '../fields.ts';
import { isObject, isUnset, type JsonObject } from '../json.ts';
import {
  countUnread,
  idAt,
  items,
  missingRule,
  openRecord,
  readSimpleRecord,
  requiredBankOf,
  stageRow,
} from '../record-reader.ts';
import type { Row } from '../row.ts';
import { readAccount } from './account.ts';
import { readUser } from './user.ts';

export const customer = defineEntity({
  name: 'customer',
  plural: 'customers',
  table: customerTable,
  key: ['id'],
  record: { sections: ['customers'], marks: [['legal_name']], read: readCustomer },
  fields: [
    required('customer_number', 'customerNumber', customerNumber, { keepsStored: true }),
    required('legal_name', 'legalName', text(255)),
    required('mobile_phone_number', 'mobilePhoneNumber', phoneNumber(50), { empty: '' }),
    optional('email', 'email', emailAddress, { keepsStored: true }),
    optional('face_image.url', 'faceImageUrl', url),
    optional('face_image.date', 'faceImageDate', timeByClock),
    optional('date_of_birth', 'dateOfBirth', localDate),
    optional('relationship_status', 'relationshipStatus', text(16)),
    optional('dependants', 'dependants', count),
    optional('dob_of_dependants', 'dobOfDependants', list(maxDependants, localDateFromWritten), { empty: [] }),
    optional('credit_rating.rating', 'creditRating', text(100)),
    optional('credit_rating.source', 'creditSource', text(100)),
    optional('credit_limit.currency', 'creditLimitCurrency', currency, { keepsStored: true }),
    optional('credit_limit.amount', 'creditLimitAmount', amount('credit_limit.currency'), { keepsStored: true }),
    optional('highest_education_attained', 'highestEducationAttained', text(32)),
    optional('employment_status', 'employmentStatus', text(32)),
    optional('kyc_status', 'kycStatus', boolean, { empty: false }),
    optional('last_ok_date', 'lastOkDate', timeByClock),
    optional('title', 'title', text(255)),
    // OBP wrote `branchId` and `nameSuffix` until 20 November 2019.
    optional('branch_id', 'branchId', text(255), { otherName: 'branchId' }),
    optional('name_suffix', 'nameSuffix', text(255), { otherName: 'nameSuffix' }),
    optional('customer_type', 'customerType', customerType, { empty: CustomerType.RETAIL }),
    optional('registration_number', 'registrationNumber', identifier(50)),
    optional('incorporation_date', 'incorporationDate', localDate),
    optional('legal_form', 'legalForm', text(64)),
    // OBP does not have the closing.
    optional('closed_on', 'closedOn', localDate),
    optional('closing_reason', 'closingReason', longText(2000)),
  ],
  otherFields: ['bank_id', 'customer_id', 'customer_attributes', 'accounts'],
  uniqueKeys: [
    {
      kind: 'customerNumber',
      columns: ['bankId', 'customerNumber'],
      canonical: { column: 'canonicalNumber', of: ['customerNumber'] },
      field: 'customer_number',
      scope: 'at the bank',
    },
  ],
  defaults: { dobOfDependants: [], kycStatus: false, customerType: CustomerType.RETAIL },
  rules: customerRules,
  derive: (row) => ({ ...derivedColumns(row), canonicalNumber: derivedCanonicalForm(row.customerNumber) }),
});

export const customerAddress = defineEntity({
  name: 'customerAddress',
  plural: 'addresses',
  table: customerAddressTable,
  key: ['id'],
  parent: 'customer',
  record: { sections: ['addresses'], marks: [['customer_address_id'], ['line_1', 'postcode']] },
  fields: [
    required('customer_address_id', 'id', id),
    required('line_1', 'line1', text(255)),
    optional('line_2', 'line2', text(255)),
    optional('line_3', 'line3', text(255)),
    required('city', 'city', text(255)),
    optional('county', 'county', text(255)),
    optional('state', 'state', text(255)),
    optional('postcode', 'postcode', text(20)),
    required('country_code', 'countryCode', countryCode, { keepsStored: true }),
    optional(
      'tags',
      'tags',
      list(maxTags, (tag) => parseText(tag, maxTagLength)),
      { empty: [] },
    ),
    optional('status', 'status', text(255)),
    optional('insert_date', 'insertDate', timeByClock),
  ],
  defaults: { tags: [] },
  rules: addressRules,
  isListOfCustomer: true,
});

export const customerAttribute = defineEntity({
  name: 'customerAttribute',
  plural: 'customer attributes',
  table: customerAttributeTable,
  key: ['id'],
  keyWithoutId: ['customerId', 'name', 'type', 'value'],
  readByWithoutId: ['customerId'],
  parent: 'customer',
  record: {
    sections: ['customer_attributes', 'attributes'],
    marks: [['customer_attribute_id'], ['name', 'type', 'value']],
  },
  fields: [
    optional('customer_attribute_id', 'id', id),
    required('name', 'name', visibleText(50), { keepsStored: true }),
    required('type', 'type', attributeType),
    required('value', 'value', attributeValue),
  ],
  derive: derivedAttributeColumns,
  isListOfCustomer: true,
});

export const socialMediaHandle = defineEntity({
  name: 'socialMediaHandle',
  plural: 'social media handles',
  table: socialMediaHandleTable,
  key: ['customerId', 'type', 'handle'],
  readBy: ['customerId'],
  comparedByForm: ['type', 'handle'],
  parent: 'customer',
  record: { sections: ['social_media_handles', 'checks'], marks: [['handle']] },
  fields: [
    required('type', 'type', identifier(50), { keepsStored: true }),
    required('handle', 'handle', identifier(64), { keepsStored: true }),
    optional('date_added', 'dateAdded', timeByClock),
    optional('date_activated', 'dateActivated', timeByClock),
  ],
  rules: socialMediaHandleRules,
  isListOfCustomer: true,
});

export const taxResidence = defineEntity({
  name: 'taxResidence',
  plural: 'tax residences',
  table: taxResidenceTable,
  key: ['customerId', 'domain', 'taxNumber'],
  readBy: ['customerId'],
  comparedByForm: ['domain', 'taxNumber'],
  parent: 'customer',
  record: { sections: ['tax_residence', 'tax_residences'], marks: [['tax_residence_id'], ['tax_number']] },
  fields: [
    optional('tax_residence_id', 'id', id),
    required('domain', 'domain', identifier(50), { keepsStored: true }),
    required('tax_number', 'taxNumber', identifier(50), { keepsStored: true }),
  ],
  uniqueKeys: [{ kind: 'id', columns: ['id'], field: 'tax_residence_id', scope: 'among the tax residences' }],
  isListOfCustomer: true,
});

export const userCustomerLink = defineEntity({
  name: 'userCustomerLink',
  plural: 'user-customer links',
  table: userCustomerLinkTable,
  key: ['customerId', 'userId'],
  parent: 'customer',
  userColumns: ['userId'],
  record: { sections: ['user_customer_links'], marks: [['user_customer_link_id'], ['user_id', 'customer_id']] },
  fields: [
    optional('user_customer_link_id', 'id', id),
    required('user_id', 'userId', id),
    required('is_active', 'isActive', boolean),
    optional('date_inserted', 'dateInserted', timeByClock),
  ],
  rules: userCustomerLinkRules,
  uniqueKeys: [{ kind: 'id', columns: ['id'], field: 'user_customer_link_id', scope: 'among the links' }],
  isListOfCustomer: true,
  lists: [{ columns: ['userId'], field: 'user_id', parent: 'a user', max: defaultMaxItems }],
});

/** Reads a customer. The overview of a customer in OBP contains attributes and accounts, too. */
export function readCustomer(record: JsonObject, place: Place, enclosing: Enclosing, reading: Reading): void {
  const reader = openRecord(customer, record, place, enclosing, reading);
  const bankId = requiredBankOf(reader);
  const customerId = idAt(reader, 'customer_id') ?? reading.options.customerId;
  if (customerId === undefined && isUnset(record.customer_id)) {
    reader.problem('customer_id', missingRule('customer'));
  }
  const row: Row = { id: customerId, bankId, ...readFields(customer.fields, record, reader) };
  stageRow(reader, row, { customerId, customerNumber: String(row.customerNumber) });
  const inside: Enclosing = { bankId, customerId };
  for (const [item, itemPlace] of items(reader, 'customer_attributes')) {
    readSimpleRecord(customerAttribute, item, itemPlace, inside, reading);
  }
  for (const [item, itemPlace] of items(reader, 'accounts')) readAccount(item, itemPlace, inside, reading);
}

/** Reads a customer with the users who are linked to the customer. */
export function readCorrelatedEntity(record: JsonObject, place: Place, enclosing: Enclosing, reading: Reading): void {
  const reader = openRecord(customer, record, place, enclosing, reading, ['customer', 'users']);
  if (isObject(record.customer)) {
    readCustomer(record.customer, { ...place, position: `${place.position}.customer` }, enclosing, reading);
  } else reader.problem('customer', 'is required');
  if (reader.isValid) countUnread(reader);
  for (const [item, itemPlace] of items(reader, 'users')) readUser(item, itemPlace, enclosing, reading);
}
