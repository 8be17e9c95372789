import { Arg, Ctx, FieldResolver, Mutation, Query, Resolver, Root } from 'type-graphql';
import { Batched, BatchedByKey } from '../../execution/batched.ts';
import { Authenticated, RequiresRole } from '../../graph/access/rule.ts';
import { BankId, BankIdOrNull, CustomerId } from '../../graph/arguments.ts';
import { callerIdOf } from '../../graph/caller.ts';
import type { Context } from '../../graph/context.ts';
import type { WrittenChild } from '../../graph/mutation.ts';
import { mutateChild } from '../customer/child-mutation.ts';
import { customerAt, loadCustomer, loadCustomers } from '../customer/customer.loader.ts';
import { Customer, type CustomerKey } from '../customer/customer.type.ts';
import { userSummaries } from '../user/user.loader.ts';
import { UserSummary } from '../user/user-summary.type.ts';
import { kycCheck } from './kyc-check.table.ts';
import { AddKycCheckInput, KycCheck, KycCheckPayload } from './kyc-check.type.ts';
import { checksOf, loadKycCheck } from './kyc-evidence.loader.ts';
import { newKycCheck } from './kyc-evidence.rules.ts';
import { addEvidence } from './kyc-evidence.writes.ts';

async function readPayload(context: Context, { id, bankId, customerId }: WrittenChild): Promise<KycCheckPayload> {
  return { bankId, customerId, kycCheck: await loadKycCheck(context, customerId, id) };
}

@Resolver(() => Customer)
export class CustomerKycChecksResolver {
  @FieldResolver(() => [KycCheck], {
    nullable: true,
    description: 'The KYC checks of the customer, sorted by `date`, newest first.',
  })
  @RequiresRole(['CanGetAnyKycChecks', 'CanGetKycChecksAtOneBank'], { kycMaterial: true })
  @BatchedByKey<CustomerKey>()
  kycChecks(@Root() customers: CustomerKey[], @Ctx() context: Context): Promise<KycCheck[][]> {
    return checksOf(context, customers);
  }
}

@Resolver(() => KycCheck)
export class KycCheckResolver {
  @Query(() => [KycCheck], {
    nullable: true,
    description: 'The KYC checks of a customer, sorted by `date`, newest first.',
  })
  @RequiresRole(['CanGetAnyKycChecks', 'CanGetKycChecksAtOneBank'], { kycMaterial: true })
  async kycChecks(
    @BankIdOrNull() bankId: string | null,
    @CustomerId() customerId: string,
    @Ctx() context: Context,
  ): Promise<KycCheck[]> {
    const customer = await customerAt(context, bankId ?? null, customerId);
    const [checks = []] = await checksOf(context, [customer]);
    return checks;
  }

  @FieldResolver(() => String, { nullable: true, description: 'The customer number of the customer.' })
  @RequiresRole(['CanGetAnyKycChecks', 'CanGetKycChecksAtOneBank', 'CanAddKycCheck'])
  @Batched()
  async customerNumber(@Root() checks: KycCheck[], @Ctx() context: Context): Promise<(string | null)[]> {
    return (await loadCustomers(context, checks)).map((customer) => customer?.customerNumber ?? null);
  }

  @FieldResolver(() => UserSummary, {
    nullable: true,
    description: 'The user who recorded the check. Null if it was imported, or recorded before this was stored.',
  })
  @Authenticated()
  @Batched()
  recordedBy(@Root() checks: KycCheck[], @Ctx() context: Context): Promise<(UserSummary | null)[]> {
    return userSummaries(
      context,
      checks.map(({ recordedByUserId }) => recordedByUserId),
    );
  }

  @FieldResolver(() => Customer, { nullable: true, description: 'The customer of the check.' })
  @RequiresRole(['CanGetCustomer'], { orLinkedUser: true })
  @Batched()
  customer(@Root() checks: KycCheck[], @Ctx() context: Context): Promise<(Customer | null)[]> {
    return loadCustomers(context, checks);
  }
}

@Resolver(() => KycCheckPayload)
export class KycCheckMutations {
  @FieldResolver(() => Customer, { nullable: true, description: 'The customer of the check.' })
  @RequiresRole(['CanGetCustomer'], { orLinkedUser: true })
  customer(@Root() payload: KycCheckPayload, @Ctx() context: Context): Promise<Customer | null> {
    return loadCustomer(context, payload.customerId);
  }

  @Mutation(() => KycCheckPayload, {
    nullable: true,
    description:
      'Adds a KYC check to a customer. A customer can have at most 500 checks. Checks are never overwritten: if the ID exists with the same values, the existing check is returned; with other values, the mutation fails with `KYC_EVIDENCE_EXISTS`.',
  })
  @RequiresRole(['CanAddKycCheck'], { kycMaterial: true })
  addKycCheck(
    @BankId() bankId: string,
    @CustomerId() customerId: string,
    @Arg('input', () => AddKycCheckInput, { description: 'The new check.' }) input: AddKycCheckInput,
    @Ctx() context: Context,
  ): Promise<KycCheckPayload> {
    const recordedByUserId = callerIdOf(context);
    const evidence = { recordedByUserId, ...newKycCheck(input) };
    return mutateChild(context, { bankId, customerId }, readPayload, async (transaction, customer) => {
      const { row } = await addEvidence(transaction, kycCheck, customer, evidence);
      return row;
    });
  }
}
