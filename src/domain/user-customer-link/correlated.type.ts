import { Field, ObjectType } from 'type-graphql';
import { User } from '../user/user.type.ts';

@ObjectType({ simpleResolvers: true, description: 'A customer with its linked users.' })
export class CorrelatedEntity {
  bankId: string;

  customerId: string;

  @Field(() => [User], {
    description: 'The linked users of the customer, sorted by `dateInserted` of their links, oldest first.',
  })
  users: User[];
}
