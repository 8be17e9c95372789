import { eq, type SQL, sql } from 'drizzle-orm';
import type { LockedCustomer } from '../customer/locked-customer.ts';
import { type MeetingRow, meeting } from '../meeting/meeting.table.ts';
import { meetingInvitee } from '../meeting/meeting-invitee.table.ts';
import { type ExportReader, readAllRows } from './exported-rows.ts';

/** The condition for the invitees of a customer's meetings. */
export function isInvitedBy({ id }: LockedCustomer): SQL {
  const ofCustomer = eq(meeting.customerId, id);
  return sql`${meetingInvitee.meetingId} in (select ${meeting.id} from ${meeting} where ${ofCustomer})`;
}

/** The meetings with their invitees. The ID of the video session is omitted because it could admit a reader to the session. */
export async function withInvitees(
  meetings: readonly MeetingRow[],
  reader: ExportReader,
  customer: LockedCustomer,
): Promise<object[]> {
  const orderBy = [meetingInvitee.meetingId, meetingInvitee.position];
  const invitees = Map.groupBy(
    await readAllRows(reader, meetingInvitee, { name: 'invitees', where: isInvitedBy(customer), orderBy }),
    ({ meetingId }) => meetingId,
  );
  return meetings.map((row) => ({
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
