import { and, eq } from 'drizzle-orm';
import { Arg, Args, Ctx, FieldResolver, ID, Mutation, Query, Resolver, Root } from 'type-graphql';
import { attemptLogin, maxUsernameLength } from '../../auth/login-attempts.ts';
import { hashPassword, needsRehash, verifyPassword } from '../../auth/password.ts';
import { clientNetwork } from '../../base/client-network.ts';
import { gatewayError } from '../../base/errors.ts';
import { createRateLimit, type RateLimit } from '../../base/rate-limit.ts';
import type { Config } from '../../config.ts';
import { manyBy } from '../../database/batch.ts';
import type { Queries } from '../../database/database.ts';
import { updateRows } from '../../database/write-row.ts';
import { Authenticated, Public, RequiresRole } from '../../graph/access/rule.ts';
import { BankId } from '../../graph/arguments.ts';
import { PageArguments } from '../../graph/connection.ts';
import type { Context } from '../../graph/context.ts';
import { assertInput } from '../../graph/input.ts';
import { mutate, Unkeyed } from '../../graph/mutation.ts';
import { EmailAddress } from '../../graph/scalars.ts';
import { recordEmpowerment } from './empowerment.writes.ts';
import { findUser } from './find-user.ts';
import { requireFirstLogin } from './one-login.ts';
import { userPage } from './user.list.ts';
import { userAt, userSummaryAt } from './user.loader.ts';
import { isEmailAddress } from './user.rules.ts';
import { type UserRow, user } from './user.table.ts';
import {
  CreateUserInput,
  CreateUserPayload,
  LoginPayload,
  toUser,
  UnlockUserPayload,
  User,
  UserConnection,
} from './user.type.ts';
import { checkedNewUser, insertUser, localUserRow } from './user.writes.ts';
import { userAttribute } from './user-attribute.table.ts';
import { toUserAttribute, UserAttribute } from './user-attribute.type.ts';
import { unlock } from './user-lock.ts';
import { latestRegistration, register, registrationOf } from './user-registration.ts';
import { toUserSummary, UserSummary } from './user-summary.type.ts';
import { userForLogin } from './username.ts';

const attributesOfUser = manyBy(userAttribute, ['userId'], { orderBy: ['insertDate', 'id'] });

/** The operations that created a user. Each operation can do so once. */
const createdUser = new WeakSet<Context>();

/** The rate limit of new users for each server of this process. */
const newUserLimits = new WeakMap<Config, RateLimit>();

function countNewUser({ config, request }: Context): void {
  let limit = newUserLimits.get(config);
  if (limit === undefined) {
    limit = createRateLimit({ capacity: config.newUsersPerHour, periodSeconds: 3_600 });
    newUserLimits.set(config, limit);
  }
  const retryAfterSeconds = limit.take(clientNetwork(request.clientAddress));
  if (retryAfterSeconds !== null) throw gatewayError('RATE_LIMITED', { retryAfterSeconds });
}

/**
 * Hashes a verified password again if the cost of its hash is too low. If that fails, the login still succeeds, and the next
 * login retries it.
 */
async function rehash(context: Context, row: UserRow, password: string): Promise<void> {
  const { id, passwordHash } = row;
  const { passwordCost } = context.config;
  if (passwordHash === null || !needsRehash(passwordHash, passwordCost)) return;
  const stronger = await hashPassword(password, passwordCost).catch(() => null);
  if (stronger === null) return;
  await context.write(async (transaction) => {
    // Keeps a password that was reset since the row was read.
    const unchanged = and(eq(user.id, id), eq(user.passwordHash, passwordHash));
    await updateRows(transaction, user, { before: row, set: { passwordHash: stronger }, where: unchanged });
  });
}

/** An authenticated caller who creates a user is not independent of that user. */
async function recordCreator(transaction: Queries, { user: caller }: Context, userId: string): Promise<void> {
  if (caller !== null) await recordEmpowerment(transaction, { userId, kind: 'CREATED', byUserId: caller.id });
}

