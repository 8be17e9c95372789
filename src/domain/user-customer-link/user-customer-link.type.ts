import { Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import { DateTime } from '../../graph/scalars.ts';

@ObjectType({
  simpleResolvers: true,
  description: 'Says that a user acts for a customer. While it is active, the customer’s data is the user’s own.',
})
export class UserCustomerLink {
  @Field(() => ID, { description: 'The id of the link.' })
  id: string;

  @Field(() => ID, { description: 'The bank.' })
  bankId: string;

  @Field(() => ID, { description: 'The customer.' })
  customerId: string;

  @Field(() => ID, { description: 'The user.' })
  userId: string;

  @Field(() => Boolean, { description: 'Whether the link grants anything.' })
  isActive: boolean;

  @Field(() => DateTime, { description: 'When the user was linked.' })
  dateInserted: Date;

  @Field(() => DateTime, { description: 'When the link was last changed.' })
  updatedAt: Date;

  @Field(() => Int, { description: 'Grows by one with each update: what an update may expect.' })
  version: number;
}

@InputType({ description: 'A link of a user to a customer. It is active.' })
export class CreateUserCustomerLinkInput {
  @Field(() => ID, { description: 'The user.' })
  userId: string;
}

@InputType({ description: 'What may change of a link of a user to a customer.' })
export class UpdateUserCustomerLinkInput {
  @Field(() => Boolean, {
    description: 'Whether the link grants anything; one that is switched off grants nothing from the next request.',
  })
  isActive: boolean;
}

@ObjectType({ simpleResolvers: true, description: 'A link of a user that was written, and its customer.' })
export class UserCustomerLinkPayload {
  bankId: string;
  customerId: string;

  @Field(() => UserCustomerLink, {
    nullable: true,
    description: 'The link as it is now; one that was deleted as it was, once.',
  })
  userCustomerLink: UserCustomerLink | null;
}
