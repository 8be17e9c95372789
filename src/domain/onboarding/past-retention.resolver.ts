import { Args, Ctx, FieldResolver, Query, Resolver, Root } from 'type-graphql';
import { Batched } from '../../execution/batched.ts';
import { RequiresRole } from '../../graph/access/rule.ts';
import { BankId } from '../../graph/arguments.ts';
import { PageArguments } from '../../graph/connection.ts';
import type { Context } from '../../graph/context.ts';
import { loadCustomers } from '../customer/customer.loader.ts';
import { Customer } from '../customer/customer.type.ts';
import { pastRetentionPage } from './past-retention.list.ts';
import { CustomerPastRetention, CustomersPastRetentionConnection } from './past-retention.type.ts';

@Resolver(() => CustomerPastRetention)
export class PastRetentionResolver {
  @Query(() => CustomersPastRetentionConnection, {
    nullable: true,
    description:
      'The customers of the bank whose retention period has passed and who are under no legal hold, so that `deleteCustomerCascade` can delete them. Sorted by the closing or, for customers who are not closed, by the last change of the customer, oldest first. Empty if the bank has no retention period.',
  })
  @RequiresRole(['CanDeleteCustomerCascade'])
  customersPastRetention(
    @BankId() bankId: string,
    @Args(() => PageArguments) page: PageArguments,
    @Ctx() context: Context,
  ) {
    return pastRetentionPage(context, bankId, page);
  }

  @FieldResolver(() => Customer, { nullable: true, description: 'The customer.' })
  @RequiresRole(['CanGetCustomer'])
  @Batched()
  customer(@Root() customers: CustomerPastRetention[], @Ctx() context: Context): Promise<(Customer | null)[]> {
    return loadCustomers(context, customers);
  }
}
