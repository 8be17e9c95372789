import { and, asc, eq, getTableColumns } from 'drizzle-orm';
import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import { inKeys, keyValues, limitOfStatement, type MakeLoader } from '../../database/batch.ts';
import { createLoader, readRows } from '../../database/loader.ts';
import { statement } from '../../database/statement.ts';
import { RequiresRole } from '../../graph/access/rule.ts';
import type { Context } from '../../graph/context.ts';
import { type CustomerRow, customer } from '../customer/customer.table.ts';
import { Customer, toCustomer } from '../customer/customer.type.ts';
import { User } from '../user/user.type.ts';
import { userCustomerLink } from './user-customer-link.table.ts';

interface LinkedCustomerRow extends CustomerRow {
  linkedUserId: string;
}

const linkedCustomers = statement<LinkedCustomerRow[]>((queries) =>
  queries
    .select({ ...getTableColumns(customer), linkedUserId: userCustomerLink.userId })
    .from(userCustomerLink)
    .innerJoin(customer, eq(customer.id, userCustomerLink.customerId))
    .where(and(inKeys([userCustomerLink.userId]), eq(userCustomerLink.isActive, true)))
    .orderBy(asc(userCustomerLink.dateInserted), asc(userCustomerLink.id))
    .limit(limitOfStatement),
);

/** The customers to which each user has an active link, sorted by the time of the link, oldest first. */
const customersOfUser: MakeLoader<string, CustomerRow[]> = (database, meter) =>
  createLoader(async (userIds) => {
    const rows = await readRows(meter, userIds, (ids) => linkedCustomers(database, keyValues(ids)));
    const byUser = Map.groupBy(rows, (row) => row.linkedUserId);
    return userIds.map((id) => byUser.get(id) ?? []);
  });

@Resolver(() => User)
export class UserCustomersResolver {
  @FieldResolver(() => [Customer], {
    nullable: true,
    description:
      'The customers at all banks of whom the user is a linked user, sorted by `dateInserted` of their links, oldest first.',
  })
  @RequiresRole(['CanGetCustomersAtAnyBank'], { orSelf: true })
  async customers(@Root() user: User, @Ctx() context: Context): Promise<Customer[]> {
    return (await context.loader(customersOfUser).load(user.id)).map(toCustomer);
  }
}
