import type { Context } from '../../context.ts';
import { userById } from '../user/user.loader.ts';
import { inviteesByMeeting, isCustomerUser, isParticipant, mayReadMeetings } from './meeting.participant.ts';
import type { MeetingRow } from './meeting.table.ts';
import type { ContactDetails, Meeting, MeetingInvitee, MeetingKeys } from './meeting.type.ts';
import { meetingProvider } from './meeting-providers.ts';

/** For the caller, signed at each read: never stored. Null where there is nothing to be let into. */
async function meetingToken(context: Context, row: MeetingRow, isModerator: boolean): Promise<string | null> {
  if (context.user === null || row.sessionId === null || row.cancelledAt !== null) return null;
  const provider = meetingProvider(context.config, row.providerId);
  if (typeof provider === 'string') return null;
  const caller = await context.loader(userById).load(context.user.id);
  if (caller === null) return null;
  const name = [caller.firstName, caller.lastName].filter((part) => part !== null).join(' ');
  return provider.signToken(row.sessionId, {
    userId: caller.id,
    name: name === '' ? caller.username : name,
    email: caller.email,
    isModerator,
  });
}

async function meetingKeys(context: Context, row: MeetingRow): Promise<MeetingKeys | null> {
  const mayRead = mayReadMeetings(context, row.bankId);
  if (!mayRead && !(await isParticipant(context, row))) return null;
  const callerId = context.user?.id;
  return {
    sessionId: row.sessionId,
    async staffToken() {
      const isStaff = mayRead || row.staffUserId === callerId;
      return isStaff ? meetingToken(context, row, true) : null;
    },
    async customerToken() {
      return (await isCustomerUser(context, row)) ? meetingToken(context, row, false) : null;
    },
  };
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
    keys: () => meetingKeys(context, row),
    creator: meetingCreator(row),
    invitees: () => meetingInvitees(context, row.id),
    cancelledAt: row.cancelledAt,
    createdAt: row.createdAt,
    updatedAt: row.updatedAt,
    version: row.version,
  };
}
