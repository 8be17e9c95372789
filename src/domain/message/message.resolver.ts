import { and, eq, sql } from 'drizzle-orm';
import { Arg, Args, Ctx, FieldResolver, Mutation, Query, Resolver, Root } from 'type-graphql';
import { oneBy } from '../../database/batch.ts';
import { Batched, BatchedByKey } from '../../execution/batched.ts';
import { Authenticated, RequiresRole } from '../../graph/access/rule.ts';
import { BankId, CustomerId } from '../../graph/arguments.ts';
import { PageArguments } from '../../graph/connection.ts';
import { connectionQuery, customerConnectionQuery } from '../../graph/connection-query.ts';
import type { Context } from '../../graph/context.ts';
import { periodDescriptions } from '../../graph/descriptions.ts';
import { filteredConnectionQuery, fromCondition, toCondition } from '../../graph/filtered-connection-query.ts';
import { periodOf } from '../../graph/input.ts';
import type { WrittenChild } from '../../graph/mutation.ts';
import { DateTime } from '../../graph/scalars.ts';
import { mutateChild } from '../customer/child-mutation.ts';
import { customerAt, loadCustomer, loadCustomers } from '../customer/customer.loader.ts';
import { Customer, type CustomerKey } from '../customer/customer.type.ts';
import { userCustomerLink } from '../user-customer-link/user-customer-link.table.ts';
import { type CustomerMessageRow, customerMessage } from './message.table.ts';
import {
  CreateCustomerMessageInput,
  CustomerMessage,
  CustomerMessageConnection,
  CustomerMessagePayload,
} from './message.type.ts';
import { insertMessage, messageValues } from './message.writes.ts';

const messagesOfCustomers = customerConnectionQuery(customerMessage, 'date');

const messagesOfBank = filteredConnectionQuery(customerMessage, {
  bankId: () => eq(customerMessage.bankId, sql.placeholder('bankId')),
  from: fromCondition,
  to: toCondition,
});

const ofLinkedUser = and(
  eq(userCustomerLink.userId, sql.placeholder('userId')),
  eq(userCustomerLink.bankId, sql.placeholder('bankId')),
  eq(userCustomerLink.isActive, true),
);
const messagesOfLinkedUser = connectionQuery(
  customerMessage,
  'date',
  sql`${customerMessage.customerId} in (select ${userCustomerLink.customerId} from ${userCustomerLink} where ${ofLinkedUser})`,
);

const messageById = oneBy(customerMessage, 'id');

async function readPayload(
  context: Context,
  { id, bankId, customerId }: WrittenChild,
): Promise<CustomerMessagePayload> {
  return { bankId, customerId, customerMessage: await context.loader(messageById).load(id) };
}

const toMessage = (row: CustomerMessageRow): CustomerMessage => row;

@Resolver(() => Customer)
export class CustomerMessagesResolver {
  @FieldResolver(() => CustomerMessageConnection, {
    nullable: true,
    description: 'The messages to the customer, sorted by `date`, newest first.',
  })
  @RequiresRole(['CanGetCustomerMessages'], { orLinkedUser: true })
  @BatchedByKey<CustomerKey>()
  messages(@Root() customers: CustomerKey[], @Args(() => PageArguments) page: PageArguments, @Ctx() context: Context) {
    return messagesOfCustomers.forCustomers(context, 'Customer.messages', customers, page, toMessage);
  }
}

@Resolver(() => CustomerMessage)
export class CustomerMessageResolver {
  @Query(() => CustomerMessageConnection, {
    nullable: true,
    description: 'The messages to a customer, sorted by `date`, newest first.',
  })
  @RequiresRole(['CanGetCustomerMessages'])
  async customerMessages(
    @BankId() bankId: string,
    @CustomerId() customerId: string,
    @Args(() => PageArguments) page: PageArguments,
    @Ctx() context: Context,
  ) {
    const customer = await customerAt(context, bankId, customerId);
    return messagesOfCustomers.forCustomer(context, 'Query.customerMessages', customer, page, toMessage);
  }

  @Query(() => CustomerMessageConnection, {
    nullable: true,
    description: 'The messages to all customers of the bank, sorted by `date`, newest first.',
  })
  @RequiresRole(['CanGetCustomerMessages'])
  bankMessages(
    @BankId() bankId: string,
    @Arg('from', () => DateTime, { nullable: true, description: periodDescriptions.from }) from: Date | null,
    @Arg('to', () => DateTime, { nullable: true, description: periodDescriptions.to }) to: Date | null,
    @Args(() => PageArguments) page: PageArguments,
    @Ctx() context: Context,
  ) {
    const filter = { bankId, ...periodOf(from, to) };
    const list = { field: 'Query.bankMessages', boundTo: filter, sortBy: 'date', descending: true, filter } as const;
    return messagesOfBank(context, list, page, toMessage);
  }

  @Query(() => CustomerMessageConnection, {
    nullable: true,
    description:
      'The messages to the customers of the bank of whom the caller is a linked user, sorted by `date`, newest first.',
  })
  @Authenticated()
  async myCustomerMessages(
    @BankId() bankId: string,
    @Args(() => PageArguments) page: PageArguments,
    @Ctx() context: Context,
  ) {
    const values = { bankId, userId: context.user?.id };
    const list = { field: 'Query.myCustomerMessages', boundTo: values, values };
    return messagesOfLinkedUser(context, list, page, toMessage);
  }

  @FieldResolver(() => Customer, { nullable: true, description: 'The customer of the message.' })
  @RequiresRole(['CanGetCustomer'], { orLinkedUser: true })
  @Batched()
  customer(@Root() messages: CustomerMessage[], @Ctx() context: Context): Promise<(Customer | null)[]> {
    return loadCustomers(context, messages);
  }
}

@Resolver(() => CustomerMessagePayload)
export class CustomerMessageMutations {
  @FieldResolver(() => Customer, { nullable: true, description: 'The customer of the message.' })
  @RequiresRole(['CanGetCustomer'], { orLinkedUser: true })
  customer(@Root() payload: CustomerMessagePayload, @Ctx() context: Context): Promise<Customer | null> {
    return loadCustomer(context, payload.customerId);
  }

  @Mutation(() => CustomerMessagePayload, {
    nullable: true,
    description: 'Records a message to a customer. The gateway does not deliver the message.',
  })
  @RequiresRole(['CanCreateCustomerMessage'])
  createCustomerMessage(
    @BankId() bankId: string,
    @CustomerId() customerId: string,
    @Arg('input', () => CreateCustomerMessageInput, { description: 'The new message.' })
    input: CreateCustomerMessageInput,
    @Ctx() context: Context,
  ): Promise<CustomerMessagePayload> {
    const values = messageValues(input);
    return mutateChild(context, { bankId, customerId }, readPayload, (transaction, customer) =>
      insertMessage(transaction, customer, values),
    );
  }
}
