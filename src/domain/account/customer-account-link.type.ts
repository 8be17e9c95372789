import { Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import { payloadObject, versionDescription } from '../../graph/descriptions.ts';
import { DateTime } from '../../graph/scalars.ts';

/** The fields of a link, and of a link as it was at a time. */
@ObjectType({ simpleResolvers: true, description: 'The data of a link.' })
export class CustomerAccountLinkFields {
  @Field(() => ID, { description: 'The ID of the account.' })
  accountId: string;

  @Field(() => String, { description: 'The relationship of the customer to the account, such as `Owner`.' })
  relationshipType: string;

  @Field(() => DateTime, { description: 'The time when the link was first stored in the gateway.' })
  createdAt: Date;
}

@ObjectType({
  simpleResolvers: true,
  description: 'A link between a customer and an account, with the type of their relationship.',
})
export class CustomerAccountLink extends CustomerAccountLinkFields {
  @Field(() => ID, { description: 'The ID of the link.' })
  id: string;

  @Field(() => ID, { description: 'The ID of the bank.' })
  bankId: string;

  @Field(() => ID, { description: 'The ID of the customer.' })
  customerId: string;

  @Field(() => DateTime, { description: 'The time when the link was last changed.' })
  updatedAt: Date;

  @Field(() => Int, { description: versionDescription })
  version: number;
}

@InputType({ description: 'A new link between a customer and an account of the same bank.' })
export class CreateCustomerAccountLinkInput {
  @Field(() => ID, { description: 'The ID of the account.' })
  accountId: string;

  @Field(() => String, {
    description: 'The relationship of the customer to the account, such as `Owner`, at most 255 characters.',
  })
  relationshipType: string;
}

@InputType({ description: 'The values of a link between a customer and an account.' })
export class UpdateCustomerAccountLinkInput {
  @Field(() => String, {
    nullable: true,
    description:
      'The relationship of the customer to the account, such as `Owner`, at most 255 characters. It cannot be unset.',
  })
  relationshipType?: string | null;
}

@ObjectType({
  simpleResolvers: true,
  description: 'The result of creating, updating, or deleting a link between a customer and an account.',
})
export class CustomerAccountLinkPayload {
  bankId: string;
  customerId: string;

  @Field(() => CustomerAccountLink, {
    nullable: true,
    description: payloadObject('link'),
  })
  customerAccountLink: CustomerAccountLink | null;
}
