import { randomUUID } from 'node:crypto';
import { and, eq, inArray, sql } from 'drizzle-orm';
import { gatewayError } from '../../base/errors.ts';
import type { Queries } from '../../database/database.ts';
import { insertRows } from '../../database/insert-rows.ts';
import { lockedForWriting } from '../../database/lock.ts';
import { statement } from '../../database/statement.ts';
import { insertRow, updateRows } from '../../database/write-row.ts';
import { requireVersion } from '../../graph/input.ts';
import type { ColumnsOf } from '../../graph/input-fields.ts';
import { refuseClosed } from '../customer/customer-closing.rules.ts';
import { refuseUnderHold } from '../customer/legal-hold-condition.ts';
import { type LockedCustomer, lockCustomer } from '../customer/locked-customer.ts';
import { user } from '../user/user.table.ts';
import { userCustomerLink } from '../user-customer-link/user-customer-link.table.ts';
import type { meetingFields, NewMeetingValues } from './meeting.rules.ts';
import { type MeetingRow, meeting } from './meeting.table.ts';
import { meetingInvitee } from './meeting-invitee.table.ts';

/** Users are never deleted, so the result stays valid until the commit. @throws OBP-20057 with the field of an unknown user. */
async function assertUsers(transaction: Queries, idsByField: Map<string, string>): Promise<void> {
  if (idsByField.size === 0) return;
  const ids = [...new Set(idsByField.values())];
  const rows = await transaction.select({ id: user.id }).from(user).where(inArray(user.id, ids));
  const known = new Set(rows.map(({ id }) => id));
  for (const [field, id] of idsByField) if (!known.has(id)) throw gatewayError('OBP-20057', { field });
}

/** The ID of the user who takes part on behalf of the customer. This requires an active link. */
async function customerUserOf(
  transaction: Queries,
  customer: LockedCustomer,
  callerId: string,
  chosen: string | null,
  field: string,
): Promise<string | null> {
  const links = await transaction
    .select({ userId: userCustomerLink.userId })
    .from(userCustomerLink)
    .where(and(eq(userCustomerLink.customerId, customer.id), eq(userCustomerLink.isActive, true)));
  const linked = links.map(({ userId }) => userId);
  if (chosen !== null) {
    if (!linked.includes(chosen)) throw gatewayError('OBP-30035', { field });
    return chosen;
  }
  if (linked.includes(callerId)) return callerId;
  return linked.length === 1 ? (linked[0] ?? null) : null;
}

export interface NewMeeting extends NewMeetingValues {
  sessionId: string;
  callerId: string;
}

/** The IDs of the users who take part for the bank or are invited, by their fields of the input. */
export function usersOfMeeting(
  { values, invitees }: Pick<NewMeetingValues, 'values' | 'invitees'>,
  place: string,
): Map<string, string> {
  const userIds = new Map<string, string>();
  if (values.staffUserId !== null) userIds.set(`${place}.staffUserId`, values.staffUserId);
  for (const [index, { userId }] of invitees.entries()) {
    if (userId !== null) userIds.set(`${place}.invitees[${index}].userId`, userId);
  }
  return userIds;
}

export async function createMeeting(
  transaction: Queries,
  customer: LockedCustomer,
  { values, invitees, sessionId, callerId, customerUserId }: NewMeeting,
  place = 'input',
): Promise<{ id: string }> {
  refuseClosed(customer);
  await assertUsers(transaction, usersOfMeeting({ values, invitees }, place));
  const id = randomUUID();
  const now = new Date();
  const row = {
    ...values,
    id,
    bankId: customer.bankId,
    customerId: customer.id,
    sessionId,
    creatorUserId: callerId,
    customerUserId: await customerUserOf(transaction, customer, callerId, customerUserId, `${place}.customerUserId`),
    createdAt: now,
    updatedAt: now,
  };
  await insertRow(transaction, meeting, row);
  if (invitees.length > 0) {
    const rows = invitees.map((invitee, position) => ({ ...invitee, meetingId: id, position }));
    const { bankId, customerId } = row;
    await insertRows(transaction, meetingInvitee, rows, {
      recorded: rows.map((invitee) => ({ ...invitee, bankId, customerId })),
    });
  }
  return { id };
}

const customerOfMeeting = statement((queries) =>
  queries
    .select({ customerId: meeting.customerId })
    .from(meeting)
    .where(and(eq(meeting.id, sql.placeholder('id')), eq(meeting.bankId, sql.placeholder('bankId')))),
);

/**
 * Updates a meeting. If it is already cancelled, the time of the cancellation stays.
 * @throws CUSTOMER_UNDER_LEGAL_HOLD, because the former values of meetings are not kept
 */
export async function updateMeeting(
  transaction: Queries,
  bankId: string,
  id: string,
  { cancelled, ...values }: Partial<ColumnsOf<typeof meetingFields>>,
  expectedVersion: number | null | undefined,
): Promise<void> {
  const own = and(eq(meeting.id, id), eq(meeting.bankId, bankId));
  const [{ customerId = null } = {}] = await customerOfMeeting(transaction, { id, bankId });
  if (customerId !== null) {
    // The customer is locked, so no hold is set at the same time.
    await lockCustomer(transaction, bankId, customerId);
    await refuseUnderHold(transaction, customerId);
  }
  const [stored] = await lockedForWriting(transaction.select().from(meeting).where(own));
  if (stored === undefined) throw gatewayError('OBP-30104');
  if (values.staffUserId != null) await assertUsers(transaction, new Map([['input.staffUserId', values.staffUserId]]));
  const now = new Date();
  requireVersion(stored, expectedVersion);
  const changes: Partial<MeetingRow> = values;
  if (cancelled !== undefined) changes.cancelledAt = cancelled ? (stored.cancelledAt ?? now) : null;
  if (Object.keys(changes).length === 0) return;
  const set = { ...changes, updatedAt: now, version: stored.version + 1 };
  await updateRows(transaction, meeting, { before: stored, set, where: own });
}
