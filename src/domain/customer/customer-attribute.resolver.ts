import { Arg, Ctx, FieldResolver, ID, Mutation, Query, Resolver, Root } from 'type-graphql';
import { holdsAny } from '../../auth/authenticated-user.ts';
import { gatewayError } from '../../base/errors.ts';
import { oneBy } from '../../database/batch.ts';
import { Batched, BatchedByKey } from '../../execution/batched.ts';
import { RequiresRole } from '../../graph/access/rule.ts';
import { BankId, CustomerId, ExpectedVersion } from '../../graph/arguments.ts';
import type { Context } from '../../graph/context.ts';
import { updateDescription } from '../../graph/descriptions.ts';
import type { WrittenChild } from '../../graph/mutation.ts';
import { definitionsByBank } from '../attribute/attribute-definition.loader.ts';
import { customerCategory } from '../attribute/attribute-definition.rules.ts';
import { assertDefinedType, definedTypes } from '../attribute/attribute-definition.writes.ts';
import { deleteChild, mutateChild } from './child-mutation.ts';
import { customerAt, loadCustomer, loadCustomers } from './customer.loader.ts';
import { Customer, type CustomerKey } from './customer.type.ts';
import { attributes, attributesByCustomer } from './customer-attribute.loader.ts';
import { attributeReaders, attributeValues, changedAttributeValues, seenByOwner } from './customer-attribute.rules.ts';
import { type CustomerAttributeRow, customerAttribute } from './customer-attribute.table.ts';
import {
  CustomerAttribute,
  CustomerAttributeInput,
  CustomerAttributePayload,
  UpdateCustomerAttributeInput,
} from './customer-attribute.type.ts';
import { refreshReviewDates } from './review-dates.ts';

const attributeById = oneBy(customerAttribute, 'id');

async function readPayload(
  context: Context,
  { id, bankId, customerId }: WrittenChild,
): Promise<CustomerAttributePayload> {
  return { bankId, customerId, customerAttribute: await context.loader(attributeById).load(id) };
}

@Resolver(() => Customer)
export class CustomerAttributesResolver {
  @FieldResolver(() => [CustomerAttribute], {
    nullable: true,
    description:
      'The attributes of the customer, sorted by creation time, oldest first. Linked users do not see attributes whose definition lacks `owner` in `canBeSeenOnViews`.',
  })
  @RequiresRole(['CanGetCustomerAttributesAtOneBank', 'CanGetCustomerAttributesAtAnyBank'], { orLinkedUser: true })
  @BatchedByKey<CustomerKey>()
  async attributes(@Root() customers: CustomerKey[], @Ctx() context: Context): Promise<CustomerAttribute[][]> {
    const stored = await context.loader(attributesByCustomer).loadAll(customers.map(({ id }) => id));
    const canReadAll = customers.map(({ bankId }) => holdsAny(context.user, attributeReaders, bankId));
    if (canReadAll.every(Boolean)) return stored;
    const keys = customers.map(({ bankId }): [string, string] => [bankId, customerCategory]);
    const definitions = await context.loader(definitionsByBank).loadAll(keys);
    return stored.map((attributes, index) =>
      canReadAll[index] ? attributes : seenByOwner(attributes, definitions[index] ?? []),
    );
  }

  @Query(() => [CustomerAttribute], {
    nullable: true,
    description: 'The attributes of a customer, sorted by creation time, oldest first.',
  })
  @RequiresRole(['CanGetCustomerAttributesAtOneBank', 'CanGetCustomerAttributesAtAnyBank'])
  async customerAttributes(
    @BankId() bankId: string,
    @CustomerId() customerId: string,
    @Ctx() context: Context,
  ): Promise<CustomerAttribute[]> {
    const customer = await customerAt(context, bankId, customerId);
    return context.loader(attributesByCustomer).load(customer.id);
  }
}

@Resolver(() => CustomerAttribute)
export class CustomerAttributeResolver {
  @FieldResolver(() => Customer, { nullable: true, description: 'The customer of the attribute.' })
  @RequiresRole(['CanGetCustomer'], { orLinkedUser: true })
  @Batched()
  customer(@Root() attributes: CustomerAttribute[], @Ctx() context: Context): Promise<(Customer | null)[]> {
    return loadCustomers(context, attributes);
  }

