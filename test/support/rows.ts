/**
 * Rows for tests, laid down beside the API. Each function takes what matters to the test, fills in the rest, and gives
 * the row as it was stored. What a row refers to (the bank, the customer, the account, the user) has to exist.
 *
 *   const { id } = await insertCustomer(gateway.database, { bankId: 'gh.29.uk' });
 *   await insertCustomerAddress(gateway.database, { bankId: 'gh.29.uk', customerId: id, city: 'Berlin' });
 */
import { randomUUID } from 'node:crypto';
import { getTableColumns } from 'drizzle-orm';
import type { SQLiteTable } from 'drizzle-orm/sqlite-core';
import type { Database } from '../../src/database/database.ts';
import { insertRows } from '../../src/database/insert-rows.ts';
import { account } from '../../src/domain/account/account.table.ts';
import { accountAttribute } from '../../src/domain/account/account-attribute.table.ts';
import { accountHolder } from '../../src/domain/account/account-holder.table.ts';
import { accountRouting } from '../../src/domain/account/account-routing.table.ts';
import { customerAccountLink } from '../../src/domain/account/customer-account-link.table.ts';
import { customerAddress } from '../../src/domain/address/address.table.ts';
import { attributeDefinition } from '../../src/domain/attribute/attribute-definition.table.ts';
import { AttributeType } from '../../src/domain/attribute/attribute-type.ts';
import { crmEvent } from '../../src/domain/crm-event/crm-event.table.ts';
import { derivedColumns } from '../../src/domain/customer/customer.rules.ts';
import { customer } from '../../src/domain/customer/customer.table.ts';
import { attributeSearchValue } from '../../src/domain/customer/customer-attribute.rules.ts';
import { customerAttribute } from '../../src/domain/customer/customer-attribute.table.ts';
import { kycCheck } from '../../src/domain/kyc/kyc-check.table.ts';
import { kycDocument } from '../../src/domain/kyc/kyc-document.table.ts';
import { kycMedia } from '../../src/domain/kyc/kyc-media.table.ts';
import { kycStatus } from '../../src/domain/kyc/kyc-status.table.ts';
import { kycStatusProposal } from '../../src/domain/kyc/kyc-status-proposal.table.ts';
import { KycStatusProposalState } from '../../src/domain/kyc/kyc-status-proposal-state.ts';
import { meeting } from '../../src/domain/meeting/meeting.table.ts';
import { meetingInvitee } from '../../src/domain/meeting/meeting-invitee.table.ts';
import { customerMessage } from '../../src/domain/message/message.table.ts';
import { socialMediaHandle } from '../../src/domain/social-media-handle/social-media-handle.table.ts';
import { taxResidence } from '../../src/domain/tax-residence/tax-residence.table.ts';
import { entitlement } from '../../src/domain/user/entitlement.table.ts';
import { entitlementRequest } from '../../src/domain/user/entitlement-request.table.ts';
import { EntitlementRequestState } from '../../src/domain/user/entitlement-request-state.ts';
import { userAttribute } from '../../src/domain/user/user-attribute.table.ts';
import { userCustomerLink } from '../../src/domain/user-customer-link/user-customer-link.table.ts';

/** What a test gives of a row: the columns `Needed`, and any other. */
type Given<Table extends SQLiteTable, Needed extends keyof Table['$inferInsert']> = Pick<
  Table['$inferInsert'],
  Needed
> &
  Partial<Table['$inferInsert']>;

async function insertRow<Table extends SQLiteTable>(
  database: Database,
  table: Table,
  values: Table['$inferInsert'],
): Promise<Table['$inferSelect']> {
  const [row] = await database.transaction(async (transaction) =>
    transaction
      .insert(table as SQLiteTable)
      .values(values)
      .returning(),
  );
  if (row === undefined) throw new Error('Nothing was inserted.');
  return row as Table['$inferSelect'];
}

let lastMoment = Date.now();

/** Later than any before it, so that rows are ordered as they were inserted. */
function nextMoment(): Date {
  lastMoment += 1;
  return new Date(lastMoment);
}

