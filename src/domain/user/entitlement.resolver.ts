import { Arg, Args, Ctx, FieldResolver, ID, Mutation, Query, Resolver, Root } from 'type-graphql';
import type { AuthenticatedUser } from '../../auth/authenticated-user.ts';
import { type GatewayError, gatewayError } from '../../base/errors.ts';
import { isRole, type Role } from '../../base/roles.ts';
import { manyBy, oneBy } from '../../database/batch.ts';
import type { Queries } from '../../database/database.ts';
import { isForeignKeyViolation } from '../../database/errors.ts';
import { Batched } from '../../execution/batched.ts';
import { MaxItems } from '../../execution/max-items.ts';
import { Authenticated, Public, RequiresRole } from '../../graph/access/rule.ts';
import { BankId, BankIdOrNull } from '../../graph/arguments.ts';
import { PageArguments } from '../../graph/connection.ts';
import type { Context, Written } from '../../graph/context.ts';
import { longText, optionalLongText } from '../../graph/input.ts';
import { collectProblems } from '../../graph/input-collection.ts';
import { mutate } from '../../graph/mutation.ts';
import { Role as RoleEnum } from '../../graph/role-enum.ts';
import { DateTime } from '../../graph/scalars.ts';
import { bankAt, checkBank, validBankId } from '../bank/bank.loader.ts';
import { Bank } from '../bank/bank.type.ts';
import { bankEntitlementPage } from './bank-entitlement.list.ts';
import { entitlement } from './entitlement.table.ts';
import {
  Entitlement,
  EntitlementConnection,
  EntitlementPayload,
  GrantEntitlementInput,
  RevokeEntitlementPayload,
  toEntitlements,
} from './entitlement.type.ts';
import {
  checkExpiry,
  checkRoleScope,
  grantingRoles,
  insertEntitlement,
  requireGrantAt,
  requireSomewhere,
  revokeEntitlementOf,
  revokingRoles,
} from './entitlement.writes.ts';
import { holdsStoredGrant, needsApproval } from './entitlement-approval.ts';
import { requestPage } from './entitlement-request.list.ts';
import { type EntitlementRequestRow, entitlementRequest } from './entitlement-request.table.ts';
import {
  EntitlementRequest,
  EntitlementRequestConnection,
  EntitlementRequestPayload,
  RequestEntitlementInput,
  toEntitlementRequest,
} from './entitlement-request.type.ts';
import { approveRequest, insertRequest, proposeGrant, rejectRequest } from './entitlement-request.writes.ts';
import { EntitlementRequestState } from './entitlement-request-state.ts';
import { userAt, userSummaries } from './user.loader.ts';
import { User } from './user.type.ts';
import { maxEntitlements } from './user-overflow.ts';
import { UserSummary } from './user-summary.type.ts';

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

const bankField = 'input.bankId';

/** Checks that the role is a bank role or a system role as required by `bankId`, and that the bank exists. */
async function checkRoleAndBank(
  context: Context,
  { roleName, bankId }: GrantEntitlementInput | RequestEntitlementInput,
): Promise<void> {
  checkRoleScope(roleName, bankId ?? null, bankField);
  if (bankId != null) await checkBank(context, bankId, bankField);
}

/** The reason of a proposal, which the second granter reads. */
function proposalReason({ reason }: GrantEntitlementInput, { request }: Context): string {
  return optionalLongText('input.reason', reason, 2000) ?? request.reason ?? 'Proposed by a granter.';
}

function approvalRequired(entitlementRequestId: string | null, bankId: string | null): GatewayError {
  return gatewayError('APPROVAL_REQUIRED', {
    ...(entitlementRequestId === null ? {} : { entitlementRequestId }),
    ...(bankId === null ? {} : { bankId }),
  });
}

interface WrittenGrant extends Written {
  /** The ID of the entitlement. Null if only a request was filed. */
  id: string | null;
  entitlementRequestId: string | null;
}

