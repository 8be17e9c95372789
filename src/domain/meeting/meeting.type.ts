import { Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import { connectionOf } from '../../graph/connection.ts';
import { MaxInputItems } from '../../graph/max-input-items.ts';
import { DateTime, EmailAddress } from '../../graph/scalars.ts';

@ObjectType({ simpleResolvers: true, description: 'How somebody is reached.' })
export class ContactDetails {
  @Field(() => String, { nullable: true, description: 'The name.' })
  name: string | null;

  @Field(() => String, { nullable: true, description: 'The mobile phone number as it was written.' })
  mobilePhone: string | null;

  @Field(() => EmailAddress, { nullable: true, description: 'The e-mail address.' })
  emailAddress: string | null;
}

@ObjectType({ simpleResolvers: true, description: 'Somebody who is invited to a meeting.' })
export class MeetingInvitee {
  @Field(() => ContactDetails, { description: 'How the invitee is reached.' })
  contactDetails: ContactDetails;

  @Field(() => String, { nullable: true, description: 'Whether the invitee comes, in the bank’s own words.' })
  status: string | null;
}

@ObjectType({ simpleResolvers: true, description: 'Who meets, as users.' })
export class MeetingPresent {
  @Field(() => ID, { nullable: true, description: 'The user who takes part for the bank.' })
  staffUserId: string | null;

  @Field(() => ID, { nullable: true, description: 'The user who takes part for the customer.' })
  customerUserId: string | null;
}

@ObjectType({ simpleResolvers: true, description: 'What lets somebody into the video session of a meeting.' })
export class MeetingKeys {
  @Field(() => ID, { nullable: true, description: 'The id of the session at the provider.' })
  sessionId: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      'Lets the bank’s side in, as moderator: for the staff user and for who holds the role CanGetMeetings. Made anew each time, for an hour; none for a meeting that is cancelled.',
  })
  readonly staffToken: Promise<string | null>;

  @Field(() => String, {
    nullable: true,
    description:
      'Lets the customer’s side in: for the customer user only. Made anew each time, for an hour; none for a meeting that is cancelled.',
  })
  readonly customerToken: Promise<string | null>;
}

@ObjectType({ simpleResolvers: true, description: 'A meeting of somebody at the bank with a customer, by video.' })
export class Meeting {
  @Field(() => ID, { description: 'The id of the meeting.' })
  id: string;

  @Field(() => ID, { description: 'The bank.' })
  bankId: string;

  @Field(() => ID, { nullable: true, description: 'The customer whom it is with.' })
  customerId: string | null;

  @Field(() => String, { description: 'Who provides the video session.' })
  providerId: string;

  @Field(() => String, { description: 'What the meeting is for.' })
  purposeId: string;

  @Field(() => DateTime, { description: 'When it takes place.' })
  when: Date;

  @Field(() => MeetingPresent, { description: 'Who meets, as users.' })
  present: MeetingPresent;

  @Field(() => MeetingKeys, {
    nullable: true,
    description:
      'What lets one into the video session; null for who is no participant and holds no role to read the meetings of the bank.',
  })
  readonly keys: Promise<MeetingKeys | null>;

  @Field(() => ContactDetails, { nullable: true, description: 'Who called the meeting.' })
  creator: ContactDetails | null;

  @Field(() => [MeetingInvitee], { description: 'Who is invited, in the order in which they were.' })
  readonly invitees: Promise<MeetingInvitee[]>;

  @Field(() => DateTime, { nullable: true, description: 'When it was cancelled; null while it is to take place.' })
  cancelledAt: Date | null;

  @Field(() => DateTime, { description: 'When the meeting was stored here.' })
  createdAt: Date;

  @Field(() => DateTime, { description: 'When the meeting was last changed.' })
  updatedAt: Date;

  @Field(() => Int, { description: 'Grows by one with each update: what an update may expect.' })
  version: number;
}

export const MeetingConnection = connectionOf('MeetingConnection', 'MeetingEdge', () => Meeting);

@InputType({ description: 'How somebody is reached.' })
export class ContactDetailsInput {
  @Field(() => String, { description: 'The name, at most 255 characters.' })
  name: string;

  @Field(() => String, {
    nullable: true,
    description: 'The mobile phone number with its country, such as +44 7972 444 876; at most 50 characters.',
  })
  mobilePhone?: string | null;

  @Field(() => EmailAddress, { nullable: true, description: 'The e-mail address, such as felixsmith@example.com.' })
  emailAddress?: string | null;
}

@InputType({ description: 'Somebody who is invited to a meeting.' })
export class MeetingInviteeInput {
  @Field(() => ContactDetailsInput, { description: 'How the invitee is reached.' })
  contactDetails: ContactDetailsInput;

  @Field(() => ID, {
    nullable: true,
    description: 'The id of the invitee as a user, who then sees the meeting; where it is known.',
  })
  userId?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'Whether the invitee comes, in the bank’s own words, such as accepted; at most 255 characters.',
  })
  status?: string | null;
}

@InputType({ description: 'A new meeting of somebody at the bank with a customer, by video.' })
export class CreateMeetingInput {
  @Field(() => ID, { description: 'The id of the customer whom it is with.' })
  customerId: string;

  @Field(() => String, {
    description:
      'Who provides the video session, such as jitsi: one that is configured. At most 64 letters, digits, hyphens, dots, underscores and tildes.',
  })
  providerId: string;

  @Field(() => String, {
    description:
      'What the meeting is for, such as onboarding. At most 64 letters, digits, hyphens, dots, underscores and tildes.',
  })
  purposeId: string;

  @Field(() => DateTime, { description: 'When it takes place, such as 2024-05-31T09:30:00Z.' })
  date: Date;

  @Field(() => ContactDetailsInput, { description: 'Who calls the meeting.' })
  creator: ContactDetailsInput;

  @Field(() => [MeetingInviteeInput], { description: 'The invitees of the meeting.' })
  @MaxInputItems(500)
  invitees: MeetingInviteeInput[];

  @Field(() => ID, {
    nullable: true,
    description:
      'The id of the user who takes part for the bank. Only who holds the role CanCreateMeeting chooses one.',
  })
  staffUserId?: string | null;

  @Field(() => ID, {
    nullable: true,
    description:
      'The id of the user who takes part for the customer, and is linked to the customer. Left out it is the caller, if linked; else the only user who is linked, or nobody where there are several.',
  })
  customerUserId?: string | null;
}

@InputType({ description: 'A meeting as it is to be.' })
export class UpdateMeetingInput {
  @Field(() => ID, {
    nullable: true,
    description: 'The id of the user who takes part for the bank; left out, nobody does yet.',
  })
  staffUserId?: string | null;

  @Field(() => DateTime, { description: 'When it takes place, such as 2024-05-31T09:30:00Z.' })
  when: Date;

  @Field(() => Boolean, {
    description: 'Whether it is cancelled: nobody is let into the video session of a meeting that is.',
  })
  cancelled: boolean;
}

@ObjectType({ simpleResolvers: true, description: 'A meeting that was written, and its customer.' })
export class MeetingPayload {
  bankId: string;
  customerId: string | null;

  @Field(() => Meeting, { nullable: true, description: 'The meeting as it is now.' })
  meeting: Meeting | null;
}
