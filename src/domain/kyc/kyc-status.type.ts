import { Field, ID, InputType, ObjectType } from 'type-graphql';
import { DateTime } from '../../graph/scalars.ts';

@ObjectType({
  simpleResolvers: true,
  description: 'Whether the bank was satisfied of who a customer is, at one moment of a timeline that only grows.',
})
export class KycStatus {
  @Field(() => ID, { description: 'The id of the status.' })
  id: string;

  @Field(() => ID, { description: 'The bank.' })
  bankId: string;

  @Field(() => ID, { description: 'The customer.' })
  customerId: string;

  @Field(() => Boolean, { description: 'Whether the bank was satisfied.' })
  ok: boolean;

  @Field(() => DateTime, { description: 'From when on.' })
  date: Date;

  @Field(() => DateTime, { description: 'When the status was stored here.' })
  createdAt: Date;
}

@InputType({ description: 'A KYC status, to be added to the timeline of a customer.' })
export class AddKycStatusInput {
  @Field(() => Boolean, { description: 'Whether the bank was satisfied of who the customer is.' })
  ok: boolean;

  @Field(() => DateTime, { description: 'From when on, such as 2024-05-31T09:30:00Z.' })
  date: Date;
}

@ObjectType({ simpleResolvers: true, description: 'A KYC status that was added, and its customer.' })
export class KycStatusPayload {
  bankId: string;
  customerId: string;

  @Field(() => KycStatus, { nullable: true, description: 'The status in the timeline.' })
  kycStatus: KycStatus | null;
}