@Resolver(() => User)
export class UserResolver {
  @Query(() => User, { nullable: true, description: 'The authenticated user.' })
  @Authenticated()
  me(@Ctx() { user }: Context): User | null {
    return user === null ? null : toUser(user);
  }

  @Query(() => User, {
    nullable: true,
    description: 'The user with this ID. Fails with `OBP-20057` if the user does not exist.',
  })
  @RequiresRole(['CanGetAnyUser'], { orSelf: true })
  user(
    @Arg('userId', () => ID, { description: 'The ID of the user.' }) userId: string,
    @Ctx() context: Context,
  ): Promise<User> {
    return userAt(context, userId);
  }

  @Query(() => UserConnection, { nullable: true, description: 'All users, sorted by `username`.' })
  @RequiresRole(['CanGetAnyUser'])
  users(@Args(() => PageArguments) page: PageArguments, @Ctx() context: Context) {
    return userPage(context, page);
  }

  @Query(() => UserSummary, {
    nullable: true,
    description:
      'The user to link to a customer of the bank, or to grant a role at the bank. Null unless exactly one user of the provider matches `username` and `email`, of which one is required.',
  })
  @RequiresRole([
    'CanCreateUserCustomerLink',
    'CanCreateUserCustomerLinkAtAnyBank',
    'CanCreateEntitlementAtOneBank',
    'CanCreateEntitlementAtAnyBank',
    'CanCreateAccount',
  ])
  async findUser(
    @BankId() _bankId: string,
    @Arg('username', () => String, { nullable: true, description: 'The username, in upper or lower case.' })
    username: string | null,
    @Arg('email', () => EmailAddress, { nullable: true, description: 'The email address, exactly as it is stored.' })
    email: string | null,
    @Arg('provider', () => String, {
      nullable: true,
      description: 'The provider that authenticates the user. Defaults to the gateway itself.',
    })
    provider: string | null,
    @Ctx() context: Context,
  ): Promise<UserSummary | null> {
    const search = { username: username ?? null, email: email ?? null, provider: provider ?? null };
    const row = await findUser(context.readDatabase().read, search);
    return row === null ? null : toUserSummary(row);
  }

  @FieldResolver(() => Boolean, {
    nullable: true,
    description:
      'Whether the user is a super admin, who can grant and revoke every role without holding a role for it. A super admin has no other privileges.',
  })
  @RequiresRole(['CanGetAnyUser'], { orSelf: true })
  isSuperAdmin(@Root() user: User): boolean {
    return user.superAdmin;
  }

  @FieldResolver(() => [UserAttribute], {
    nullable: true,
    description: 'The attributes of the user, sorted by `insertDate`, oldest first.',
  })
  @RequiresRole(['CanGetCorrelatedUsersInfo', 'CanGetCorrelatedUsersInfoAtAnyBank', 'CanGetAnyUser'], {
    orSelf: true,
    orLinkedUser: true,
  })
  async attributes(@Root() user: User, @Ctx() context: Context): Promise<UserAttribute[]> {
    return (await context.loader(attributesOfUser).load(user.id)).map(toUserAttribute);
  }

