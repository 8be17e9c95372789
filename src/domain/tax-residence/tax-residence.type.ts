import { Field, ID, ObjectType } from 'type-graphql';
import { DateTime } from '../../scalars.ts';

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
}
