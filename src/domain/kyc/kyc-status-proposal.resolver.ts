import { and, asc, eq } from 'drizzle-orm';
import { Arg, Args, Ctx, FieldResolver, ID, Mutation, Query, Resolver, Root } from 'type-graphql';
import { inKeys, keyValues, limitOfStatement, type MakeLoader } from '../../database/batch.ts';
import { createLoader, readRows } from '../../database/loader.ts';
import { statement } from '../../database/statement.ts';
import { Batched, BatchedByKey } from '../../execution/batched.ts';
import { Authenticated, RequiresRole } from '../../graph/access/rule.ts';
import { BankId, CustomerId } from '../../graph/arguments.ts';
import { callerIdOf } from '../../graph/caller.ts';
import { PageArguments } from '../../graph/connection.ts';
import type { Context } from '../../graph/context.ts';
import { longText } from '../../graph/input.ts';
import { mutate, writtenChild } from '../../graph/mutation.ts';
import { DateTime } from '../../graph/scalars.ts';
import { customerAt, loadCustomer, loadCustomers } from '../customer/customer.loader.ts';
import { Customer, type CustomerKey } from '../customer/customer.type.ts';
import { lockCustomer } from '../customer/locked-customer.ts';
import { proposalRoles } from '../customer/open-proposal-filter.ts';
import { userSummaries } from '../user/user.loader.ts';
import { UserSummary } from '../user/user-summary.type.ts';
import { loadKycStatus } from './kyc-status.resolver.ts';
import { kycStatusValues } from './kyc-status.rules.ts';
import { AddKycStatusInput } from './kyc-status.type.ts';
import { kycStatusProposalPage } from './kyc-status-proposal.list.ts';
import { proposalsById } from './kyc-status-proposal.loader.ts';
import { type KycStatusProposalRow, kycStatusProposal } from './kyc-status-proposal.table.ts';
import {
  KycStatusProposal,
  KycStatusProposalConnection,
  KycStatusProposalPayload,
} from './kyc-status-proposal.type.ts';
import { decideProposal, insertProposal } from './kyc-status-proposal.writes.ts';
import { KycStatusProposalState } from './kyc-status-proposal-state.ts';
import { applyKycStatus } from './kyc-status-timeline.ts';

const openStatement = statement<KycStatusProposalRow[]>((queries) =>
  queries
    .select()
    .from(kycStatusProposal)
    .where(and(inKeys([kycStatusProposal.customerId]), eq(kycStatusProposal.state, KycStatusProposalState.PROPOSED)))
    .orderBy(asc(kycStatusProposal.createdAt), asc(kycStatusProposal.id))
    .limit(limitOfStatement),
);

/** The open proposals of each customer, sorted by creation time, oldest first. */
const openByCustomer: MakeLoader<string, KycStatusProposalRow[]> = (database, meter) =>
  createLoader(async (customerIds) => {
    const rows = await readRows(meter, customerIds, (ids) => openStatement(database, keyValues(ids)));
    const byCustomer = Map.groupBy(rows, ({ customerId }) => customerId);
    return customerIds.map((customerId) => byCustomer.get(customerId) ?? []);
  });

async function readPayload(
  context: Context,
  written: { id: string; bankId: string; customerId: string; kycStatusId: string | null },
): Promise<KycStatusProposalPayload> {
  const { id, bankId, customerId, kycStatusId } = written;
  const [proposal = null] = await proposalsById(context, [id]);
  return {
    bankId,
    customerId,
    kycStatusProposal: proposal,
    kycStatus: kycStatusId === null ? null : await loadKycStatus(context, kycStatusId),
  };
}

@Resolver(() => Customer)
export class CustomerKycStatusProposalsResolver {
  @FieldResolver(() => [KycStatusProposal], {
    nullable: true,
    description:
      'The proposed KYC statuses of the customer that await a decision, sorted by `createdAt`, oldest first.',
  })
  @RequiresRole([...proposalRoles], { kycMaterial: true })
  @BatchedByKey<CustomerKey>()
  kycStatusProposals(@Root() customers: CustomerKey[], @Ctx() context: Context): Promise<KycStatusProposal[][]> {
    return context.loader(openByCustomer).loadAll(customers.map(({ id }) => id));
  }
}

@Resolver(() => KycStatusProposal)
export class KycStatusProposalFieldsResolver {
  @FieldResolver(() => Customer, { nullable: true, description: 'The customer of the proposal.' })
  @RequiresRole(['CanGetCustomer'], { orLinkedUser: true })
  @Batched()
  customer(@Root() proposals: KycStatusProposal[], @Ctx() context: Context): Promise<(Customer | null)[]> {
    return loadCustomers(context, proposals);
  }

  @FieldResolver(() => UserSummary, { nullable: true, description: 'The officer who proposed the status.' })
  @Authenticated()
  @Batched()
  proposedBy(@Root() proposals: KycStatusProposal[], @Ctx() context: Context): Promise<(UserSummary | null)[]> {
    return userSummaries(
      context,
      proposals.map(({ proposedByUserId }) => proposedByUserId),
    );
  }

  @FieldResolver(() => UserSummary, {
    nullable: true,
    description: 'The officer who confirmed or rejected the proposal. Null until then.',
  })
  @Authenticated()
  @Batched()
  decidedBy(@Root() proposals: KycStatusProposal[], @Ctx() context: Context): Promise<(UserSummary | null)[]> {
    return userSummaries(
      context,
      proposals.map(({ decidedByUserId }) => decidedByUserId),
    );
  }
}

