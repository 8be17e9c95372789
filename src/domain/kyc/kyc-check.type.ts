import { Field, ID, InputType, ObjectType } from 'type-graphql';
import { DateTime } from '../../graph/scalars.ts';
import { KycRetraction } from './kyc-retraction.type.ts';

@ObjectType({ simpleResolvers: true, description: 'A check of who a customer is, that somebody at the bank made.' })
export class KycCheck {
  @Field(() => ID, { description: 'The id of the check, unique for the customer.' })
  id: string;

  @Field(() => ID, { description: 'The bank.' })
  bankId: string;

  @Field(() => ID, { description: 'The customer who was checked.' })
  customerId: string;

  @Field(() => DateTime, { description: 'When the check was made.' })
  date: Date;

  @Field(() => String, { description: 'How it was made, such as online or in the branch.' })
  how: string;

  @Field(() => ID, { nullable: true, description: 'The id of who made it, as the bank knows its staff.' })
  staffUserId: string | null;

  @Field(() => String, { nullable: true, description: 'The name of who made it.' })
  staffName: string | null;

  @Field(() => Boolean, { description: 'Whether the check came out well.' })
  satisfied: boolean;

  @Field(() => String, { nullable: true, description: 'What was found.' })
  comments: string | null;

  @Field(() => DateTime, { description: 'When the check was stored here.' })
  createdAt: Date;

  @Field(() => KycRetraction, { nullable: true, description: 'That the check was retracted; null while it counts.' })
  retraction: KycRetraction | null;
}

@InputType({ description: 'A check of who a customer is, to be added.' })
export class AddKycCheckInput {
  @Field(() => ID, {
    nullable: true,
    description:
      'The id of the check, unique for the customer: fewer than 255 letters, digits, hyphens, dots and underscores, such as 98FDB6. Made when left out.',
  })
  id?: string | null;

  @Field(() => DateTime, { description: 'When the check was made, such as 2024-05-31T09:30:00Z.' })
  date: Date;

  @Field(() => String, { description: 'How it was made, such as online or in the branch; at most 32 characters.' })
  how: string;

  @Field(() => ID, {
    description: 'The id of who made it, as the bank knows its staff, such as 67876; at most 64 characters.',
  })
  staffUserId: string;

  @Field(() => String, { description: 'The name of who made it, at most 64 characters.' })
  staffName: string;

  @Field(() => Boolean, { description: 'Whether the check came out well.' })
  satisfied: boolean;

  @Field(() => String, { nullable: true, description: 'What was found, at most 2000 characters.' })
  comments?: string | null;
}

@ObjectType({ simpleResolvers: true, description: 'A check that was added, and its customer.' })
export class KycCheckPayload {
  bankId: string;
  customerId: string;

  @Field(() => KycCheck, { nullable: true, description: 'The check as it is stored.' })
  kycCheck: KycCheck | null;
}
