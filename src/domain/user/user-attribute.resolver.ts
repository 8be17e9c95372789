import { Arg, Ctx, FieldResolver, ID, Mutation, Resolver, Root } from 'type-graphql';
import { oneBy } from '../../database/batch.ts';
import { RequiresRole } from '../../graph/access/rule.ts';
import type { Context } from '../../graph/context.ts';
import { mutate } from '../../graph/mutation.ts';
import { userAt } from './user.loader.ts';
import { User } from './user.type.ts';
import { userAttribute } from './user-attribute.table.ts';
import { toUserAttribute, UserAttributeInput, UserAttributePayload } from './user-attribute.type.ts';
import { insertUserAttribute, userAttributeValues } from './user-attribute.writes.ts';

const attributeById = oneBy(userAttribute, 'id');

async function readPayload(context: Context, userId: string, id: string): Promise<UserAttributePayload> {
  const row = await context.loader(attributeById).load(id);
  return { userId, userAttribute: row === null ? null : toUserAttribute(row) };
}

@Resolver(() => UserAttributePayload)
export class UserAttributeMutations {
  @FieldResolver(() => User, { nullable: true, description: 'The user of the attribute.' })
  @RequiresRole(['CanGetAnyUser'], { orSelf: true })
  user(@Root() payload: UserAttributePayload, @Ctx() context: Context): Promise<User> {
    return userAt(context, payload.userId);
  }

  @Mutation(() => UserAttributePayload, {
    nullable: true,
    description:
      'Adds an attribute to a user. A user can have at most 500 attributes. Fails with `OBP-20057` if the user does not exist.',
  })
  @RequiresRole(['CanCreateUserAttribute'])
  createUserAttribute(
    @Arg('userId', () => ID, { description: 'The ID of the user.' }) userId: string,
    @Arg('input', () => UserAttributeInput, { description: 'The new attribute.' }) input: UserAttributeInput,
    @Ctx() context: Context,
  ): Promise<UserAttributePayload> {
    const values = userAttributeValues(input);
    return mutate(
      context,
      async (transaction) => {
        const { id } = await insertUserAttribute(transaction, userId, values);
        return { id };
      },
      ({ id }) => readPayload(context, userId, id),
    );
  }
}
