import { Arg, Args, Ctx, FieldResolver, Int, Query, Resolver, Root } from 'type-graphql';
import { gatewayError } from '../../base/errors.ts';
import { oneBy } from '../../database/batch.ts';
import { PrefetchKey } from '../../execution/batched.ts';
import { Public, RequiresRole } from '../../graph/access/rule.ts';
import { BankId, CustomerId } from '../../graph/arguments.ts';
import { PageArguments } from '../../graph/connection.ts';
import type { Context } from '../../graph/context.ts';
import { MaxInputItems } from '../../graph/max-input-items.ts';
import { DateTime } from '../../graph/scalars.ts';
import { bankAt } from '../bank/bank.loader.ts';
import { Bank } from '../bank/bank.type.ts';
import { customerPage, mobilePhoneNumberCondition } from './customer.list.ts';
import { customerAt } from './customer.loader.ts';
import { customer } from './customer.table.ts';
import {
  Customer,
  CustomerConnection,
  type CustomerKey,
  type CustomerMinimal,
  CustomerMinimalConnection,
  CustomerSort,
  SortDirection,
  toCustomer,
} from './customer.type.ts';
import { AttributeFilter, CustomerFilter } from './customer-filter.type.ts';
import { firehose } from './customer-firehose.ts';

const customerByNumber = oneBy(customer, 'bankId', 'customerNumber');
const toCustomerMinimal = ({ bankId, id }: { bankId: string; id: string }) => ({ bankId, customerId: id });

@Resolver(() => Customer)
export class CustomerResolver {
  @FieldResolver(() => Bank, { description: 'The bank whose customer this is.' })
  @Public()
  bank(@Root() customer: Customer, @Ctx() context: Context): Promise<Bank> {
    return bankAt(context, customer.bankId);
  }

  @Query(() => Customer, { nullable: true, description: 'The customer with this id at the bank.' })
  @RequiresRole(['CanGetCustomer'])
  @PrefetchKey((_: unknown, { bankId, customerId }: CustomerMinimal): CustomerKey => ({ id: customerId, bankId }))
  customer(@BankId() bankId: string, @CustomerId() customerId: string, @Ctx() context: Context): Promise<Customer> {
    return customerAt(context, bankId, customerId);
  }

  @Query(() => Customer, { nullable: true, description: 'The customer with this number at the bank.' })
  @RequiresRole(['CanGetCustomer'])
  async customerByNumber(
    @BankId() bankId: string,
    @Arg('customerNumber', () => String, { description: 'The exact number.' }) customerNumber: string,
    @Ctx() context: Context,
  ): Promise<Customer> {
    const row = await context.loader(customerByNumber).load([bankId, customerNumber]);
    if (row === null) throw gatewayError('OBP-30002');
    return toCustomer(row);
  }

  @Query(() => CustomerConnection, { nullable: true, description: 'The customers of the bank.' })
  @RequiresRole(['CanGetCustomers'])
  customers(
    @BankId() bankId: string,
    @Args(() => PageArguments) page: PageArguments,
    @Arg('sortBy', () => CustomerSort, { nullable: true, description: 'LAST_OK_DATE when left out.' })
    sortBy: CustomerSort | null,
    @Arg('sortDirection', () => SortDirection, { nullable: true, description: 'DESC when left out.' })
    sortDirection: SortDirection | null,
    @Arg('filter', () => CustomerFilter, { nullable: true, description: 'Which of them.' })
    filter: CustomerFilter | null,
    @Ctx() context: Context,
  ) {
    const list = { field: 'Query.customers', bankId, filter, sortBy, sortDirection };
    return customerPage(context, list, page, toCustomer);
  }

  @Query(() => CustomerConnection, { nullable: true, description: 'The customers of all banks.' })
  @RequiresRole(['CanGetCustomersAtAnyBank'])
  customersAtAnyBank(
    @Args(() => PageArguments) page: PageArguments,
    @Arg('sortBy', () => CustomerSort, { nullable: true, description: 'LAST_OK_DATE when left out.' })
    sortBy: CustomerSort | null,
    @Arg('sortDirection', () => SortDirection, { nullable: true, description: 'DESC when left out.' })
    sortDirection: SortDirection | null,
    @Arg('filter', () => CustomerFilter, { nullable: true, description: 'Which of them.' })
    filter: CustomerFilter | null,
    @Ctx() context: Context,
  ) {
    const list = { field: 'Query.customersAtAnyBank', bankId: null, filter, sortBy, sortDirection };
    return customerPage(context, list, page, toCustomer);
  }

