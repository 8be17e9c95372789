import { Field, ID, InputType, ObjectType } from 'type-graphql';
import { payloadObjectId, payloadObjectOfCustomer } from '../../graph/descriptions.ts';
import { DateTime } from '../../graph/scalars.ts';
import { toKycRecord } from './kyc-record.type.ts';
import { KycRetraction } from './kyc-retraction.type.ts';
import type { KycStatusRow } from './kyc-status.table.ts';

@ObjectType({
  simpleResolvers: true,
  description:
    'A status in the KYC timeline of a customer. Statuses are only added to the timeline, and retracted, but never changed.',
})
export class KycStatus {
  @Field(() => ID, { description: 'The ID of the status.' })
  id: string;

  @Field(() => ID, { description: 'The ID of the bank.' })
  bankId: string;

  @Field(() => ID, { description: 'The ID of the customer.' })
  customerId: string;

  @Field(() => Boolean, {
    description: 'Whether the status is ok: the bank has verified the identity of the customer.',
  })
  ok: boolean;

  @Field(() => DateTime, { description: 'The time from which the status applies.' })
  date: Date;

  @Field(() => KycRetraction, {
    nullable: true,
    description: 'The retraction of the status. Null if the status is not retracted.',
  })
  retraction: KycRetraction | null;

  @Field(() => String, {
    nullable: true,
    description: 'The reason for the status, as the officer stated it. Null if the officer stated none.',
  })
  reason: string | null;

  @Field(() => DateTime, { description: 'The time when the status was recorded in the gateway.' })
  recordedAt: Date;

  recordedByUserId: string | null;
  proposalId: string | null;
}

export function toKycStatus(row: KycStatusRow): KycStatus {
  return toKycRecord(row);
}

@InputType({ description: 'A new or proposed KYC status.' })
export class AddKycStatusInput {
  @Field(() => Boolean, {
    description: 'Whether the status is ok: the bank has verified the identity of the customer.',
  })
  ok: boolean;

  @Field(() => DateTime, {
    description:
      'The time from which the status applies, such as `2024-05-31T09:30:00Z`. It must not be in the future. A time that is at most five minutes ahead is stored as the present; the same time adds no second status.',
  })
  date: Date;

  @Field(() => String, {
    nullable: true,
    description:
      'The reason for the status, such as `The passport was checked in the branch`, at most 2,000 characters. If the status exists, its reason stays.',
  })
  reason?: string | null;
}

@InputType({ description: 'A retraction of a KYC status.' })
export class RetractKycStatusInput {
  @Field(() => ID, { description: 'The ID of the status.' })
  id: string;

  @Field(() => String, {
    description: 'The reason for the retraction, such as `Recorded for another person`, at most 2,000 characters.',
  })
  reason: string;
}

@ObjectType({ simpleResolvers: true, description: 'The result of adding or retracting a KYC status.' })
export class KycStatusPayload {
  bankId: string;
  customerId: string;

  @Field(() => KycStatus, { nullable: true, description: payloadObjectOfCustomer('status') })
  kycStatus: KycStatus | null;
}

@ObjectType({ simpleResolvers: true, description: 'The result of retracting a KYC status.' })
export class RetractKycStatusPayload {
  bankId: string;
  customerId: string;

  @Field(() => ID, { description: payloadObjectId('status') })
  kycStatusId: string;

  /** The field `kycStatus` requires the role with which it is read. */
  kycStatus: KycStatus | null;
}
