import { Arg, Ctx, FieldResolver, ID, Query, Resolver, Root } from 'type-graphql';
import { RequiresRole } from '../../auth/requires-role.ts';
import type { Context } from '../../context.ts';
import { manyBy } from '../../database/batch.ts';
import { customerAt, loadCustomer } from '../customer/customer.loader.ts';
import { Customer } from '../customer/customer.type.ts';
import { taxResidence } from './tax-residence.table.ts';
import { TaxResidence } from './tax-residence.type.ts';

const taxResidencesByCustomer = manyBy(taxResidence, ['customerId'], { orderBy: ['createdAt', 'id'] });

@Resolver(() => Customer)
export class CustomerTaxResidencesResolver {
  @FieldResolver(() => [TaxResidence], { nullable: true, description: 'The tax residences, the oldest first.' })
  @RequiresRole(['CanGetTaxResidence'], { orLinkedUser: true })
  taxResidences(@Root() customer: Customer, @Ctx() context: Context): Promise<TaxResidence[]> {
    return context.loader(taxResidencesByCustomer).load(customer.id);
  }
}

@Resolver(() => TaxResidence)
export class TaxResidenceResolver {
  @Query(() => [TaxResidence], { nullable: true, description: 'The tax residences of a customer, the oldest first.' })
  @RequiresRole(['CanGetTaxResidence'])
  async taxResidences(
    @Arg('bankId', () => ID, { description: 'The bank.' }) bankId: string,
    @Arg('customerId', () => ID, { description: 'The id of the customer.' }) customerId: string,
    @Ctx() context: Context,
  ): Promise<TaxResidence[]> {
    const customer = await customerAt(context, bankId, customerId);
    return context.loader(taxResidencesByCustomer).load(customer.id);
  }

  @FieldResolver(() => Customer, { nullable: true, description: 'The customer.' })
  @RequiresRole(['CanGetCustomer'], { orLinkedUser: true })
  customer(@Root() residence: TaxResidence, @Ctx() context: Context): Promise<Customer | null> {
    return loadCustomer(context, residence.customerId);
  }
}