  @Query(() => CustomerMinimalConnection, { nullable: true, description: 'The ids of the customers of the bank.' })
  @RequiresRole(['CanGetCustomersMinimal'])
  customersMinimal(
    @BankId() bankId: string,
    @Args(() => PageArguments) page: PageArguments,
    @Arg('sortDirection', () => SortDirection, { nullable: true, description: 'DESC when left out.' })
    sortDirection: SortDirection | null,
    @Ctx() context: Context,
  ) {
    const list = { field: 'Query.customersMinimal', bankId, sortDirection };
    return customerPage(context, list, page, toCustomerMinimal);
  }

  @Query(() => CustomerMinimalConnection, { nullable: true, description: 'The ids of the customers of all banks.' })
  @RequiresRole(['CanGetCustomersMinimalAtAnyBank'])
  customersMinimalAtAnyBank(
    @Args(() => PageArguments) page: PageArguments,
    @Arg('sortDirection', () => SortDirection, { nullable: true, description: 'DESC when left out.' })
    sortDirection: SortDirection | null,
    @Ctx() context: Context,
  ) {
    const list = { field: 'Query.customersMinimalAtAnyBank', bankId: null, sortDirection };
    return customerPage(context, list, page, toCustomerMinimal);
  }

  @Query(() => CustomerConnection, {
    nullable: true,
    description: 'The customers of the bank with this mobile phone number, or with one that matches this pattern.',
  })
  @RequiresRole(['CanGetCustomers'])
  customersByMobilePhoneNumber(
    @BankId() bankId: string,
    @Arg('mobilePhoneNumber', () => String, {
      description:
        'An international number; or a pattern with % for any digits and _ for one, and at least three digits in a row.',
    })
    mobilePhoneNumber: string,
    @Args(() => PageArguments) page: PageArguments,
    @Ctx() context: Context,
  ) {
    const condition = mobilePhoneNumberCondition(mobilePhoneNumber, 'mobilePhoneNumber');
    const list = { field: 'Query.customersByMobilePhoneNumber', bankId, condition };
    return customerPage(context, list, page, toCustomer);
  }

  @Query(() => [Customer], {
    nullable: true,
    description: 'Many customers of the bank at once, for reports. Off unless it is configured.',
  })
  @RequiresRole(['CanUseCustomerFirehoseAtAnyBank'])
  @MaxInputItems(100, 'attributes')
  firehoseCustomers(
    @BankId() bankId: string,
    @Arg('limit', () => Int, { nullable: true, defaultValue: 500, description: 'How many at most: from 1 to 500.' })
    limit: number | null,
    @Arg('offset', () => Int, { nullable: true, defaultValue: 0, description: 'How many to pass over.' })
    offset: number | null,
    @Arg('sortDirection', () => SortDirection, {
      nullable: true,
      defaultValue: SortDirection.DESC,
      description: 'The order of the dates on which they were last ok.',
    })
    sortDirection: SortDirection | null,
    @Arg('fromDate', () => DateTime, { nullable: true, description: 'Last changed at this moment or later.' })
    fromDate: Date | null,
    @Arg('toDate', () => DateTime, { nullable: true, description: 'Last changed at this moment or before.' })
    toDate: Date | null,
    @Arg('attributes', () => [AttributeFilter], { nullable: true, description: 'Has any one of these attributes.' })
    attributes: AttributeFilter[] | null,
    @Ctx() context: Context,
  ): Promise<Customer[]> {
    return firehose(context, { bankId, limit, offset, sortDirection, fromDate, toDate, attributes });
  }
}

@Resolver(() => Bank)
export class BankCustomersResolver {
  @FieldResolver(() => CustomerConnection, { nullable: true, description: 'The customers of the bank.' })
  @RequiresRole(['CanGetCustomers'])
  customers(
    @Root() bank: Bank,
    @Args(() => PageArguments) page: PageArguments,
    @Arg('sortBy', () => CustomerSort, { nullable: true, description: 'LAST_OK_DATE when left out.' })
    sortBy: CustomerSort | null,
    @Arg('sortDirection', () => SortDirection, { nullable: true, description: 'DESC when left out.' })
    sortDirection: SortDirection | null,
    @Arg('filter', () => CustomerFilter, { nullable: true, description: 'Which of them.' })
    filter: CustomerFilter | null,
    @Ctx() context: Context,
  ) {
    const list = { field: 'Bank.customers', bankId: bank.id, filter, sortBy, sortDirection };
    return customerPage(context, list, page, toCustomer);
  }
}
