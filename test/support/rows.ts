/**
 * Inserts rows for tests without the API. Each function accepts the columns that matter to the test, fills in the
 * others, and returns the stored row. Referenced rows, such as the bank or the customer, must exist.
 *
 *   const { id } = await insertCustomer(gateway.database, { bankId: 'gh.29.uk' });
 *   await insertCustomerAddress(gateway.database, { bankId: 'gh.29.uk', customerId: id, city: 'Berlin' });
 */
import { randomUUID } from 'node:crypto';
import { getTableColumns, getTableName } from 'drizzle-orm';
import { getTableConfig as getPostgresqlTable, type PgTable } from 'drizzle-orm/pg-core';
import { getTableConfig as getSqliteTable, type SQLiteTable } from 'drizzle-orm/sqlite-core';
import { localProvider } from '../../src/auth/password.ts';
import { customerHistory, type HistoryValues } from '../../src/changes/customer-history.table.ts';
import type { CustomerHistoryObject } from '../../src/changes/customer-history-object.ts';
import type { Database } from '../../src/database/database.ts';
import { dialect } from '../../src/database/dialect.ts';
import { insertRows } from '../../src/database/insert-rows.ts';
import { insertRow as insertPrepared } from '../../src/database/write-row.ts';
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
import { derivedAttributeColumns } from '../../src/domain/customer/customer-attribute.rules.ts';
import { customerAttribute } from '../../src/domain/customer/customer-attribute.table.ts';
import { legalHold } from '../../src/domain/customer/legal-hold.table.ts';
import { customerLink } from '../../src/domain/customer-link/customer-link.table.ts';
import { CustomerRelationship } from '../../src/domain/customer-link/customer-relationship.ts';
import { kycCheck } from '../../src/domain/kyc/kyc-check.table.ts';
import { kycDocument } from '../../src/domain/kyc/kyc-document.table.ts';
import { kycGap } from '../../src/domain/kyc/kyc-gap.table.ts';
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
import { user } from '../../src/domain/user/user.table.ts';
import { userAttribute } from '../../src/domain/user/user-attribute.table.ts';
import { userCustomerLink } from '../../src/domain/user-customer-link/user-customer-link.table.ts';

/** The columns that a test passes: the required ones, and any others. */
type Columns<Table extends SQLiteTable, RequiredColumn extends keyof Table['$inferInsert']> = Pick<
  Table['$inferInsert'],
  RequiredColumn
> &
  Partial<Table['$inferInsert']>;

async function insertRow<Table extends SQLiteTable>(
  database: Database,
  table: Table,
  values: Table['$inferInsert'],
): Promise<Table['$inferSelect']> {
  const [row] = await database.transaction((transaction) => insertPrepared(transaction, table, values));
  if (row === undefined) throw new Error('The row was not inserted.');
  return row;
}

let lastTime = Date.now();

/** Returns a later time with every call, so that rows are sorted in the order of insertion. */
function nextTime(): Date {
  lastTime += 1;
  return new Date(lastTime);
}

/** The columns with a foreign key of one column, each with the name of the referenced table. */
function referencesOf(table: SQLiteTable): Map<string, string> {
  const { foreignKeys } =
    dialect === 'sqlite' ? getSqliteTable(table) : getPostgresqlTable(table as unknown as PgTable);
  const references = foreignKeys.map((foreignKey) => foreignKey.reference());
  return new Map(
    references.flatMap(({ columns: [column, ...others], foreignTable }) =>
      column === undefined || others.length > 0 ? [] : [[column.name, getTableName(foreignTable)]],
    ),
  );
}

interface AnyRowOptions {
  /** Whether columns that can be null also get a value. */
  isWhole?: boolean;
  text?: string;
}

