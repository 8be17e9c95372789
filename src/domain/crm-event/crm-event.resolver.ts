import { eq, sql } from 'drizzle-orm';
import { Arg, Args, Ctx, FieldResolver, Mutation, Query, Resolver, Root } from 'type-graphql';
import { oneBy } from '../../database/batch.ts';
import { Batched, BatchedByKey } from '../../execution/batched.ts';
import { RequiresRole } from '../../graph/access/rule.ts';
import { BankId } from '../../graph/arguments.ts';
import { PageArguments } from '../../graph/connection.ts';
import { connectionQuery, customerConnectionQuery } from '../../graph/connection-query.ts';
import type { Context } from '../../graph/context.ts';
import { mutate } from '../../graph/mutation.ts';
import { loadCustomer, loadCustomers } from '../customer/customer.loader.ts';
import { Customer, type CustomerKey } from '../customer/customer.type.ts';
import { type CrmEventRow, crmEvent } from './crm-event.table.ts';
import { CreateCrmEventInput, CrmEvent, CrmEventConnection, CrmEventPayload } from './crm-event.type.ts';
import { crmEventValues, insertCrmEvent } from './crm-event.writes.ts';

const eventsOfCustomers = customerConnectionQuery(crmEvent, 'createdAt');
const eventsOfBank = connectionQuery(crmEvent, 'createdAt', eq(crmEvent.bankId, sql.placeholder('bankId')));

const eventById = oneBy(crmEvent, 'id');

const toCrmEvent = (row: CrmEventRow): CrmEvent => row;

@Resolver(() => Customer)
export class CustomerCrmEventsResolver {
  @FieldResolver(() => CrmEventConnection, {
    nullable: true,
    description: 'The CRM events of the customer, sorted by `createdAt`, newest first.',
  })
  @RequiresRole(['CanGetCrmEvents'])
  @BatchedByKey<CustomerKey>()
  crmEvents(@Root() customers: CustomerKey[], @Args(() => PageArguments) page: PageArguments, @Ctx() context: Context) {
    return eventsOfCustomers.forCustomers(context, 'Customer.crmEvents', customers, page, toCrmEvent);
  }
}

@Resolver(() => CrmEvent)
export class CrmEventResolver {
  @Query(() => CrmEventConnection, {
    nullable: true,
    description: 'The CRM events of the bank, sorted by `createdAt`, newest first.',
  })
  @RequiresRole(['CanGetCrmEvents'])
  crmEvents(@BankId() bankId: string, @Args(() => PageArguments) page: PageArguments, @Ctx() context: Context) {
    const list = { field: 'Query.crmEvents', boundTo: bankId, values: { bankId } };
    return eventsOfBank(context, list, page, toCrmEvent);
  }

  @FieldResolver(() => Customer, {
    nullable: true,
    description: 'The customer of the event. Null if the bank does not have the customer.',
  })
  @RequiresRole(['CanGetCustomer'], { orLinkedUser: true })
  @Batched()
  customer(@Root() events: CrmEvent[], @Ctx() context: Context): Promise<(Customer | null)[]> {
    return loadCustomers(context, events);
  }
}

@Resolver(() => CrmEventPayload)
export class CrmEventMutations {
  @FieldResolver(() => Customer, {
    nullable: true,
    description: 'The customer of the event. Null if the bank does not have the customer.',
  })
  @RequiresRole(['CanGetCustomer'], { orLinkedUser: true })
  customer(@Root() payload: CrmEventPayload, @Ctx() context: Context): Promise<Customer | null> {
    return loadCustomer(context, payload.customerId);
  }

  @Mutation(() => CrmEventPayload, {
    nullable: true,
    description:
      'Records a contact of the bank with a customer. Fails with `OBP-30046` if `customerId` is not the ID of a customer of the bank.',
  })
  @RequiresRole(['CanCreateCrmEvent'])
  createCrmEvent(
    @BankId() bankId: string,
    @Arg('input', () => CreateCrmEventInput, { description: 'The new event.' }) input: CreateCrmEventInput,
    @Ctx() context: Context,
  ): Promise<CrmEventPayload> {
    const values = crmEventValues(input);
    return mutate(
      context,
      async (transaction) => {
        const { id, customerId } = await insertCrmEvent(transaction, bankId, values);
        return { id, customerId };
      },
      async ({ id, customerId }) => ({ bankId, customerId, crmEvent: await context.loader(eventById).load(id) }),
    );
  }
}
