import { and, asc, eq, inArray, isNull, or, type SQL } from 'drizzle-orm';
import type { SQLiteColumn, SQLiteTable } from 'drizzle-orm/sqlite-core';
import { gatewayError } from '../../base/errors.ts';
import type { Queries } from '../../database/database.ts';
import type { AnswerMeter } from '../../execution/answer-meter.ts';
import { account } from '../account/account.table.ts';
import { toAccount } from '../account/account.type.ts';
import { accountAttribute } from '../account/account-attribute.table.ts';
import { accountRouting } from '../account/account-routing.table.ts';
import { customerAccountLink } from '../account/customer-account-link.table.ts';
import { customerAddress } from '../address/address.table.ts';
import { crmEvent } from '../crm-event/crm-event.table.ts';
import { toCustomer } from '../customer/customer.type.ts';
import { customerAttribute } from '../customer/customer-attribute.table.ts';
import type { LockedCustomer } from '../customer/locked-customer.ts';
import { kycCheck } from '../kyc/kyc-check.table.ts';
import { kycDocument } from '../kyc/kyc-document.table.ts';
import { kycMedia } from '../kyc/kyc-media.table.ts';
import { withRetraction } from '../kyc/kyc-retraction.type.ts';
import { kycStatus } from '../kyc/kyc-status.table.ts';
import { kycStatusProposal } from '../kyc/kyc-status-proposal.table.ts';
import { meeting } from '../meeting/meeting.table.ts';
import { meetingInvitee } from '../meeting/meeting-invitee.table.ts';
import { customerMessage } from '../message/message.table.ts';
import { socialMediaHandle } from '../social-media-handle/social-media-handle.table.ts';
import { taxResidence } from '../tax-residence/tax-residence.table.ts';
import { userCustomerLink } from '../user-customer-link/user-customer-link.table.ts';
import type { CustomerData } from './onboarding.type.ts';

/**
 * How many rows of one kind an export has. They are held in memory together; of the longest texts that there can be, so
 * many are some 40 MB.
 */
export const maxExportedRows = 10_000;

/** What is the gateway's own, what another member repeats, and what the place in the export says. */
const leftOut = new Set([
  'version',
  'valueSearch',
  'bankId',
  'customerId',
  'accountId',
  'retractedAt',
  'retractedByUserId',
  'retractionReason',
]);

/** The row as it is handed over: a column that is added is in it. */
function exported(row: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(row).filter(([name]) => !leftOut.has(name)));
}

/** The transaction in which an export reads, and the meter that counts its rows. */
interface Reading {
  transaction: Queries;
  answer: AnswerMeter;
}

/** All rows, in this order; never a part of them: rather it fails with TOO_MANY_ITEMS or ANSWER_TOO_LARGE. */
async function rowsOf<Table extends SQLiteTable>(
  { transaction, answer }: Reading,
  table: Table,
  name: string,
  where: SQL | undefined,
  ...orderBy: SQLiteColumn[]
): Promise<Table['$inferSelect'][]> {
  const rows = await transaction
    .select()
    .from(table as SQLiteTable)
    .where(where)
    .orderBy(...orderBy.map((column) => asc(column)))
    .limit(maxExportedRows + 1);
  answer.addExported(rows);
  if (rows.length <= maxExportedRows) return rows;
  const message = `An export has at most ${maxExportedRows} of ${name}: read them page by page.`;
  throw gatewayError('TOO_MANY_ITEMS', { message, limit: maxExportedRows });
}

async function accountLinks(reading: Reading, { id, bankId }: LockedCustomer) {
  const own = eq(customerAccountLink.customerId, id);
  const { createdAt } = customerAccountLink;
  const links = await rowsOf(reading, customerAccountLink, 'accountLinks', own, createdAt, customerAccountLink.id);

  /** The rows of the accounts that are linked, by the id of the account. */
  async function ofAccounts<Table extends SQLiteTable & { bankId: SQLiteColumn }, Row extends Table['$inferSelect']>(
    table: Table,
    accountId: SQLiteColumn,
    name: string,
    ...orderBy: SQLiteColumn[]
  ): Promise<Row[]> {
    const ids = reading.transaction.select({ id: customerAccountLink.accountId }).from(customerAccountLink).where(own);
    const where = and(eq(table.bankId, bankId), inArray(accountId, ids));
    return (await rowsOf(reading, table, name, where, ...orderBy)) as Row[];
  }

  const accounts = await ofAccounts(account, account.id, 'accounts', account.id);
  const routings = Map.groupBy(
    await ofAccounts(accountRouting, accountRouting.accountId, 'routings', accountRouting.scheme),
    ({ accountId }) => accountId,
  );
  const attributes = Map.groupBy(
    await ofAccounts(
      accountAttribute,
      accountAttribute.accountId,
      'account attributes',
      accountAttribute.createdAt,
      accountAttribute.id,
    ),
    ({ accountId }) => accountId,
  );
  const accountsById = new Map(accounts.map((row) => [row.id, row]));
  return links.map((link) => {
    const row = accountsById.get(link.accountId);
    return {
      ...exported(link),
      account: row && {
        ...exported(toAccount(row)),
        routings: (routings.get(row.id) ?? []).map(exported),
        attributes: (attributes.get(row.id) ?? []).map(exported),
      },
    };
  });
}

