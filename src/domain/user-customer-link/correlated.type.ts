import { Field, ObjectType } from 'type-graphql';
import { User } from '../user/user.type.ts';

@ObjectType({ simpleResolvers: true, description: 'A customer, and the users who have an active link to it.' })
export class CorrelatedEntity {
  bankId: string;

  customerId: string;

  @Field(() => [User], { description: 'The users, by when they were linked.' })
  users: User[];
}