/** Returns a value for each column that a row needs and that `columns` omits. */
async function valuesOf(
  database: Database,
  table: SQLiteTable,
  columns: Record<string, unknown>,
  { isWhole = false, text = 'Eveline Tripman' }: AnyRowOptions,
): Promise<Record<string, unknown>> {
  const time = nextTime();
  const valuesByType: Record<string, unknown> = {
    string: text,
    number: 1,
    boolean: true,
    json: [text],
    date: time,
    // Drizzle reports these types of PostgreSQL as `custom`.
    'text collate "C"': text,
    'timestamp (3) with time zone': time,
  };
  const references = referencesOf(table);
  const values: Record<string, unknown> = {};
  for (const [name, column] of Object.entries(getTableColumns(table))) {
    if (name in columns || column.hasDefault || !(isWhole || column.notNull)) continue;
    const referenced = references.get(column.name);
    const value = name === 'id' ? randomUUID() : (valuesByType[column.getSQLType()] ?? valuesByType[column.dataType]);
    if (value === undefined || (referenced !== undefined && referenced !== 'user')) {
      const reason = referenced === undefined ? `has the type ${column.getSQLType()}` : `refers to ${referenced}`;
      throw new Error(
        `${getTableName(table)}.${column.name} ${reason}: add a value for it to insertAnyRow in test/support/rows.ts.`,
      );
    }
    values[name] = referenced === 'user' ? await insertUser(database) : value;
  }
  return values;
}

/**
 * Inserts a row into any table. Omitted columns get a value of their type, or a new user if they refer to one. A table with
 * other constraints needs its own function.
 */
export async function insertAnyRow<Table extends SQLiteTable>(
  database: Database,
  table: Table,
  columns: Partial<Table['$inferInsert']>,
  options: AnyRowOptions = {},
) {
  const values = { ...(await valuesOf(database, table, columns, options)), ...columns };
  return insertRow(database, table, values as Table['$inferInsert']).catch((cause: unknown) => {
    const remedy =
      'write a function for the table in test/support/rows.ts, call it in every-entity.ts and whole-customer.ts, and add the belonging to withFunction in further-belongings.ts';
    throw new Error(`insertAnyRow cannot insert a row into ${getTableName(table)}: ${remedy}.`, { cause });
  });
}

/** The columns of a customer that a test passes. */
export type NewCustomer = Columns<typeof customer, 'bankId'>;

function customerValues(columns: NewCustomer) {
  const time = nextTime();
  const values = {
    id: randomUUID(),
    customerNumber: randomUUID().slice(0, 13),
    legalName: 'Eveline Tripman',
    mobilePhoneNumber: '+447972444876',
    email: 'eveline@example.com',
    kycStatus: false,
    lastOkDate: null,
    dobOfDependants: [],
    createdAt: time,
    updatedAt: time,
    ...columns,
  };
  const { legalName, mobilePhoneNumber, email, kycStatus, lastOkDate } = values;
  const derived = derivedColumns({
    legalName,
    mobilePhoneNumber,
    email: email ?? null,
    kycStatus,
    lastOkDate: lastOkDate ?? null,
  });
  return { ...derived, ...values };
}

export function insertCustomer(database: Database, columns: NewCustomer) {
  return insertRow(database, customer, customerValues(columns));
}

/** Inserts many customers with one statement. */
export async function insertCustomers(database: Database, columns: readonly NewCustomer[]) {
  const rows = columns.map(customerValues);
  await database.transaction((transaction) => insertRows<typeof customer>(transaction, customer, rows));
  return rows;
}

export function insertCustomerAddress(
  database: Database,
  columns: Columns<typeof customerAddress, 'bankId' | 'customerId'>,
) {
  const time = nextTime();
  return insertRow(database, customerAddress, {
    id: randomUUID(),
    line1: 'Rosenthaler Straße 1',
    city: 'Berlin',
    postcode: '10119',
    countryCode: 'DE',
    tags: ['mailing'],
    insertDate: time,
    updatedAt: time,
    ...columns,
  });
}

export function insertCustomerAttribute(
  database: Database,
  columns: Columns<typeof customerAttribute, 'bankId' | 'customerId'>,
) {
  const time = nextTime();
  const { name = 'SPECIAL_TAX_NUMBER', type = AttributeType.STRING, value = '123' } = columns;
  return insertRow(database, customerAttribute, {
    id: randomUUID(),
    name,
    type,
    value,
    ...derivedAttributeColumns({ name, type, value }),
    createdAt: time,
    updatedAt: time,
    ...columns,
  });
}

