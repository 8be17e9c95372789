import { Field, ID, Int, ObjectType } from 'type-graphql';
import { connectionOf } from '../../connection.ts';
import { DateTime, EmailAddress } from '../../scalars.ts';

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
      'Lets the bank’s side in: for the staff user and for who holds the role CanGetMeetings. Made anew each time.',
  })
  staffToken: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'Lets the customer’s side in: for the customer user only. Made anew each time.',
  })
  customerToken: string | null;
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

  @Field(() => DateTime, { description: 'When the meeting was stored here.' })
  createdAt: Date;

  @Field(() => DateTime, { description: 'When the meeting was last changed.' })
  updatedAt: Date;

  @Field(() => Int, { description: 'Grows by one with each update: what an update may expect.' })
  version: number;
}

export const MeetingConnection = connectionOf('MeetingConnection', 'MeetingEdge', () => Meeting);
