import { Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import { connectionOf } from '../../graph/connection.ts';
import { payloadObjectId, payloadObjectOfCustomer, versionDescription } from '../../graph/descriptions.ts';
import { MaxInputItems } from '../../graph/max-input-items.ts';
import { DateTime, EmailAddress } from '../../graph/scalars.ts';
import { Secret } from '../../graph/secret.ts';

@ObjectType({ simpleResolvers: true, description: 'The name and the contact details of a person.' })
export class ContactDetails {
  @Field(() => String, { nullable: true, description: 'The name of the person.' })
  name: string | null;

  @Field(() => String, { nullable: true, description: 'The mobile phone number, as it was written.' })
  mobilePhone: string | null;

  @Field(() => EmailAddress, { nullable: true, description: 'The email address.' })
  emailAddress: string | null;
}

@ObjectType({ simpleResolvers: true, description: 'An invitee of a meeting.' })
export class MeetingInvitee {
  @Field(() => ContactDetails, { description: 'The contact details of the invitee.' })
  contactDetails: ContactDetails;

  @Field(() => String, {
    nullable: true,
    description: "The status of the invitation in the bank's own terms, such as `accepted`.",
  })
  status: string | null;
}

@ObjectType({ simpleResolvers: true, description: 'The users who take part in a meeting.' })
export class MeetingPresent {
  @Field(() => ID, {
    nullable: true,
    description: 'The ID of the user who takes part for the bank. Null if there is none.',
  })
  staffUserId: string | null;

  @Field(() => ID, {
    nullable: true,
    description: 'The ID of the user who takes part for the customer. Null if there is none.',
  })
  customerUserId: string | null;
}

@ObjectType({ simpleResolvers: true, description: 'The credentials for the video session of a meeting.' })
export class MeetingKeys {
  @Field(() => ID, { nullable: true, description: 'The ID of the session at the provider. Null if there is none.' })
  sessionId: string | null;

  @Secret()
  @Field(() => String, {
    nullable: true,
    description:
      'The token with which the caller joins the session as a moderator. It is generated for each response and expires after one hour. Null unless the caller takes part for the bank or holds `CanGetMeetings`. Also null if the meeting is cancelled or its provider is not configured.',
  })
  readonly staffToken: Promise<string | null>;

  @Secret()
  @Field(() => String, {
    nullable: true,
    description:
      'The token with which the caller joins the session for the customer. It is generated for each response and expires after one hour. Null unless the caller takes part for the customer. Also null if the meeting is cancelled or its provider is not configured.',
  })
  readonly customerToken: Promise<string | null>;
}

@ObjectType({ simpleResolvers: true, description: 'A video meeting of the bank with a customer.' })
export class Meeting {
  @Field(() => ID, { description: 'The ID of the meeting.' })
  id: string;

  @Field(() => ID, { description: 'The ID of the bank.' })
  bankId: string;

  @Field(() => ID, { nullable: true, description: 'The ID of the customer. Null if there is none.' })
  customerId: string | null;

  @Field(() => String, { description: 'The ID of the provider of the video session, such as `jitsi`.' })
  providerId: string;

  @Field(() => String, { description: 'The purpose of the meeting, such as `onboarding`.' })
  purposeId: string;

  @Field(() => DateTime, { description: 'The time of the meeting.' })
  when: Date;

  @Field(() => MeetingPresent, { description: 'The users who take part in the meeting.' })
  present: MeetingPresent;

  @Field(() => MeetingKeys, {
    nullable: true,
    description:
      'The credentials for the video session. Null unless the caller takes part in the meeting, created it, is invited to it, or holds `CanGetMeetings`.',
  })
  readonly keys: Promise<MeetingKeys | null>;

  @Field(() => ContactDetails, {
    nullable: true,
    description: 'The contact details of the creator of the meeting.',
  })
  creator: ContactDetails | null;

  @Field(() => [MeetingInvitee], {
    description: 'The invitees, in the order in which they were listed when the meeting was created.',
  })
  readonly invitees: Promise<MeetingInvitee[]>;

  @Field(() => DateTime, {
    nullable: true,
    description: 'The time when the meeting was cancelled. Null if the meeting is not cancelled.',
  })
  cancelledAt: Date | null;

  @Field(() => DateTime, { description: 'The time when the meeting was first stored in the gateway.' })
  createdAt: Date;

  @Field(() => DateTime, { description: 'The time when the meeting was last changed.' })
  updatedAt: Date;

  @Field(() => Int, { description: versionDescription })
  version: number;
}

export const MeetingConnection = connectionOf('MeetingConnection', 'MeetingEdge', () => Meeting);

@InputType({ description: 'The name and the contact details of a person.' })
export class ContactDetailsInput {
  @Field(() => String, { description: 'The name of the person, at most 255 characters.' })
  name: string;

  @Field(() => String, {
    nullable: true,
    description:
      'The mobile phone number in international format, such as `+44 7972 444876`, at most 50 characters. It is stored as written.',
  })
  mobilePhone?: string | null;

  @Field(() => EmailAddress, { nullable: true, description: 'The email address, such as `felixsmith@example.com`.' })
  emailAddress?: string | null;
}

@InputType({ description: 'An invitee of a meeting.' })
export class MeetingInviteeInput {
  @Field(() => ContactDetailsInput, { description: 'The contact details of the invitee.' })
  contactDetails: ContactDetailsInput;

  @Field(() => ID, {
    nullable: true,
    description:
      'The ID of the invited user, who can then read the meeting. Only callers with `CanCreateMeeting` can set it.',
  })
  userId?: string | null;

  @Field(() => String, {
    nullable: true,
    description: "The status of the invitation in the bank's own terms, such as `accepted`, at most 255 characters.",
  })
  status?: string | null;
}

@InputType({ description: 'A new meeting with a new customer.' })
export class NewCustomerMeetingInput {
  @Field(() => String, {
    description:
      'The ID of a configured provider of video sessions, such as `jitsi`, at most 64 characters of 0-9, a-z, A-Z, `-`, `.`, `_`, and `~`.',
  })
  providerId: string;

  @Field(() => String, {
    description:
      'The purpose of the meeting, such as `onboarding`, at most 64 characters of 0-9, a-z, A-Z, `-`, `.`, `_`, and `~`.',
  })
  purposeId: string;

  @Field(() => DateTime, { description: 'The time of the meeting, such as `2024-05-31T09:30:00Z`.' })
  date: Date;

  @Field(() => ContactDetailsInput, { description: 'The contact details of the creator of the meeting.' })
  creator: ContactDetailsInput;

  @Field(() => [MeetingInviteeInput], { description: 'The invitees of the meeting.' })
  @MaxInputItems(500)
  invitees: MeetingInviteeInput[];

  @Field(() => ID, {
    nullable: true,
    description:
      'The ID of the user who takes part for the bank, as a moderator. If it is omitted, there is none yet. Only callers with `CanCreateMeeting` can set it.',
  })
  staffUserId?: string | null;

  @Field(() => ID, {
    nullable: true,
    description:
      'The ID of the user who takes part for the customer. It must be a linked user of the customer. Defaults to the caller if the caller is a linked user, otherwise to the only linked user. If there are several or none, no user takes part for the customer. Only callers with `CanCreateMeeting` can set it to another user than themselves.',
  })
  customerUserId?: string | null;
}

@InputType({ description: 'A new meeting.' })
export class CreateMeetingInput extends NewCustomerMeetingInput {
  @Field(() => ID, { description: 'The ID of the customer.' })
  customerId: string;

  // TypeGraphQL does not inherit the maximum number of items.
  @Field(() => [MeetingInviteeInput], { description: 'The invitees of the meeting.' })
  @MaxInputItems(500)
  override invitees: MeetingInviteeInput[];
}

@InputType({ description: 'The values of a meeting.' })
export class UpdateMeetingInput {
  @Field(() => ID, {
    nullable: true,
    description: 'The ID of the user who takes part for the bank, as a moderator. Null if there is none yet.',
  })
  staffUserId?: string | null;

  @Field(() => DateTime, {
    nullable: true,
    description: 'The time of the meeting, such as `2024-05-31T09:30:00Z`. It cannot be unset.',
  })
  when?: Date | null;

  @Field(() => Boolean, {
    nullable: true,
    description:
      'Whether the meeting is cancelled. A cancelled meeting has no tokens for the video session. It cannot be unset.',
  })
  cancelled?: boolean | null;
}

@ObjectType({ simpleResolvers: true, description: 'The result of creating or updating a meeting.' })
export class MeetingPayload {
  bankId: string;
  customerId: string | null;

  @Field(() => Meeting, { nullable: true, description: payloadObjectOfCustomer('meeting') })
  meeting: Meeting | null;
}

@ObjectType({ simpleResolvers: true, description: 'The result of updating a meeting.' })
export class UpdateMeetingPayload {
  bankId: string;
  customerId: string | null;

  @Field(() => ID, { description: payloadObjectId('meeting') })
  meetingId: string;

  /** The field `meeting` requires the role with which it is read. */
  meeting: Meeting | null;
}