/** The columns that an inserted row must have, or with `isWhole` all of them. */
function valuesOf(table: SQLiteTable, { isWhole, text }: { isWhole: boolean; text: string }): Record<string, unknown> {
  const moment = nextMoment();
  const values = { string: text, number: 1, boolean: true, date: moment, json: [text] };
  return Object.fromEntries(
    Object.entries(getTableColumns(table))
      .filter(([, column]) => !column.hasDefault && (isWhole || column.notNull))
      .map(([name, { dataType }]) => {
        if (name === 'id') return [name, randomUUID()];
        if (!(dataType in values)) throw new Error(`A column ${name} of type ${dataType} has no value for tests.`);
        return [name, values[dataType as keyof typeof values]];
      }),
  );
}

/**
 * A row of any table. Every column for which nothing is given has a value of its type: a table whose values need more than
 * that, such as a reference to another row, needs a function of its own.
 */
export function insertAnyRow<Table extends SQLiteTable>(
  database: Database,
  table: Table,
  given: Partial<Table['$inferInsert']>,
  { isWhole = false, text = 'Eveline Tripman' } = {},
) {
  return insertRow(database, table, { ...valuesOf(table, { isWhole, text }), ...given } as Table['$inferInsert']);
}

type GivenCustomer = Given<typeof customer, 'bankId'>;

function customerValues(given: GivenCustomer) {
  const moment = nextMoment();
  const values = {
    id: randomUUID(),
    customerNumber: randomUUID().slice(0, 13),
    legalName: 'Eveline Tripman',
    mobilePhoneNumber: '+447972444876',
    email: 'eveline@example.com',
    lastOkDate: null,
    dobOfDependants: [],
    createdAt: moment,
    updatedAt: moment,
    ...given,
  };
  const { legalName, mobilePhoneNumber, email, lastOkDate } = values;
  const derived = derivedColumns({
    legalName,
    mobilePhoneNumber,
    email: email ?? null,
    lastOkDate: lastOkDate ?? null,
  });
  return { ...derived, ...values };
}

export function insertCustomer(database: Database, given: GivenCustomer) {
  return insertRow(database, customer, customerValues(given));
}

/** In one statement: for tests that need thousands. */
export async function insertCustomers(database: Database, given: readonly GivenCustomer[]) {
  const rows = given.map(customerValues);
  await database.transaction((transaction) => insertRows<typeof customer>(transaction, customer, rows));
  return rows;
}

export function insertCustomerAddress(
  database: Database,
  given: Given<typeof customerAddress, 'bankId' | 'customerId'>,
) {
  const moment = nextMoment();
  return insertRow(database, customerAddress, {
    id: randomUUID(),
    line1: 'Rosenthaler Straße 1',
    city: 'Berlin',
    postcode: '10119',
    countryCode: 'DE',
    tags: ['mailing'],
    insertDate: moment,
    updatedAt: moment,
    ...given,
  });
}

export function insertCustomerAttribute(
  database: Database,
  given: Given<typeof customerAttribute, 'bankId' | 'customerId'>,
) {
  const moment = nextMoment();
  const value = given.value ?? '123';
  return insertRow(database, customerAttribute, {
    id: randomUUID(),
    name: 'SPECIAL_TAX_NUMBER',
    type: AttributeType.STRING,
    value,
    valueSearch: attributeSearchValue(value),
    createdAt: moment,
    updatedAt: moment,
    ...given,
  });
}

export function insertAttributeDefinition(database: Database, given: Given<typeof attributeDefinition, 'bankId'>) {
  const moment = nextMoment();
  return insertRow(database, attributeDefinition, {
    id: randomUUID(),
    name: 'SPECIAL_TAX_NUMBER',
    category: 'Customer',
    type: AttributeType.STRING,
    description: 'The tax number',
    alias: 'TAX',
    canBeSeenOnViews: ['owner'],
    isActive: true,
    createdAt: moment,
    updatedAt: moment,
    ...given,
  });
}

