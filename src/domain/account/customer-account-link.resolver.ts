import { Arg, Ctx, FieldResolver, ID, Mutation, Query, Resolver, Root } from 'type-graphql';
import { gatewayError } from '../../base/errors.ts';
import { manyBy, oneBy } from '../../database/batch.ts';
import { Batched, BatchedByKey, PrefetchKey } from '../../execution/batched.ts';
import { RequiresRole } from '../../graph/access/rule.ts';
import { AccountId, BankId, CustomerId, ExpectedVersion } from '../../graph/arguments.ts';
import type { Context } from '../../graph/context.ts';
import { updateDescription } from '../../graph/descriptions.ts';
import { changedColumns } from '../../graph/input-fields.ts';
import { mutate, type WrittenChild, writtenChild } from '../../graph/mutation.ts';
import { mutateChild } from '../customer/child-mutation.ts';
import { customerAt, loadCustomer, loadCustomers } from '../customer/customer.loader.ts';
import { Customer, type CustomerKey } from '../customer/customer.type.ts';
import { lockCustomerOfRow } from '../customer/locked-customer.ts';
import { refuseOwnCustomer } from '../user-customer-link/user-customer-link.writes.ts';
import { accountAt, loadAccounts } from './account.loader.ts';
import { Account, type AccountKey, accountKey } from './account.type.ts';
import { accountLinksByCustomer } from './customer-account-link.loader.ts';
import { customerAccountLink } from './customer-account-link.table.ts';
import {
  CreateCustomerAccountLinkInput,
  CustomerAccountLink,
  CustomerAccountLinkPayload,
  UpdateCustomerAccountLinkInput,
} from './customer-account-link.type.ts';
import {
  accountLinkFields,
  accountLinks,
  accountLinkValues,
  createAccountLink,
} from './customer-account-link.writes.ts';

const accountLinkById = oneBy(customerAccountLink, 'id');
const accountLinksByAccount = manyBy(customerAccountLink, ['bankId', 'accountId'], { orderBy: ['createdAt', 'id'] });

async function readPayload(
  context: Context,
  { id, bankId, customerId }: WrittenChild,
): Promise<CustomerAccountLinkPayload> {
  return { bankId, customerId, customerAccountLink: await context.loader(accountLinkById).load(id) };
}

@Resolver(() => Customer)
export class CustomerAccountLinksResolver {
  @FieldResolver(() => [CustomerAccountLink], {
    nullable: true,
    description: 'The links of the customer to accounts, sorted by creation time, oldest first.',
  })
  @RequiresRole(['CanGetCustomerAccountLinks'], { orLinkedUser: true })
  @BatchedByKey<CustomerKey>()
  accountLinks(@Root() customers: CustomerKey[], @Ctx() context: Context): Promise<CustomerAccountLink[][]> {
    return context.loader(accountLinksByCustomer).loadAll(customers.map(({ id }) => id));
  }

  @Query(() => [CustomerAccountLink], {
    nullable: true,
    description: 'The links of a customer to accounts, sorted by creation time, oldest first.',
  })
  @RequiresRole(['CanGetCustomerAccountLinks'])
  async customerAccountLinks(
    @BankId() bankId: string,
    @CustomerId() customerId: string,
    @Ctx() context: Context,
  ): Promise<CustomerAccountLink[]> {
    const customer = await customerAt(context, bankId, customerId);
    return context.loader(accountLinksByCustomer).load(customer.id);
  }
}

@Resolver(() => CustomerAccountLink)
export class CustomerAccountLinkResolver {
  @FieldResolver(() => Account, { nullable: true, description: 'The account of the link.' })
  @RequiresRole(['CanGetCustomerOverview', 'CanGetCustomerOverviewFlat'], { orLinkedUser: true, orHolder: true })
  @Batched()
  @PrefetchKey(({ bankId, accountId }: CustomerAccountLink): AccountKey => accountKey(bankId, accountId))
  account(@Root() links: CustomerAccountLink[], @Ctx() context: Context): Promise<(Account | null)[]> {
    return loadAccounts(context, links);
  }

  @FieldResolver(() => Customer, { nullable: true, description: 'The customer of the link.' })
  @RequiresRole(['CanGetCustomer'], { orLinkedUser: true })
  @Batched()
  customer(@Root() links: CustomerAccountLink[], @Ctx() context: Context): Promise<(Customer | null)[]> {
    return loadCustomers(context, links);
  }

