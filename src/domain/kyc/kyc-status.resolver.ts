import { Arg, Ctx, FieldResolver, Mutation, Query, Resolver, Root } from 'type-graphql';
import { gatewayError } from '../../base/errors.ts';
import { parseId } from '../../base/values.ts';
import { manyBy, oneBy } from '../../database/batch.ts';
import { Batched, BatchedByKey } from '../../execution/batched.ts';
import { Authenticated, RequiresRole } from '../../graph/access/rule.ts';
import { BankId, BankIdOrNull, CustomerId } from '../../graph/arguments.ts';
import { callerIdOf } from '../../graph/caller.ts';
import type { Context } from '../../graph/context.ts';
import { payloadObjectOfCustomer } from '../../graph/descriptions.ts';
import { longText, valid } from '../../graph/input.ts';
import { collectProblems } from '../../graph/input-collection.ts';
import type { WrittenChild } from '../../graph/mutation.ts';
import { mutateChild } from '../customer/child-mutation.ts';
import { customerAt, loadCustomer, loadCustomers } from '../customer/customer.loader.ts';
import { Customer, type CustomerKey } from '../customer/customer.type.ts';
import { proposalRoles } from '../customer/open-proposal-filter.ts';
import { userSummaries } from '../user/user.loader.ts';
import { UserSummary } from '../user/user-summary.type.ts';
import { kycStatusValues } from './kyc-status.rules.ts';
import { kycStatus } from './kyc-status.table.ts';
import {
  AddKycStatusInput,
  KycStatus,
  KycStatusPayload,
  RetractKycStatusInput,
  RetractKycStatusPayload,
  toKycStatus,
} from './kyc-status.type.ts';
import { proposalsById } from './kyc-status-proposal.loader.ts';
import { KycStatusProposal } from './kyc-status-proposal.type.ts';
import { needsConfirmation } from './kyc-status-proposal.writes.ts';
import { applyKycStatus, retractKycStatus } from './kyc-status-timeline.ts';

const statusesByCustomer = manyBy(kycStatus, ['customerId'], { orderBy: ['date', 'id'], descending: true });
const statusById = oneBy(kycStatus, 'id');

export async function loadKycStatus(context: Context, id: string): Promise<KycStatus | null> {
  const row = await context.loader(statusById).load(id);
  return row === null ? null : toKycStatus(row);
}

async function readPayload(context: Context, { id, bankId, customerId }: WrittenChild): Promise<KycStatusPayload> {
  return { bankId, customerId, kycStatus: await loadKycStatus(context, id) };
}

@Resolver(() => Customer)
export class CustomerKycStatusesResolver {
  @FieldResolver(() => [KycStatus], {
    nullable: true,
    description: 'The KYC timeline of the customer, sorted by `date`, newest first. It contains retracted statuses.',
  })
  @RequiresRole(['CanGetAnyKycStatuses', 'CanGetKycStatusesAtOneBank'], { kycMaterial: true })
  @BatchedByKey<CustomerKey>()
  async kycStatuses(@Root() customers: CustomerKey[], @Ctx() context: Context): Promise<KycStatus[][]> {
    const rows = await context.loader(statusesByCustomer).loadAll(customers.map(({ id }) => id));
    return rows.map((ofCustomer) => ofCustomer.map(toKycStatus));
  }
}

@Resolver(() => KycStatus)
export class KycStatusResolver {
  @Query(() => [KycStatus], {
    nullable: true,
    description: 'The KYC timeline of a customer, sorted by `date`, newest first. It contains retracted statuses.',
  })
  @RequiresRole(['CanGetAnyKycStatuses', 'CanGetKycStatusesAtOneBank'], { kycMaterial: true })
  async kycStatuses(
    @BankIdOrNull() bankId: string | null,
    @CustomerId() customerId: string,
    @Ctx() context: Context,
  ): Promise<KycStatus[]> {
    const customer = await customerAt(context, bankId ?? null, customerId);
    return (await context.loader(statusesByCustomer).load(customer.id)).map(toKycStatus);
  }

  @FieldResolver(() => String, { nullable: true, description: 'The customer number of the customer.' })
  @RequiresRole(['CanGetAnyKycStatuses', 'CanGetKycStatusesAtOneBank', 'CanAddKycStatus'])
  @Batched()
  async customerNumber(@Root() statuses: KycStatus[], @Ctx() context: Context): Promise<(string | null)[]> {
    return (await loadCustomers(context, statuses)).map((customer) => customer?.customerNumber ?? null);
  }

  @FieldResolver(() => UserSummary, {
    nullable: true,
    description:
      'The user who recorded the status. If a second officer confirmed it, the second officer. Null if it was imported, or recorded before this was stored.',
  })
  @Authenticated()
  @Batched()
  recordedBy(@Root() statuses: KycStatus[], @Ctx() context: Context): Promise<(UserSummary | null)[]> {
    return userSummaries(
      context,
      statuses.map(({ recordedByUserId }) => recordedByUserId),
    );
  }

  @FieldResolver(() => KycStatusProposal, {
    nullable: true,
    description:
      'The proposal whose confirmation added the status. Null if the status was added without a proposal, or recorded before this was stored.',
  })
  @RequiresRole([...proposalRoles], { kycMaterial: true })
  @Batched()
  proposal(@Root() statuses: KycStatus[], @Ctx() context: Context): Promise<(KycStatusProposal | null)[]> {
    return proposalsById(
      context,
      statuses.map(({ proposalId }) => proposalId),
    );
  }

