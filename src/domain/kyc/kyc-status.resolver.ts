import { Arg, Ctx, FieldResolver, ID, Query, Resolver, Root } from 'type-graphql';
import { RequiresRole } from '../../auth/requires-role.ts';
import type { Context } from '../../context.ts';
import { manyBy } from '../../database/batch.ts';
import { customerAt, loadCustomer } from '../customer/customer.loader.ts';
import { Customer } from '../customer/customer.type.ts';
import { KycStatus } from './kyc.type.ts';
import { kycStatus } from './kyc-status.table.ts';

const statusesByCustomer = manyBy(kycStatus, ['customerId'], { orderBy: ['date', 'id'], descending: true });

@Resolver(() => Customer)
export class CustomerKycStatusesResolver {
  @FieldResolver(() => [KycStatus], {
    nullable: true,
    description: 'The timeline of a customer’s KYC status, the newest first.',
  })
  @RequiresRole(['CanGetAnyKycStatuses', 'CanGetKycStatusesAtOneBank'])
  kycStatuses(@Root() customer: Customer, @Ctx() context: Context): Promise<KycStatus[]> {
    return context.loader(statusesByCustomer).load(customer.id);
  }
}

@Resolver(() => KycStatus)
export class KycStatusResolver {
  @Query(() => [KycStatus], {
    nullable: true,
    description: 'The timeline of a customer’s KYC status, the newest first.',
  })
  @RequiresRole(['CanGetAnyKycStatuses', 'CanGetKycStatusesAtOneBank'])
  async kycStatuses(
    @Arg('bankId', () => ID, { nullable: true, description: 'The bank; needed by who holds the role there only.' })
    bankId: string | null,
    @Arg('customerId', () => ID, { description: 'The id of the customer.' }) customerId: string,
    @Ctx() context: Context,
  ): Promise<KycStatus[]> {
    const customer = await customerAt(context, bankId ?? null, customerId);
    return context.loader(statusesByCustomer).load(customer.id);
  }

  @FieldResolver(() => String, { nullable: true, description: 'The number of the customer.' })
  @RequiresRole(['CanGetAnyKycStatuses', 'CanGetKycStatusesAtOneBank'])
  async customerNumber(@Root() status: KycStatus, @Ctx() context: Context): Promise<string | null> {
    return (await loadCustomer(context, status.customerId))?.customerNumber ?? null;
  }

  @FieldResolver(() => Customer, { nullable: true, description: 'The customer.' })
  @RequiresRole(['CanGetCustomer'], { orLinkedUser: true })
  customer(@Root() status: KycStatus, @Ctx() context: Context): Promise<Customer | null> {
    return loadCustomer(context, status.customerId);
  }
}
