import { Arg, Ctx, FieldResolver, ID, Query, Resolver, Root } from 'type-graphql';
import { RequiresRole } from '../../auth/requires-role.ts';
import type { Context } from '../../context.ts';
import { manyBy } from '../../database/batch.ts';
import { customerAt, loadCustomer } from '../customer/customer.loader.ts';
import { Customer } from '../customer/customer.type.ts';
import { customerAddress } from './address.table.ts';
import { CustomerAddress } from './address.type.ts';

const addressesByCustomer = manyBy(customerAddress, ['customerId'], { orderBy: ['insertDate', 'id'] });

@Resolver(() => Customer)
export class CustomerAddressesResolver {
  @FieldResolver(() => [CustomerAddress], { nullable: true, description: 'The addresses, the oldest first.' })
  @RequiresRole(['CanGetCustomerAddress'], { orLinkedUser: true })
  addresses(@Root() customer: Customer, @Ctx() context: Context): Promise<CustomerAddress[]> {
    return context.loader(addressesByCustomer).load(customer.id);
  }

  @Query(() => [CustomerAddress], { nullable: true, description: 'The addresses of a customer, the oldest first.' })
  @RequiresRole(['CanGetCustomerAddress'])
  async customerAddresses(
    @Arg('bankId', () => ID, { description: 'The bank.' }) bankId: string,
    @Arg('customerId', () => ID, { description: 'The id of the customer.' }) customerId: string,
    @Ctx() context: Context,
  ): Promise<CustomerAddress[]> {
    const customer = await customerAt(context, bankId, customerId);
    return this.addresses(customer, context);
  }
}

@Resolver(() => CustomerAddress)
export class CustomerAddressResolver {
  @FieldResolver(() => Customer, { nullable: true, description: 'The customer whose address this is.' })
  @RequiresRole(['CanGetCustomer'], { orLinkedUser: true })
  customer(@Root() address: CustomerAddress, @Ctx() context: Context): Promise<Customer | null> {
    return loadCustomer(context, address.customerId);
  }
}
