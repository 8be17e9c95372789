import { Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import { payloadObject, versionDescription } from '../../graph/descriptions.ts';
import { DateTime } from '../../graph/scalars.ts';

/** The fields of a tax residence, and of a tax residence as it was at a time. */
@ObjectType({ simpleResolvers: true, description: 'The data of a tax residence.' })
export class TaxResidenceFields {
  @Field(() => String, {
    description: "The tax authority or its jurisdiction in the bank's own terms, such as `Germany`.",
  })
  domain: string;

  @Field(() => String, { description: "The customer's number at the tax authority, such as `12345678901`." })
  taxNumber: string;

  @Field(() => DateTime, { description: 'The time when the tax residence was first stored in the gateway.' })
  createdAt: Date;
}

@ObjectType({
  simpleResolvers: true,
  description: "A tax residence of a customer: a tax authority and the customer's number there.",
})
export class TaxResidence extends TaxResidenceFields {
  bankId: string;

  @Field(() => ID, { description: 'The ID of the tax residence.' })
  id: string;

  @Field(() => ID, { description: 'The ID of the customer.' })
  customerId: string;

  @Field(() => Int, { description: versionDescription })
  version: number;
}

@InputType({ description: 'A new tax residence.' })
export class TaxResidenceInput {
  @Field(() => String, {
    description:
      "The tax authority or its jurisdiction in the bank's own terms, such as `Germany`, at most 20 characters.",
  })
  domain: string;

  @Field(() => String, {
    description: "The customer's number at the tax authority, such as `12345678901`, at most 20 characters.",
  })
  taxNumber: string;
}

@ObjectType({ simpleResolvers: true, description: 'The result of creating or deleting a tax residence.' })
export class TaxResidencePayload {
  bankId: string;
  customerId: string;

  @Field(() => TaxResidence, {
    nullable: true,
    description: payloadObject('tax residence'),
  })
  taxResidence: TaxResidence | null;
}
