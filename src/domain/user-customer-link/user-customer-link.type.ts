import { Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import { payloadObject, payloadObjectId, versionDescription } from '../../graph/descriptions.ts';
import { DateTime } from '../../graph/scalars.ts';

/** The fields of a link, and of a link as it was at a time. */
@ObjectType({ simpleResolvers: true, description: 'The data of a link.' })
export class UserCustomerLinkFields {
  @Field(() => ID, { description: 'The ID of the user.' })
  userId: string;

  @Field(() => Boolean, { description: 'Whether the link is active. An inactive link grants no access.' })
  isActive: boolean;

  @Field(() => DateTime, {
    description: 'The time when the link was first stored, or the insert date of an imported record.',
  })
  dateInserted: Date;
}

@ObjectType({
  simpleResolvers: true,
  description:
    "A link between a user and a customer. While the link is active, the user is a linked user of the customer, and the customer's data is the user's own data.",
})
export class UserCustomerLink extends UserCustomerLinkFields {
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

@InputType({ description: 'A new, active link between a user and a customer.' })
export class CreateUserCustomerLinkInput {
  @Field(() => ID, { description: 'The ID of the user.' })
  userId: string;
}

@InputType({ description: 'The values of a link between a user and a customer.' })
export class UpdateUserCustomerLinkInput {
  @Field(() => Boolean, {
    nullable: true,
    description:
      'Whether the link is active. An inactive link grants no access from the next request on. It cannot be unset.',
  })
  isActive?: boolean | null;
}

@ObjectType({
  simpleResolvers: true,
  description: 'The result of creating, updating, or deleting a link between a user and a customer.',
})
export class UserCustomerLinkPayload {
  bankId: string;
  customerId: string;

  @Field(() => UserCustomerLink, {
    nullable: true,
    description: payloadObject('link'),
  })
  userCustomerLink: UserCustomerLink | null;
}

@ObjectType({
  simpleResolvers: true,
  description: 'The result of activating or deactivating a link between a user and a customer.',
})
export class UpdateUserCustomerLinkPayload {
  bankId: string;
  customerId: string;

  @Field(() => ID, { description: payloadObjectId('link') })
  userCustomerLinkId: string;

  /** The field `userCustomerLink` requires the role with which it is read. */
  userCustomerLink: UserCustomerLink | null;
}
