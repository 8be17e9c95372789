import { isObject } from './answers.ts';

// PostGraphile names the fields after tables and columns, and writes moments to the microsecond. What it cannot give is
// taken out of the gateway's answer before the two are compared: contracts, which are computed, users that are listed a
// second time, and cursors, which each server makes in its own way.

const leftOut = new Set(['contracts', 'correlatedUsers', 'endCursor']);

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

/** The gateway's connections; what else PostGraphile gives as a connection is a list there. */
const connections = new Set(['customers', 'messages', 'meetings', 'crmEvents']);

/** The gateway's answer without what PostGraphile does not give. */
export function whatPostgraphileGives(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(whatPostgraphileGives);
  if (!isObject(value)) return value;
  const fields = Object.entries(value).filter(([name]) => !leftOut.has(name));
  return Object.fromEntries(fields.map(([name, field]) => [name, whatPostgraphileGives(field)]));
}

/** An answer of PostGraphile in the shape of the gateway's. */
export function inGatewaysShape(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inGatewaysShape);
  if (typeof value === 'string') return utcMoment(value);
  if (!isObject(value)) return value;
  const fields = Object.entries(value)
    .filter(([name]) => !leftOut.has(name))
    .map(([name, field]) => {
      const gatewaysName = names[name] ?? name;
      const isList = isObject(field) && Array.isArray(field.nodes) && !connections.has(gatewaysName);
      return [gatewaysName, inGatewaysShape(isList ? field.nodes : field)];
    });
  return withNestedObjects(Object.fromEntries(fields));
}

function utcMoment(text: string): string {
  return /^\d{4}-\d\d-\d\dT[\d:.]+\+00:00$/.test(text) ? new Date(text).toISOString() : text;
}

function present(...values: unknown[]): boolean {
  return values.some((value) => value !== null);
}

/** Columns that are one object in the gateway's schema. */
function withNestedObjects(row: Record<string, unknown>): Record<string, unknown> {
  if ('creditLimitAmount' in row) {
    const { faceImageUrl, faceImageDate, creditRating, creditSource, creditLimitCurrency, creditLimitAmount, ...rest } =
      row;
    return {
      ...rest,
      faceImage: present(faceImageUrl) ? { url: faceImageUrl, date: faceImageDate } : null,
      creditRating: present(creditRating, creditSource) ? { rating: creditRating, source: creditSource } : null,
      creditLimit: present(creditLimitAmount) ? { currency: creditLimitCurrency, amount: creditLimitAmount } : null,
    };
  }
  if ('balanceAmount' in row) {
    const { balanceCurrency, balanceAmount, ...rest } = row;
    return { ...rest, balance: present(balanceAmount) ? { currency: balanceCurrency, amount: balanceAmount } : null };
  }
  if ('creatorName' in row) {
    const { staffUserId, customerUserId, creatorName, creatorMobilePhone, creatorEmailAddress, ...rest } = row;
    return {
      ...rest,
      present: { staffUserId, customerUserId },
      creator: present(creatorName, creatorMobilePhone, creatorEmailAddress)
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
