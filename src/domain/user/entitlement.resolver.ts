import { Arg, Args, Ctx, FieldResolver, ID, Mutation, Query, Resolver, Root } from 'type-graphql';
import type { AuthenticatedUser } from '../../auth/authenticate.ts';
import { Authenticated, Public, RequiresRole } from '../../auth/requires-role.ts';
import { isRole } from '../../auth/roles.ts';
import { PageArguments } from '../../connection.ts';
import type { Context } from '../../context.ts';
import { manyBy, oneBy } from '../../database/batch.ts';
import { isForeignKeyViolation } from '../../database/errors.ts';
import { gatewayError } from '../../errors.ts';
import { idempotencyKeyDescription, mutate } from '../../execution/mutate.ts';
import { assertInput, longText } from '../../input.ts';
import { DateTime } from '../../scalars.ts';
import { bankAt, checkBank } from '../bank/bank.loader.ts';
import { Bank } from '../bank/bank.type.ts';
import { entitlement } from './entitlement.table.ts';
import { Entitlement, EntitlementPayload, GrantEntitlementInput, toEntitlements } from './entitlement.type.ts';
import {
  checkRoleScope,
  grantingRoles,
  insertEntitlement,
  requireAt,
  requireSomewhere,
  revokeEntitlementOf,
  revokingRoles,
} from './entitlement.writes.ts';
import { EntitlementRequestState } from './entitlement-request.state.ts';
import { entitlementRequest } from './entitlement-request.table.ts';
import {
  EntitlementRequest,
  EntitlementRequestConnection,
  EntitlementRequestPayload,
  RequestEntitlementInput,
  toEntitlementRequest,
} from './entitlement-request.type.ts';
import { decideRequest, insertRequest, requestPage } from './entitlement-request.writes.ts';
import { userAt } from './user.loader.ts';
import { User } from './user.type.ts';

const entitlementsOfUser = manyBy(entitlement, ['userId'], { orderBy: ['roleName', 'bankId'] });
const entitlementById = oneBy(entitlement, 'id');
const requestById = oneBy(entitlementRequest, 'id');

function callerOf({ user }: Context): AuthenticatedUser {
  if (user === null) throw gatewayError('OBP-20001');
  return user;
}

async function entitlementAt(context: Context, id: string): Promise<Entitlement | null> {
  const row = await context.loader(entitlementById).load(id);
  return row === null ? null : (toEntitlements([row])[0] ?? null);
}

async function readRequest(
  context: Context,
  { id, entitlementId }: { id: string; entitlementId: string | null },
): Promise<EntitlementRequestPayload> {
  const row = await context.loader(requestById).load(id);
  return {
    entitlementRequest: row === null ? null : toEntitlementRequest(row),
    entitlement: entitlementId === null ? null : await entitlementAt(context, entitlementId),
  };
}

/** What is asked for or given fits its role, and its bank is there. */
async function checkAsked(context: Context, { roleName, bankId }: GrantEntitlementInput | RequestEntitlementInput) {
  checkRoleScope(roleName, bankId ?? null, 'input.bankId');
  if (bankId != null) await checkBank(context, bankId);
}

function checkExpiry(expiresAt: Date | null, field: string): void {
  assertInput(expiresAt === null || expiresAt > new Date(), field, 'must be in the future');
}

@Resolver(() => User)
export class UserEntitlementsResolver {
  @FieldResolver(() => [Entitlement], { nullable: true, description: 'The roles that the user holds, by their names.' })
  @RequiresRole(['CanGetEntitlementsForAnyUserAtAnyBank'], { orSelf: true })
  async entitlements(@Root() user: User, @Ctx() context: Context): Promise<Entitlement[]> {
    return toEntitlements(await context.loader(entitlementsOfUser).load(user.id));
  }
}

@Resolver(() => Entitlement)
export class EntitlementResolver {
  @FieldResolver(() => Bank, {
    nullable: true,
    description: 'The bank that the role counts at; null for a system role.',
  })
  @Public()
  async bank(@Root() { bankId }: Entitlement, @Ctx() context: Context): Promise<Bank | null> {
    return bankId === null ? null : bankAt(context, bankId);
  }

