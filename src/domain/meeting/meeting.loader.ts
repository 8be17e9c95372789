import type { Context } from '../../graph/context.ts';
import { userById } from '../user/user.loader.ts';
import type { MeetingRow } from './meeting.table.ts';
import type { ContactDetails, Meeting, MeetingInvitee, MeetingKeys, MeetingPresent } from './meeting.type.ts';
import { inviteesByMeeting, isCustomerUser, isParticipant, mayReadMeetings } from './meeting-participant.ts';
import { meetingProvider } from './meeting-providers.ts';

/** Signs the caller's credentials at each read, so that they are never stored. Null if there is no session to enter. */
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

class KeysForCaller implements MeetingKeys {
  readonly sessionId: string | null;
  readonly #context: Context;
  readonly #row: MeetingRow;

  constructor(context: Context, row: MeetingRow) {
    this.sessionId = row.sessionId;
    this.#context = context;
    this.#row = row;
  }

  get staffToken(): Promise<string | null> {
    const { staffUserId, bankId } = this.#row;
    const isStaff = mayReadMeetings(this.#context, bankId) || staffUserId === this.#context.user?.id;
    return isStaff ? meetingToken(this.#context, this.#row, true) : Promise.resolve(null);
  }

  get customerToken(): Promise<string | null> {
    return isCustomerUser(this.#context, this.#row).then((isCustomer) =>
      isCustomer ? meetingToken(this.#context, this.#row, false) : null,
    );
  }
}

async function meetingKeys(context: Context, row: MeetingRow): Promise<MeetingKeys | null> {
  const mayRead = mayReadMeetings(context, row.bankId) || (await isParticipant(context, row));
  return mayRead ? new KeysForCaller(context, row) : null;
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

/**
 * Reads the keys and the invitees only if they are selected, and those of all meetings of a response together. It is a class for the
 * same reason as `Page` in connection.ts.
 */
class StoredMeeting implements Meeting {
  readonly id: string;
  readonly bankId: string;
  readonly customerId: string | null;
  readonly providerId: string;
  readonly purposeId: string;
  readonly when: Date;
  readonly present: MeetingPresent;
  readonly creator: ContactDetails | null;
  readonly cancelledAt: Date | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly version: number;
  readonly #context: Context;
  readonly #row: MeetingRow;

  constructor(context: Context, row: MeetingRow) {
    this.id = row.id;
    this.bankId = row.bankId;
    this.customerId = row.customerId;
    this.providerId = row.providerId;
    this.purposeId = row.purposeId;
    this.when = row.when;
    this.present = { staffUserId: row.staffUserId, customerUserId: row.customerUserId };
    this.creator = meetingCreator(row);
    this.cancelledAt = row.cancelledAt;
    this.createdAt = row.createdAt;
    this.updatedAt = row.updatedAt;
    this.version = row.version;
    this.#context = context;
    this.#row = row;
  }

  get keys(): Promise<MeetingKeys | null> {
    return meetingKeys(this.#context, this.#row);
  }

  get invitees(): Promise<MeetingInvitee[]> {
    return meetingInvitees(this.#context, this.#row.id);
  }
}

export function toMeeting(context: Context, row: MeetingRow): Meeting {
  return new StoredMeeting(context, row);
}
