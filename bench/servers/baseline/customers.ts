import type { CursorScope } from '../../../src/graph/cursor.ts';
import type { AroundRows } from './customer-statements.ts';
import { isoMoment, isoMomentOrNull, type Lists, type Moment, texts } from './database.ts';
import type { AccountAttributeRow, AccountLinkRow, CustomerRow, KycMediaRow, MeetingRow } from './rows.ts';

/** How many messages, meetings and events the overview gives of a customer. */
const pageOfCustomer = 20;

export type EncodeCursor = (scope: CursorScope, values: readonly unknown[]) => string;

/** Rows by what they belong to. The rows of one parent are taken as they are. */
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

/** How many rows of each kind that grows without bound are read of a customer: one more than are given. */
export const limitOfCustomer = pageOfCustomer + 1;

/** The customers with everything around them, as the operation CustomerOverview selects it. */
export function overviewsOf(
  customers: readonly CustomerRow[],
  around: Lists<AroundRows>,
  { encodeCursor, secret }: { encodeCursor: EncodeCursor; secret: string },
) {
  const ids = customers.map(({ id }) => id);
  const addresses = groupBy(around.addresses, ids, ofCustomer);
  const attributes = groupBy(around.attributes, ids, ofCustomer);
  const taxResidences = groupBy(around.taxResidences, ids, ofCustomer);
  const handles = groupBy(around.socialMediaHandles, ids, ofCustomer);
  const accountLinks = groupBy(around.accountLinks, ids, ofCustomer);
  const linkIds = around.accountLinks.map(({ id }) => id);
  const routings = groupBy(around.routings, linkIds, ({ linkId }) => linkId);
  const accountAttributes = groupBy(around.accountAttributes, linkIds, ({ linkId }) => linkId);
  const userLinks = groupBy(around.userLinks, ids, ofCustomer);
  const statuses = groupBy(around.kycStatuses, ids, ofCustomer);
  const checks = groupBy(around.kycChecks, ids, ofCustomer);
  const documents = groupBy(around.kycDocuments, ids, ofCustomer);
  const media = groupBy(around.kycMedia, ids, ofCustomer);
  const messages = groupBy(around.messages, ids, ofCustomer);
  const meetings = groupBy(around.meetings, ids, ofCustomer);
  const meetingIds = around.meetings.map(({ id }) => id);
  const invitees = groupBy(around.invitees, meetingIds, ({ meetingId }) => meetingId);
  const crmEvents = groupBy(around.crmEvents, ids, ofCustomer);

  /** A page, and where it ends. */
  function pageOf<Row extends { id: string }, Node>(
    field: string,
    customerId: string,
    rows: Row[],
    dateOf: (row: Row) => Moment,
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
      faceImage: row.faceImageUrl === null ? null : { url: row.faceImageUrl, date: isoMomentOrNull(row.faceImageDate) },
      relationshipStatus: row.relationshipStatus,
      dependants: row.dependants,
      dobOfDependants: texts(row.dobOfDependants),
      creditRating:
        row.creditRating === null && row.creditSource === null
          ? null
          : { rating: row.creditRating, source: row.creditSource },
      creditLimit: moneyOf(row.creditLimitCurrency, row.creditLimitAmount),
      highestEducationAttained: row.highestEducationAttained,
      employmentStatus: row.employmentStatus,
      kycStatus: Boolean(row.kycStatus),
      lastOkDate: isoMomentOrNull(row.lastOkDate),
      branchId: row.branchId,
      createdAt: isoMoment(row.createdAt),
      updatedAt: isoMoment(row.updatedAt),
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
        tags: texts(address.tags),
        insertDate: isoMoment(address.insertDate),
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
        dateAdded: isoMomentOrNull(dateAdded),
        dateActivated: isoMomentOrNull(dateActivated),
      })),
      accountLinks: (accountLinks.get(id) ?? []).map((link) => {
        const ownAttributes = accountAttributes.get(link.id) ?? [];
        return {
          id: link.id,
          relationshipType: link.relationshipType,
          version: link.version,
          account: {
            id: link.accountId,
            bankId: link.accountBankId,
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
        dateInserted: isoMoment(link.dateInserted),
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
      kycStatuses: (statuses.get(id) ?? []).map(({ id, ok, date }) => ({ id, ok: Boolean(ok), date: isoMoment(date) })),
      kycChecks: ownChecks.map((check) => ({
        id: check.id,
        date: isoMoment(check.date),
        how: check.how,
        staffUserId: check.staffUserId,
        staffName: check.staffName,
        satisfied: Boolean(check.satisfied),
        comments: check.comments,
      })),
      kycDocuments: ownDocuments.map((document) => ({
        id: document.id,
        type: document.type,
        number: document.number,
        issueDate: document.issueDate,
        issuePlace: document.issuePlace,
        expiryDate: document.expiryDate,
        media: ownMedia
          .filter(({ documentId }) => documentId === document.id)
          .map(({ id, type, url, date }) => ({ id, type, url, date: isoMoment(date) })),
      })),
      kycMedia: ownMedia.map((media) => {
        const document = ownDocuments.find(({ id }) => id === media.documentId);
        const check = ownChecks.find(({ id }) => id === media.checkId);
        return {
          id: media.id,
          type: media.type,
          url: media.url,
          date: isoMoment(media.date),
          document: document === undefined ? null : { id: document.id, type: document.type, number: document.number },
          check: check === undefined ? null : { id: check.id, how: check.how, satisfied: Boolean(check.satisfied) },
        };
      }),
      messages: pageOf(
        'Customer.messages',
        id,
        messages.get(id) ?? [],
        ({ date }) => date,
        ({ id, date, transport, message, fromDepartment, fromPerson }) => ({
          id,
          date: isoMoment(date),
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
          when: isoMoment(meeting.when),
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
          scheduledDate: isoMomentOrNull(scheduledDate),
          actualDate: isoMomentOrNull(actualDate),
          result,
        }),
      ),
    };
  });
}