  @Mutation(() => LoginPayload, {
    nullable: true,
    description:
      'Logs in with a username and a password, and returns a bearer token. An operation can log in only once. After five failed logins, the username is locked in the network of the caller, for 30 seconds at first (`OBP-20013`). Failed logins are also limited for each network and for each username (`RATE_LIMITED`).',
  })
  @Unkeyed()
  @Public()
  async login(
    @Arg('username', () => String, { description: 'The username, in upper or lower case.' }) username: string,
    @Arg('password', () => String, { description: 'The password.' }) password: string,
    @Ctx() context: Context,
  ): Promise<LoginPayload> {
    requireFirstLogin(context);
    const isPossible = username.length <= maxUsernameLength;
    const row = isPossible ? await userForLogin(context.primary.read, username) : null;
    // The audit event of a failed login names the user, too.
    if (row !== null) context.audit.addSubjectUser(row.id);
    const { secret, passwordCost, mail } = context.config;
    const { clientAddress } = context.request;
    const isUnknown = row === null && mail !== null && isPossible;
    const pending = isUnknown ? await latestRegistration(context.primary.read, username) : null;
    let isPending = false;
    context.leaveSlot();
    const matches = await attemptLogin({ database: context.primary, secret, username, clientAddress }, async () => {
      const passwordHash = row?.passwordHash ?? pending?.passwordHash ?? null;
      const isRight = await verifyPassword(passwordHash, password, passwordCost);
      isPending = isRight && row === null;
      // Every caller can register any username, so the password of a registration counts as a failure.
      return isRight && row !== null;
    });
    if (isPending) throw gatewayError('EMAIL_NOT_VALIDATED');
    if (row === null || !matches) throw gatewayError('OBP-20004');
    if (row.disabledAt !== null) throw gatewayError('USER_DISABLED');
    if (row.awaitsEmailValidation && mail !== null) throw gatewayError('EMAIL_NOT_VALIDATED');
    const claims = { userId: row.id, generation: row.tokenGeneration, session: 'new' as const };
    const token = await context.tokens.sign(claims, context.config.tokenLifetimeSeconds);
    // Last, because its transaction also writes the audit event of the login.
    await rehash(context, row, password);
    context.setOwnUser(row.id);
    return { ...token, user: toUser(row) };
  }

  @Mutation(() => CreateUserPayload, {
    nullable: true,
    description:
      'Registers a user who logs in with a password. An operation can create only one user. The number of registrations within an hour is limited for each network (`RATE_LIMITED`). Fails with `USERNAME_TAKEN` if another user has the username, unless the gateway validates email addresses. With validation, a registration does not reserve the username.',
  })
  @Unkeyed()
  @Public()
  async createUser(
    @Arg('input', () => CreateUserInput, { description: 'The new user.' }) input: CreateUserInput,
    @Ctx() context: Context,
  ): Promise<CreateUserPayload> {
    if (createdUser.has(context)) throw gatewayError('TOO_MANY_NEW_USERS_IN_ONE_OPERATION');
    createdUser.add(context);
    const { mail, secret, passwordCost, tokenLifetimeSeconds } = context.config;
    // Counted before the input is checked, because the limit also applies to the work of these checks.
    countNewUser(context);
    const checked = checkedNewUser({ ...input, isSuperAdmin: false }, 'input.');
    // Without mail, users cannot prove that the address is theirs.
    assertInput(mail !== null || !isEmailAddress(checked.username), 'input.username', 'NO_EMAIL_ADDRESS');
    context.leaveSlot();
    const row = await localUserRow(checked, passwordCost);
    if (mail === null) {
      await context.write(async (transaction) => {
        await insertUser(transaction, row);
        await recordCreator(transaction, context, row.id);
      });
      context.setOwnUser(row.id);
      const token = await context.tokens.sign({ userId: row.id, session: 'new' }, tokenLifetimeSeconds);
      return { ...token, user: toUser(row), validationRequired: false };
    }
    const registering = { secret, publicUrl: mail.publicUrl, clientAddress: context.request.clientAddress };
    const pending = { ...registrationOf(row), createdByUserId: context.user?.id ?? null };
    const written = await context.write((transaction) => register(transaction, pending, registering));
    if (written !== null) context.mailer?.send(written);
    // The response is the same whether or not the username is taken. Only the email differs.
    return { user: null, token: null, expiresAt: null, validationRequired: true };
  }

  @Mutation(() => UnlockUserPayload, {
    nullable: true,
    description:
      'Enables a user whom an administrator disabled, and removes the locks and limits that failed logins with the username caused. Fails with `OBP-20057` if the user does not exist.',
  })
  @RequiresRole(['CanUnlockUser'])
  unlockUser(
    @Arg('userId', () => ID, { description: 'The ID of the user.' }) userId: string,
    @Ctx() context: Context,
  ): Promise<UnlockUserPayload> {
    return mutate(
      context,
      async (transaction) => {
        const { id } = await unlock(transaction, userId, context.config.secret, context.user?.id ?? null);
        return { id };
      },
      async ({ id }) => ({ user: await userSummaryAt(context, id) }),
    );
  }
}
