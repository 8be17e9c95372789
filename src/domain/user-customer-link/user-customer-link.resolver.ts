import { Arg, Ctx, FieldResolver, ID, Mutation, Query, Resolver, Root } from 'type-graphql';
import { oneBy } from '../../database/batch.ts';
import { Batched, BatchedByKey } from '../../execution/batched.ts';
import { RequiresRole } from '../../graph/access/rule.ts';
import { BankId, CustomerId, ExpectedVersion } from '../../graph/arguments.ts';
import type { Context } from '../../graph/context.ts';
import { payloadObject } from '../../graph/descriptions.ts';
import { changedColumns } from '../../graph/input-fields.ts';
import { mutate, type WrittenChild, writtenChild } from '../../graph/mutation.ts';
import { mutateChild } from '../customer/child-mutation.ts';
import { customerAt, loadCustomer, loadCustomers } from '../customer/customer.loader.ts';
import { Customer, type CustomerKey } from '../customer/customer.type.ts';
import { refuseClosed } from '../customer/customer-closing.rules.ts';
import { lockCustomerOfRow } from '../customer/locked-customer.ts';
import { userAt, userById } from '../user/user.loader.ts';
import { toUser, User } from '../user/user.type.ts';
import { linksByCustomer, linksByUser } from './linked-user.ts';
import { userCustomerLink } from './user-customer-link.table.ts';
import {
  CreateUserCustomerLinkInput,
  UpdateUserCustomerLinkInput,
  UpdateUserCustomerLinkPayload,
  UserCustomerLink,
  UserCustomerLinkPayload,
} from './user-customer-link.type.ts';
import {
  createUserLink,
  refuseSelfLink,
  userLinkFields,
  userLinks,
  userLinkValues,
} from './user-customer-link.writes.ts';

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
    description: 'The links of the customer to users, active or not, sorted by `dateInserted`, oldest first.',
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
    description: 'The links of a customer to users, active or not, sorted by `dateInserted`, oldest first.',
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
    description:
      'The links of a user to customers of the bank, active or not, sorted by `dateInserted`, oldest first. Fails with `OBP-20057` if the user does not exist.',
  })
  @RequiresRole(['CanGetUserCustomerLink'])
  async userCustomerLinksByUser(
    @BankId() bankId: string,
    @Arg('userId', () => ID, { description: 'The ID of the user.' }) userId: string,
    @Ctx() context: Context,
  ): Promise<UserCustomerLink[]> {
    const user = await userAt(context, userId);
    const links = await context.loader(linksByUser).load(user.id);
    return links.filter((link) => link.bankId === bankId);
  }

  @FieldResolver(() => User, { nullable: true, description: 'The user of the link.' })
  @RequiresRole(['CanGetCorrelatedUsersInfo', 'CanGetCorrelatedUsersInfoAtAnyBank'])
  @Batched()
  async user(@Root() links: UserCustomerLink[], @Ctx() context: Context): Promise<(User | null)[]> {
    const rows = await context.loader(userById).loadAll(links.map(({ userId }) => userId));
    return rows.map((row, index) => (row === null ? null : toUser(row, links[index])));
  }

  @FieldResolver(() => Customer, { nullable: true, description: 'The customer of the link.' })
  @RequiresRole(['CanGetCustomer'], { orLinkedUser: true })
  @Batched()
  customer(@Root() links: UserCustomerLink[], @Ctx() context: Context): Promise<(Customer | null)[]> {
    return loadCustomers(context, links);
  }
}

@Resolver(() => UserCustomerLinkPayload)
export class UserCustomerLinkMutations {
  @FieldResolver(() => Customer, { nullable: true, description: 'The customer of the link.' })
  @RequiresRole(['CanGetCustomer'], { orLinkedUser: true })
  customer(@Root() payload: UserCustomerLinkPayload, @Ctx() context: Context): Promise<Customer | null> {
    return loadCustomer(context, payload.customerId);
  }

  @Mutation(() => UserCustomerLinkPayload, {
    nullable: true,
    description:
      "Links another user to a customer. From the next request on, the customer's data is the user's own data. A customer can have at most 500 links to users, and a user at most 500 links to customers. Fails with `OBP-20057` if the user does not exist, and with `OBP-30007` if a link between the user and the customer exists, active or not. Fails with `SELF_LINK_REFUSED` if the user is the caller.",
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
    return mutateChild(context, { bankId, customerId }, readPayload, (transaction, customer) =>
      createUserLink(transaction, customer, values),
    );
  }

  @Mutation(() => UserCustomerLinkPayload, {
    nullable: true,
    description:
      'Deletes a link between a user and a customer. The user and the customer are kept. Fails with `OBP-30035` if the bank has no such link.',
  })
  @RequiresRole(['CanDeleteUserCustomerLink'])
  deleteUserCustomerLink(
    @BankId() bankId: string,
    @Arg('id', () => ID, { description: 'The ID of the link.' }) id: string,
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

@Resolver(() => UpdateUserCustomerLinkPayload)
export class UpdateUserCustomerLinkMutation {
  @FieldResolver(() => UserCustomerLink, { nullable: true, description: payloadObject('link') })
  @RequiresRole(['CanGetUserCustomerLink'])
  userCustomerLink(@Root() payload: UpdateUserCustomerLinkPayload): UserCustomerLink | null {
    return payload.userCustomerLink;
  }

  @FieldResolver(() => Customer, { nullable: true, description: 'The customer of the link.' })
  @RequiresRole(['CanGetCustomer'], { orLinkedUser: true })
  customer(@Root() payload: UpdateUserCustomerLinkPayload, @Ctx() context: Context): Promise<Customer | null> {
    return loadCustomer(context, payload.customerId);
  }

  @Mutation(() => UpdateUserCustomerLinkPayload, {
    nullable: true,
    description:
      'Activates or deactivates a link between a user and a customer. Fails with `OBP-30035` if the bank has no such link, and with `SELF_LINK_REFUSED` if callers activate their own link.',
  })
  @RequiresRole(['CanCreateUserCustomerLink'])
  updateUserCustomerLink(
    @BankId() bankId: string,
    @Arg('id', () => ID, { description: 'The ID of the link.' }) id: string,
    @Arg('input', () => UpdateUserCustomerLinkInput, { description: 'The new values of the link.' })
    input: UpdateUserCustomerLinkInput,
    @ExpectedVersion() expectedVersion: number | null,
    @Ctx() context: Context,
  ): Promise<UpdateUserCustomerLinkPayload> {
    const values = changedColumns(userLinkFields, input);
    return mutate(
      context,
      async (transaction) => {
        const { row, customer } = await lockCustomerOfRow(transaction, userCustomerLink, bankId, id, 'OBP-30035');
        if (values.isActive === true) {
          refuseSelfLink(context.user?.id, row.userId, 'input.isActive');
          refuseClosed(customer);
        }
        return writtenChild(await userLinks.update(transaction, customer, id, values, expectedVersion));
      },
      async (written) => ({ ...(await readPayload(context, written)), userCustomerLinkId: id }),
    );
  }
}
