import { Arg, Ctx, FieldResolver, ID, Query, Resolver, Root } from 'type-graphql';
import { RequiresRole } from '../../auth/requires-role.ts';
import type { Context } from '../../context.ts';
import { manyBy, oneBy } from '../../database/batch.ts';
import { gatewayError } from '../../errors.ts';
import { customerAt, loadCustomer } from '../customer/customer.loader.ts';
import { Customer } from '../customer/customer.type.ts';
import { accountAt, loadAccount } from './account.loader.ts';
import { Account } from './account.type.ts';
import { accountLinksByCustomer } from './customer-account-link.loader.ts';
import { customerAccountLink } from './customer-account-link.table.ts';
import { CustomerAccountLink } from './customer-account-link.type.ts';

const accountLinkById = oneBy(customerAccountLink, 'id');
const accountLinksByAccount = manyBy(customerAccountLink, ['bankId', 'accountId'], { orderBy: ['createdAt', 'id'] });

@Resolver(() => Customer)
export class CustomerAccountLinksResolver {
  @FieldResolver(() => [CustomerAccountLink], {
    nullable: true,
    description: 'The links to accounts, the oldest first.',
  })
  @RequiresRole(['CanGetCustomerAccountLinks'], { orLinkedUser: true })
  accountLinks(@Root() customer: Customer, @Ctx() context: Context): Promise<CustomerAccountLink[]> {
    return context.loader(accountLinksByCustomer).load(customer.id);
  }

  @Query(() => [CustomerAccountLink], {
    nullable: true,
    description: 'The links of a customer to accounts, the oldest first.',
  })
  @RequiresRole(['CanGetCustomerAccountLinks'])
  async customerAccountLinks(
    @Arg('bankId', () => ID, { description: 'The bank.' }) bankId: string,
    @Arg('customerId', () => ID, { description: 'The id of the customer.' }) customerId: string,
    @Ctx() context: Context,
  ): Promise<CustomerAccountLink[]> {
    const customer = await customerAt(context, bankId, customerId);
    return this.accountLinks(customer, context);
  }
}

@Resolver(() => CustomerAccountLink)
export class CustomerAccountLinkResolver {
  @FieldResolver(() => Account, { nullable: true, description: 'The account.' })
  @RequiresRole(['CanGetCustomerOverview', 'CanGetCustomerOverviewFlat'], { orLinkedUser: true, orHolder: true })
  account(@Root() link: CustomerAccountLink, @Ctx() context: Context): Promise<Account | null> {
    return loadAccount(context, link);
  }

  @FieldResolver(() => Customer, { nullable: true, description: 'The customer.' })
  @RequiresRole(['CanGetCustomer'], { orLinkedUser: true })
  customer(@Root() link: CustomerAccountLink, @Ctx() context: Context): Promise<Customer | null> {
    return loadCustomer(context, link.customerId);
  }

  @Query(() => CustomerAccountLink, { nullable: true, description: 'The link with this id at the bank.' })
  @RequiresRole(['CanGetCustomerAccountLink'])
  async customerAccountLink(
    @Arg('bankId', () => ID, { description: 'The bank.' }) bankId: string,
    @Arg('id', () => ID, { description: 'The id of the link.' }) id: string,
    @Ctx() context: Context,
  ): Promise<CustomerAccountLink> {
    const link = await context.loader(accountLinkById).load(id);
    if (link === null || link.bankId !== bankId) throw gatewayError('OBP-30225');
    return link;
  }

  @Query(() => [CustomerAccountLink], {
    nullable: true,
    description: 'The links of an account to customers, the oldest first.',
  })
  @RequiresRole(['CanGetCustomerAccountLinks'])
  async customerAccountLinksByAccount(
    @Arg('bankId', () => ID, { description: 'The bank.' }) bankId: string,
    @Arg('accountId', () => ID, { description: 'The id of the account at the bank.' }) accountId: string,
    @Ctx() context: Context,
  ): Promise<CustomerAccountLink[]> {
    const account = await accountAt(context, bankId, accountId);
    return context.loader(accountLinksByAccount).load([account.bankId, account.id]);
  }
}
