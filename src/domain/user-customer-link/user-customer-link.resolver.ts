import { Arg, Ctx, FieldResolver, ID, Mutation, Query, Resolver, Root } from 'type-graphql';
import { oneBy } from '../../database/batch.ts';
import { Batched, BatchedByKey } from '../../execution/batched.ts';
import { RequiresRole } from '../../graph/access/rule.ts';
import { BankId, CustomerId, ExpectedVersion } from '../../graph/arguments.ts';
import type { Context } from '../../graph/context.ts';
import { mutate, type WrittenChild, writtenChild } from '../../graph/mutation.ts';
import { mutateChild } from '../customer/child-mutation.ts';
import { customerAt, loadCustomer, loadCustomers } from '../customer/customer.loader.ts';
import { Customer, type CustomerKey } from '../customer/customer.type.ts';
import { lockCustomerOfRow } from '../customer/locked-customer.ts';
import { userAt, userById } from '../user/user.loader.ts';
import { toUser, User } from '../user/user.type.ts';
import { linksByCustomer, linksByUser } from './linked-user.ts';
import { userCustomerLink } from './user-customer-link.table.ts';
import {
  CreateUserCustomerLinkInput,
  UpdateUserCustomerLinkInput,
  UserCustomerLink,
  UserCustomerLinkPayload,
} from './user-customer-link.type.ts';
import { createUserLink, refuseSelfLink, userLinks, userLinkValues } from './user-customer-link.writes.ts';

const userLinkById = oneBy(userCustomerLink, 'id');

async function readPayload(
  context: Context,
  { id, bankId, customerId }: WrittenChild,
): Promise<UserCustomerLinkPayload> {
  return { bankId, customerId, userCustomerLink: await context.loader(userLinkById).load(id) };
}

@Resolver(() => Customer)
export class CustomerUserLinksResolver {
  @FieldResolver(() => [UserCustomerLink], {
    nullable: true,
    description: 'The links of users to the customer, active or not, the oldest first.',
  })
  @RequiresRole(['CanGetUserCustomerLink'])
  @BatchedByKey<CustomerKey>()
  userLinks(@Root() customers: CustomerKey[], @Ctx() context: Context): Promise<UserCustomerLink[][]> {
    return context.loader(linksByCustomer).loadAll(customers.map(({ id }) => id));
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
    @BankId() bankId: string,
    @CustomerId() customerId: string,
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
    @BankId() bankId: string,
    @Arg('userId', () => ID, { description: 'The id of the user.' }) userId: string,
    @Ctx() context: Context,
  ): Promise<UserCustomerLink[]> {
    const user = await userAt(context, userId);
    const links = await context.loader(linksByUser).load(user.id);
    return links.filter((link) => link.bankId === bankId);
  }

  @FieldResolver(() => User, { nullable: true, description: 'The user.' })
  @RequiresRole(['CanGetCorrelatedUsersInfo', 'CanGetCorrelatedUsersInfoAtAnyBank'])
  @Batched()
  async user(@Root() links: UserCustomerLink[], @Ctx() context: Context): Promise<(User | null)[]> {
    const rows = await context.loader(userById).loadAll(links.map(({ userId }) => userId));
    return rows.map((row, index) => (row === null ? null : toUser(row, links[index])));
  }

  @FieldResolver(() => Customer, { nullable: true, description: 'The customer.' })
  @RequiresRole(['CanGetCustomer'], { orLinkedUser: true })
  @Batched()
  customer(@Root() links: UserCustomerLink[], @Ctx() context: Context): Promise<(Customer | null)[]> {
    return loadCustomers(context, links);
  }
}

@Resolver(() => UserCustomerLinkPayload)
export class UserCustomerLinkMutations {
  @FieldResolver(() => Customer, { nullable: true, description: 'The customer.' })
  @RequiresRole(['CanGetCustomer'], { orLinkedUser: true })
  customer(@Root() payload: UserCustomerLinkPayload, @Ctx() context: Context): Promise<Customer | null> {
    return loadCustomer(context, payload.customerId);
  }

  @Mutation(() => UserCustomerLinkPayload, {
    nullable: true,
    description:
      "Links another user to a customer. From the next request on, the customer's data is the user's own data. Fails with `SELF_LINK_REFUSED` if the user is the caller.",
  })
  @RequiresRole(['CanCreateUserCustomerLink', 'CanCreateUserCustomerLinkAtAnyBank'])
  createUserCustomerLink(
    @BankId() bankId: string,
    @CustomerId() customerId: string,
    @Arg('input', () => CreateUserCustomerLinkInput, { description: 'The new link.' })
    input: CreateUserCustomerLinkInput,
    @Ctx() context: Context,
  ): Promise<UserCustomerLinkPayload> {
    const values = userLinkValues(input);
    refuseSelfLink(context.user?.id, values.userId, 'input.userId');
    return mutateChild(
      context,
      { bankId, customerId },
      (transaction, customer) => createUserLink(transaction, customer, values),
      readPayload,
    );
  }

  @Mutation(() => UserCustomerLinkPayload, {
    nullable: true,
    description:
      'Activates or deactivates the link of a user to a customer. Callers cannot activate their own link (`SELF_LINK_REFUSED`).',
  })
  @RequiresRole(['CanCreateUserCustomerLink'])
  updateUserCustomerLink(
    @BankId() bankId: string,
    @Arg('id', () => ID, { description: 'The id of the link.' }) id: string,
    @Arg('input', () => UpdateUserCustomerLinkInput, { description: 'The link as it is to be.' })
    input: UpdateUserCustomerLinkInput,
    @ExpectedVersion() expectedVersion: number | null,
    @Ctx() context: Context,
  ): Promise<UserCustomerLinkPayload> {
    const { isActive } = input;
    return mutate(
      context,
      async (transaction) => {
        const { row, customer } = await lockCustomerOfRow(transaction, userCustomerLink, bankId, id, 'OBP-30035');
        if (isActive) refuseSelfLink(context.user?.id, row.userId, 'input.isActive');
        return writtenChild(await userLinks.update(transaction, customer, id, { isActive }, expectedVersion));
      },
      (written) => readPayload(context, written),
    );
  }

  @Mutation(() => UserCustomerLinkPayload, {
    nullable: true,
    description: 'Deletes the link of a user to a customer. Both stay.',
  })
  @RequiresRole(['CanDeleteUserCustomerLink'])
  deleteUserCustomerLink(
    @BankId() bankId: string,
    @Arg('id', () => ID, { description: 'The id of the link.' }) id: string,
    @ExpectedVersion() expectedVersion: number | null,
    @Ctx() context: Context,
  ): Promise<UserCustomerLinkPayload> {
    let deleted: UserCustomerLink | null = null;
    return mutate(
      context,
      async (transaction) => {
        const { customer } = await lockCustomerOfRow(transaction, userCustomerLink, bankId, id, 'OBP-30035');
        deleted = await userLinks.delete(transaction, customer, id, expectedVersion);
        return writtenChild(deleted);
      },
      ({ customerId }) => ({ bankId, customerId, userCustomerLink: deleted }),
    );
  }
}