/** Grants the role or, if a second granter must approve it, files a request and records that in the audit event. */
async function grantOrPropose(
  transaction: Queries,
  context: Context,
  { id: granterId }: AuthenticatedUser,
  { reason, ...grant }: Pick<EntitlementRequestRow, 'userId' | 'roleName' | 'bankId' | 'expiresAt' | 'reason'>,
): Promise<WrittenGrant> {
  if (!(await needsApproval(transaction, context.config.grantApproval, { ...grant, granterId }))) {
    const { id } = await insertEntitlement(transaction, grant, { byUserId: granterId, approvedByUserId: null });
    return { id, entitlementRequestId: null };
  }
  const isProposedByClaim = !(await holdsStoredGrant(transaction, granterId, grant.bankId));
  const proposal = { ...grant, reason, proposedByUserId: granterId, isProposedByClaim };
  const { id } = await proposeGrant(transaction, proposal);
  context.audit.recordRefusedWrite('APPROVAL_REQUIRED');
  return { id: null, entitlementRequestId: id };
}

@Resolver(() => User)
export class UserEntitlementsResolver {
  @FieldResolver(() => [Entitlement], {
    nullable: true,
    description: 'The entitlements of the user that have not expired, sorted by `roleName` and `bankId`.',
  })
  @RequiresRole(['CanGetEntitlementsForAnyUserAtAnyBank'], { orSelf: true })
  @MaxItems(maxEntitlements)
  async entitlements(@Root() user: User, @Ctx() context: Context): Promise<Entitlement[]> {
    return toEntitlements(await context.loader(entitlementsOfUser).load(user.id));
  }
}

@Resolver(() => Entitlement)
export class EntitlementResolver {
  @FieldResolver(() => Bank, {
    nullable: true,
    description: 'The bank of the entitlement. Null for a system role.',
  })
  @Public()
  async bank(@Root() { bankId }: Entitlement, @Ctx() context: Context): Promise<Bank | null> {
    return bankId === null ? null : bankAt(context, bankId);
  }

  @Query(() => [Entitlement], {
    nullable: true,
    description:
      'The entitlements of a user that have not expired, sorted by `roleName` and `bankId`. With `bankId`, only those at the bank.',
  })
  @RequiresRole(['CanGetEntitlementsForAnyUserAtOneBank', 'CanGetEntitlementsForAnyUserAtAnyBank'])
  @MaxItems(maxEntitlements)
  async entitlements(
    @BankIdOrNull() bankId: string | null,
    @Arg('userId', () => ID, { description: 'The ID of the user.' }) userId: string,
    @Ctx() context: Context,
  ): Promise<Entitlement[]> {
    const user = await userAt(context, userId);
    const all = toEntitlements(await context.loader(entitlementsOfUser).load(user.id));
    return bankId == null ? all : all.filter((held) => held.bankId === bankId);
  }

  @Query(() => EntitlementConnection, {
    nullable: true,
    description:
      'The entitlements at a bank that have not expired, for its access review, sorted by `roleName` and `userId`. System roles, which apply to all banks, are not among them. Fails with `OBP-20057` if the user does not exist.',
  })
  @RequiresRole(['CanGetEntitlementsForAnyUserAtOneBank', 'CanGetEntitlementsForAnyUserAtAnyBank'])
  async bankEntitlements(
    @BankId() bankId: string,
    @Arg('roleName', () => RoleEnum, { nullable: true, description: 'The role. If it is omitted, all roles.' })
    roleName: Role | null,
    @Arg('userId', () => ID, { nullable: true, description: 'The ID of the user. If it is omitted, all users.' })
    userId: string | null,
    @Args(() => PageArguments) page: PageArguments,
    @Ctx() context: Context,
  ) {
    if (userId != null) await userAt(context, userId);
    return bankEntitlementPage(context, { bankId, roleName: roleName ?? null, userId: userId ?? null }, page);
  }

  @FieldResolver(() => UserSummary, { nullable: true, description: 'The user who holds the role.' })
  @RequiresRole(['CanGetEntitlementsForAnyUserAtOneBank', 'CanGetEntitlementsForAnyUserAtAnyBank', 'CanGetAnyUser'], {
    orSelf: true,
  })
  @Batched()
  user(@Root() entitlements: Entitlement[], @Ctx() context: Context): Promise<(UserSummary | null)[]> {
    return userSummaries(
      context,
      entitlements.map(({ userId }) => userId),
    );
  }