@Resolver(() => KycStatusProposalPayload)
export class KycStatusProposalResolver {
  @Query(() => KycStatusProposalConnection, {
    nullable: true,
    description:
      'The proposed KYC statuses at the bank, sorted by `createdAt`, oldest first. Open proposals of closed customers are included: they can be rejected, but not confirmed.',
  })
  @RequiresRole([...proposalRoles], { kycMaterial: true })
  async kycStatusProposals(
    @BankId() bankId: string,
    @Arg('customerId', () => ID, { nullable: true, description: 'The ID of the customer. Defaults to all customers.' })
    customerId: string | null,
    @Arg('state', () => KycStatusProposalState, {
      nullable: true,
      description: 'The state of the proposals, such as `PROPOSED`. Defaults to all states.',
    })
    state: KycStatusProposalState | null,
    @Arg('proposedBefore', () => DateTime, {
      nullable: true,
      description: 'The end of the period in which the statuses were proposed, exclusive. Defaults to no end.',
    })
    proposedBefore: Date | null,
    @Args(() => PageArguments) page: PageArguments,
    @Ctx() context: Context,
  ) {
    if (customerId != null) await customerAt(context, bankId, customerId);
    const filter = { customerId: customerId ?? null, state: state ?? null, proposedBefore: proposedBefore ?? null };
    return kycStatusProposalPage(context, bankId, filter, page);
  }

  @FieldResolver(() => Customer, { nullable: true, description: 'The customer of the proposal.' })
  @RequiresRole(['CanGetCustomer'], { orLinkedUser: true })
  customer(@Root() payload: KycStatusProposalPayload, @Ctx() context: Context): Promise<Customer | null> {
    return loadCustomer(context, payload.customerId);
  }

  @Mutation(() => KycStatusProposalPayload, {
    nullable: true,
    description:
      'Proposes a KYC status, which takes effect when a second officer confirms it. Required at banks with `kycFourEyes`. If the same status is already proposed and awaits a decision, this proposal is returned. A customer can have at most 500 proposals that await a decision.',
  })
  @RequiresRole(['CanAddKycStatus'], { kycMaterial: true })
  proposeKycStatus(
    @BankId() bankId: string,
    @CustomerId() customerId: string,
    @Arg('input', () => AddKycStatusInput, { description: 'The proposed status.' }) input: AddKycStatusInput,
    @Ctx() context: Context,
  ): Promise<KycStatusProposalPayload> {
    const proposedByUserId = callerIdOf(context);
    const values = kycStatusValues(input);
    return mutate(
      context,
      async (transaction) => {
        const customer = await lockCustomer(transaction, bankId, customerId);
        const proposal = await insertProposal(transaction, customer, { ...values, proposedByUserId });
        return { ...writtenChild(proposal), kycStatusId: null };
      },
      (written) => readPayload(context, written),
    );
  }

  @Mutation(() => KycStatusProposalPayload, {
    nullable: true,
    description:
      'Confirms a KYC status that another officer proposed, and adds it to the timeline, as `addKycStatus` does. Fails with `KYC_STATUS_NEEDS_CONFIRMATION` if the caller proposed the status. Fails with `KYC_OFFICERS_NOT_INDEPENDENT` if one of the two officers created the other or granted roles to the other, directly or through other users. Fails with `CUSTOMER_CLOSED` if the customer is closed.',
  })
  @RequiresRole(['CanConfirmKycStatus'], { kycMaterial: true })
  confirmKycStatus(
    @BankId() bankId: string,
    @CustomerId() customerId: string,
    @Arg('id', () => ID, { description: 'The ID of the proposal.' }) id: string,
    @Ctx() context: Context,
  ): Promise<KycStatusProposalPayload> {
    const decidedByUserId = callerIdOf(context);
    return mutate(
      context,
      async (transaction) => {
        const customer = await lockCustomer(transaction, bankId, customerId);
        const decision = { state: KycStatusProposalState.CONFIRMED, decidedByUserId, reason: null } as const;
        const proposal = await decideProposal(transaction, customer, id, decision);
        const { id: kycStatusId } = await applyKycStatus(transaction, customer, proposal, {
          recordedByUserId: decidedByUserId,
          proposalId: id,
        });
        return { ...writtenChild(proposal), kycStatusId };
      },
      (written) => readPayload(context, written),
    );
  }

  @Mutation(() => KycStatusProposalPayload, {
    nullable: true,
    description:
      'Rejects a KYC status that another officer proposed. The two officers must be independent, as for `confirmKycStatus`. The customer can be closed.',
  })
  @RequiresRole(['CanConfirmKycStatus'], { kycMaterial: true })
  rejectKycStatus(
    @BankId() bankId: string,
    @CustomerId() customerId: string,
    @Arg('id', () => ID, { description: 'The ID of the proposal.' }) id: string,
    @Arg('reason', () => String, {
      description: 'The reason for the rejection, such as `The passport had expired`, at most 2,000 characters.',
    })
    reason: string,
    @Ctx() context: Context,
  ): Promise<KycStatusProposalPayload> {
    const decision = {
      state: KycStatusProposalState.REJECTED,
      decidedByUserId: callerIdOf(context),
      reason: longText('reason', reason, 2000),
    } as const;
    return mutate(
      context,
      async (transaction) => {
        const customer = await lockCustomer(transaction, bankId, customerId);
        const proposal = await decideProposal(transaction, customer, id, decision);
        return { ...writtenChild(proposal), kycStatusId: null };
      },
      (written) => readPayload(context, written),
    );
  }
}
