import { isObject } from './response-difference.ts';

// PostGraphile names fields after tables and columns, and formats times to the microsecond.

/**
 * Fields that are not compared: contracts are computed, correlated users are listed a second time, each server
 * encodes cursors in its own way, and PostGraphile has the IDs of accounts and KYC evidence only as `rowId`.
 */
const unsupportedFields = new Set([
  'contracts',
  'correlatedUsers',
  'endCursor',
  'accountId',
  'kycCheckId',
  'kycDocumentId',
  'kycMediaId',
]);

const names: Record<string, string> = {
  rowId: 'id',
  customerByBankIdAndRowId: 'customer',
  allCustomers: 'customers',
  bankByBankId: 'bank',
  customerAddressesByBankIdAndCustomerId: 'addresses',
  customerAttributesByBankIdAndCustomerId: 'attributes',
  taxResidencesByBankIdAndCustomerId: 'taxResidences',
  socialMediaHandlesByBankIdAndCustomerId: 'socialMediaHandles',
  customerAccountLinksByBankIdAndCustomerId: 'accountLinks',
  accountByBankIdAndAccountId: 'account',
  accountRoutingsByBankIdAndAccountId: 'routings',
  accountAttributesByBankIdAndAccountId: 'attributes',
  userCustomerLinksByBankIdAndCustomerId: 'userLinks',
  userByUserId: 'user',
  kycStatusesByBankIdAndCustomerId: 'kycStatuses',
  kycChecksByBankIdAndCustomerId: 'kycChecks',
  kycDocumentsByBankIdAndCustomerId: 'kycDocuments',
  kycMediasByCustomerIdAndRelatesToKycDocumentId: 'media',
  kycMediasByBankIdAndCustomerId: 'kycMedia',
  kycDocumentByCustomerIdAndRelatesToKycDocumentId: 'document',
  kycCheckByCustomerIdAndRelatesToKycCheckId: 'check',
  customerMessagesByBankIdAndCustomerId: 'messages',
  meetingsByBankIdAndCustomerId: 'meetings',
  meetingInviteesByMeetingId: 'invitees',
  crmEventsByBankIdAndCustomerId: 'crmEvents',
};

/** The connections of the gateway. Other connections of PostGraphile are lists in the gateway. */
const connections = new Set(['customers', 'messages', 'meetings', 'crmEvents']);

/** Removes the fields that PostGraphile does not support from a response of the gateway. */
export function withoutUnsupportedFields(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutUnsupportedFields);
  if (!isObject(value)) return value;
  const fields = Object.entries(value).filter(([name]) => !unsupportedFields.has(name));
  return Object.fromEntries(
    fields.map(([name, field]) => [name, name === 'id' ? ownId(String(field)) : withoutUnsupportedFields(field)]),
  );
}

/** The last part of an `id` that is made of a key, such as `Account~gh.29.uk~current-1`. */
function ownId(id: string): string {
  return id.slice(id.lastIndexOf('~') + 1);
}

/** Converts a response of PostGraphile to the shape of the gateway's responses. */
export function toGatewayShape(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(toGatewayShape);
  if (typeof value === 'string') return toUtc(value);
  if (!isObject(value)) return value;
  const fields = Object.entries(value)
    .filter(([name]) => !unsupportedFields.has(name))
    .map(([name, field]) => {
      const gatewayName = names[name] ?? name;
      const isList = isObject(field) && Array.isArray(field.nodes) && !connections.has(gatewayName);
      return [gatewayName, toGatewayShape(isList ? field.nodes : field)];
    });
  return withNestedObjects(Object.fromEntries(fields));
}

function toUtc(text: string): string {
  return /^\d{4}-\d\d-\d\dT[\d:.]+\+00:00$/.test(text) ? new Date(text).toISOString() : text;
}

function hasValue(...values: unknown[]): boolean {
  return values.some((value) => value !== null);
}

/** Nests the columns that are one object in the gateway's schema. */
function withNestedObjects(row: Record<string, unknown>): Record<string, unknown> {
  if ('creditLimitAmount' in row) {
    const { faceImageUrl, faceImageDate, creditRating, creditSource, creditLimitCurrency, creditLimitAmount, ...rest } =
      row;
    return {
      ...rest,
      faceImage: hasValue(faceImageUrl) ? { url: faceImageUrl, date: faceImageDate } : null,
      creditRating: hasValue(creditRating, creditSource) ? { rating: creditRating, source: creditSource } : null,
      creditLimit: hasValue(creditLimitAmount) ? { currency: creditLimitCurrency, amount: creditLimitAmount } : null,
    };
  }
  if ('balanceAmount' in row) {
    const { balanceCurrency, balanceAmount, ...rest } = row;
    return { ...rest, balance: hasValue(balanceAmount) ? { currency: balanceCurrency, amount: balanceAmount } : null };
  }
  if ('creatorName' in row) {
    const { staffUserId, customerUserId, creatorName, creatorMobilePhone, creatorEmailAddress, ...rest } = row;
    return {
      ...rest,
      present: { staffUserId, customerUserId },
      creator: hasValue(creatorName, creatorMobilePhone, creatorEmailAddress)
        ? { name: creatorName, mobilePhone: creatorMobilePhone, emailAddress: creatorEmailAddress }
        : null,
    };
  }
  if ('mobilePhone' in row && 'status' in row) {
    const { status, ...contactDetails } = row;
    return { contactDetails, status };
  }
  return row;
}
