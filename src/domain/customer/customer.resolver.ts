import { Arg, Args, Ctx, FieldResolver, ID, Int, Query, Resolver, Root } from 'type-graphql';
import { PrefetchKey } from '../../execution/batched.ts';
import { ByIds } from '../../execution/by-ids.ts';
import { Public, RequiresRole } from '../../graph/access/rule.ts';
import { BankId, CustomerId, maxIds } from '../../graph/arguments.ts';
import { PageArguments } from '../../graph/connection.ts';
import type { Context } from '../../graph/context.ts';
import { MaxInputItems } from '../../graph/max-input-items.ts';
import { DateTime } from '../../graph/scalars.ts';
import { bankAt } from '../bank/bank.loader.ts';
import { Bank } from '../bank/bank.type.ts';
import { customerPage } from './customer.list.ts';
import { customerAt, customerByNumberAt, customersAt } from './customer.loader.ts';
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
import { mobilePhoneNumberCondition } from './customer-filters.ts';
import { firehose } from './customer-firehose.ts';

const toCustomerMinimal = ({ bankId, id }: { bankId: string; id: string }) => ({ bankId, customerId: id });

@Resolver(() => Customer)
export class CustomerResolver {
  @FieldResolver(() => Bank, { description: 'The bank of the customer.' })
  @Public()
  bank(@Root() customer: Customer, @Ctx() context: Context): Promise<Bank> {
    return bankAt(context, customer.bankId);
  }

  @Query(() => Customer, {
    nullable: true,
    description: 'The customer with this ID. Fails with `OBP-30046` if the bank has no such customer.',
  })
  @RequiresRole(['CanGetCustomer'], { orLinkedUser: true })
  @PrefetchKey((_: unknown, { bankId, customerId }: CustomerMinimal): CustomerKey => ({ id: customerId, bankId }))
  customer(@BankId() bankId: string, @CustomerId() customerId: string, @Ctx() context: Context): Promise<Customer> {
    return customerAt(context, bankId, customerId);
  }

  @Query(() => [Customer], {
    nullable: 'itemsAndList',
    description:
      'The customers with these IDs, in the same order. Each is found or refused as by `customer`: its place is null, with an error of its own.',
  })
  @RequiresRole(['CanGetCustomer'], { orLinkedUser: true })
  @MaxInputItems(maxIds, 'customerIds')
  @ByIds('customerIds', 'customerId')
  customersById(
    @BankId() bankId: string,
    @Arg('customerIds', () => [ID], { description: 'The IDs of the customers.' }) customerIds: string[],
    @Ctx() context: Context,
  ): Promise<(Customer | Error)[]> {
    return customersAt(context, bankId, customerIds);
  }

  @Query(() => Customer, {
    nullable: true,
    description: 'The customer with this customer number. Fails with `OBP-30002` if the bank has no such customer.',
  })
  @RequiresRole(['CanGetCustomer'])
  async customerByNumber(
    @BankId() bankId: string,
    @Arg('customerNumber', () => String, {
      description:
        'The customer number, such as `5987953`. Full-width digits count as digits. If no customer has this number, the only one whose number differs in letter case, spaces, or punctuation is returned.',
    })
    customerNumber: string,
    @Ctx() context: Context,
  ): Promise<Customer> {
    return toCustomer(await customerByNumberAt(context, bankId, customerNumber));
  }

  @Query(() => CustomerConnection, {
    nullable: true,
    description: 'The customers of the bank that meet the filter, in the requested order.',
  })
  @RequiresRole(['CanGetCustomers'])
  customers(
    @BankId() bankId: string,
    @Args(() => PageArguments) page: PageArguments,
    @Arg('sortBy', () => CustomerSort, {
      nullable: true,
      description:
        'The value by which the customers are sorted. Defaults to `LAST_OK_DATE` or, with `filter.search`, to the rank of the match.',
    })
    sortBy: CustomerSort | null,
    @Arg('sortDirection', () => SortDirection, {
      nullable: true,
      description: 'The direction in which the customers are sorted. Defaults to `DESC`.',
    })
    sortDirection: SortDirection | null,
    @Arg('filter', () => CustomerFilter, {
      nullable: true,
      description: 'The conditions that the customers must meet. Defaults to no conditions.',
    })
    filter: CustomerFilter | null,
    @Ctx() context: Context,
  ) {
    const list = { field: 'Query.customers', bankId, filter, sortBy, sortDirection };
    return customerPage(context, list, page, toCustomer);
  }

  @Query(() => CustomerConnection, {
    nullable: true,
    description: 'The customers of all banks that meet the filter, in the requested order.',
  })
  @RequiresRole(['CanGetCustomersAtAnyBank'])
  customersAtAnyBank(
    @Args(() => PageArguments) page: PageArguments,
    @Arg('sortBy', () => CustomerSort, {
      nullable: true,
      description:
        'The value by which the customers are sorted. Defaults to `LAST_OK_DATE` or, with `filter.search`, to the rank of the match.',
    })
    sortBy: CustomerSort | null,
    @Arg('sortDirection', () => SortDirection, {
      nullable: true,
      description: 'The direction in which the customers are sorted. Defaults to `DESC`.',
    })
    sortDirection: SortDirection | null,
    @Arg('filter', () => CustomerFilter, {
      nullable: true,
      description: 'The conditions that the customers must meet. Defaults to no conditions.',
    })
    filter: CustomerFilter | null,
    @Ctx() context: Context,
  ) {
    const list = { field: 'Query.customersAtAnyBank', bankId: null, filter, sortBy, sortDirection };
    return customerPage(context, list, page, toCustomer);
  }