export function insertAttributeDefinition(database: Database, columns: Columns<typeof attributeDefinition, 'bankId'>) {
  const time = nextTime();
  return insertRow(database, attributeDefinition, {
    id: randomUUID(),
    name: 'SPECIAL_TAX_NUMBER',
    category: 'Customer',
    type: AttributeType.STRING,
    description: 'The tax number',
    alias: 'TAX',
    canBeSeenOnViews: ['owner'],
    isActive: true,
    createdAt: time,
    updatedAt: time,
    ...columns,
  });
}

export function insertAccount(database: Database, columns: Columns<typeof account, 'bankId'>) {
  const time = nextTime();
  return insertRow(database, account, {
    id: randomUUID(),
    label: 'Everyday',
    number: '1234567',
    productCode: 'CURRENT',
    balanceCurrency: 'EUR',
    balanceAmount: '10.50',
    branchId: 'DERBY6',
    createdAt: time,
    updatedAt: time,
    ...columns,
  });
}

export function insertAccountRouting(
  database: Database,
  columns: Columns<typeof accountRouting, 'bankId' | 'accountId'>,
) {
  return insertRow(database, accountRouting, {
    scheme: 'IBAN',
    address: `DE${randomUUID().replaceAll('-', '').toUpperCase()}`,
    createdAt: nextTime(),
    ...columns,
  });
}

export function insertAccountAttribute(
  database: Database,
  columns: Columns<typeof accountAttribute, 'bankId' | 'accountId'>,
) {
  const time = nextTime();
  return insertRow(database, accountAttribute, {
    id: randomUUID(),
    name: 'OVERDRAFT',
    type: AttributeType.STRING,
    value: '100',
    createdAt: time,
    updatedAt: time,
    ...columns,
  });
}

export function insertAccountHolder(
  database: Database,
  columns: Columns<typeof accountHolder, 'bankId' | 'accountId' | 'userId'>,
) {
  return insertRow(database, accountHolder, { createdAt: nextTime(), ...columns });
}

export function insertCustomerAccountLink(
  database: Database,
  columns: Columns<typeof customerAccountLink, 'bankId' | 'customerId' | 'accountId'>,
) {
  const time = nextTime();
  return insertRow(database, customerAccountLink, {
    id: randomUUID(),
    relationshipType: 'Owner',
    createdAt: time,
    updatedAt: time,
    ...columns,
  });
}

export function insertUserCustomerLink(
  database: Database,
  columns: Columns<typeof userCustomerLink, 'bankId' | 'customerId' | 'userId'>,
) {
  const time = nextTime();
  return insertRow(database, userCustomerLink, {
    id: randomUUID(),
    isActive: true,
    dateInserted: time,
    updatedAt: time,
    ...columns,
  });
}

export function insertUserAttribute(database: Database, columns: Columns<typeof userAttribute, 'userId'>) {
  const time = nextTime();
  return insertRow(database, userAttribute, {
    id: randomUUID(),
    name: 'ROLE',
    type: AttributeType.STRING,
    value: 'Manager',
    insertDate: time,
    updatedAt: time,
    ...columns,
  });
}

export function insertTaxResidence(database: Database, columns: Columns<typeof taxResidence, 'bankId' | 'customerId'>) {
  const time = nextTime();
  return insertRow(database, taxResidence, {
    id: randomUUID(),
    domain: 'Germany',
    taxNumber: randomUUID().slice(0, 13),
    createdAt: time,
    updatedAt: time,
    ...columns,
  });
}

export function insertSocialMediaHandle(
  database: Database,
  columns: Columns<typeof socialMediaHandle, 'bankId' | 'customerId'>,
) {
  const time = nextTime();
  return insertRow(database, socialMediaHandle, {
    id: randomUUID(),
    type: 'twitter',
    handle: `@${randomUUID().slice(0, 13)}`,
    dateAdded: time,
    createdAt: time,
    updatedAt: time,
    ...columns,
  });
}

