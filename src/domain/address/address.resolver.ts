import { Arg, Ctx, FieldResolver, ID, Mutation, Query, Resolver, Root } from 'type-graphql';
import { oneBy } from '../../database/batch.ts';
import { Batched, BatchedByKey } from '../../execution/batched.ts';
import { RequiresRole } from '../../graph/access/rule.ts';
import { BankId, CustomerId, ExpectedVersion } from '../../graph/arguments.ts';
import type { Context } from '../../graph/context.ts';
import { updateDescription } from '../../graph/descriptions.ts';
import { changedColumns } from '../../graph/input-fields.ts';
import type { WrittenChild } from '../../graph/mutation.ts';
import { deleteChild, mutateChild } from '../customer/child-mutation.ts';
import { customerAt, loadCustomer, loadCustomers } from '../customer/customer.loader.ts';
import { Customer, type CustomerKey } from '../customer/customer.type.ts';
import { addressFields, addressValues } from './address.rules.ts';
import { customerAddress } from './address.table.ts';
import {
  CustomerAddress,
  CustomerAddressInput,
  CustomerAddressPayload,
  UpdateCustomerAddressInput,
} from './address.type.ts';
import { addresses } from './address.writes.ts';

const addressById = oneBy(customerAddress, 'id');

async function readPayload(
  context: Context,
  { id, bankId, customerId }: WrittenChild,
): Promise<CustomerAddressPayload> {
  return { bankId, customerId, customerAddress: await context.loader(addressById).load(id) };
}

@Resolver(() => Customer)
export class CustomerAddressesResolver {
  @FieldResolver(() => [CustomerAddress], {
    nullable: true,
    description: 'The addresses of the customer, sorted by `insertDate`, oldest first.',
  })
  @RequiresRole(['CanGetCustomerAddress'], { orLinkedUser: true })
  @BatchedByKey<CustomerKey>()
  addresses(@Root() customers: CustomerKey[], @Ctx() context: Context): Promise<CustomerAddress[][]> {
    return context.loader(addresses.byCustomer).loadAll(customers.map(({ id }) => id));
  }

  @Query(() => [CustomerAddress], {
    nullable: true,
    description: 'The addresses of a customer, sorted by `insertDate`, oldest first.',
  })
  @RequiresRole(['CanGetCustomerAddress'])
  async customerAddresses(
    @BankId() bankId: string,
    @CustomerId() customerId: string,
    @Ctx() context: Context,
  ): Promise<CustomerAddress[]> {
    const customer = await customerAt(context, bankId, customerId);
    return context.loader(addresses.byCustomer).load(customer.id);
  }
}

@Resolver(() => CustomerAddress)
export class CustomerAddressResolver {
  @FieldResolver(() => Customer, { nullable: true, description: 'The customer of the address.' })
  @RequiresRole(['CanGetCustomer'], { orLinkedUser: true })
  @Batched()
  customer(@Root() addresses: CustomerAddress[], @Ctx() context: Context): Promise<(Customer | null)[]> {
    return loadCustomers(context, addresses);
  }
}

@Resolver(() => CustomerAddressPayload)
export class CustomerAddressMutations {
  @FieldResolver(() => Customer, { nullable: true, description: 'The customer of the address.' })
  @RequiresRole(['CanGetCustomer'], { orLinkedUser: true })
  customer(@Root() payload: CustomerAddressPayload, @Ctx() context: Context): Promise<Customer | null> {
    return loadCustomer(context, payload.customerId);
  }

  @Mutation(() => CustomerAddressPayload, {
    nullable: true,
    description: 'Adds an address to a customer. A customer can have at most 500 addresses.',
  })
  @RequiresRole(['CanCreateCustomerAddress'])
  createCustomerAddress(
    @BankId() bankId: string,
    @CustomerId() customerId: string,
    @Arg('input', () => CustomerAddressInput, { description: 'The new address.' }) input: CustomerAddressInput,
    @Ctx() context: Context,
  ): Promise<CustomerAddressPayload> {
    const values = addressValues(input);
    return mutateChild(context, { bankId, customerId }, readPayload, (transaction, customer) =>
      addresses.create(transaction, customer, values),
    );
  }

  @Mutation(() => CustomerAddressPayload, {
    nullable: true,
    description: updateDescription('an address'),
  })
  @RequiresRole(['CanUpdateCustomerAddress', 'CanCreateCustomer'])
  updateCustomerAddress(
    @BankId() bankId: string,
    @CustomerId() customerId: string,
    @Arg('id', () => ID, { description: 'The ID of the address.' }) id: string,
    @Arg('input', () => UpdateCustomerAddressInput, { description: 'The new values of the address.' })
    input: UpdateCustomerAddressInput,
    @ExpectedVersion() expectedVersion: number | null,
    @Ctx() context: Context,
  ): Promise<CustomerAddressPayload> {
    const values = changedColumns(addressFields, input);
    return mutateChild(context, { bankId, customerId }, readPayload, (transaction, customer) =>
      addresses.update(transaction, customer, id, values, expectedVersion),
    );
  }

  @Mutation(() => CustomerAddressPayload, { nullable: true, description: 'Deletes an address of a customer.' })
  @RequiresRole(['CanDeleteCustomerAddress'])
  deleteCustomerAddress(
    @BankId() bankId: string,
    @CustomerId() customerId: string,
    @Arg('id', () => ID, { description: 'The ID of the address.' }) id: string,
    @ExpectedVersion() expectedVersion: number | null,
    @Ctx() context: Context,
  ): Promise<CustomerAddressPayload> {
    return deleteChild(context, { bankId, customerId }, 'customerAddress', (transaction, customer) =>
      addresses.delete(transaction, customer, id, expectedVersion),
    );
  }
}