  @Query(() => CustomerMinimalConnection, {
    nullable: true,
    description: 'The IDs of the customers of the bank, sorted by `lastOkDate`.',
  })
  @RequiresRole(['CanGetCustomersMinimal'])
  customersMinimal(
    @BankId() bankId: string,
    @Args(() => PageArguments) page: PageArguments,
    @Arg('sortDirection', () => SortDirection, {
      nullable: true,
      description: 'The direction in which the customers are sorted. Defaults to `DESC`.',
    })
    sortDirection: SortDirection | null,
    @Ctx() context: Context,
  ) {
    const list = { field: 'Query.customersMinimal', bankId, sortDirection };
    return customerPage(context, list, page, toCustomerMinimal);
  }

  @Query(() => CustomerMinimalConnection, {
    nullable: true,
    description: 'The IDs of the customers of all banks, sorted by `lastOkDate`.',
  })
  @RequiresRole(['CanGetCustomersMinimalAtAnyBank'])
  customersMinimalAtAnyBank(
    @Args(() => PageArguments) page: PageArguments,
    @Arg('sortDirection', () => SortDirection, {
      nullable: true,
      description: 'The direction in which the customers are sorted. Defaults to `DESC`.',
    })
    sortDirection: SortDirection | null,
    @Ctx() context: Context,
  ) {
    const list = { field: 'Query.customersMinimalAtAnyBank', bankId: null, sortDirection };
    return customerPage(context, list, page, toCustomerMinimal);
  }

  @Query(() => CustomerConnection, {
    nullable: true,
    description:
      'The customers of the bank whose mobile phone number equals or matches the argument, sorted by `lastOkDate`, newest first.',
  })
  @RequiresRole(['CanGetCustomers'])
  customersByMobilePhoneNumber(
    @BankId() bankId: string,
    @Arg('mobilePhoneNumber', () => String, {
      description:
        'The mobile phone number in international format, such as `+44 7972 444876`, the digits of an imported number that is not international, or a pattern, such as `%797244%`. In a pattern, `%` matches any number of digits and `_` matches one digit. A pattern must contain at least three consecutive digits, and begin with `+`, `00`, or a wildcard. Brackets and trunk prefixes are ignored before the first wildcard, so `+44 (0)7972 %` matches `+447972444876`. A trunk prefix that a number can also start with must be in brackets, as in `+7 (8) 912 %`. A trunk prefix in brackets after a wildcard is invalid.',
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
    description:
      'The customers of the bank as a plain list for reports, sorted by `lastOkDate`. Fails with `OBP-00012` unless the operator has enabled the firehose.',
  })
  @RequiresRole(['CanUseCustomerFirehoseAtAnyBank'])
  @MaxInputItems(100, 'attributes')
  firehoseCustomers(
    @BankId() bankId: string,
    @Arg('limit', () => Int, {
      nullable: true,
      defaultValue: 500,
      description: 'The number of customers to return, from 1 to 500. Defaults to 500.',
    })
    limit: number | null,
    @Arg('offset', () => Int, {
      nullable: true,
      defaultValue: 0,
      description: 'The number of customers to skip. Defaults to 0.',
    })
    offset: number | null,
    @Arg('sortDirection', () => SortDirection, {
      nullable: true,
      defaultValue: SortDirection.DESC,
      description: 'The direction in which the customers are sorted. Defaults to `DESC`.',
    })
    sortDirection: SortDirection | null,
    @Arg('fromDate', () => DateTime, {
      nullable: true,
      description: 'The start of the period in which the customer was last changed, inclusive.',
    })
    fromDate: Date | null,
    @Arg('toDate', () => DateTime, {
      nullable: true,
      description: 'The end of the period in which the customer was last changed, inclusive.',
    })
    toDate: Date | null,
    @Arg('attributes', () => [AttributeFilter], {
      nullable: true,
      description: 'The attributes of which the customer must have at least one.',
    })
    attributes: AttributeFilter[] | null,
    @Ctx() context: Context,
  ): Promise<Customer[]> {
    return firehose(context, { bankId, limit, offset, sortDirection, fromDate, toDate, attributes });
  }
}

@Resolver(() => Bank)
export class BankCustomersResolver {
  @FieldResolver(() => CustomerConnection, {
    nullable: true,
    description: 'The customers of the bank that meet the filter, in the requested order.',
  })
  @RequiresRole(['CanGetCustomers'])
  customers(
    @Root() bank: Bank,
    @Args(() => PageArguments) page: PageArguments,
    @Arg('sortBy', () => CustomerSort, {
      nullable: true,
      description:
        'The value by which the customers are sorted. Defaults to `LAST_OK_DATE` or, with `filter.search`, to the rank of the match.',
    })
    sortBy: CustomerSort | null,
    @Arg('sortDirection', () => SortDirection, {
      nullable: true,
      description: 'The direction in which the customers are sorted. Defaults to `DESC`.',
    })
    sortDirection: SortDirection | null,
    @Arg('filter', () => CustomerFilter, {
      nullable: true,
      description: 'The conditions that the customers must meet. Defaults to no conditions.',
    })
    filter: CustomerFilter | null,
    @Ctx() context: Context,
  ) {
    const list = { field: 'Bank.customers', bankId: bank.id, filter, sortBy, sortDirection };
    return customerPage(context, list, page, toCustomer);
  }
}