  @Query(() => [Entitlement], {
    nullable: true,
    description: 'The roles that a user holds, by their names: at the bank, or all of them where no bank is given.',
  })
  @RequiresRole(['CanGetEntitlementsForAnyUserAtOneBank', 'CanGetEntitlementsForAnyUserAtAnyBank'])
  async entitlements(
    @Arg('bankId', () => ID, { nullable: true, description: 'The bank; needed by who holds the role there only.' })
    bankId: string | null,
    @Arg('userId', () => ID, { description: 'The id of the user.' }) userId: string,
    @Ctx() context: Context,
  ): Promise<Entitlement[]> {
    const user = await userAt(context, userId);
    const held = toEntitlements(await context.loader(entitlementsOfUser).load(user.id));
    return bankId == null ? held : held.filter((each) => each.bankId === bankId);
  }

  @Mutation(() => EntitlementPayload, {
    nullable: true,
    description:
      'Grants a role to another user, from their next request on. A bank role may be granted by who may grant at that bank, a system role by who may grant at any bank, and each by the super admin; by nobody to themself.',
  })
  @Authenticated(...grantingRoles)
  async grantEntitlement(
    @Arg('userId', () => ID, { description: 'The user.' }) userId: string,
    @Arg('input', () => GrantEntitlementInput, { description: 'The role.' }) input: GrantEntitlementInput,
    @Arg('idempotencyKey', () => String, { nullable: true, description: idempotencyKeyDescription })
    idempotencyKey: string | null,
    @Ctx() context: Context,
  ): Promise<EntitlementPayload> {
    const caller = callerOf(context);
    const { roleName } = input;
    const bankId = input.bankId ?? null;
    const expiresAt = input.expiresAt ?? null;
    await checkAsked(context, input);
    if (!caller.isSuperAdmin) requireAt(caller, grantingRoles, bankId);
    if (userId === caller.id) {
      throw gatewayError('OBP-30221', { message: 'Nobody grants a role to themself.', field: 'userId' });
    }
    return mutate(
      context,
      { field: 'grantEntitlement', arguments: [userId, input], idempotencyKey },
      async (transaction) => {
        checkExpiry(expiresAt, 'input.expiresAt');
        try {
          const { id } = await insertEntitlement(transaction, { userId, roleName, bankId, expiresAt });
          return { id };
        } catch (error) {
          // The bank was found before.
          if (isForeignKeyViolation(error)) throw gatewayError('OBP-20057', { field: 'userId', cause: error });
          throw error;
        }
      },
      async ({ id }) => ({ entitlement: await entitlementAt(context, id) }),
    );
  }

  @Mutation(() => EntitlementPayload, {
    nullable: true,
    description:
      'Takes a role from a user, from their next request on. One that the caller may not revoke is not found.',
  })
  @Authenticated(...revokingRoles)
  async revokeEntitlement(
    @Arg('id', () => ID, { description: 'The id of the entitlement.' }) id: string,
    @Arg('idempotencyKey', () => String, { nullable: true, description: idempotencyKeyDescription })
    idempotencyKey: string | null,
    @Ctx() context: Context,
  ): Promise<EntitlementPayload> {
    const caller = callerOf(context);
    if (!caller.isSuperAdmin) requireSomewhere(caller, revokingRoles);
    return mutate(
      context,
      { field: 'revokeEntitlement', arguments: [id], idempotencyKey },
      async (transaction) => {
        const { userId, roleName, bankId, expiresAt } = await revokeEntitlementOf(transaction, caller, id);
        return { id, userId, roleName, bankId, expiresAt: expiresAt?.toISOString() ?? null };
      },
      ({ id: revokedId, userId, roleName, bankId, expiresAt }) => ({
        entitlement: isRole(roleName)
          ? { id: revokedId, userId, roleName, bankId, expiresAt: expiresAt === null ? null : new Date(expiresAt) }
          : null,
      }),
    );
  }
}

@Resolver(() => EntitlementRequest)
export class EntitlementRequestResolver {
  @FieldResolver(() => Bank, {
    nullable: true,
    description: 'The bank that the role is to count at; null for a system role.',
  })
  @Public()
  async bank(@Root() { bankId }: EntitlementRequest, @Ctx() context: Context): Promise<Bank | null> {
    return bankId === null ? null : bankAt(context, bankId);
  }

  @FieldResolver(() => User, { nullable: true, description: 'Who asks for the role.' })
  @RequiresRole([...grantingRoles, 'CanGetAnyUser'], { orSelf: true })
  user(@Root() { userId }: EntitlementRequest, @Ctx() context: Context): Promise<User> {
    return userAt(context, userId);
  }

