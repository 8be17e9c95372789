import { Arg, Ctx, FieldResolver, ID, Int, Mutation, Query, Resolver, Root } from 'type-graphql';
import { oneBy } from '../../database/batch.ts';
import { Batched } from '../../execution/batched.ts';
import { RequiresRole } from '../../graph/access/rule.ts';
import type { Context } from '../../graph/context.ts';
import {
  expectedVersionDescription,
  idempotencyKeyDescription,
  mutate,
  type WrittenChild,
  writtenChild,
} from '../../graph/mutation.ts';
import { customerAt, loadCustomer, loadCustomers } from '../customer/customer.loader.ts';
import { Customer, type CustomerKey } from '../customer/customer.type.ts';
import { lockCustomer } from '../customer/locked-customer.ts';
import { addressValues } from './address.rules.ts';
import { customerAddress } from './address.table.ts';
import { CustomerAddress, CustomerAddressInput, CustomerAddressPayload } from './address.type.ts';
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
  @FieldResolver(() => [CustomerAddress], { nullable: true, description: 'The addresses, the oldest first.' })
  @RequiresRole(['CanGetCustomerAddress'], { orLinkedUser: true })
  @Batched({ byKey: true })
  addresses(@Root() customers: CustomerKey[], @Ctx() context: Context): Promise<CustomerAddress[][]> {
    return context.loader(addresses.byCustomer).loadAll(customers.map(({ id }) => id));
  }

  @Query(() => [CustomerAddress], { nullable: true, description: 'The addresses of a customer, the oldest first.' })
  @RequiresRole(['CanGetCustomerAddress'])
  async customerAddresses(
    @Arg('bankId', () => ID, { description: 'The bank.' }) bankId: string,
    @Arg('customerId', () => ID, { description: 'The id of the customer.' }) customerId: string,
    @Ctx() context: Context,
  ): Promise<CustomerAddress[]> {
    const customer = await customerAt(context, bankId, customerId);
    return context.loader(addresses.byCustomer).load(customer.id);
  }
}

@Resolver(() => CustomerAddress)
export class CustomerAddressResolver {
  @FieldResolver(() => Customer, { nullable: true, description: 'The customer whose address this is.' })
  @RequiresRole(['CanGetCustomer'], { orLinkedUser: true })
  @Batched()
  customer(@Root() addresses: CustomerAddress[], @Ctx() context: Context): Promise<(Customer | null)[]> {
    return loadCustomers(context, addresses);
  }
}

@Resolver(() => CustomerAddressPayload)
export class CustomerAddressMutations {
  @FieldResolver(() => Customer, { nullable: true, description: 'The customer whose address this is.' })
  @RequiresRole(['CanGetCustomer'], { orLinkedUser: true })
  customer(@Root() payload: CustomerAddressPayload, @Ctx() context: Context): Promise<Customer | null> {
    return loadCustomer(context, payload.customerId);
  }

  @Mutation(() => CustomerAddressPayload, { nullable: true, description: 'Adds an address to a customer.' })
  @RequiresRole(['CanCreateCustomerAddress'])
  createCustomerAddress(
    @Arg('bankId', () => ID, { description: 'The bank.' }) bankId: string,
    @Arg('customerId', () => ID, { description: 'The id of the customer.' }) customerId: string,
    @Arg('input', () => CustomerAddressInput, { description: 'The new address.' }) input: CustomerAddressInput,
    @Arg('idempotencyKey', () => String, { nullable: true, description: idempotencyKeyDescription })
    idempotencyKey: string | null,
    @Ctx() context: Context,
  ): Promise<CustomerAddressPayload> {
    const values = addressValues(input);
    return mutate(
      context,
      { field: 'createCustomerAddress', arguments: [bankId, customerId, input], idempotencyKey },
      async (transaction) => {
        const customer = await lockCustomer(transaction, bankId, customerId);
        return writtenChild(await addresses.create(transaction, customer, values));
      },
      (written) => readPayload(context, written),
    );
  }

  @Mutation(() => CustomerAddressPayload, {
    nullable: true,
    description: 'Replaces all fields of an address: what is left out becomes null.',
  })
  @RequiresRole(['CanUpdateCustomerAddress', 'CanCreateCustomer'])
  updateCustomerAddress(
    @Arg('bankId', () => ID, { description: 'The bank.' }) bankId: string,
    @Arg('customerId', () => ID, { description: 'The id of the customer.' }) customerId: string,
    @Arg('id', () => ID, { description: 'The id of the address.' }) id: string,
    @Arg('input', () => CustomerAddressInput, { description: 'The address as it is to be.' })
    input: CustomerAddressInput,
    @Arg('expectedVersion', () => Int, { nullable: true, description: expectedVersionDescription })
    expectedVersion: number | null,
    @Arg('idempotencyKey', () => String, { nullable: true, description: idempotencyKeyDescription })
    idempotencyKey: string | null,
    @Ctx() context: Context,
  ): Promise<CustomerAddressPayload> {
    const values = addressValues(input);
    return mutate(
      context,
      { field: 'updateCustomerAddress', arguments: [bankId, customerId, id, input, expectedVersion], idempotencyKey },
      async (transaction) => {
        const customer = await lockCustomer(transaction, bankId, customerId);
        return writtenChild(await addresses.update(transaction, customer, id, values, expectedVersion));
      },
      (written) => readPayload(context, written),
    );
  }

  @Mutation(() => CustomerAddressPayload, { nullable: true, description: 'Deletes an address of a customer.' })
  @RequiresRole(['CanDeleteCustomerAddress'])
  deleteCustomerAddress(
    @Arg('bankId', () => ID, { description: 'The bank.' }) bankId: string,
    @Arg('customerId', () => ID, { description: 'The id of the customer.' }) customerId: string,
    @Arg('id', () => ID, { description: 'The id of the address.' }) id: string,
    @Arg('expectedVersion', () => Int, { nullable: true, description: expectedVersionDescription })
    expectedVersion: number | null,
    @Arg('idempotencyKey', () => String, { nullable: true, description: idempotencyKeyDescription })
    idempotencyKey: string | null,
    @Ctx() context: Context,
  ): Promise<CustomerAddressPayload> {
    let deleted: CustomerAddress | null = null;
    return mutate(
      context,
      { field: 'deleteCustomerAddress', arguments: [bankId, customerId, id, expectedVersion], idempotencyKey },
      async (transaction) => {
        const customer = await lockCustomer(transaction, bankId, customerId);
        deleted = await addresses.delete(transaction, customer, id, expectedVersion);
        return writtenChild(deleted);
      },
      () => ({ bankId, customerId, customerAddress: deleted }),
    );
  }
}
