import { Field, ID, InputType, ObjectType } from 'type-graphql';
import { connectionOf } from '../../graph/connection.ts';
import { payloadObjectOfCustomer } from '../../graph/descriptions.ts';
import { DateTime } from '../../graph/scalars.ts';

@ObjectType({
  simpleResolvers: true,
  description:
    'An order to preserve the data of a customer, for example for a court. While it is in force, nothing of the customer can be deleted.',
})
export class LegalHold {
  @Field(() => ID, { description: 'The ID of the legal hold.' })
  id: string;

  @Field(() => ID, { description: 'The ID of the bank.' })
  bankId: string;

  @Field(() => ID, { description: 'The ID of the customer.' })
  customerId: string;

  @Field(() => String, { description: 'The reason for the legal hold.' })
  reason: string;

  @Field(() => DateTime, { description: 'The time when the legal hold was set.' })
  setAt: Date;

  /** The fields `setBy` and `liftedBy` load these users. */
  setByUserId: string;

  @Field(() => DateTime, {
    nullable: true,
    description: 'The time when the legal hold was lifted. Null while it is in force.',
  })
  liftedAt: Date | null;

  liftedByUserId: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'The reason for lifting the legal hold. Null while it is in force.',
  })
  liftReason: string | null;
}

export const LegalHoldConnection = connectionOf('LegalHoldConnection', 'LegalHoldEdge', () => LegalHold);

@InputType({ description: 'A new legal hold.' })
export class SetLegalHoldInput {
  @Field(() => String, {
    description: 'The reason for the legal hold, such as `Order 4 C 17/26 of the court`, at most 2,000 characters.',
  })
  reason: string;
}

@InputType({ description: 'The end of a legal hold.' })
export class LiftLegalHoldInput {
  @Field(() => ID, { description: 'The ID of the legal hold.' })
  legalHoldId: string;

  @Field(() => String, {
    description: 'The reason for lifting the legal hold, such as `Case closed`, at most 2,000 characters.',
  })
  reason: string;
}

@ObjectType({ simpleResolvers: true, description: 'The result of setting or lifting a legal hold.' })
export class LegalHoldPayload {
  bankId: string;
  customerId: string;

  @Field(() => LegalHold, { nullable: true, description: payloadObjectOfCustomer('legal hold') })
  legalHold: LegalHold | null;
}
