import { Arg, Ctx, FieldResolver, ID, Mutation, Query, Resolver, Root } from 'type-graphql';
import { Batched, BatchedByKey } from '../../execution/batched.ts';
import { RequiresRole } from '../../graph/access/rule.ts';
import { BankId, CustomerId, ExpectedVersion } from '../../graph/arguments.ts';
import type { Context } from '../../graph/context.ts';
import { payloadObject, updateDescription } from '../../graph/descriptions.ts';
import { requireRules } from '../../graph/input.ts';
import { changedColumns } from '../../graph/input-fields.ts';
import { mutate, type WrittenChild, writtenChild } from '../../graph/mutation.ts';
import { mutateChild } from '../customer/child-mutation.ts';
import { customerAt, loadCustomer, loadCustomers } from '../customer/customer.loader.ts';
import { Customer, type CustomerKey } from '../customer/customer.type.ts';
import { lockCustomerOfRow } from '../customer/locked-customer.ts';
import { customerLinkById, linksOfCustomer, linksToCustomer } from './customer-link.loader.ts';
import { customerLinkFields, customerLinkRules, customerLinkValues, placedLink } from './customer-link.rules.ts';
import { customerLink } from './customer-link.table.ts';
import {
  CreateCustomerLinkInput,
  CustomerLink,
  CustomerLinkPayload,
  toCustomerLink,
  UpdateCustomerLinkInput,
} from './customer-link.type.ts';
import { createCustomerLink, deleteCustomerLink, updateCustomerLink } from './customer-link.writes.ts';

async function readPayload(context: Context, { id, bankId, customerId }: WrittenChild): Promise<CustomerLinkPayload> {
  const row = await context.loader(customerLinkById).load(id);
  return { bankId, customerId, customerLinkId: id, customerLink: row === null ? null : toCustomerLink(row) };
}

const idsOf = (customers: readonly CustomerKey[]) => customers.map(({ id }) => id);

@Resolver(() => Customer)
export class CustomerLinksResolver {
  @FieldResolver(() => [CustomerLink], {
    nullable: true,
    description:
      'The links of the customer to others, such as those of a company to its owners and directors, sorted by creation time, oldest first.',
  })
  @RequiresRole(['CanGetCustomerLinks'])
  @BatchedByKey<CustomerKey>()
  async customerLinks(@Root() customers: CustomerKey[], @Ctx() context: Context): Promise<CustomerLink[][]> {
    const links = await context.loader(linksOfCustomer).loadAll(idsOf(customers));
    return links.map((ofCustomer) => ofCustomer.map(toCustomerLink));
  }

  @FieldResolver(() => [CustomerLink], {
    nullable: true,
    description:
      'The links of other customers to the customer, such as those of the companies that the customer owns, sorted by creation time, oldest first.',
  })
  @RequiresRole(['CanGetCustomerLinks'])
  @BatchedByKey<CustomerKey>()
  async inverseCustomerLinks(@Root() customers: CustomerKey[], @Ctx() context: Context): Promise<CustomerLink[][]> {
    const links = await context.loader(linksToCustomer).loadAll(idsOf(customers));
    return links.map((ofCustomer) => ofCustomer.map(toCustomerLink));
  }
}

@Resolver(() => CustomerLink)
export class CustomerLinkResolver {
  @Query(() => [CustomerLink], {
    nullable: true,
    description: 'The links of a customer to others, sorted by creation time, oldest first.',
  })
  @RequiresRole(['CanGetCustomerLinks'])
  async customerLinks(
    @BankId() bankId: string,
    @CustomerId() customerId: string,
    @Ctx() context: Context,
  ): Promise<CustomerLink[]> {
    const { id } = await customerAt(context, bankId, customerId);
    return (await context.loader(linksOfCustomer).load(id)).map(toCustomerLink);
  }

  @FieldResolver(() => Customer, { nullable: true, description: 'The customer of the link, such as the company.' })
  @RequiresRole(['CanGetCustomer'])
  @Batched()
  customer(@Root() links: CustomerLink[], @Ctx() context: Context): Promise<(Customer | null)[]> {
    return loadCustomers(context, links);
  }