export function insertKycCheck(database: Database, columns: Columns<typeof kycCheck, 'bankId' | 'customerId'>) {
  const time = nextTime();
  return insertRow(database, kycCheck, {
    id: randomUUID(),
    date: time,
    how: 'online',
    staffUserId: 'staff-1',
    staffName: 'Simon',
    satisfied: true,
    comments: 'All is well.',
    createdAt: time,
    updatedAt: time,
    ...columns,
  });
}

export function insertKycDocument(database: Database, columns: Columns<typeof kycDocument, 'bankId' | 'customerId'>) {
  const time = nextTime();
  return insertRow(database, kycDocument, {
    id: randomUUID(),
    type: 'passport',
    number: '123456',
    issueDate: '2018-03-09',
    issuePlace: 'Berlin',
    expiryDate: '2028-03-08',
    createdAt: time,
    updatedAt: time,
    ...columns,
  });
}

export function insertKycMedia(database: Database, columns: Columns<typeof kycMedia, 'bankId' | 'customerId'>) {
  const time = nextTime();
  return insertRow(database, kycMedia, {
    id: randomUUID(),
    type: 'image',
    url: 'https://media.example.com/passport.png',
    date: time,
    createdAt: time,
    updatedAt: time,
    ...columns,
  });
}

/** Inserts a row of the timeline. `customer.kycStatus` and `lastOkDate` do not change. */
export function insertKycStatus(database: Database, columns: Columns<typeof kycStatus, 'bankId' | 'customerId'>) {
  const time = nextTime();
  return insertRow(database, kycStatus, {
    id: randomUUID(),
    ok: true,
    date: time,
    createdAt: time,
    updatedAt: time,
    ...columns,
  });
}

export function insertMeeting(database: Database, columns: Columns<typeof meeting, 'bankId'>) {
  const time = nextTime();
  return insertRow(database, meeting, {
    id: randomUUID(),
    providerId: 'tokbox',
    purposeId: 'onboarding',
    when: time,
    creatorName: 'Simon Redfern',
    creatorMobilePhone: '+447972444876',
    creatorEmailAddress: 'simon@example.com',
    createdAt: time,
    updatedAt: time,
    ...columns,
  });
}

export function insertMeetingInvitee(database: Database, columns: Columns<typeof meetingInvitee, 'meetingId'>) {
  return insertRow(database, meetingInvitee, {
    position: 0,
    name: 'Eveline Tripman',
    mobilePhone: '+447972444876',
    emailAddress: 'eveline@example.com',
    status: 'Good',
    ...columns,
  });
}

export function insertCustomerMessage(
  database: Database,
  columns: Columns<typeof customerMessage, 'bankId' | 'customerId'>,
) {
  const time = nextTime();
  return insertRow(database, customerMessage, {
    id: randomUUID(),
    date: time,
    transport: 'SMS',
    message: 'Your card is ready.',
    fromDepartment: 'Cards',
    fromPerson: 'Tom',
    createdAt: time,
    updatedAt: time,
    ...columns,
  });
}

export function insertCrmEvent(database: Database, columns: Columns<typeof crmEvent, 'bankId'>) {
  const time = nextTime();
  return insertRow(database, crmEvent, {
    id: randomUUID(),
    category: 'Call',
    detail: 'Asked for a loan',
    channel: 'Phone',
    actualDate: time,
    result: 'Will call again',
    createdAt: time,
    updatedAt: time,
    ...columns,
  });
}

export function insertEntitlement(database: Database, columns: Columns<typeof entitlement, 'userId' | 'roleName'>) {
  const time = nextTime();
  return insertRow(database, entitlement, { id: randomUUID(), createdAt: time, updatedAt: time, ...columns });
}

export function insertEntitlementRequest(database: Database, columns: Columns<typeof entitlementRequest, 'userId'>) {
  const time = nextTime();
  return insertRow(database, entitlementRequest, {
    id: randomUUID(),
    roleName: 'CanGetMeetings',
    reason: 'My work',
    state: EntitlementRequestState.REQUESTED,
    createdAt: time,
    updatedAt: time,
    ...columns,
  });
}

/** Inserts a row with all gaps, whatever evidence the customer has. */
export function insertKycGap(database: Database, columns: Columns<typeof kycGap, 'bankId' | 'customerId'>) {
  const since = new Date('2024-05-31T09:30:00Z');
  return insertRow(database, kycGap, {
    noSatisfiedCheckSince: since,
    noValidDocumentSince: since,
    evidenceRetractedSince: since,
    mediaMissingSince: since,
    ...columns,
  });
}

