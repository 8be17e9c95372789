import { Arg, Ctx, FieldResolver, ID, Query, Resolver, Root } from 'type-graphql';
import { RequiresRole } from '../../auth/requires-role.ts';
import type { Context } from '../../context.ts';
import { customerAt, loadCustomer } from '../customer/customer.loader.ts';
import { Customer } from '../customer/customer.type.ts';
import { userAt, userById } from '../user/user.loader.ts';
import { toUser, User } from '../user/user.type.ts';
import { linksByCustomer, linksByUser } from './linked-user.ts';
import { UserCustomerLink } from './user-customer-link.type.ts';

@Resolver(() => Customer)
export class CustomerUserLinksResolver {
  @FieldResolver(() => [UserCustomerLink], {
    nullable: true,
    description: 'The links of users to the customer, active or not, the oldest first.',
  })
  @RequiresRole(['CanGetUserCustomerLink'])
  userLinks(@Root() customer: Customer, @Ctx() context: Context): Promise<UserCustomerLink[]> {
    return context.loader(linksByCustomer).load(customer.id);
  }
}

@Resolver(() => UserCustomerLink)
export class UserCustomerLinkResolver {
  @Query(() => [UserCustomerLink], {
    nullable: true,
    description: 'The links of users to a customer, active or not, the oldest first.',
  })
  @RequiresRole(['CanGetUserCustomerLink'])
  async userCustomerLinksByCustomer(
    @Arg('bankId', () => ID, { description: 'The bank.' }) bankId: string,
    @Arg('customerId', () => ID, { description: 'The id of the customer.' }) customerId: string,
    @Ctx() context: Context,
  ): Promise<UserCustomerLink[]> {
    const customer = await customerAt(context, bankId, customerId);
    return context.loader(linksByCustomer).load(customer.id);
  }

  @Query(() => [UserCustomerLink], {
    nullable: true,
    description: 'The links of a user to customers of the bank, active or not, the oldest first.',
  })
  @RequiresRole(['CanGetUserCustomerLink'])
  async userCustomerLinksByUser(
    @Arg('bankId', () => ID, { description: 'The bank.' }) bankId: string,
    @Arg('userId', () => ID, { description: 'The id of the user.' }) userId: string,
    @Ctx() context: Context,
  ): Promise<UserCustomerLink[]> {
    const user = await userAt(context, userId);
    const links = await context.loader(linksByUser).load(user.id);
    return links.filter((link) => link.bankId === bankId);
  }

  @FieldResolver(() => User, { nullable: true, description: 'The user.' })
  @RequiresRole(['CanGetCorrelatedUsersInfo', 'CanGetCorrelatedUsersInfoAtAnyBank'])
  async user(@Root() link: UserCustomerLink, @Ctx() context: Context): Promise<User | null> {
    const row = await context.loader(userById).load(link.userId);
    return row === null ? null : toUser(row, link);
  }

  @FieldResolver(() => Customer, { nullable: true, description: 'The customer.' })
  @RequiresRole(['CanGetCustomer'], { orLinkedUser: true })
  customer(@Root() link: UserCustomerLink, @Ctx() context: Context): Promise<Customer | null> {
    return loadCustomer(context, link.customerId);
  }
}