  @Mutation(() => EntitlementPayload, {
    nullable: true,
    description:
      "Grants a role to another user, from the user's next request on. Granting a system role requires `CanCreateEntitlementAtAnyBank`; for a bank role, `CanCreateEntitlementAtOneBank` at that bank is enough. Super admins can grant every role. Callers cannot grant roles to themselves. Fails with `APPROVAL_REQUIRED` if a second granter must approve the grant: `extensions.entitlementRequestId` is the ID of the request for `approveEntitlementRequest`.",
  })
  @Authenticated(...grantingRoles)
  async grantEntitlement(
    @Arg('userId', () => ID, { description: 'The ID of the user.' }) userId: string,
    @Arg('input', () => GrantEntitlementInput, { description: 'The new entitlement.' }) input: GrantEntitlementInput,
    @Ctx() context: Context,
  ): Promise<EntitlementPayload> {
    const caller = callerOf(context);
    const { roleName } = input;
    const bankId = input.bankId ?? null;
    const expiresAt = input.expiresAt ?? null;
    await checkRoleAndBank(context, input);
    requireGrantAt(context, caller, bankId);
    if (userId === caller.id) {
      throw gatewayError('OBP-30221', { detail: 'OWN_GRANT', field: 'userId' });
    }
    const reason = proposalReason(input, context);
    return mutate(
      context,
      async (transaction) => {
        checkExpiry(expiresAt, 'input.expiresAt');
        const grant = { userId, roleName, bankId, expiresAt, reason };
        try {
          return await grantOrPropose(transaction, context, caller, grant);
        } catch (error) {
          // The bank exists, so the violation concerns the user.
          if (isForeignKeyViolation(error)) throw gatewayError('OBP-20057', { field: 'userId', cause: error });
          throw error;
        }
      },
      async ({ id, entitlementRequestId }) => {
        if (id === null) throw approvalRequired(entitlementRequestId, bankId);
        return { entitlement: await entitlementAt(context, id) };
      },
    );
  }
}

@Resolver(() => RevokeEntitlementPayload)
export class RevokeEntitlementMutation {
  @FieldResolver(() => Entitlement, { nullable: true, description: 'The entitlement before the mutation.' })
  @RequiresRole(['CanGetEntitlementsForAnyUserAtOneBank', 'CanGetEntitlementsForAnyUserAtAnyBank'])
  entitlement(@Root() payload: RevokeEntitlementPayload): Entitlement | null {
    return payload.entitlement;
  }