  @FieldResolver(() => UserSummary, {
    nullable: true,
    description: 'The officer who proposed the status. Null if the status has no `proposal`.',
  })
  @Authenticated()
  @Batched()
  async proposedBy(@Root() statuses: KycStatus[], @Ctx() context: Context): Promise<(UserSummary | null)[]> {
    const proposals = await proposalsById(
      context,
      statuses.map(({ proposalId }) => proposalId),
    );
    return userSummaries(
      context,
      proposals.map((proposal) => proposal?.proposedByUserId ?? null),
    );
  }

  @FieldResolver(() => UserSummary, {
    nullable: true,
    description: 'The officer who confirmed the status. Null if the status has no `proposal`.',
  })
  @Authenticated()
  @Batched()
  async decidedBy(@Root() statuses: KycStatus[], @Ctx() context: Context): Promise<(UserSummary | null)[]> {
    const proposals = await proposalsById(
      context,
      statuses.map(({ proposalId }) => proposalId),
    );
    return userSummaries(
      context,
      proposals.map((proposal) => proposal?.decidedByUserId ?? null),
    );
  }

  @FieldResolver(() => Customer, { nullable: true, description: 'The customer of the status.' })
  @RequiresRole(['CanGetCustomer'], { orLinkedUser: true })
  @Batched()
  customer(@Root() statuses: KycStatus[], @Ctx() context: Context): Promise<(Customer | null)[]> {
    return loadCustomers(context, statuses);
  }
}

@Resolver(() => KycStatusPayload)
export class KycStatusMutations {
  @FieldResolver(() => Customer, { nullable: true, description: 'The customer of the status.' })
  @RequiresRole(['CanGetCustomer'], { orLinkedUser: true })
  customer(@Root() payload: KycStatusPayload, @Ctx() context: Context): Promise<Customer | null> {
    return loadCustomer(context, payload.customerId);
  }

  @Mutation(() => KycStatusPayload, {
    nullable: true,
    description:
      'Adds a status to the KYC timeline of a customer, and updates the customer: `kycStatus` is the status with the latest date, and `lastOkDate` is the latest date of a status that is ok. If two statuses have the same date, the one that is not ok takes precedence. If the same status exists, it is returned. A customer can have at most 500 statuses. Fails with `KYC_STATUS_NEEDS_CONFIRMATION` at banks with `kycFourEyes`, which require `proposeKycStatus` instead.',
  })
  @RequiresRole(['CanAddKycStatus'], { kycMaterial: true })
  addKycStatus(
    @BankId() bankId: string,
    @CustomerId() customerId: string,
    @Arg('input', () => AddKycStatusInput, { description: 'The new status.' }) input: AddKycStatusInput,
    @Ctx() context: Context,
  ): Promise<KycStatusPayload> {
    const recordedByUserId = callerIdOf(context);
    const values = kycStatusValues(input);
    return mutateChild(context, { bankId, customerId }, readPayload, async (transaction, customer) => {
      if (await needsConfirmation(transaction, bankId)) throw gatewayError('KYC_STATUS_NEEDS_CONFIRMATION', { bankId });
      return applyKycStatus(transaction, customer, values, { recordedByUserId, proposalId: null });
    });
  }
}

@Resolver(() => RetractKycStatusPayload)
export class RetractKycStatusMutation {
  @FieldResolver(() => KycStatus, { nullable: true, description: payloadObjectOfCustomer('status') })
  @RequiresRole(['CanGetAnyKycStatuses', 'CanGetKycStatusesAtOneBank'])
  kycStatus(@Root() payload: RetractKycStatusPayload): KycStatus | null {
    return payload.kycStatus;
  }

  @FieldResolver(() => Customer, { nullable: true, description: 'The customer of the status.' })
  @RequiresRole(['CanGetCustomer'], { orLinkedUser: true })
  customer(@Root() payload: RetractKycStatusPayload, @Ctx() context: Context): Promise<Customer | null> {
    return loadCustomer(context, payload.customerId);
  }

  @Mutation(() => RetractKycStatusPayload, {
    nullable: true,
    description:
      'Retracts a KYC status. The status is kept, with the user, the time, and the reason of its retraction. `kycStatus` and `lastOkDate` of the customer follow the other statuses, and the same status can be added again. No second officer is required. Fails with `KYC_STATUS_NOT_FOUND` if the customer has no such status, and with `KYC_STATUS_RETRACTED` if the status is already retracted.',
  })
  @RequiresRole(['CanRetractKycStatus'], { kycMaterial: true })
  retractKycStatus(
    @BankId() bankId: string,
    @CustomerId() customerId: string,
    @Arg('input', () => RetractKycStatusInput, { description: 'The retraction.' }) input: RetractKycStatusInput,
    @Ctx() context: Context,
  ): Promise<RetractKycStatusPayload> {
    const { id, reason } = collectProblems(() => ({
      id: valid('input.id', () => parseId(input.id)),
      reason: longText('input.reason', input.reason, 2000),
    }));
    const userId = callerIdOf(context);
    const read = async () => ({ bankId, customerId, kycStatusId: id, kycStatus: await loadKycStatus(context, id) });
    return mutateChild(context, { bankId, customerId }, read, async (transaction, customer) => {
      await retractKycStatus(transaction, customer, id, { userId, reason });
      return { id, bankId, customerId };
    });
  }
}