  @Query(() => CustomerAccountLink, {
    nullable: true,
    description: 'The link with this ID. Fails with `OBP-30225` if the bank has no such link.',
  })
  @RequiresRole(['CanGetCustomerAccountLink'])
  async customerAccountLink(
    @BankId() bankId: string,
    @Arg('id', () => ID, { description: 'The ID of the link.' }) id: string,
    @Ctx() context: Context,
  ): Promise<CustomerAccountLink> {
    const link = await context.loader(accountLinkById).load(id);
    if (link === null || link.bankId !== bankId) throw gatewayError('OBP-30225');
    return link;
  }

  @Query(() => [CustomerAccountLink], {
    nullable: true,
    description: 'The links of an account to customers, sorted by creation time, oldest first.',
  })
  @RequiresRole(['CanGetCustomerAccountLinks'])
  async customerAccountLinksByAccount(
    @BankId() bankId: string,
    @AccountId() accountId: string,
    @Ctx() context: Context,
  ): Promise<CustomerAccountLink[]> {
    const account = await accountAt(context, bankId, accountId);
    return context.loader(accountLinksByAccount).load([account.bankId, account.accountId]);
  }
}

@Resolver(() => CustomerAccountLinkPayload)
export class CustomerAccountLinkMutations {
  @FieldResolver(() => Customer, { nullable: true, description: 'The customer of the link.' })
  @RequiresRole(['CanGetCustomer'], { orLinkedUser: true })
  customer(@Root() payload: CustomerAccountLinkPayload, @Ctx() context: Context): Promise<Customer | null> {
    return loadCustomer(context, payload.customerId);
  }

  @Mutation(() => CustomerAccountLinkPayload, {
    nullable: true,
    description:
      'Links an account of the bank to a customer. A customer can have at most 500 such links. Fails with `OBP-30223` if the account is already linked to the customer. Fails with `SELF_LINK_REFUSED` if the caller is a linked user of the customer, because linked users can read the accounts.',
  })
  @RequiresRole(['CanCreateCustomerAccountLink'])
  createCustomerAccountLink(
    @BankId() bankId: string,
    @CustomerId() customerId: string,
    @Arg('input', () => CreateCustomerAccountLinkInput, { description: 'The new link.' })
    input: CreateCustomerAccountLinkInput,
    @Ctx() context: Context,
  ): Promise<CustomerAccountLinkPayload> {
    const values = accountLinkValues(input);
    return mutateChild(context, { bankId, customerId }, readPayload, async (transaction, customer) => {
      await refuseOwnCustomer(transaction, context.user?.id, customer, 'customerId');
      return createAccountLink(transaction, customer, values);
    });
  }

  @Mutation(() => CustomerAccountLinkPayload, {
    nullable: true,
    description: updateDescription('the relationship type of a link between a customer and an account'),
  })
  @RequiresRole(['CanUpdateCustomerAccountLink'])
  updateCustomerAccountLink(
    @BankId() bankId: string,
    @Arg('id', () => ID, { description: 'The ID of the link.' }) id: string,
    @Arg('input', () => UpdateCustomerAccountLinkInput, { description: 'The new values of the link.' })
    input: UpdateCustomerAccountLinkInput,
    @ExpectedVersion() expectedVersion: number | null,
    @Ctx() context: Context,
  ): Promise<CustomerAccountLinkPayload> {
    const values = changedColumns(accountLinkFields, input);
    return mutate(
      context,
      async (transaction) => {
        const { customer } = await lockCustomerOfRow(transaction, customerAccountLink, bankId, id, 'OBP-30225');
        return writtenChild(await accountLinks.update(transaction, customer, id, values, expectedVersion));
      },
      (written) => readPayload(context, written),
    );
  }

  @Mutation(() => CustomerAccountLinkPayload, {
    nullable: true,
    description: 'Deletes a link between a customer and an account. The account is kept.',
  })
  @RequiresRole(['CanDeleteCustomerAccountLink'])
  deleteCustomerAccountLink(
    @BankId() bankId: string,
    @Arg('id', () => ID, { description: 'The ID of the link.' }) id: string,
    @ExpectedVersion() expectedVersion: number | null,
    @Ctx() context: Context,
  ): Promise<CustomerAccountLinkPayload> {
    let deleted: CustomerAccountLink | null = null;
    return mutate(
      context,
      async (transaction) => {
        const { customer } = await lockCustomerOfRow(transaction, customerAccountLink, bankId, id, 'OBP-30225');
        deleted = await accountLinks.delete(transaction, customer, id, expectedVersion);
        return writtenChild(deleted);
      },
      ({ customerId }) => ({ bankId, customerId, customerAccountLink: deleted }),
    );
  }
}
