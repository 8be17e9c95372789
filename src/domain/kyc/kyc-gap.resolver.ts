import { Arg, Args, Ctx, FieldResolver, Query, Resolver, Root } from 'type-graphql';
import { Batched, BatchedByKey } from '../../execution/batched.ts';
import { MaxItems } from '../../execution/max-items.ts';
import { RequiresRole } from '../../graph/access/rule.ts';
import { BankId } from '../../graph/arguments.ts';
import { PageArguments } from '../../graph/connection.ts';
import type { Context } from '../../graph/context.ts';
import { loadCustomers } from '../customer/customer.loader.ts';
import { Customer, type CustomerKey } from '../customer/customer.type.ts';
import { requireFilled } from '../customer/customer-fill.ts';
import { kycGapPage, kycGapsOf } from './kyc-gap.list.ts';
import { CustomerKycGap, CustomerKycGapConnection, KycGap, KycGapKind } from './kyc-gap.type.ts';

@Resolver(() => Customer)
export class CustomerKycGapsResolver {
  @FieldResolver(() => [KycGap], {
    nullable: true,
    description:
      'The gaps in the KYC evidence of the customer, sorted by `since`, oldest first. At most one of each kind. Empty if the customer is closed.',
  })
  @RequiresRole(['CanGetAnyKycStatuses', 'CanGetKycStatusesAtOneBank'], { kycMaterial: true })
  @MaxItems(Object.keys(KycGapKind).length)
  @BatchedByKey<CustomerKey>()
  kycGaps(@Root() customers: CustomerKey[], @Ctx() context: Context): Promise<KycGap[][]> {
    return kycGapsOf(context, customers);
  }
}

@Resolver(() => CustomerKycGap)
export class CustomerKycGapResolver {
  @Query(() => CustomerKycGapConnection, {
    nullable: true,
    description:
      'The customers of the bank with a gap in the KYC evidence, sorted by `since`, oldest first. Closed customers are omitted. The gaps of one customer are in `Customer.kycGaps`.',
  })
  @RequiresRole(['CanGetAnyKycStatuses', 'CanGetKycStatusesAtOneBank'], { kycMaterial: true })
  async customersWithKycGaps(
    @BankId() bankId: string,
    @Arg('gap', () => KycGapKind, { description: 'The kind of the gap.' }) gap: KycGapKind,
    @Args(() => PageArguments) page: PageArguments,
    @Ctx() context: Context,
  ) {
    const filled = requireFilled(context.readDatabase(), 'kyc_gaps');
    const [gaps] = await Promise.all([kycGapPage(context, { bankId, kind: gap }, page), filled]);
    return gaps;
  }

  @FieldResolver(() => Customer, { nullable: true, description: 'The customer with the gap.' })
  @RequiresRole(['CanGetCustomer'], { orLinkedUser: true })
  @Batched()
  customer(@Root() gaps: CustomerKycGap[], @Ctx() context: Context): Promise<(Customer | null)[]> {
    return loadCustomers(context, gaps);
  }
}