  @Query(() => EntitlementRequestConnection, {
    nullable: true,
    description:
      'Requests for roles, the newest first: those at the bank for who may grant there, all of them where no bank is given for who may grant at any bank; for everybody else their own.',
  })
  @Authenticated(...grantingRoles)
  entitlementRequests(
    @Arg('bankId', () => ID, { nullable: true, description: 'Only requests for roles at this bank.' })
    bankId: string | null,
    @Arg('state', () => EntitlementRequestState, { nullable: true, description: 'Only requests of this state.' })
    state: EntitlementRequestState | null,
    @Args(() => PageArguments) page: PageArguments,
    @Ctx() context: Context,
  ) {
    return requestPage(context, callerOf(context), { bankId: bankId ?? null, state: state ?? null }, page);
  }

  @Mutation(() => EntitlementRequestPayload, {
    nullable: true,
    description: 'Asks for a role, which somebody else has to approve.',
  })
  @Authenticated()
  async requestEntitlement(
    @Arg('input', () => RequestEntitlementInput, { description: 'The role, and why it is needed.' })
    input: RequestEntitlementInput,
    @Arg('idempotencyKey', () => String, { nullable: true, description: idempotencyKeyDescription })
    idempotencyKey: string | null,
    @Ctx() context: Context,
  ): Promise<EntitlementRequestPayload> {
    const { id: userId } = callerOf(context);
    const { roleName } = input;
    const bankId = input.bankId ?? null;
    await checkAsked(context, input);
    const reason = longText('input.reason', input.reason, 2000);
    return mutate(
      context,
      { field: 'requestEntitlement', arguments: [input], idempotencyKey },
      async (transaction) => {
        const { id } = await insertRequest(transaction, { userId, roleName, bankId, reason });
        return { id, entitlementId: null };
      },
      (written) => readRequest(context, written),
    );
  }

  @Mutation(() => EntitlementRequestPayload, {
    nullable: true,
    description:
      'Grants what another user asked for. May be done by who may grant that role, and never by who asked for it; a request that the caller may not decide is not found.',
  })
  @Authenticated(...grantingRoles)
  async approveEntitlementRequest(
    @Arg('id', () => ID, { description: 'The id of the request.' }) id: string,
    @Arg('expiresAt', () => DateTime, {
      nullable: true,
      description: 'When the role ceases to count, such as 2034-05-31T09:30:00Z; never when it is left out.',
    })
    expiresAt: Date | null,
    @Arg('idempotencyKey', () => String, { nullable: true, description: idempotencyKeyDescription })
    idempotencyKey: string | null,
    @Ctx() context: Context,
  ): Promise<EntitlementRequestPayload> {
    const caller = callerOf(context);
    const { isSuperAdmin } = caller;
    if (!isSuperAdmin) requireSomewhere(caller, grantingRoles);
    return mutate(
      context,
      { field: 'approveEntitlementRequest', arguments: [id, expiresAt], idempotencyKey },
      async (transaction) => {
        const decision = { state: EntitlementRequestState.APPROVED, reason: null, isSuperAdmin } as const;
        const { userId, roleName, bankId } = await decideRequest(transaction, caller, id, decision);
        checkExpiry(expiresAt ?? null, 'expiresAt');
        const granted = { userId, roleName, bankId, expiresAt: expiresAt ?? null };
        return { id, entitlementId: (await insertEntitlement(transaction, granted)).id };
      },
      (written) => readRequest(context, written),
    );
  }

  @Mutation(() => EntitlementRequestPayload, {
    nullable: true,
    description:
      'Rejects what another user asked for. May be done by who may grant that role, and never by who asked for it; a request that the caller may not decide is not found.',
  })
  @Authenticated(...grantingRoles)
  async rejectEntitlementRequest(
    @Arg('id', () => ID, { description: 'The id of the request.' }) id: string,
    @Arg('reason', () => String, {
      description: 'Why, such as not needed for the work of the branch; at most 2000 characters.',
    })
    reason: string,
    @Arg('idempotencyKey', () => String, { nullable: true, description: idempotencyKeyDescription })
    idempotencyKey: string | null,
    @Ctx() context: Context,
  ): Promise<EntitlementRequestPayload> {
    const caller = callerOf(context);
    requireSomewhere(caller, grantingRoles);
    const decision = {
      state: EntitlementRequestState.REJECTED,
      reason: longText('reason', reason, 2000),
      // The super admin may grant, and nothing else.
      isSuperAdmin: false,
    } as const;
    return mutate(
      context,
      { field: 'rejectEntitlementRequest', arguments: [id, reason], idempotencyKey },
      async (transaction) => {
        await decideRequest(transaction, caller, id, decision);
        return { id, entitlementId: null };
      },
      (written) => readRequest(context, written),
    );
  }
}