  @FieldResolver(() => Customer, { nullable: true, description: 'The linked customer, such as the beneficial owner.' })
  @RequiresRole(['CanGetCustomer'])
  @Batched()
  linkedCustomer(@Root() links: CustomerLink[], @Ctx() context: Context): Promise<(Customer | null)[]> {
    return loadCustomers(
      context,
      links.map(({ linkedCustomerId }) => ({ customerId: linkedCustomerId })),
    );
  }
}

@Resolver(() => CustomerLinkPayload)
export class CustomerLinkMutations {
  @FieldResolver(() => CustomerLink, { nullable: true, description: payloadObject('link') })
  @RequiresRole(['CanGetCustomerLinks'])
  customerLink(@Root() payload: CustomerLinkPayload): CustomerLink | null {
    return payload.customerLink;
  }

  @FieldResolver(() => Customer, { nullable: true, description: 'The customer of the link.' })
  @RequiresRole(['CanGetCustomer'])
  customer(@Root() payload: CustomerLinkPayload, @Ctx() context: Context): Promise<Customer | null> {
    return loadCustomer(context, payload.customerId);
  }

  @Mutation(() => CustomerLinkPayload, {
    nullable: true,
    description:
      'Links a customer to another customer of the bank. A customer can have at most 500 links, and at most 500 customers can have a link to it. Fails with `CUSTOMER_LINK_EXISTS` if the two are linked by the relationship, with `CUSTOMER_HAS_PARENT` for a second parent, and with `CUSTOMER_PARENT_CIRCLE` if the customer is a parent of its parent, directly or through others.',
  })
  @RequiresRole(['CanCreateCustomerLink'])
  createCustomerLink(
    @BankId() bankId: string,
    @CustomerId() customerId: string,
    @Arg('input', () => CreateCustomerLinkInput, { description: 'The new link.' }) input: CreateCustomerLinkInput,
    @Ctx() context: Context,
  ): Promise<CustomerLinkPayload> {
    const link = placedLink('input', customerLinkValues(input));
    return mutateChild(context, { bankId, customerId }, readPayload, (transaction, customer) =>
      createCustomerLink(transaction, customer, link),
    );
  }

  @Mutation(() => CustomerLinkPayload, {
    nullable: true,
    description: `${updateDescription('the share of a beneficial owner')} Fails with \`CUSTOMER_LINK_NOT_FOUND\` if the bank has no such link.`,
  })
  @RequiresRole(['CanUpdateCustomerLink'])
  updateCustomerLink(
    @BankId() bankId: string,
    @Arg('id', () => ID, { description: 'The ID of the link.' }) id: string,
    @Arg('input', () => UpdateCustomerLinkInput, { description: 'The new values of the link.' })
    input: UpdateCustomerLinkInput,
    @ExpectedVersion() expectedVersion: number | null,
    @Ctx() context: Context,
  ): Promise<CustomerLinkPayload> {
    const values = changedColumns(customerLinkFields, input);
    return mutate(
      context,
      async (transaction) => {
        const { row, customer } = await lockCustomerOfRow(
          transaction,
          customerLink,
          bankId,
          id,
          'CUSTOMER_LINK_NOT_FOUND',
        );
        requireRules(customerLinkRules, { ...row, ...values }, (column) => `input.${column}`, row);
        return writtenChild(await updateCustomerLink(transaction, customer, row, values, expectedVersion));
      },
      (written) => readPayload(context, written),
    );
  }

  @Mutation(() => CustomerLinkPayload, {
    nullable: true,
    description:
      'Deletes a link between two customers. The customers are kept. Fails with `CUSTOMER_UNDER_LEGAL_HOLD` if one of them is under a legal hold.',
  })
  @RequiresRole(['CanDeleteCustomerLink'])
  deleteCustomerLink(
    @BankId() bankId: string,
    @Arg('id', () => ID, { description: 'The ID of the link.' }) id: string,
    @ExpectedVersion() expectedVersion: number | null,
    @Ctx() context: Context,
  ): Promise<CustomerLinkPayload> {
    let deleted: CustomerLink | null = null;
    return mutate(
      context,
      async (transaction) => {
        const { row, customer } = await lockCustomerOfRow(
          transaction,
          customerLink,
          bankId,
          id,
          'CUSTOMER_LINK_NOT_FOUND',
        );
        deleted = toCustomerLink(await deleteCustomerLink(transaction, customer, row, expectedVersion));
        return writtenChild(deleted);
      },
      ({ customerId }) => ({ bankId, customerId, customerLinkId: id, customerLink: deleted }),
    );
  }
}
