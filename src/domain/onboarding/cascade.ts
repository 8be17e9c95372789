import { and, eq, inArray, isNull } from 'drizzle-orm';
import type { SQLiteTable } from 'drizzle-orm/sqlite-core';
import type { Queries } from '../../database/database.ts';
import { lockedForDeletion } from '../../database/lock.ts';
import { deleteRows } from '../../database/write-row.ts';
import { requireVersion } from '../../graph/input.ts';
import { customerAccountLink } from '../account/customer-account-link.table.ts';
import { customerAddress } from '../address/address.table.ts';
import { crmEvent } from '../crm-event/crm-event.table.ts';
import { customer } from '../customer/customer.table.ts';
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
  requireVersion(found, expectedVersion);
  // Otherwise, rows could be added between the deletion of the others and that of the customer.
  await lockedForDeletion(transaction.select({ id: customer.id }).from(customer).where(eq(customer.id, found.id)));

  async function deleteFrom(table: ChildTable): Promise<number> {
    return (await deleteRows<SQLiteTable>(transaction, table, eq(table.customerId, found.id))).length;
  }

  // An event that came before the customer names it by its number only.
  const { bankId, customerNumber, customerId } = crmEvent;
  const isNamedOnly = and(eq(bankId, found.bankId), eq(customerNumber, found.customerNumber), isNull(customerId));
  const namedOnly = await deleteRows(transaction, crmEvent, isNamedOnly);
  const meetings = transaction.select({ id: meeting.id }).from(meeting).where(eq(meeting.customerId, found.id));
  const invitees = await deleteRows(transaction, meetingInvitee, inArray(meetingInvitee.meetingId, meetings));
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
  await deleteRows(transaction, customer, eq(customer.id, found.id));
  return deleted;
}