export function insertAccount(database: Database, given: Given<typeof account, 'bankId'>) {
  const moment = nextMoment();
  return insertRow(database, account, {
    id: randomUUID(),
    label: 'Everyday',
    number: '1234567',
    productCode: 'CURRENT',
    balanceCurrency: 'EUR',
    balanceAmount: '10.50',
    branchId: 'DERBY6',
    createdAt: moment,
    updatedAt: moment,
    ...given,
  });
}

export function insertAccountRouting(database: Database, given: Given<typeof accountRouting, 'bankId' | 'accountId'>) {
  return insertRow(database, accountRouting, {
    scheme: 'IBAN',
    address: `DE${randomUUID().replaceAll('-', '')}`,
    createdAt: nextMoment(),
    ...given,
  });
}

export function insertAccountAttribute(
  database: Database,
  given: Given<typeof accountAttribute, 'bankId' | 'accountId'>,
) {
  const moment = nextMoment();
  return insertRow(database, accountAttribute, {
    id: randomUUID(),
    name: 'OVERDRAFT',
    type: AttributeType.STRING,
    value: '100',
    createdAt: moment,
    updatedAt: moment,
    ...given,
  });
}

export function insertAccountHolder(
  database: Database,
  given: Given<typeof accountHolder, 'bankId' | 'accountId' | 'userId'>,
) {
  return insertRow(database, accountHolder, { createdAt: nextMoment(), ...given });
}

export function insertCustomerAccountLink(
  database: Database,
  given: Given<typeof customerAccountLink, 'bankId' | 'customerId' | 'accountId'>,
) {
  const moment = nextMoment();
  return insertRow(database, customerAccountLink, {
    id: randomUUID(),
    relationshipType: 'Owner',
    createdAt: moment,
    updatedAt: moment,
    ...given,
  });
}

export function insertUserCustomerLink(
  database: Database,
  given: Given<typeof userCustomerLink, 'bankId' | 'customerId' | 'userId'>,
) {
  const moment = nextMoment();
  return insertRow(database, userCustomerLink, {
    id: randomUUID(),
    isActive: true,
    dateInserted: moment,
    updatedAt: moment,
    ...given,
  });
}

export function insertUserAttribute(database: Database, given: Given<typeof userAttribute, 'userId'>) {
  const moment = nextMoment();
  return insertRow(database, userAttribute, {
    id: randomUUID(),
    name: 'ROLE',
    type: AttributeType.STRING,
    value: 'Manager',
    insertDate: moment,
    updatedAt: moment,
    ...given,
  });
}

export function insertTaxResidence(database: Database, given: Given<typeof taxResidence, 'bankId' | 'customerId'>) {
  const moment = nextMoment();
  return insertRow(database, taxResidence, {
    id: randomUUID(),
    domain: 'Germany',
    taxNumber: randomUUID().slice(0, 13),
    createdAt: moment,
    updatedAt: moment,
    ...given,
  });
}

export function insertSocialMediaHandle(
  database: Database,
  given: Given<typeof socialMediaHandle, 'bankId' | 'customerId'>,
) {
  const moment = nextMoment();
  return insertRow(database, socialMediaHandle, {
    id: randomUUID(),
    type: 'twitter',
    handle: `@${randomUUID().slice(0, 13)}`,
    dateAdded: moment,
    createdAt: moment,
    updatedAt: moment,
    ...given,
  });
}

export function insertKycCheck(database: Database, given: Given<typeof kycCheck, 'bankId' | 'customerId'>) {
  const moment = nextMoment();
  return insertRow(database, kycCheck, {
    id: randomUUID(),
    date: moment,
    how: 'online',
    staffUserId: 'staff-1',
    staffName: 'Simon',
    satisfied: true,
    comments: 'All is well.',
    createdAt: moment,
    updatedAt: moment,
    ...given,
  });
}

