import { Arg, Args, Ctx, FieldResolver, ID, Mutation, Query, Resolver, Root } from 'type-graphql';
import { localProvider, verifyPassword } from '../../auth/password.ts';
import { Authenticated, Public, RequiresRole } from '../../auth/requires-role.ts';
import { PageArguments } from '../../connection.ts';
import type { Context } from '../../context.ts';
import { manyBy, oneBy } from '../../database/batch.ts';
import { gatewayError } from '../../errors.ts';
import { insertUser, newLocalUserRow } from './user.creation.ts';
import { userPage } from './user.list.ts';
import { userAt } from './user.loader.ts';
import { user } from './user.table.ts';
import { CreateUserInput, CreateUserPayload, LoginPayload, toUser, User, UserConnection } from './user.type.ts';
import { userAttribute } from './user-attribute.table.ts';
import { toUserAttribute, UserAttribute } from './user-attribute.type.ts';

const userByUsername = oneBy(user, 'provider', 'username');
const attributesOfUser = manyBy(userAttribute, ['userId'], { orderBy: ['insertDate', 'id'] });

/** Operations that logged in: aliases would put many guesses into one request. What a write forgets is kept here. */
const loggedIn = new WeakSet<Context>();

@Resolver(() => User)
export class UserResolver {
  @Query(() => User, { nullable: true, description: 'Who sends the request.' })
  @Authenticated()
  async me(@Ctx() context: Context): Promise<User | null> {
    return context.user === null ? null : userAt(context, context.user.id);
  }

  @Query(() => User, { nullable: true, description: 'The user with this id.' })
  @RequiresRole(['CanGetAnyUser'], { orSelf: true })
  user(
    @Arg('id', () => ID, { description: 'The id of the user.' }) id: string,
    @Ctx() context: Context,
  ): Promise<User> {
    return userAt(context, id);
  }

  @Query(() => UserConnection, { nullable: true, description: 'All users, by their usernames.' })
  @RequiresRole(['CanGetAnyUser'])
  users(@Args(() => PageArguments) page: PageArguments, @Ctx() context: Context) {
    return userPage(context, page);
  }

  @FieldResolver(() => Boolean, {
    nullable: true,
    description: 'Whether the user may grant entitlements without holding the role for it, and nothing else.',
  })
  @RequiresRole(['CanGetAnyUser'], { orSelf: true })
  isSuperAdmin(@Root() user: User): boolean {
    return user.superAdmin;
  }

  @FieldResolver(() => [UserAttribute], { nullable: true, description: 'What is kept about the user, oldest first.' })
  @RequiresRole(['CanGetCorrelatedUsersInfo', 'CanGetCorrelatedUsersInfoAtAnyBank', 'CanGetAnyUser'], {
    orSelf: true,
    orLinkedUser: true,
  })
  async attributes(@Root() user: User, @Ctx() context: Context): Promise<UserAttribute[]> {
    return (await context.loader(attributesOfUser).load(user.id)).map(toUserAttribute);
  }

  @Mutation(() => LoginPayload, {
    nullable: true,
    description: 'Gives a token to who knows the password. Once per operation.',
  })
  @Public()
  async login(
    @Arg('username', () => String, { description: 'The username, exactly as it is written.' }) username: string,
    @Arg('password', () => String, { description: 'The password.' }) password: string,
    @Ctx() context: Context,
  ): Promise<LoginPayload> {
    if (loggedIn.has(context)) throw gatewayError('TOO_MANY_LOGINS_IN_ONE_OPERATION');
    loggedIn.add(context);
    const row = await context.loader(userByUsername).load([localProvider, username]);
    const matches = await verifyPassword(row?.passwordHash ?? null, password);
    if (row === null || !matches) throw gatewayError('OBP-20004');
    if (row.disabledAt !== null) throw gatewayError('USER_DISABLED');
    const token = await context.tokens.sign({ userId: row.id }, context.config.tokenLifetimeSeconds);
    return { ...token, user: toUser(row) };
  }

  @Mutation(() => CreateUserPayload, { nullable: true, description: 'Creates a user who logs in here.' })
  @Public()
  async createUser(
    @Arg('input', () => CreateUserInput, { description: 'The new user.' }) input: CreateUserInput,
    @Ctx() context: Context,
  ): Promise<CreateUserPayload> {
    const row = await newLocalUserRow({ ...input, isSuperAdmin: false }, 'input.');
    await context.write((transaction) => insertUser(transaction, row));
    const token = await context.tokens.sign({ userId: row.id }, context.config.tokenLifetimeSeconds);
    // Nothing is configured that would hold the token back until the e-mail is validated.
    return { ...token, user: toUser(row), validationRequired: false };
  }
}
