import { Arg, Ctx, FieldResolver, ID, Mutation, Query, Resolver, Root } from 'type-graphql';
import { oneBy } from '../../database/batch.ts';
import { RequiresRole } from '../../graph/access/rule.ts';
import { BankId, ExpectedVersion } from '../../graph/arguments.ts';
import type { Context } from '../../graph/context.ts';
import { mutate } from '../../graph/mutation.ts';
import { Bank } from '../bank/bank.type.ts';
import { definitionsByBank } from './attribute-definition.loader.ts';
import { customerCategory, definitionValues } from './attribute-definition.rules.ts';
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
    description: 'The definitions of customer attributes at the bank, active or not, sorted by name.',
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
    description: 'The definitions of customer attributes at the bank, active or not, sorted by name.',
  })
  @RequiresRole(['CanGetCustomerAttributeDefinitionAtOneBank'])
  customerAttributeDefinitions(
    @BankId() bankId: string,
    @Ctx() context: Context,
  ): Promise<CustomerAttributeDefinition[]> {
    return context.loader(definitionsByBank).load([bankId, customerCategory]);
  }

  @Mutation(() => CustomerAttributeDefinitionPayload, {
    nullable: true,
    description:
      'Creates the definition of the customer attributes with this name, or replaces it and keeps its ID. Omitted fields are set to null. A bank can have at most 500 definitions.',
  })
  @RequiresRole(['CanCreateCustomerAttributeDefinitionAtOneBank'])
  createOrUpdateCustomerAttributeDefinition(
    @BankId() bankId: string,
    @Arg('input', () => CustomerAttributeDefinitionInput, { description: 'The new values of the definition.' })
    input: CustomerAttributeDefinitionInput,
    @ExpectedVersion('With 0, the mutation only creates a definition and fails if the name is already defined.')
    expectedVersion: number | null,
    @Ctx() context: Context,
  ): Promise<CustomerAttributeDefinitionPayload> {
    const values = definitionValues(input);
    return mutate(
      context,
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
      'Deletes a definition of customer attributes. The attributes are kept, linked users see them, and new values can have any type.',
  })
  @RequiresRole(['CanDeleteCustomerAttributeDefinitionAtOneBank'])
  deleteCustomerAttributeDefinition(
    @BankId() bankId: string,
    @Arg('id', () => ID, { description: 'The ID of the definition.' }) id: string,
    @ExpectedVersion() expectedVersion: number | null,
    @Ctx() context: Context,
  ): Promise<CustomerAttributeDefinitionPayload> {
    let deleted: CustomerAttributeDefinition | null = null;
    return mutate(
      context,
      async (transaction) => {
        deleted = await deleteDefinition(transaction, bankId, id, expectedVersion);
        return { id };
      },
      () => ({ bankId, customerAttributeDefinition: deleted }),
    );
  }
}
