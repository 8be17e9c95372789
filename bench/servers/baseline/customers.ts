import type { CursorScope } from '../../../src/graph/cursor.ts';
import type { RelatedRows } from './customer-statements.ts';
import { type DatabaseTime, isoTime, isoTimeOrNull, type Lists, stringList } from './database.ts';
import type { AccountAttributeRow, AccountLinkRow, CustomerRow, KycMediaRow, MeetingRow } from './rows.ts';

/** The number of messages, of meetings, and of CRM events in the overview of a customer. */
const pageOfCustomer = 20;

export type EncodeCursor = (scope: CursorScope, values: readonly unknown[]) => string;

/** Groups rows by their parent. With a single parent, all rows belong to it. */
function groupBy<Row>(rows: Row[], parents: readonly string[], parentOf: (row: Row) => string): Map<string, Row[]> {
  const [only] = parents;
  if (parents.length === 1 && only !== undefined) return new Map([[only, rows]]);
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const parent = parentOf(row);
    const group = groups.get(parent);
    if (group === undefined) groups.set(parent, [row]);
    else group.push(row);
  }
  return groups;
}

function ofCustomer({ customerId }: { customerId: string }): string {
  return customerId;
}

function moneyOf(currency: string | null, amount: string | null) {
  return currency === null || amount === null ? null : { currency, amount };
}

/** The `id` of an object whose own ID is unique only for its owner. */
function globalId(type: string, owner: string, own: string): string {
  return `${type}~${owner}~${own}`;
}

function contractsOf(account: AccountLinkRow, attributes: readonly AccountAttributeRow[]) {
  const contracts = new Map<string, AccountAttributeRow[]>();
  for (const attribute of attributes) {
    const { contractCode } = attribute;
    if (contractCode === null || contractCode.trim() === '') continue;
    const details = contracts.get(contractCode);
    if (details === undefined) contracts.set(contractCode, [attribute]);
    else details.push(attribute);
  }
  return [...contracts].map(([contractCode, details]) => {
    const values = new Map<string, string>();
    for (const { name, value } of details) {
      const key = name.trim().toLowerCase().replace(/\s+/g, '_');
      if (!values.has(key)) values.set(key, value);
    }
    return {
      contractCode,
      productCode: details.find(({ productCode }) => productCode !== null)?.productCode ?? account.productCode,
      productDescription: values.get('product_description') ?? null,
      openingDate: values.get('opening_date') ?? null,
      maturityDate: values.get('maturity_date') ?? null,
      interestRate: values.get('interest_rate') ?? null,
      instrumentStatusDefinition: values.get('instrument_status_definition') ?? null,
    };
  });
}

function creatorOf({ creatorName, creatorMobilePhone, creatorEmailAddress }: MeetingRow) {
  if (creatorName === null && creatorMobilePhone === null && creatorEmailAddress === null) return null;
  return { name: creatorName, mobilePhone: creatorMobilePhone, emailAddress: creatorEmailAddress };
}

/**
 * The number of rows that are read for a page of a customer: one more than the page contains, to detect a next page.
 */
export const limitOfCustomer = pageOfCustomer + 1;

