import { Arg, Ctx, FieldResolver, ID, Mutation, Query, Resolver, Root } from 'type-graphql';
import { oneBy } from '../../database/batch.ts';
import { Batched, BatchedByKey } from '../../execution/batched.ts';
import { RequiresRole } from '../../graph/access/rule.ts';
import { BankId, CustomerId, ExpectedVersion } from '../../graph/arguments.ts';
import type { Context } from '../../graph/context.ts';
import type { WrittenChild } from '../../graph/mutation.ts';
import { deleteChild, mutateChild } from '../customer/child-mutation.ts';
import { customerAt, loadCustomer, loadCustomers } from '../customer/customer.loader.ts';
import { Customer, type CustomerKey } from '../customer/customer.type.ts';
import { taxResidence } from './tax-residence.table.ts';
import { TaxResidence, TaxResidenceInput, TaxResidencePayload } from './tax-residence.type.ts';
import { storeTaxResidence, taxResidences, taxResidenceValues } from './tax-residence.writes.ts';

const taxResidenceById = oneBy(taxResidence, 'id');

async function readPayload(context: Context, { id, bankId, customerId }: WrittenChild): Promise<TaxResidencePayload> {
  return { bankId, customerId, taxResidence: await context.loader(taxResidenceById).load(id) };
}

@Resolver(() => Customer)
export class CustomerTaxResidencesResolver {
  @FieldResolver(() => [TaxResidence], {
    nullable: true,
    description: 'The tax residences of the customer, sorted by creation time, oldest first.',
  })
  @RequiresRole(['CanGetTaxResidence'], { orLinkedUser: true })
  @BatchedByKey<CustomerKey>()
  taxResidences(@Root() customers: CustomerKey[], @Ctx() context: Context): Promise<TaxResidence[][]> {
    return context.loader(taxResidences.byCustomer).loadAll(customers.map(({ id }) => id));
  }
}

@Resolver(() => TaxResidence)
export class TaxResidenceResolver {
  @Query(() => [TaxResidence], {
    nullable: true,
    description: 'The tax residences of a customer, sorted by creation time, oldest first.',
  })
  @RequiresRole(['CanGetTaxResidence'])
  async taxResidences(
    @BankId() bankId: string,
    @CustomerId() customerId: string,
    @Ctx() context: Context,
  ): Promise<TaxResidence[]> {
    const customer = await customerAt(context, bankId, customerId);
    return context.loader(taxResidences.byCustomer).load(customer.id);
  }

  @FieldResolver(() => Customer, { nullable: true, description: 'The customer of the tax residence.' })
  @RequiresRole(['CanGetCustomer'], { orLinkedUser: true })
  @Batched()
  customer(@Root() residences: TaxResidence[], @Ctx() context: Context): Promise<(Customer | null)[]> {
    return loadCustomers(context, residences);
  }
}

@Resolver(() => TaxResidencePayload)
export class TaxResidenceMutations {
  @FieldResolver(() => Customer, { nullable: true, description: 'The customer of the tax residence.' })
  @RequiresRole(['CanGetCustomer'], { orLinkedUser: true })
  customer(@Root() payload: TaxResidencePayload, @Ctx() context: Context): Promise<Customer | null> {
    return loadCustomer(context, payload.customerId);
  }

  @Mutation(() => TaxResidencePayload, {
    nullable: true,
    description:
      'Adds a tax residence to a customer. A customer can have at most 500 tax residences. Fails with `TAX_RESIDENCE_EXISTS` if the customer already has one with the same domain and tax number.',
  })
  @RequiresRole(['CanCreateTaxResidence'])
  createTaxResidence(
    @BankId() bankId: string,
    @CustomerId() customerId: string,
    @Arg('input', () => TaxResidenceInput, { description: 'The new tax residence.' }) input: TaxResidenceInput,
    @Ctx() context: Context,
  ): Promise<TaxResidencePayload> {
    const values = taxResidenceValues(input);
    return mutateChild(context, { bankId, customerId }, readPayload, (transaction, customer) =>
      storeTaxResidence(transaction, customer, values),
    );
  }

  @Mutation(() => TaxResidencePayload, { nullable: true, description: 'Deletes a tax residence of a customer.' })
  @RequiresRole(['CanDeleteTaxResidence'])
  deleteTaxResidence(
    @BankId() bankId: string,
    @CustomerId() customerId: string,
    @Arg('id', () => ID, { description: 'The ID of the tax residence.' }) id: string,
    @ExpectedVersion() expectedVersion: number | null,
    @Ctx() context: Context,
  ): Promise<TaxResidencePayload> {
    return deleteChild(context, { bankId, customerId }, 'taxResidence', (transaction, customer) =>
      taxResidences.delete(transaction, customer, id, expectedVersion),
    );
  }
}
