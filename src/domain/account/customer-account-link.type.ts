import { Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import { DateTime } from '../../graph/scalars.ts';

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

@InputType({ description: 'A link of an account to a customer.' })
export class CreateCustomerAccountLinkInput {
  @Field(() => ID, { description: 'The account, by its id at the bank.' })
  accountId: string;

  @Field(() => String, {
    description: 'What the customer is to the account, such as Owner; at most 255 characters.',
  })
  relationshipType: string;
}

@InputType({ description: 'What may change of a link of an account to a customer.' })
export class UpdateCustomerAccountLinkInput {
  @Field(() => String, {
    description: 'What the customer is to the account, such as Owner; at most 255 characters.',
  })
  relationshipType: string;
}

@ObjectType({ simpleResolvers: true, description: 'A link of an account that was written, and its customer.' })
export class CustomerAccountLinkPayload {
  bankId: string;
  customerId: string;

  @Field(() => CustomerAccountLink, {
    nullable: true,
    description: 'The link as it is now; one that was deleted as it was, once.',
  })
  customerAccountLink: CustomerAccountLink | null;
}
