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
    @BankId() bankId: string,
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
    @BankId() bankId: string,
    @Arg('input', () => CustomerAttributeDefinitionInput, { description: 'The definition as it is to be.' })
    input: CustomerAttributeDefinitionInput,
    @ExpectedVersion('0 stands for no definition of this name.') expectedVersion: number | null,
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
      'Deletes a definition of customer attributes. The attributes stay: their name is free again, and linked users see them.',
  })
  @RequiresRole(['CanDeleteCustomerAttributeDefinitionAtOneBank'])
  deleteCustomerAttributeDefinition(
    @BankId() bankId: string,
    @Arg('id', () => ID, { description: 'The id of the definition.' }) id: string,
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
