import { Ctx, FieldResolver, Query, Resolver, Root } from 'type-graphql';
import { Batched, BatchedByKey } from '../../execution/batched.ts';
import { Authenticated, RequiresRole } from '../../graph/access/rule.ts';
import { BankId, CustomerId } from '../../graph/arguments.ts';
import type { Context } from '../../graph/context.ts';
import { customerAt, loadCustomers } from '../customer/customer.loader.ts';
import { Customer, type CustomerKey } from '../customer/customer.type.ts';
import { userById } from '../user/user.loader.ts';
import { toUser, User } from '../user/user.type.ts';
import { CorrelatedEntity } from './correlated.type.ts';
import { activeLinksOfCaller, linksByCustomer } from './linked-user.ts';

/** The linked users of each customer, sorted by the time of their links, oldest first. */
async function correlatedUsers(context: Context, customerIds: readonly string[]): Promise<User[][]> {
  const links = await context.loader(linksByCustomer).loadAll(customerIds);
  const active = links.map((ofCustomer) => ofCustomer.filter((link) => link.isActive));
  const rows = await context.loader(userById).loadAll(active.flatMap((links) => links.map(({ userId }) => userId)));
  const users = new Map(rows.flatMap((row) => (row === null ? [] : [[row.id, row] as const])));
  return active.map((links) =>
    links.flatMap((link) => {
      const row = users.get(link.userId);
      return row === undefined ? [] : [toUser(row, link)];
    }),
  );
}

async function correlatedEntity(
  context: Context,
  { bankId, customerId }: { bankId: string; customerId: string },
): Promise<CorrelatedEntity> {
  const [users = []] = await correlatedUsers(context, [customerId]);
  return { bankId, customerId, users };
}

@Resolver(() => Customer)
export class CustomerCorrelatedUsersResolver {
  @FieldResolver(() => [User], {
    nullable: true,
    description: 'The linked users of the customer, sorted by `dateInserted` of their links, oldest first.',
  })
  @RequiresRole(['CanGetCorrelatedUsersInfo', 'CanGetCorrelatedUsersInfoAtAnyBank'])
  @BatchedByKey<CustomerKey>()
  correlatedUsers(@Root() customers: CustomerKey[], @Ctx() context: Context): Promise<User[][]> {
    return correlatedUsers(
      context,
      customers.map(({ id }) => id),
    );
  }
}

@Resolver(() => CorrelatedEntity)
export class CorrelatedEntityResolver {
  @Query(() => CorrelatedEntity, {
    nullable: true,
    description: 'A customer of the bank with its linked users.',
  })
  @RequiresRole(['CanGetCorrelatedUsersInfo', 'CanGetCorrelatedUsersInfoAtAnyBank'])
  async correlatedUsers(
    @BankId() bankId: string,
    @CustomerId() customerId: string,
    @Ctx() context: Context,
  ): Promise<CorrelatedEntity> {
    return correlatedEntity(context, await customerAt(context, bankId, customerId));
  }

  @Query(() => [CorrelatedEntity], {
    nullable: true,
    description:
      'The customers of whom the caller is a linked user, each with all its linked users, sorted by `dateInserted` of the links of the caller, oldest first. Linked users of a customer can read the usernames, names, and email addresses of one another.',
  })
  @Authenticated()
  async correlatedEntities(@Ctx() context: Context): Promise<CorrelatedEntity[]> {
    const links = [...(await activeLinksOfCaller(context)).values()];
    return Promise.all(links.map((link) => correlatedEntity(context, link)));
  }

  @FieldResolver(() => Customer, { nullable: true, description: 'The customer of the linked users.' })
  @RequiresRole(['CanGetCustomer', 'CanGetCorrelatedUsersInfo', 'CanGetCorrelatedUsersInfoAtAnyBank'], {
    orLinkedUser: true,
  })
  @Batched()
  customer(@Root() entities: CorrelatedEntity[], @Ctx() context: Context): Promise<(Customer | null)[]> {
    return loadCustomers(context, entities);
  }
}
