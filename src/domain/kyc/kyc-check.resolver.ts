import { Arg, Ctx, FieldResolver, ID, Query, Resolver, Root } from 'type-graphql';
import { RequiresRole } from '../../auth/requires-role.ts';
import type { Context } from '../../context.ts';
import { manyBy } from '../../database/batch.ts';
import { customerAt, loadCustomer } from '../customer/customer.loader.ts';
import { Customer } from '../customer/customer.type.ts';
import { KycCheck } from './kyc.type.ts';
import { kycCheck } from './kyc-check.table.ts';

const checksByCustomer = manyBy(kycCheck, ['customerId'], { orderBy: ['date', 'id'], descending: true });

@Resolver(() => Customer)
export class CustomerKycChecksResolver {
  @FieldResolver(() => [KycCheck], { nullable: true, description: 'The checks of a customer, the newest first.' })
  @RequiresRole(['CanGetAnyKycChecks', 'CanGetKycChecksAtOneBank'])
  kycChecks(@Root() customer: Customer, @Ctx() context: Context): Promise<KycCheck[]> {
    return context.loader(checksByCustomer).load(customer.id);
  }
}

@Resolver(() => KycCheck)
export class KycCheckResolver {
  @Query(() => [KycCheck], { nullable: true, description: 'The checks of a customer, the newest first.' })
  @RequiresRole(['CanGetAnyKycChecks', 'CanGetKycChecksAtOneBank'])
  async kycChecks(
    @Arg('bankId', () => ID, { nullable: true, description: 'The bank; needed by who holds the role there only.' })
    bankId: string | null,
    @Arg('customerId', () => ID, { description: 'The id of the customer.' }) customerId: string,
    @Ctx() context: Context,
  ): Promise<KycCheck[]> {
    const customer = await customerAt(context, bankId ?? null, customerId);
    return context.loader(checksByCustomer).load(customer.id);
  }

  @FieldResolver(() => String, { nullable: true, description: 'The number of the customer.' })
  @RequiresRole(['CanGetAnyKycChecks', 'CanGetKycChecksAtOneBank'])
  async customerNumber(@Root() check: KycCheck, @Ctx() context: Context): Promise<string | null> {
    return (await loadCustomer(context, check.customerId))?.customerNumber ?? null;
  }

  @FieldResolver(() => Customer, { nullable: true, description: 'The customer.' })
  @RequiresRole(['CanGetCustomer'], { orLinkedUser: true })
  customer(@Root() check: KycCheck, @Ctx() context: Context): Promise<Customer | null> {
    return loadCustomer(context, check.customerId);
  }
}