export function insertKycStatusProposal(
  database: Database,
  columns: Columns<typeof kycStatusProposal, 'bankId' | 'customerId' | 'proposedByUserId'>,
) {
  const time = nextTime();
  return insertRow(database, kycStatusProposal, {
    id: randomUUID(),
    ok: true,
    date: new Date('2024-05-31T09:30:00Z'),
    state: KycStatusProposalState.PROPOSED,
    createdAt: time,
    updatedAt: time,
    ...columns,
  });
}

/** Links a company to its beneficial owner, unless the columns contain another relationship. */
export function insertCustomerLink(
  database: Database,
  columns: Columns<typeof customerLink, 'bankId' | 'customerId' | 'linkedCustomerId'>,
) {
  const time = nextTime();
  return insertRow(database, customerLink, {
    id: randomUUID(),
    relationshipTo: CustomerRelationship.BENEFICIAL_OWNER,
    createdAt: time,
    updatedAt: time,
    ...columns,
  });
}

export function insertLegalHold(
  database: Database,
  columns: Columns<typeof legalHold, 'bankId' | 'customerId' | 'setByUserId'>,
) {
  return insertRow(database, legalHold, {
    id: randomUUID(),
    reason: 'Order 4 C 17/26',
    setAt: nextTime(),
    ...columns,
  });
}

/** The columns of a hold that is lifted. */
export function liftedBy(userId: string) {
  return { liftedAt: nextTime(), liftedByUserId: userId, liftReason: 'Case closed' };
}

/** Inserts a change of a customer and of each kind of its objects, whose IDs are those of `ids`. */
export async function insertCustomerHistory(
  database: Database,
  columns: Columns<typeof customerHistory, 'bankId' | 'customerId'>,
  ids: Record<Exclude<keyof typeof CustomerHistoryObject, 'CUSTOMER'>, string>,
): Promise<void> {
  const changes = {
    CUSTOMER: [{ legalName: 'Eveline Jones' }, { legalName: 'Eveline Tripman' }],
    ACCOUNT_LINK: [{ relationshipType: 'Signatory' }, { relationshipType: 'Owner' }],
    ADDRESS: [{ city: 'Hamburg' }, { city: 'Berlin' }],
    ATTRIBUTE: [{ value: '122' }, { value: '123' }],
    CUSTOMER_LINK: [{ percentage: '10' }, { percentage: '25.5' }],
    INVERSE_CUSTOMER_LINK: [{ percentage: '10' }, { percentage: '25.5' }],
    SOCIAL_MEDIA_HANDLE: [{ handle: '@jones' }, { handle: '@eveline' }],
    TAX_RESIDENCE: [{ taxNumber: '12344' }, { taxNumber: '12345' }],
    USER_LINK: [{ isActive: false }, { isActive: true }],
  } satisfies Record<keyof typeof CustomerHistoryObject, [HistoryValues, HistoryValues]>;
  const objectIds: Record<string, string> = { ...ids, CUSTOMER: columns.customerId };
  const rows = Object.entries(changes).map(([object, [before, after]]) => ({
    changedAt: nextTime(),
    changedByUserId: randomUUID(),
    requestId: randomUUID(),
    object: object as CustomerHistoryObject,
    objectId: objectIds[object] ?? '',
    before,
    after,
    ...columns,
  }));
  await database.transaction((transaction) => insertRows<typeof customerHistory>(transaction, customerHistory, rows));
}

/** Inserts a user without roles and returns the ID. */
export async function insertUser(database: Database): Promise<string> {
  const id = randomUUID();
  const username = `user-${id}`;
  const now = new Date();
  await database.transaction(async (transaction) => {
    await transaction.insert(user).values({
      id,
      username,
      email: `${username}@example.org`,
      firstName: 'Eveline',
      lastName: 'Tripman',
      provider: localProvider,
      providerId: username,
      createdAt: now,
      updatedAt: now,
    });
  });
  return id;
}