  @Mutation(() => RevokeEntitlementPayload, {
    nullable: true,
    description:
      "Revokes an entitlement, from the user's next request on. Revoking a system role requires `CanDeleteEntitlementAtAnyBank`; for a bank role, `CanDeleteEntitlementAtOneBank` at that bank is enough. Super admins can revoke every role. Fails with `OBP-30212` if the entitlement does not exist or the caller cannot revoke it.",
  })
  @Authenticated(...revokingRoles)
  async revokeEntitlement(
    @Arg('id', () => ID, { description: 'The ID of the entitlement.' }) id: string,
    @Ctx() context: Context,
  ): Promise<RevokeEntitlementPayload> {
    const caller = callerOf(context);
    if (!caller.isSuperAdmin) requireSomewhere(caller, revokingRoles);
    return mutate(
      context,
      async (transaction) => {
        const { userId, roleName, bankId, expiresAt } = await revokeEntitlementOf(transaction, context, caller, id);
        return { id, userId, roleName, bankId, expiresAt: expiresAt?.toISOString() ?? null };
      },
      ({ id: revokedId, userId, roleName, bankId, expiresAt }) => ({
        bankId,
        entitlementId: revokedId,
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
    description: 'The bank of the requested role. Null for a system role.',
  })
  @Public()
  async bank(@Root() { bankId }: EntitlementRequest, @Ctx() context: Context): Promise<Bank | null> {
    return bankId === null ? null : bankAt(context, bankId);
  }

  @FieldResolver(() => User, { nullable: true, description: 'The user who will hold the role.' })
  @RequiresRole([...grantingRoles, 'CanGetAnyUser'], { orSelf: true })
  user(@Root() { userId }: EntitlementRequest, @Ctx() context: Context): Promise<User> {
    return userAt(context, userId);
  }

  @Query(() => EntitlementRequestConnection, {
    nullable: true,
    description:
      'The entitlement requests, sorted by creation time, newest first. Callers who can grant roles at the bank (without `bankId`: at any bank) see all requests. Super admins see the requests that a granter proposed, and their own. Other callers see only their own.',
  })
  @Authenticated(...grantingRoles)
  entitlementRequests(
    @Arg('bankId', () => ID, {
      nullable: true,
      description:
        'The ID of the bank. If it is omitted, requests for roles at all banks and for system roles are returned.',
    })
    bankId: string | null,
    @Arg('state', () => EntitlementRequestState, {
      nullable: true,
      description: 'The state of the requests. If it is omitted, requests in all states are returned.',
    })
    state: EntitlementRequestState | null,
    @Args(() => PageArguments) page: PageArguments,
    @Ctx() context: Context,
  ) {
    return requestPage(context, callerOf(context), { bankId: bankId ?? null, state: state ?? null }, page);
  }

  @Mutation(() => EntitlementRequestPayload, {
    nullable: true,
    description:
      'Files a request for a role of the caller, which another user must approve. Fails with `OBP-30216` if the caller holds the role, and with `OBP-30214` if another request for the role is open.',
  })
  @Authenticated()
  async requestEntitlement(
    @Arg('input', () => RequestEntitlementInput, { description: 'The new request.' })
    input: RequestEntitlementInput,
    @Ctx() context: Context,
  ): Promise<EntitlementRequestPayload> {
    const { id: userId } = callerOf(context);
    const { roleName } = input;
    const bankId = input.bankId ?? null;
    const reason = collectProblems(() => {
      if (bankId !== null) validBankId(bankField, bankId);
      const text = longText('input.reason', input.reason, 2000);
      checkRoleScope(roleName, bankId, bankField);
      return text;
    });
    await checkRoleAndBank(context, input);
    return mutate(
      context,
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
      'Approves an entitlement request and grants the role, if the caller can grant it. If the grant requires two granters, the first approval makes the caller the proposer and returns null as `entitlement`. A second granter, independent of the proposer and of the recipient, must then approve it too. Fails with `OBP-30221` for the recipient, the proposer, and users who depend on one of them. Fails with `OBP-30215` if the request does not exist or the caller cannot grant the role.',
  })
  @Authenticated(...grantingRoles)
  async approveEntitlementRequest(
    @Arg('id', () => ID, { description: 'The ID of the request.' }) id: string,
    @Arg('expiresAt', () => DateTime, {
      nullable: true,
      description:
        'The time when the entitlement expires, such as `2034-05-31T09:30:00Z`. It must be in the future, and not later than the proposed time. Defaults to the proposed time. Without a proposed time, the entitlement does not expire.',
    })
    expiresAt: Date | null,
    @Ctx() context: Context,
  ): Promise<EntitlementRequestPayload> {
    const caller = callerOf(context);
    if (!caller.isSuperAdmin) requireSomewhere(caller, grantingRoles);
    return mutate(
      context,
      async (transaction) => {
        const entitlementId = await approveRequest(transaction, context, caller, { id, expiresAt: expiresAt ?? null });
        return { id, entitlementId };
      },
      (written) => readRequest(context, written),
    );
  }

  @Mutation(() => EntitlementRequestPayload, {
    nullable: true,
    description:
      'Rejects an entitlement request, if the caller can grant the role. Proposers can withdraw their own proposals. Super admins can reject proposals only. Fails with `OBP-30221` for the recipient and, for a proposed role, for users who depend on the proposer or the recipient. Fails with `OBP-30215` if the request does not exist or the caller cannot decide on it.',
  })
  @Authenticated(...grantingRoles)
  async rejectEntitlementRequest(
    @Arg('id', () => ID, { description: 'The ID of the request.' }) id: string,
    @Arg('reason', () => String, {
      description:
        'The reason for the rejection, such as `Not needed for the work of the branch`, at most 2,000 characters.',
    })
    reason: string,
    @Ctx() context: Context,
  ): Promise<EntitlementRequestPayload> {
    const caller = callerOf(context);
    if (!caller.isSuperAdmin) requireSomewhere(caller, grantingRoles);
    const decisionReason = longText('reason', reason, 2000);
    return mutate(
      context,
      async (transaction) => {
        await rejectRequest(transaction, context, caller, { id, reason: decisionReason });
        return { id, entitlementId: null };
      },
      (written) => readRequest(context, written),
    );
  }
}
