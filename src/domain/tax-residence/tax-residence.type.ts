import { Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import { DateTime } from '../../graph/scalars.ts';

@ObjectType({ simpleResolvers: true, description: 'Where a customer pays taxes.' })
export class TaxResidence {
  bankId: string;

  @Field(() => ID, { description: 'The id of the tax residence.' })
  id: string;

  @Field(() => ID, { description: 'The customer who pays the taxes.' })
  customerId: string;

  @Field(() => String, { description: 'The tax authority or its jurisdiction, in the bank’s own words.' })
  domain: string;

  @Field(() => String, { description: 'The number by which the tax authority knows the customer.' })
  taxNumber: string;

  @Field(() => DateTime, { description: 'When the tax residence was stored here.' })
  createdAt: Date;

  @Field(() => Int, { description: 'The version of what is stored: what a deletion may expect.' })
  version: number;
}

@InputType({ description: 'Where a customer pays taxes; a customer has each domain and number once.' })
export class TaxResidenceInput {
  @Field(() => String, {
    description:
      'The tax authority or its jurisdiction, in the bank’s own words, such as Germany; at most 20 characters.',
  })
  domain: string;

  @Field(() => String, {
    description: 'The number by which the tax authority knows the customer, at most 20 characters.',
  })
  taxNumber: string;
}

@ObjectType({ simpleResolvers: true, description: 'A tax residence that was written, and its customer.' })
export class TaxResidencePayload {
  bankId: string;
  customerId: string;

  @Field(() => TaxResidence, {
    nullable: true,
    description: 'The tax residence as it is now; one that was deleted as it was, once.',
  })
  taxResidence: TaxResidence | null;
}
