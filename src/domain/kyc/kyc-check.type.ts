import { Field, ID, InputType, ObjectType } from 'type-graphql';
import { globalIdDescription, pastTimeDescription, payloadObjectOfCustomer } from '../../graph/descriptions.ts';
import { globalId } from '../../graph/global-id.ts';
import { DateTime } from '../../graph/scalars.ts';
import type { KycCheckRow } from './kyc-check.table.ts';
import { toKycRecord } from './kyc-record.type.ts';
import { KycRetraction } from './kyc-retraction.type.ts';

@ObjectType({
  simpleResolvers: true,
  description: "A check of the identity of a customer by a member of the bank's staff.",
})
export class KycCheck {
  @Field(() => ID, { description: globalIdDescription('check') })
  id: string;

  @Field(() => ID, { description: 'The ID of the check, unique for the customer.' })
  kycCheckId: string;

  @Field(() => ID, { description: 'The ID of the bank.' })
  bankId: string;

  @Field(() => ID, { description: 'The ID of the customer.' })
  customerId: string;

  @Field(() => DateTime, { description: 'The time when the check was made.' })
  date: Date;

  @Field(() => String, { description: 'The method of the check, such as `online`.' })
  how: string;

  @Field(() => ID, {
    nullable: true,
    description: "The ID, in the bank's own terms, of the member of staff who made the check.",
  })
  staffUserId: string | null;

  @Field(() => String, { nullable: true, description: 'The name of the member of staff who made the check.' })
  staffName: string | null;

  @Field(() => Boolean, { description: 'Whether the customer passed the check.' })
  satisfied: boolean;

  @Field(() => String, { nullable: true, description: 'The comments on the check.' })
  comments: string | null;

  @Field(() => DateTime, { description: 'The time when the check was recorded in the gateway.' })
  recordedAt: Date;

  recordedByUserId: string | null;

  @Field(() => KycRetraction, {
    nullable: true,
    description: 'The retraction of the check. Null if the check is not retracted.',
  })
  retraction: KycRetraction | null;
}

export function toKycCheck(row: KycCheckRow): KycCheck {
  return toKycRecord({ ...row, id: globalId('KycCheck', row.customerId, row.id), kycCheckId: row.id });
}

@InputType({ description: 'A new KYC check.' })
export class AddKycCheckInput {
  @Field(() => ID, {
    nullable: true,
    description:
      'The ID of the check, such as `98FDB6`, at most 254 characters of 0-9, a-z, A-Z, `-`, `.`, and `_`. It must be unique for the customer. Defaults to a generated ID.',
  })
  kycCheckId?: string | null;

  @Field(() => DateTime, {
    description: `The time when the check was made, such as \`2024-05-31T09:30:00Z\`. ${pastTimeDescription}`,
  })
  date: Date;

  @Field(() => String, { description: 'The method of the check, such as `online`, at most 32 characters.' })
  how: string;

  @Field(() => ID, {
    description:
      "The ID, in the bank's own terms, of the member of staff who made the check, such as `67876`, at most 64 characters of 0-9, a-z, A-Z, `-`, `.`, and `_`.",
  })
  staffUserId: string;

  @Field(() => String, { description: 'The name of the member of staff who made the check, at most 64 characters.' })
  staffName: string;

  @Field(() => Boolean, { description: 'Whether the customer passed the check.' })
  satisfied: boolean;

  @Field(() => String, { nullable: true, description: 'The comments on the check, at most 2,000 characters.' })
  comments?: string | null;
}

@ObjectType({ simpleResolvers: true, description: 'The result of adding a KYC check.' })
export class KycCheckPayload {
  bankId: string;
  customerId: string;

  @Field(() => KycCheck, { nullable: true, description: payloadObjectOfCustomer('check') })
  kycCheck: KycCheck | null;
}
