import { Arg, Ctx, FieldResolver, ID, Query, Resolver, Root } from 'type-graphql';
import { holdsAny } from '../../auth/authenticate.ts';
import { RequiresRole } from '../../auth/requires-role.ts';
import type { Context } from '../../context.ts';
import { oneBy } from '../../database/batch.ts';
import { gatewayError } from '../../errors.ts';
import { customerAt, loadCustomer } from '../customer/customer.loader.ts';
import { Customer } from '../customer/customer.type.ts';
import { attributesByCustomer, definitionsByBank } from './attribute.loader.ts';
import { customerCategory, seenByOwner } from './attribute.rules.ts';
import { customerAttribute } from './attribute.table.ts';
import { CustomerAttribute } from './attribute.type.ts';

const attributeById = oneBy(customerAttribute, 'id');

@Resolver(() => Customer)
export class CustomerAttributesResolver {
  @FieldResolver(() => [CustomerAttribute], {
    nullable: true,
    description: 'The attributes, the oldest first. A linked user does not see those that the bank hides from owners.',
  })
  @RequiresRole(['CanGetCustomerAttributesAtOneBank', 'CanGetCustomerAttributesAtAnyBank'], { orLinkedUser: true })
  async attributes(@Root() customer: Customer, @Ctx() context: Context): Promise<CustomerAttribute[]> {
    const attributes = await context.loader(attributesByCustomer).load(customer.id);
    const roles = ['CanGetCustomerAttributesAtOneBank', 'CanGetCustomerAttributesAtAnyBank'] as const;
    if (holdsAny(context.user, roles, customer.bankId)) return attributes;
    return seenByOwner(attributes, await context.loader(definitionsByBank).load([customer.bankId, customerCategory]));
  }

  @Query(() => [CustomerAttribute], { nullable: true, description: 'The attributes of a customer, the oldest first.' })
  @RequiresRole(['CanGetCustomerAttributesAtOneBank', 'CanGetCustomerAttributesAtAnyBank'])
  async customerAttributes(
    @Arg('bankId', () => ID, { description: 'The bank.' }) bankId: string,
    @Arg('customerId', () => ID, { description: 'The id of the customer.' }) customerId: string,
    @Ctx() context: Context,
  ): Promise<CustomerAttribute[]> {
    const customer = await customerAt(context, bankId, customerId);
    return context.loader(attributesByCustomer).load(customer.id);
  }
}

@Resolver(() => CustomerAttribute)
export class CustomerAttributeResolver {
  @FieldResolver(() => Customer, { nullable: true, description: 'The customer whose attribute this is.' })
  @RequiresRole(['CanGetCustomer'], { orLinkedUser: true })
  customer(@Root() attribute: CustomerAttribute, @Ctx() context: Context): Promise<Customer | null> {
    return loadCustomer(context, attribute.customerId);
  }

  @Query(() => CustomerAttribute, { nullable: true, description: 'The attribute with this id, of this customer.' })
  @RequiresRole(['CanGetCustomerAttributeAtOneBank', 'CanGetCustomerAttributeAtAnyBank'])
  async customerAttribute(
    @Arg('bankId', () => ID, { description: 'The bank.' }) bankId: string,
    @Arg('customerId', () => ID, { description: 'The id of the customer.' }) customerId: string,
    @Arg('id', () => ID, { description: 'The id of the attribute.' }) id: string,
    @Ctx() context: Context,
  ): Promise<CustomerAttribute> {
    const customer = await customerAt(context, bankId, customerId);
    const attribute = await context.loader(attributeById).load(id);
    if (attribute === null || attribute.customerId !== customer.id) throw gatewayError('OBP-30069');
    return attribute;
  }
}
