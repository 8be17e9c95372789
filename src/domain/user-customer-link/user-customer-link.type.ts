import { Field, ID, Int, ObjectType } from 'type-graphql';
import { DateTime } from '../../scalars.ts';

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
