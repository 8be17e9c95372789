import { parseId, parsePhoneNumber } from '../../base/values.ts';
import { assertInput, optionalId, optionalText, text, valid } from '../../graph/input.ts';
import { collectProblems } from '../../graph/input-collection.ts';
import { optionalField, requiredField } from '../../graph/input-fields.ts';
import type { MeetingRow } from './meeting.table.ts';
import type {
  ContactDetailsInput,
  CreateMeetingInput,
  MeetingInviteeInput,
  NewCustomerMeetingInput,
} from './meeting.type.ts';
import type { MeetingInviteeRow } from './meeting-invitee.table.ts';

/** A text of the unreserved characters of RFC 3986, which a URL contains unencoded. */
function urlFriendly(field: string, value: string): string {
  const written = text(field, value, 64);
  assertInput(/^[0-9A-Za-z\-._~]+$/.test(written), field, 'UNRESERVED_CHARACTERS');
  return written;
}

function contactDetails(field: string, { name, mobilePhone, emailAddress }: ContactDetailsInput) {
  const phone = optionalText(`${field}.mobilePhone`, mobilePhone, 50);
  return {
    name: text(`${field}.name`, name, 255),
    mobilePhone: phone === null ? null : valid(`${field}.mobilePhone`, () => parsePhoneNumber(phone).written),
    emailAddress: emailAddress ?? null,
  };
}

function inviteeValues(field: string, input: MeetingInviteeInput): Omit<MeetingInviteeRow, 'meetingId' | 'position'> {
  return {
    ...contactDetails(`${field}.contactDetails`, input.contactDetails),
    userId: optionalId(`${field}.userId`, input.userId),
    status: optionalText(`${field}.status`, input.status, 255),
  };
}

type WrittenColumn =
  | 'providerId'
  | 'purposeId'
  | 'when'
  | 'creatorName'
  | 'creatorMobilePhone'
  | 'creatorEmailAddress'
  | 'staffUserId';

/** A new meeting, without its customer. */
export interface NewMeetingValues {
  customerUserId: string | null;
  values: Pick<MeetingRow, WrittenColumn>;
  invitees: Omit<MeetingInviteeRow, 'meetingId' | 'position'>[];
}

/** The columns of a meeting and of its invitees, which keep their order. */
export function newMeetingValues(input: NewCustomerMeetingInput, place = 'input'): NewMeetingValues {
  return collectProblems(() => {
    const creator = contactDetails(`${place}.creator`, input.creator);
    const values = {
      providerId: urlFriendly(`${place}.providerId`, input.providerId),
      purposeId: urlFriendly(`${place}.purposeId`, input.purposeId),
      when: input.date,
      creatorName: creator.name,
      creatorMobilePhone: creator.mobilePhone,
      creatorEmailAddress: creator.emailAddress,
      staffUserId: optionalId(`${place}.staffUserId`, input.staffUserId),
    };
    const invitees = input.invitees.map((invitee, index) => inviteeValues(`${place}.invitees[${index}]`, invitee));
    return { customerUserId: optionalId(`${place}.customerUserId`, input.customerUserId), values, invitees };
  });
}

/** The values of a meeting with the customer of the input. */
export function meetingValues(input: CreateMeetingInput): NewMeetingValues & { customerId: string } {
  return collectProblems(() => ({
    ...newMeetingValues(input),
    customerId: valid('input.customerId', () => parseId(input.customerId)),
  }));
}

/** The fields of an update. */
export const meetingFields = {
  staffUserId: optionalField((value: string | null, place) => ({ staffUserId: optionalId(place, value) })),
  when: requiredField((when: Date) => ({ when })),
  cancelled: requiredField((cancelled: boolean) => ({ cancelled })),
};
