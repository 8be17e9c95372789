import { Field, ID, Int, ObjectType } from 'type-graphql';
import { DateTime } from '../../scalars.ts';

@ObjectType({ simpleResolvers: true, description: 'That an account has to do with a customer, and in what way.' })
export class CustomerAccountLink {
  @Field(() => ID, { description: 'The id of the link.' })
  id: string;

  @Field(() => ID, { description: 'The bank of both.' })
  bankId: string;

  @Field(() => ID, { description: 'The customer.' })
  customerId: string;

  @Field(() => ID, { description: 'The account, by its id at the bank.' })
  accountId: string;

  @Field(() => String, { description: 'What the customer is to the account, such as Owner.' })
  relationshipType: string;

  @Field(() => DateTime, { description: 'When the link was first stored here.' })
  createdAt: Date;

  @Field(() => DateTime, { description: 'When the link was last changed.' })
  updatedAt: Date;

  @Field(() => Int, { description: 'Grows by one with each update: what an update may expect.' })
  version: number;
}