export function insertKycDocument(database: Database, given: Given<typeof kycDocument, 'bankId' | 'customerId'>) {
  const moment = nextMoment();
  return insertRow(database, kycDocument, {
    id: randomUUID(),
    type: 'passport',
    number: '123456',
    issueDate: '2018-03-09',
    issuePlace: 'Berlin',
    expiryDate: '2028-03-08',
    createdAt: moment,
    updatedAt: moment,
    ...given,
  });
}

export function insertKycMedia(database: Database, given: Given<typeof kycMedia, 'bankId' | 'customerId'>) {
  const moment = nextMoment();
  return insertRow(database, kycMedia, {
    id: randomUUID(),
    type: 'image',
    url: 'https://media.example.com/passport.png',
    date: moment,
    createdAt: moment,
    updatedAt: moment,
    ...given,
  });
}

/** Only the row of the timeline: `customer.kycStatus` and `lastOkDate` stay as they are. */
export function insertKycStatus(database: Database, given: Given<typeof kycStatus, 'bankId' | 'customerId'>) {
  const moment = nextMoment();
  return insertRow(database, kycStatus, {
    id: randomUUID(),
    ok: true,
    date: moment,
    createdAt: moment,
    updatedAt: moment,
    ...given,
  });
}

export function insertMeeting(database: Database, given: Given<typeof meeting, 'bankId'>) {
  const moment = nextMoment();
  return insertRow(database, meeting, {
    id: randomUUID(),
    providerId: 'tokbox',
    purposeId: 'onboarding',
    when: moment,
    creatorName: 'Simon Redfern',
    creatorMobilePhone: '+447972444876',
    creatorEmailAddress: 'simon@example.com',
    createdAt: moment,
    updatedAt: moment,
    ...given,
  });
}

export function insertMeetingInvitee(database: Database, given: Given<typeof meetingInvitee, 'meetingId'>) {
  return insertRow(database, meetingInvitee, {
    position: 0,
    name: 'Eveline Tripman',
    mobilePhone: '+447972444876',
    emailAddress: 'eveline@example.com',
    status: 'Good',
    ...given,
  });
}

export function insertCustomerMessage(
  database: Database,
  given: Given<typeof customerMessage, 'bankId' | 'customerId'>,
) {
  const moment = nextMoment();
  return insertRow(database, customerMessage, {
    id: randomUUID(),
    date: moment,
    transport: 'SMS',
    message: 'Your card is ready.',
    fromDepartment: 'Cards',
    fromPerson: 'Tom',
    createdAt: moment,
    updatedAt: moment,
    ...given,
  });
}

export function insertCrmEvent(database: Database, given: Given<typeof crmEvent, 'bankId'>) {
  const moment = nextMoment();
  return insertRow(database, crmEvent, {
    id: randomUUID(),
    category: 'Call',
    detail: 'Asked for a loan',
    channel: 'Phone',
    actualDate: moment,
    result: 'Will call again',
    createdAt: moment,
    updatedAt: moment,
    ...given,
  });
}

export function insertEntitlement(database: Database, given: Given<typeof entitlement, 'userId' | 'roleName'>) {
  const moment = nextMoment();
  return insertRow(database, entitlement, { id: randomUUID(), createdAt: moment, updatedAt: moment, ...given });
}

export function insertEntitlementRequest(database: Database, given: Given<typeof entitlementRequest, 'userId'>) {
  const moment = nextMoment();
  return insertRow(database, entitlementRequest, {
    id: randomUUID(),
    roleName: 'CanGetMeetings',
    reason: 'My work',
    state: EntitlementRequestState.REQUESTED,
    createdAt: moment,
    updatedAt: moment,
    ...given,
  });
}

export function insertKycStatusProposal(
  database: Database,
  given: Given<typeof kycStatusProposal, 'bankId' | 'customerId' | 'proposedByUserId'>,
) {
  const moment = nextMoment();
  return insertRow(database, kycStatusProposal, {
    id: randomUUID(),
    ok: true,
    date: new Date('2024-05-31T09:30:00Z'),
    state: KycStatusProposalState.PROPOSED,
    createdAt: moment,
    updatedAt: moment,
    ...given,
  });
}
