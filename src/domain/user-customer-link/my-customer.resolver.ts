import { Arg, Ctx, ID, Query, Resolver } from 'type-graphql';
import { gatewayError } from '../../base/errors.ts';
import { defaultMaxItems, MaxItems } from '../../execution/max-items.ts';
import { Authenticated } from '../../graph/access/rule.ts';
import { CustomerId } from '../../graph/arguments.ts';
import type { Context } from '../../graph/context.ts';
import { loadCustomer } from '../customer/customer.loader.ts';
import { Customer } from '../customer/customer.type.ts';
import { activeLinksOfCaller } from './linked-user.ts';

@Resolver()
export class MyCustomerResolver {
  @Query(() => [Customer], {
    nullable: true,
    description:
      'The customers of whom the caller is a linked user, sorted by `dateInserted` of their links, oldest first.',
  })
  @Authenticated()
  @MaxItems(defaultMaxItems, { readByBank: true })
  async myCustomers(
    @Arg('bankId', () => ID, {
      nullable: true,
      description: 'The ID of the bank. If it is omitted, the customers at all banks are returned.',
    })
    bankId: string | null,
    @Ctx() context: Context,
  ): Promise<Customer[]> {
    const links = [...(await activeLinksOfCaller(context)).values()].filter(
      (link) => bankId == null || link.bankId === bankId,
    );
    const customers = await Promise.all(links.map((link) => loadCustomer(context, link.customerId)));
    return customers.filter((customer) => customer !== null);
  }

  @Query(() => Customer, {
    nullable: true,
    description:
      'The customer with this ID. Fails with `OBP-30046` unless the caller is a linked user of the customer.',
  })
  @Authenticated()
  async myCustomer(@CustomerId() customerId: string, @Ctx() context: Context): Promise<Customer | null> {
    if (!(await activeLinksOfCaller(context)).has(customerId)) throw gatewayError('OBP-30046');
    return loadCustomer(context, customerId);
  }
}
