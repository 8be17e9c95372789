import { Arg, Ctx, Query, Resolver } from 'type-graphql';
import { RequiresRole } from '../../graph/access/rule.ts';
import { BankId } from '../../graph/arguments.ts';
import type { Context } from '../../graph/context.ts';
import { loadAccount } from '../account/account.loader.ts';
import type { Account } from '../account/account.type.ts';
import { accountLinksByCustomer } from '../account/customer-account-link.loader.ts';
import { customerByNumberAt } from '../customer/customer.loader.ts';
import { toCustomer } from '../customer/customer.type.ts';
import { attributesByCustomer } from '../customer/customer-attribute.loader.ts';
import { CustomerType } from '../customer/customer-type.ts';
import { linksOfCustomer } from '../customer-link/customer-link.loader.ts';
import type { CustomerLinkRow } from '../customer-link/customer-link.table.ts';
import { toCustomerLink } from '../customer-link/customer-link.type.ts';
import { CustomerRelationship } from '../customer-link/customer-relationship.ts';
import { CustomerOverview, CustomerOverviewFlat } from './overview.type.ts';

async function linkedAccounts(context: Context, customerId: string): Promise<Account[]> {
  const links = await context.loader(accountLinksByCustomer).load(customerId);
  const accounts = await Promise.all(links.map((link) => loadAccount(context, link)));
  return accounts.filter((account) => account !== null);
}

async function overviewOf(context: Context, bankId: string, customerNumber: string): Promise<CustomerOverview> {
  const row = await customerByNumberAt(context, bankId, customerNumber);
  // Read here instead of in resolvers, because the role of the overview is sufficient for them, and they are never null.
  const [attributes, accounts, links] = await Promise.all([
    context.loader(attributesByCustomer).load(row.id),
    linkedAccounts(context, row.id),
    row.customerType === CustomerType.CORPORATE ? context.loader(linksOfCustomer).load(row.id) : [],
  ]);
  const isOwner = ({ relationshipTo }: CustomerLinkRow) => relationshipTo === CustomerRelationship.BENEFICIAL_OWNER;
  const beneficialOwners = links.filter(isOwner).map(toCustomerLink);
  const auditedCustomerIds = beneficialOwners.map(({ linkedCustomerId }) => linkedCustomerId);
  return { ...toCustomer(row), attributes, accounts, beneficialOwners, auditedCustomerIds };
}

@Resolver()
export class OverviewResolver {
  @Query(() => CustomerOverview, {
    nullable: true,
    description:
      'The customer with this customer number, with attributes, linked accounts, and beneficial owners. Fails with `OBP-30002` if the bank has no such customer.',
  })
  @RequiresRole(['CanGetCustomerOverview'])
  customerOverview(
    @BankId() bankId: string,
    @Arg('customerNumber', () => String, {
      description: 'The customer number, such as `5987953`. Full-width digits count as digits.',
    })
    customerNumber: string,
    @Ctx() context: Context,
  ): Promise<CustomerOverview> {
    return overviewOf(context, bankId, customerNumber);
  }

  @Query(() => CustomerOverviewFlat, {
    nullable: true,
    description:
      'The customer with this customer number, with attributes and linked accounts, but with fewer fields than `customerOverview`. Fails with `OBP-30002` if the bank has no such customer.',
  })
  @RequiresRole(['CanGetCustomerOverviewFlat'])
  customerOverviewFlat(
    @BankId() bankId: string,
    @Arg('customerNumber', () => String, {
      description: 'The customer number, such as `5987953`. Full-width digits count as digits.',
    })
    customerNumber: string,
    @Ctx() context: Context,
  ): Promise<CustomerOverviewFlat> {
    return overviewOf(context, bankId, customerNumber);
  }
}
