import { and, asc, eq } from 'drizzle-orm';
import { Arg, Ctx, FieldResolver, ID, Mutation, Query, Resolver, Root } from 'type-graphql';
import { gatewayError } from '../../base/errors.ts';
import { inKeys, keyValues, limitOfStatement, type MakeLoader, oneBy } from '../../database/batch.ts';
import { createLoader, readRows } from '../../database/loader.ts';
import { statement } from '../../database/statement.ts';
import { BatchedByKey } from '../../execution/batched.ts';
import { RequiresRole } from '../../graph/access/rule.ts';
import { BankId, BankIdOrNull, CustomerId } from '../../graph/arguments.ts';
import type { Context } from '../../graph/context.ts';
import { longText } from '../../graph/input.ts';
import { mutate, writtenChild } from '../../graph/mutation.ts';
import { customerAt, loadCustomer } from '../customer/customer.loader.ts';
import { Customer, type CustomerKey } from '../customer/customer.type.ts';
import { lockCustomer } from '../customer/locked-customer.ts';
import { loadKycStatus } from './kyc-status.resolver.ts';
import { kycStatusValues } from './kyc-status.rules.ts';
import { AddKycStatusInput } from './kyc-status.type.ts';
import { type KycStatusProposalRow, kycStatusProposal } from './kyc-status-proposal.table.ts';
import { KycStatusProposal, KycStatusProposalPayload } from './kyc-status-proposal.type.ts';
import { decideProposal, insertProposal } from './kyc-status-proposal.writes.ts';
import { KycStatusProposalState } from './kyc-status-proposal-state.ts';
import { applyKycStatus } from './kyc-status-timeline.ts';

/** The roles with which callers read KYC statuses, and those with which officers propose and confirm them. */
const readingRoles = [
  'CanGetAnyKycStatuses',
  'CanGetKycStatusesAtOneBank',
  'CanAddKycStatus',
  'CanConfirmKycStatus',
] as const;

const proposalById = oneBy(kycStatusProposal, 'id');

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

function callerIdOf({ user }: Context): string {
  if (user === null) throw gatewayError('OBP-20001');
  return user.id;
}

async function readPayload(
  context: Context,
  written: { id: string; bankId: string; customerId: string; kycStatusId: string | null },
): Promise<KycStatusProposalPayload> {
  const { id, bankId, customerId, kycStatusId } = written;
  return {
    bankId,
    customerId,
    kycStatusProposal: await context.loader(proposalById).load(id),
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
  @RequiresRole([...readingRoles], { kycMaterial: true })
  @BatchedByKey<CustomerKey>()
  kycStatusProposals(@Root() customers: CustomerKey[], @Ctx() context: Context): Promise<KycStatusProposal[][]> {
    return context.loader(openByCustomer).loadAll(customers.map(({ id }) => id));
  }
}

@Resolver(() => KycStatusProposalPayload)
export class KycStatusProposalResolver {
  @Query(() => [KycStatusProposal], {
    nullable: true,
    description: 'The proposed KYC statuses of a customer that await a decision, sorted by `createdAt`, oldest first.',
  })
  @RequiresRole([...readingRoles], { kycMaterial: true })
  async kycStatusProposals(
    @BankIdOrNull() bankId: string | null,
    @CustomerId() customerId: string,
    @Ctx() context: Context,
  ): Promise<KycStatusProposal[]> {
    const customer = await customerAt(context, bankId ?? null, customerId);
    return context.loader(openByCustomer).load(customer.id);
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
      'Confirms a KYC status that another officer proposed, and adds it to the timeline, as `addKycStatus` does. Fails with `KYC_STATUS_NEEDS_CONFIRMATION` if the caller proposed the status. Fails with `KYC_OFFICERS_NOT_INDEPENDENT` if one of the two officers created the other or granted roles to the other, directly or through other users.',
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
        const { id: kycStatusId } = await applyKycStatus(transaction, customer, proposal);
        return { ...writtenChild(proposal), kycStatusId };
      },
      (written) => readPayload(context, written),
    );
  }

  @Mutation(() => KycStatusProposalPayload, {
    nullable: true,
    description:
      'Rejects a KYC status that another officer proposed. The two officers must be independent, as for `confirmKycStatus`.',
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
