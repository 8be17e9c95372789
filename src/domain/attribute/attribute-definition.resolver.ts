import { Arg, Ctx, FieldResolver, ID, Int, Mutation, Query, Resolver, Root } from 'type-graphql';
import { oneBy } from '../../database/batch.ts';
import { RequiresRole } from '../../graph/access/rule.ts';
import type { Context } from '../../graph/context.ts';
import { expectedVersionDescription, idempotencyKeyDescription, mutate } from '../../graph/mutation.ts';
import { Bank } from '../bank/bank.type.ts';
import { definitionsByBank } from './attribute.loader.ts';
import { customerCategory, definitionValues } from './attribute.rules.ts';
import { attributeDefinition } from './attribute-definition.table.ts';
import {
  CustomerAttributeDefinition,
  CustomerAttributeDefinitionInput,
  CustomerAttributeDefinitionPayload,
} from './attribute-definition.type.ts';
import { createOrUpdateDefinition, deleteDefinition } from './attribute-definition.writes.ts';

const definitionById = oneBy(attributeDefinition, 'id');

@Resolver(() => Bank)
export class BankCustomerAttributeDefinitionsResolver {
  @FieldResolver(() => [CustomerAttributeDefinition], {
    nullable: true,
    description: 'The definitions of customer attributes at the bank, by their names; also those that are not active.',
  })
  @RequiresRole(['CanGetCustomerAttributeDefinitionAtOneBank'])
  customerAttributeDefinitions(@Root() bank: Bank, @Ctx() context: Context): Promise<CustomerAttributeDefinition[]> {
    return context.loader(definitionsByBank).load([bank.id, customerCategory]);
  }
}

@Resolver(() => CustomerAttributeDefinition)
export class CustomerAttributeDefinitionResolver {
  @Query(() => [CustomerAttributeDefinition], {
    nullable: true,
    description: 'The definitions of customer attributes at the bank, by their names; also those that are not active.',
  })
  @RequiresRole(['CanGetCustomerAttributeDefinitionAtOneBank'])
  customerAttributeDefinitions(
    @Arg('bankId', () => ID, { description: 'The bank.' }) bankId: string,
    @Ctx() context: Context,
  ): Promise<CustomerAttributeDefinition[]> {
    return context.loader(definitionsByBank).load([bankId, customerCategory]);
  }

  @Mutation(() => CustomerAttributeDefinitionPayload, {
    nullable: true,
    description:
      'Defines the customer attributes of a name at a bank. Where they are defined already, all fields are replaced and the id is kept; what is left out becomes null.',
  })
  @RequiresRole(['CanCreateCustomerAttributeDefinitionAtOneBank'])
  createOrUpdateCustomerAttributeDefinition(
    @Arg('bankId', () => ID, { description: 'The bank.' }) bankId: string,
    @Arg('input', () => CustomerAttributeDefinitionInput, { description: 'The definition as it is to be.' })
    input: CustomerAttributeDefinitionInput,
    @Arg('expectedVersion', () => Int, {
      nullable: true,
      description: `${expectedVersionDescription} 0 stands for no definition of this name.`,
    })
    expectedVersion: number | null,
    @Arg('idempotencyKey', () => String, { nullable: true, description: idempotencyKeyDescription })
    idempotencyKey: string | null,
    @Ctx() context: Context,
  ): Promise<CustomerAttributeDefinitionPayload> {
    const values = definitionValues(input);
    return mutate(
      context,
      {
        field: 'createOrUpdateCustomerAttributeDefinition',
        arguments: [bankId, input, expectedVersion],
        idempotencyKey,
      },
      async (transaction) => {
        const { id } = await createOrUpdateDefinition(transaction, bankId, values, expectedVersion);
        return { id };
      },
      async ({ id }) => ({ bankId, customerAttributeDefinition: await context.loader(definitionById).load(id) }),
    );
  }

  @Mutation(() => CustomerAttributeDefinitionPayload, {
    nullable: true,
    description:
      'Deletes a definition of customer attributes. The attributes stay: their name is free again, and linked users see them.',
  })
  @RequiresRole(['CanDeleteCustomerAttributeDefinitionAtOneBank'])
  deleteCustomerAttributeDefinition(
    @Arg('bankId', () => ID, { description: 'The bank.' }) bankId: string,
    @Arg('id', () => ID, { description: 'The id of the definition.' }) id: string,
    @Arg('expectedVersion', () => Int, { nullable: true, description: expectedVersionDescription })
    expectedVersion: number | null,
    @Arg('idempotencyKey', () => String, { nullable: true, description: idempotencyKeyDescription })
    idempotencyKey: string | null,
    @Ctx() context: Context,
  ): Promise<CustomerAttributeDefinitionPayload> {
    let deleted: CustomerAttributeDefinition | null = null;
    return mutate(
      context,
      { field: 'deleteCustomerAttributeDefinition', arguments: [bankId, id, expectedVersion], idempotencyKey },
      async (transaction) => {
        deleted = await deleteDefinition(transaction, bankId, id, expectedVersion);
        return { id };
      },
      () => ({ bankId, customerAttributeDefinition: deleted }),
    );
  }
}