/** Without the id of the video session: it is no datum of the customer, and could let somebody in. */
async function meetings(reading: Reading, { id }: LockedCustomer) {
  const own = eq(meeting.customerId, id);
  const rows = await rowsOf(reading, meeting, 'meetings', own, meeting.when, meeting.id);
  const ids = reading.transaction.select({ id: meeting.id }).from(meeting).where(own);
  const invited = inArray(meetingInvitee.meetingId, ids);
  const { meetingId, position } = meetingInvitee;
  const invitees = Map.groupBy(
    await rowsOf(reading, meetingInvitee, 'invitees', invited, meetingId, position),
    (invitee) => invitee.meetingId,
  );
  return rows.map((row) => ({
    id: row.id,
    providerId: row.providerId,
    purposeId: row.purposeId,
    when: row.when,
    present: { staffUserId: row.staffUserId, customerUserId: row.customerUserId },
    creatorUserId: row.creatorUserId,
    creator: { name: row.creatorName, mobilePhone: row.creatorMobilePhone, emailAddress: row.creatorEmailAddress },
    invitees: (invitees.get(row.id) ?? []).map(({ name, mobilePhone, emailAddress, userId, status }) => ({
      contactDetails: { name, mobilePhone, emailAddress },
      userId,
      status,
    })),
    cancelledAt: row.cancelledAt,
    createdAt: row.createdAt,
    updatedAt: row.updatedAt,
  }));
}

/**
 * Everything that is kept about a customer, under the names of the GraphQL schema: what is the customer's to have.
 *
 * Not in it: what only serves the gateway (search columns, row numbers, versions, idempotency keys), what could let
 * somebody in (the sessions and tokens of meetings), the users who are linked, but for their ids, as they are people of
 * their own, and the audit trail, which says who looked and not who the customer is.
 *
 * The number of statements is the same for every customer. Within the transaction that found the customer nothing of it
 * changes meanwhile: SQLite has one writer, and on PostgreSQL the customer is locked for what writes to it. Only what is
 * written without that lock, such as accounts, events that name it by number and imports, may there be of a later moment.
 */
export async function exportCustomer(reading: Reading, found: LockedCustomer): Promise<CustomerData> {
  const { id: customerId, bankId, customerNumber } = found;

  /** The rows of a table that are the customer's, the oldest first. */
  async function own<Table extends SQLiteTable & { id: SQLiteColumn; customerId: SQLiteColumn }>(
    name: string,
    table: Table,
    date: SQLiteColumn,
  ): Promise<Table['$inferSelect'][]> {
    return rowsOf(reading, table, name, eq(table.customerId, customerId), date, table.id);
  }

  const namedOnly = and(
    eq(crmEvent.bankId, bankId),
    eq(crmEvent.customerNumber, customerNumber),
    isNull(crmEvent.customerId),
  );
  const events = or(eq(crmEvent.customerId, customerId), namedOnly);
  const exportedAt = new Date();
  return {
    bankId,
    customerId,
    exportedAt,
    data: {
      customer: { bankId, ...exported(toCustomer(found)) },
      addresses: (await own('addresses', customerAddress, customerAddress.insertDate)).map(exported),
      attributes: (await own('attributes', customerAttribute, customerAttribute.createdAt)).map(exported),
      accountLinks: await accountLinks(reading, found),
      taxResidences: (await own('taxResidences', taxResidence, taxResidence.createdAt)).map(exported),
      socialMediaHandles: (await own('socialMediaHandles', socialMediaHandle, socialMediaHandle.createdAt)).map(
        exported,
      ),
      kycChecks: (await own('kycChecks', kycCheck, kycCheck.date)).map(withRetraction).map(exported),
      kycDocuments: (await own('kycDocuments', kycDocument, kycDocument.createdAt)).map(withRetraction).map(exported),
      kycMedia: (await own('kycMedia', kycMedia, kycMedia.date)).map(withRetraction).map(exported),
      kycStatuses: (await own('kycStatuses', kycStatus, kycStatus.date)).map(exported),
      kycStatusProposals: (await own('kycStatusProposals', kycStatusProposal, kycStatusProposal.createdAt)).map(
        exported,
      ),
      messages: (await own('messages', customerMessage, customerMessage.date)).map(exported),
      meetings: await meetings(reading, found),
      crmEvents: (await rowsOf(reading, crmEvent, 'crmEvents', events, crmEvent.createdAt, crmEvent.id)).map(exported),
      userLinks: (await own('userLinks', userCustomerLink, userCustomerLink.dateInserted)).map(exported),
    },
  };
}