  @Query(() => CustomerAttribute, {
    nullable: true,
    description: 'The attribute with this ID. Fails with `OBP-30069` if the customer has no such attribute.',
  })
  @RequiresRole(['CanGetCustomerAttributeAtOneBank', 'CanGetCustomerAttributeAtAnyBank'])
  async customerAttribute(
    @BankId() bankId: string,
    @CustomerId() customerId: string,
    @Arg('id', () => ID, { description: 'The ID of the attribute.' }) id: string,
    @Ctx() context: Context,
  ): Promise<CustomerAttribute> {
    const customer = await customerAt(context, bankId, customerId);
    const attribute = await context.loader(attributeById).load(id);
    if (attribute === null || attribute.customerId !== customer.id) throw gatewayError('OBP-30069');
    return attribute;
  }
}

@Resolver(() => CustomerAttributePayload)
export class CustomerAttributeMutations {
  @FieldResolver(() => Customer, { nullable: true, description: 'The customer of the attribute.' })
  @RequiresRole(['CanGetCustomer'], { orLinkedUser: true })
  customer(@Root() payload: CustomerAttributePayload, @Ctx() context: Context): Promise<Customer | null> {
    return loadCustomer(context, payload.customerId);
  }

  @Mutation(() => CustomerAttributePayload, {
    nullable: true,
    description: 'Adds an attribute to a customer. A customer can have at most 500 attributes.',
  })
  @RequiresRole(['CanCreateCustomerAttributeAtOneBank', 'CanCreateCustomerAttributeAtAnyBank'])
  createCustomerAttribute(
    @BankId() bankId: string,
    @CustomerId() customerId: string,
    @Arg('input', () => CustomerAttributeInput, { description: 'The new attribute.' }) input: CustomerAttributeInput,
    @Ctx() context: Context,
  ): Promise<CustomerAttributePayload> {
    const values = attributeValues(input);
    return mutateChild(context, { bankId, customerId }, readPayload, async (transaction, customer) => {
      assertDefinedType(await definedTypes(transaction, bankId), values, 'input');
      const attribute = await attributes.create(transaction, customer, values);
      await refreshReviewDates(transaction, [customer.id]);
      return attribute;
    });
  }

  @Mutation(() => CustomerAttributePayload, {
    nullable: true,
    description: updateDescription('an attribute of a customer'),
  })
  @RequiresRole(['CanUpdateCustomerAttributeAtOneBank', 'CanUpdateCustomerAttributeAtAnyBank'])
  updateCustomerAttribute(
    @BankId() bankId: string,
    @CustomerId() customerId: string,
    @Arg('id', () => ID, { description: 'The ID of the attribute.' }) id: string,
    @Arg('input', () => UpdateCustomerAttributeInput, { description: 'The new values of the attribute.' })
    input: UpdateCustomerAttributeInput,
    @ExpectedVersion() expectedVersion: number | null,
    @Ctx() context: Context,
  ): Promise<CustomerAttributePayload> {
    return mutateChild(context, { bankId, customerId }, readPayload, async (transaction, customer) => {
      const types = await definedTypes(transaction, bankId);
      const changes = (stored: CustomerAttributeRow) => {
        const values = changedAttributeValues(input, stored);
        const isOther = input.name !== undefined || input.type !== undefined;
        if (isOther) assertDefinedType(types, { ...stored, ...values }, 'input');
        return values;
      };
      const attribute = await attributes.update(transaction, customer, id, changes, expectedVersion);
      await refreshReviewDates(transaction, [customer.id]);
      return attribute;
    });
  }

  @Mutation(() => CustomerAttributePayload, { nullable: true, description: 'Deletes an attribute of a customer.' })
  @RequiresRole(['CanDeleteCustomerAttributeAtOneBank', 'CanDeleteCustomerAttributeAtAnyBank'])
  deleteCustomerAttribute(
    @BankId() bankId: string,
    @CustomerId() customerId: string,
    @Arg('id', () => ID, { description: 'The ID of the attribute.' }) id: string,
    @ExpectedVersion() expectedVersion: number | null,
    @Ctx() context: Context,
  ): Promise<CustomerAttributePayload> {
    return deleteChild(context, { bankId, customerId }, 'customerAttribute', async (transaction, customer) => {
      const attribute = await attributes.delete(transaction, customer, id, expectedVersion);
      await refreshReviewDates(transaction, [customer.id]);
      return attribute;
    });
  }
}
