import type { MeetingInviteeRow } from '../../domain/meeting/meeting-invitee.table.ts';
import type { CustomerMessageRow } from '../../domain/message/message.table.ts';
import type { UserRow } from '../../domain/user/user.table.ts';
import { type Profile, writtenAt } from './profile.ts';
import { daysAfter } from './random.ts';
import type { GeneratedCustomer } from './rows.ts';
import { asciiName } from './user.ts';

type GeneratedMeetings = Pick<GeneratedCustomer, 'meetings' | 'meetingInvitees'>;

export function generateMeetings(profile: Profile, user: UserRow | null): GeneratedMeetings {
  const { random, clerk } = profile;
  const meetingInvitees: MeetingInviteeRow[] = [];
  const meetings = random.times(0, 3, () => {
    const meetingId = random.uuid();
    const when = profile.laterTime();
    meetingInvitees.push(...generateInvitees(profile, meetingId, user));
    return {
      id: meetingId,
      ...profile.ofCustomer,
      providerId: 'tokbox',
      purposeId: random.oneOf(['onboarding', 'mortgage', 'complaint']),
      when,
      sessionId: random.uuid(),
      creatorUserId: clerk.id,
      creatorName: profile.clerkName,
      creatorMobilePhone: null,
      creatorEmailAddress: clerk.email,
      staffUserId: clerk.id,
      customerUserId: user?.id ?? null,
      ...writtenAt(daysAfter(when, -5)),
      version: 1,
    };
  });
  return { meetings, meetingInvitees };
}

/** Generates the customer as an invitee and, for some meetings, an adviser. */
function generateInvitees({ random, ...profile }: Profile, meetingId: string, user: UserRow | null) {
  const invitees: MeetingInviteeRow[] = [
    {
      meetingId,
      position: 0,
      name: profile.legalName,
      mobilePhone: profile.mobilePhoneNumber,
      emailAddress: profile.email,
      userId: user?.id ?? null,
      status: random.oneOf(['accepted', 'declined', 'invited']),
    },
  ];
  if (!random.chance(0.3)) return invitees;
  const adviser = random.faker.person.firstName();
  invitees.push({
    meetingId,
    position: 1,
    name: `${adviser} ${random.faker.person.lastName()}`,
    mobilePhone: null,
    emailAddress: `${asciiName(adviser)}.adviser@example.com`,
    userId: null,
    status: 'invited',
  });
  return invitees;
}

export function generateMessages({ random, ofCustomer, clerkName, laterTime }: Profile): CustomerMessageRow[] {
  return random.times(0, 3, () => {
    const date = laterTime();
    return {
      id: random.uuid(),
      ...ofCustomer,
      date,
      transport: random.oneOf(['SMS', 'EMAIL', null]),
      message: random.oneOf([
        'Your documents have arrived. Thank you.',
        'Your identity card expires soon: please send us the new one.',
        'Your appointment is confirmed.',
        'Please call us about your account.',
      ]),
      fromDepartment: random.oneOf(['Customer Service', 'Compliance', 'Branch']),
      fromPerson: clerkName,
      ...writtenAt(date),
    };
  });
}

export function generateCrmEvents({ random, ofCustomer, ...profile }: Profile): GeneratedCustomer['crmEvents'] {
  return random.times(0, 2, () => {
    const date = profile.laterTime();
    const event = {
      id: random.uuid(),
      ...ofCustomer,
      customerName: profile.legalName,
      customerNumber: profile.customerNumber,
      category: random.oneOf(['Call', 'Visit', 'Letter']),
      detail: random.oneOf(['Asked for a credit', 'Changed the address', 'Asked about fees']),
      channel: random.oneOf(['Phone', 'Branch', 'Post']),
      scheduledDate: random.chance(0.5) ? daysAfter(date, -1) : null,
      result: random.oneOf(['Done', 'To be called back', null]),
      ...writtenAt(date),
    };
    // The next contact is planned, so the event is open.
    const isOpen = event.scheduledDate !== null && event.result === 'To be called back';
    return { ...event, actualDate: isOpen ? null : date, closedAt: isOpen ? null : date, closedByUserId: null };
  });
}
