import { and, eq, getTableColumns, inArray, isNull } from 'drizzle-orm';
import type { SQLiteColumn, SQLiteTable } from 'drizzle-orm/sqlite-core';
import { noteChange } from '../../audit/changes.ts';
import type { Queries } from '../../database/database.ts';
import { customerAccountLink } from '../account/customer-account-link.table.ts';
import { customerAddress } from '../address/address.table.ts';
import { crmEvent } from '../crm-event/crm-event.table.ts';
import { customer } from '../customer/customer.table.ts';
import { updateCustomer } from '../customer/customer.writes.ts';
import { customerAttribute } from '../customer/customer-attribute.table.ts';
import type { ChildTable, LockedCustomer } from '../customer/locked-customer.ts';
import { kycCheck } from '../kyc/kyc-check.table.ts';
import { kycDocument } from '../kyc/kyc-document.table.ts';
import { kycMedia } from '../kyc/kyc-media.table.ts';
import { kycStatus } from '../kyc/kyc-status.table.ts';
import { kycStatusProposal } from '../kyc/kyc-status-proposal.table.ts';
import { meeting } from '../meeting/meeting.table.ts';
import { meetingInvitee } from '../meeting/meeting-invitee.table.ts';
import { customerMessage } from '../message/message.table.ts';
import { socialMediaHandle } from '../social-media-handle/social-media-handle.table.ts';
import { taxResidence } from '../tax-residence/tax-residence.table.ts';
import { userCustomerLink } from '../user-customer-link/user-customer-link.table.ts';
import type { DeletedWithCustomer } from './onboarding.type.ts';
import { refuseWhileRetained } from './retention.ts';

/** The columns that say which users a row is about, of those that the audit trail names. */
function usersOf(table: SQLiteTable): Record<string, SQLiteColumn> {
  const columns = Object.entries<SQLiteColumn>(getTableColumns(table));
  return Object.fromEntries(columns.filter(([name]) => ['userId', 'customerUserId', 'staffUserId'].includes(name)));
}

/**
 * Deletes a customer and everything around it; accounts and users stay. The order is that of the foreign keys, which fail
 * where a table is forgotten here. Fails with RETENTION_PERIOD_RUNS while the bank has to keep the customer.
 */
export async function deleteCustomerCascade(
  transaction: Queries,
  found: LockedCustomer,
  expectedVersion: number | null | undefined,
): Promise<DeletedWithCustomer> {
  await refuseWhileRetained(transaction, found);
  // A change of a key column locks the row on PostgreSQL against new children, which otherwise could come between their
  // deletion and that of the customer. No customer has such a number.
  await updateCustomer(transaction, found, { customerNumber: `${found.id}::::` }, expectedVersion);

  async function deleteFrom(table: ChildTable): Promise<number> {
    const deleted = await transaction
      .delete(table as SQLiteTable)
      .where(eq(table.customerId, found.id))
      .returning({ id: table.id, ...usersOf(table) });
    for (const row of deleted) noteChange<SQLiteTable>(transaction, table, row, null);
    return deleted.length;
  }

  // An event that came before the customer names it by its number only.
  const namedOnly = await transaction
    .delete(crmEvent)
    .where(
      and(
        eq(crmEvent.bankId, found.bankId),
        eq(crmEvent.customerNumber, found.customerNumber),
        isNull(crmEvent.customerId),
      ),
    )
    .returning({ id: crmEvent.id });
  if (namedOnly.length > 0) noteChange(transaction, crmEvent, {}, null);
  const meetings = transaction.select({ id: meeting.id }).from(meeting).where(eq(meeting.customerId, found.id));
  const invitees = await transaction
    .delete(meetingInvitee)
    .where(inArray(meetingInvitee.meetingId, meetings))
    .returning({ userId: meetingInvitee.userId });
  for (const invitee of invitees) noteChange(transaction, meetingInvitee, invitee, null);
  const deleted: DeletedWithCustomer = {
    addresses: await deleteFrom(customerAddress),
    attributes: await deleteFrom(customerAttribute),
    taxResidences: await deleteFrom(taxResidence),
    socialMediaHandles: await deleteFrom(socialMediaHandle),
    kycMedia: await deleteFrom(kycMedia),
    kycChecks: await deleteFrom(kycCheck),
    kycDocuments: await deleteFrom(kycDocument),
    kycStatuses: await deleteFrom(kycStatus),
    kycStatusProposals: await deleteFrom(kycStatusProposal),
    messages: await deleteFrom(customerMessage),
    crmEvents: (await deleteFrom(crmEvent)) + namedOnly.length,
    meetings: await deleteFrom(meeting),
    meetingInvitees: invitees.length,
    accountLinks: await deleteFrom(customerAccountLink),
    userLinks: await deleteFrom(userCustomerLink),
  };
  await transaction.delete(customer).where(eq(customer.id, found.id));
  noteChange(transaction, customer, found, null);
  return deleted;
}