/** Builds the customers with all objects that the operation `CustomerOverview` selects. */
export function overviewsOf(
  customers: readonly CustomerRow[],
  related: Lists<RelatedRows>,
  { encodeCursor, secret }: { encodeCursor: EncodeCursor; secret: CursorScope['secret'] },
) {
  const ids = customers.map(({ id }) => id);
  const addresses = groupBy(related.addresses, ids, ofCustomer);
  const attributes = groupBy(related.attributes, ids, ofCustomer);
  const taxResidences = groupBy(related.taxResidences, ids, ofCustomer);
  const handles = groupBy(related.socialMediaHandles, ids, ofCustomer);
  const accountLinks = groupBy(related.accountLinks, ids, ofCustomer);
  const linkIds = related.accountLinks.map(({ id }) => id);
  const routings = groupBy(related.routings, linkIds, ({ linkId }) => linkId);
  const accountAttributes = groupBy(related.accountAttributes, linkIds, ({ linkId }) => linkId);
  const userLinks = groupBy(related.userLinks, ids, ofCustomer);
  const statuses = groupBy(related.kycStatuses, ids, ofCustomer);
  const checks = groupBy(related.kycChecks, ids, ofCustomer);
  const documents = groupBy(related.kycDocuments, ids, ofCustomer);
  const media = groupBy(related.kycMedia, ids, ofCustomer);
  const messages = groupBy(related.messages, ids, ofCustomer);
  const meetings = groupBy(related.meetings, ids, ofCustomer);
  const meetingIds = related.meetings.map(({ id }) => id);
  const invitees = groupBy(related.invitees, meetingIds, ({ meetingId }) => meetingId);
  const crmEvents = groupBy(related.crmEvents, ids, ofCustomer);

  /** Builds a page from rows that contain one more than the page. */
  function pageOf<Row extends { id: string }, Node>(
    field: string,
    customerId: string,
    rows: Row[],
    dateOf: (row: Row) => DatabaseTime,
    toNode: (row: Row) => Node,
  ) {
    const page = rows.length > pageOfCustomer ? rows.slice(0, pageOfCustomer) : rows;
    const last = page.at(-1);
    const endCursor =
      last === undefined
        ? null
        : encodeCursor({ secret, field, arguments: customerId }, [new Date(dateOf(last)), last.id]);
    return { nodes: page.map(toNode), pageInfo: { hasNextPage: rows.length > pageOfCustomer, endCursor } };
  }

  return customers.map((row) => {
    const { id } = row;
    const ownChecks = checks.get(id) ?? [];
    const ownDocuments = documents.get(id) ?? [];
    const ownMedia: KycMediaRow[] = media.get(id) ?? [];
    const ownUserLinks = userLinks.get(id) ?? [];
    return {
      id,
      bankId: row.bankId,
      bank: { id: row.bankId, shortName: row.bankShortName, fullName: row.bankFullName, logoUrl: row.bankLogoUrl },
      customerNumber: row.customerNumber,
      legalName: row.legalName,
      title: row.title,
      nameSuffix: row.nameSuffix,
      dateOfBirth: row.dateOfBirth,
      mobilePhoneNumber: row.mobilePhoneNumber,
      mobilePhoneNumberE164: row.mobilePhoneNumberE164,
      email: row.email,
      faceImage: row.faceImageUrl === null ? null : { url: row.faceImageUrl, date: isoTimeOrNull(row.faceImageDate) },
      relationshipStatus: row.relationshipStatus,
      dependants: row.dependants,
      dobOfDependants: stringList(row.dobOfDependants),
      creditRating:
        row.creditRating === null && row.creditSource === null
          ? null
          : { rating: row.creditRating, source: row.creditSource },
      creditLimit: moneyOf(row.creditLimitCurrency, row.creditLimitAmount),
      highestEducationAttained: row.highestEducationAttained,
      employmentStatus: row.employmentStatus,
      kycStatus: Boolean(row.kycStatus),
      lastOkDate: isoTimeOrNull(row.lastOkDate),
      branchId: row.branchId,
      createdAt: isoTime(row.createdAt),
      updatedAt: isoTime(row.updatedAt),
      version: row.version,
      addresses: (addresses.get(id) ?? []).map((address) => ({
        id: address.id,
        line1: address.line1,
        line2: address.line2,
        line3: address.line3,
        city: address.city,
        county: address.county,
        state: address.state,
        postcode: address.postcode,
        countryCode: address.countryCode,
        status: address.status,
        tags: stringList(address.tags),
        insertDate: isoTime(address.insertDate),
        version: address.version,
      })),
      attributes: (attributes.get(id) ?? []).map(({ id, name, type, value, version }) => ({
        id,
        name,
        type,
        value,
        version,
      })),
      taxResidences: (taxResidences.get(id) ?? []).map(({ id, domain, taxNumber }) => ({ id, domain, taxNumber })),
      socialMediaHandles: (handles.get(id) ?? []).map(({ id, type, handle, dateAdded, dateActivated }) => ({
        id,
        type,
        handle,
        dateAdded: isoTimeOrNull(dateAdded),
        dateActivated: isoTimeOrNull(dateActivated),
      })),
      accountLinks: (accountLinks.get(id) ?? []).map((link) => {
        const ownAttributes = accountAttributes.get(link.id) ?? [];
        return {
          id: link.id,
          relationshipType: link.relationshipType,
          version: link.version,
          account: {
            id: globalId('Account', link.accountBankId, link.accountId),
            bankId: link.accountBankId,
            accountId: link.accountId,
            label: link.label,
            number: link.number,
            productCode: link.productCode,
            branchId: link.branchId,
            balance: moneyOf(link.balanceCurrency, link.balanceAmount),
            routings: (routings.get(link.id) ?? []).map(({ scheme, address }) => ({ scheme, address })),
            attributes: ownAttributes.map(({ id, name, type, value, productCode, contractCode }) => ({
              id,
              name,
              type,
              value,
              productCode,
              contractCode,
            })),
            contracts: contractsOf(link, ownAttributes),
          },
        };
      }),
      userLinks: ownUserLinks.map((link) => ({
        id: link.id,
        dateInserted: isoTime(link.dateInserted),
        isActive: Boolean(link.isActive),
        version: link.version,
        user: {
          id: link.userId,
          username: link.username,
          email: link.email,
          firstName: link.firstName,
          lastName: link.lastName,
        },
      })),
      correlatedUsers: ownUserLinks
        .filter(({ isActive }) => isActive)
        .map(({ userId, username, email }) => ({ id: userId, username, email })),
      kycStatuses: (statuses.get(id) ?? []).map(({ id, ok, date }) => ({ id, ok: Boolean(ok), date: isoTime(date) })),
      kycChecks: ownChecks.map((check) => ({
        id: globalId('KycCheck', id, check.id),
        kycCheckId: check.id,
        date: isoTime(check.date),
        how: check.how,
        staffUserId: check.staffUserId,
        staffName: check.staffName,
        satisfied: Boolean(check.satisfied),
        comments: check.comments,
      })),
      kycDocuments: ownDocuments.map((document) => ({
        id: globalId('KycDocument', id, document.id),
        kycDocumentId: document.id,
        type: document.type,
        number: document.number,
        issueDate: document.issueDate,
        issuePlace: document.issuePlace,
        expiryDate: document.expiryDate,
        media: ownMedia
          .filter(({ documentId }) => documentId === document.id)
          .map((media) => ({
            id: globalId('KycMedia', id, media.id),
            type: media.type,
            url: media.url,
            date: isoTime(media.date),
          })),
      })),
      kycMedia: ownMedia.map((media) => {
        const document = ownDocuments.find(({ id }) => id === media.documentId);
        const check = ownChecks.find(({ id }) => id === media.checkId);
        return {
          id: globalId('KycMedia', id, media.id),
          kycMediaId: media.id,
          type: media.type,
          url: media.url,
          date: isoTime(media.date),
          document:
            document === undefined
              ? null
              : { id: globalId('KycDocument', id, document.id), type: document.type, number: document.number },
          check:
            check === undefined
              ? null
              : { id: globalId('KycCheck', id, check.id), how: check.how, satisfied: Boolean(check.satisfied) },
        };
      }),
      messages: pageOf(
        'Customer.messages',
        id,
        messages.get(id) ?? [],
        ({ date }) => date,
        ({ id, date, transport, message, fromDepartment, fromPerson }) => ({
          id,
          date: isoTime(date),
          transport,
          message,
          fromDepartment,
          fromPerson,
        }),
      ),
      meetings: pageOf(
        'Customer.meetings',
        id,
        meetings.get(id) ?? [],
        ({ when }) => when,
        (meeting) => ({
          id: meeting.id,
          providerId: meeting.providerId,
          purposeId: meeting.purposeId,
          when: isoTime(meeting.when),
          present: { staffUserId: meeting.staffUserId, customerUserId: meeting.customerUserId },
          creator: creatorOf(meeting),
          invitees: (invitees.get(meeting.id) ?? []).map(({ name, mobilePhone, emailAddress, status }) => ({
            contactDetails: { name, mobilePhone, emailAddress },
            status,
          })),
        }),
      ),
      crmEvents: pageOf(
        'Customer.crmEvents',
        id,
        crmEvents.get(id) ?? [],
        ({ createdAt }) => createdAt,
        ({ id, category, detail, channel, scheduledDate, actualDate, result }) => ({
          id,
          category,
          detail,
          channel,
          scheduledDate: isoTimeOrNull(scheduledDate),
          actualDate: isoTimeOrNull(actualDate),
          result,
        }),
      ),
    };
  });
}
