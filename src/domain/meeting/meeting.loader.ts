import type { Context } from '../../context.ts';
import { inviteesByMeeting, isParticipant, mayReadMeetings } from './meeting.participant.ts';
import type { MeetingRow } from './meeting.table.ts';
import type { ContactDetails, Meeting, MeetingInvitee, MeetingKeys } from './meeting.type.ts';

/** Tokens are never stored: a provider signs them at each read, and where there is no provider there are none. */
async function meetingKeys(context: Context, row: MeetingRow): Promise<MeetingKeys | null> {
  const mayEnter = mayReadMeetings(context, row.bankId) || (await isParticipant(context, row));
  return mayEnter ? { sessionId: row.sessionId, staffToken: null, customerToken: null } : null;
}

async function meetingInvitees(context: Context, meetingId: string): Promise<MeetingInvitee[]> {
  const rows = await context.loader(inviteesByMeeting).load(meetingId);
  return rows.map(({ name, mobilePhone, emailAddress, status }) => ({
    contactDetails: { name, mobilePhone, emailAddress },
    status,
  }));
}

function meetingCreator({ creatorName, creatorMobilePhone, creatorEmailAddress }: MeetingRow): ContactDetails | null {
  if (creatorName === null && creatorMobilePhone === null && creatorEmailAddress === null) return null;
  return { name: creatorName, mobilePhone: creatorMobilePhone, emailAddress: creatorEmailAddress };
}

/** Keys and invitees are read when they are asked for: those of all meetings of an answer together. */
export function toMeeting(context: Context, row: MeetingRow): Meeting {
  return {
    id: row.id,
    bankId: row.bankId,
    customerId: row.customerId,
    providerId: row.providerId,
    purposeId: row.purposeId,
    when: row.when,
    present: { staffUserId: row.staffUserId, customerUserId: row.customerUserId },
    get keys() {
      return meetingKeys(context, row);
    },
    creator: meetingCreator(row),
    get invitees() {
      return meetingInvitees(context, row.id);
    },
    createdAt: row.createdAt,
    updatedAt: row.updatedAt,
    version: row.version,
  };
}
