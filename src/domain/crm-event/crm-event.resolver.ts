import { eq, sql } from 'drizzle-orm';
import { Arg, Args, Ctx, FieldResolver, ID, Query, Resolver, Root } from 'type-graphql';
import { RequiresRole } from '../../auth/requires-role.ts';
import { PageArguments } from '../../connection.ts';
import type { Context } from '../../context.ts';
import { newestOfCustomer, newestWhere } from '../../newest-first.ts';
import { loadCustomer } from '../customer/customer.loader.ts';
import { Customer } from '../customer/customer.type.ts';
import { type CrmEventRow, crmEvent } from './crm-event.table.ts';
import { CrmEvent, CrmEventConnection } from './crm-event.type.ts';

const eventsOfCustomer = newestOfCustomer(crmEvent, 'createdAt');
const eventsOfBank = newestWhere(crmEvent, 'createdAt', eq(crmEvent.bankId, sql.placeholder('bankId')));

const toCrmEvent = (row: CrmEventRow): CrmEvent => row;

@Resolver(() => Customer)
export class CustomerCrmEventsResolver {
  @FieldResolver(() => CrmEventConnection, {
    nullable: true,
    description: 'The contacts with the customer, the last stored first.',
  })
  @RequiresRole(['CanGetCrmEvents'])
  crmEvents(@Root() customer: Customer, @Args(() => PageArguments) page: PageArguments, @Ctx() context: Context) {
    return eventsOfCustomer(context, 'Customer.crmEvents', customer.id, page, toCrmEvent);
  }
}

@Resolver(() => CrmEvent)
export class CrmEventResolver {
  @Query(() => CrmEventConnection, {
    nullable: true,
    description: 'The contacts of the bank with its customers, the last stored first.',
  })
  @RequiresRole(['CanGetCrmEvents'])
  crmEvents(
    @Arg('bankId', () => ID, { description: 'The bank.' }) bankId: string,
    @Args(() => PageArguments) page: PageArguments,
    @Ctx() context: Context,
  ) {
    const list = { field: 'Query.crmEvents', boundTo: bankId, values: { bankId } };
    return eventsOfBank(context, list, page, toCrmEvent);
  }

  @FieldResolver(() => Customer, {
    nullable: true,
    description: 'The customer; null too when the bank has no such customer.',
  })
  @RequiresRole(['CanGetCustomer'], { orLinkedUser: true })
  customer(@Root() event: CrmEvent, @Ctx() context: Context): Promise<Customer | null> {
    return loadCustomer(context, event.customerId);
  }
}
