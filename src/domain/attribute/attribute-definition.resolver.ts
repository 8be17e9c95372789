import { Arg, Ctx, FieldResolver, ID, Query, Resolver, Root } from 'type-graphql';
import { RequiresRole } from '../../auth/requires-role.ts';
import type { Context } from '../../context.ts';
import { Bank } from '../bank/bank.type.ts';
import { definitionsByBank } from './attribute.loader.ts';
import { customerCategory } from './attribute.rules.ts';
import { CustomerAttributeDefinition } from './attribute-definition.type.ts';

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
}
