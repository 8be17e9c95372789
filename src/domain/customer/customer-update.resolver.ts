import { Arg, Ctx, ID, Int, Mutation, Resolver } from 'type-graphql';
import { noteChange } from '../../audit/changes.ts';
import { RequiresRole } from '../../graph/access/rule.ts';
import type { Context } from '../../graph/context.ts';
import { type Call, expectedVersionDescription, idempotencyKeyDescription, mutate } from '../../graph/mutation.ts';
import { loadCustomer } from './customer.loader.ts';
import { customer } from './customer.table.ts';
import { CustomerPayload } from './customer.type.ts';
import { type CustomerColumns, updateCustomer } from './customer.writes.ts';
import {
  branchColumns,
  creditLimitColumns,
  creditRatingColumns,
  customerNumberOf,
  dataColumns,
  emailColumns,
  identityColumns,
  mobilePhoneNumberColumns,
  requireProvided,
} from './customer-input.rules.ts';
import {
  UpdateCustomerBranchInput,
  UpdateCustomerCreditLimitInput,
  UpdateCustomerCreditRatingAndSourceInput,
  UpdateCustomerDataInput,
  UpdateCustomerEmailInput,
  UpdateCustomerIdentityInput,
  UpdateCustomerMobilePhoneNumberInput,
  UpdateCustomerNumberInput,
} from './customer-input.type.ts';
import { lockCustomer } from './locked-customer.ts';

interface Change {
  bankId: string;
  customerId: string;
  values: Partial<CustomerColumns>;
  expectedVersion: number | null | undefined;
}

function update(
  context: Context,
  call: Call,
  { bankId, customerId, values, expectedVersion }: Change,
): Promise<CustomerPayload> {
  return mutate(
    context,
    call,
    async (transaction) => {
      const found = await lockCustomer(transaction, bankId, customerId);
      const updated = await updateCustomer(transaction, found, values, expectedVersion);
      noteChange(transaction, customer, found, updated);
      return { id: updated.id };
    },
    async ({ id }) => ({ customer: await loadCustomer(context, id) }),
  );
}

@Resolver()
export class CustomerUpdateMutations {
  @Mutation(() => CustomerPayload, { nullable: true, description: 'Says which branch looks after a customer.' })
  @RequiresRole(['CanUpdateCustomerIdentity', 'CanUpdateCustomerBranch'])
  updateCustomerBranch(
    @Arg('bankId', () => ID, { description: 'The bank.' }) bankId: string,
    @Arg('customerId', () => ID, { description: 'The id of the customer.' }) customerId: string,
    @Arg('input', () => UpdateCustomerBranchInput, { description: 'The branch as it is to be.' })
    input: UpdateCustomerBranchInput,
    @Arg('expectedVersion', () => Int, { nullable: true, description: expectedVersionDescription })
    expectedVersion: number | null,
    @Arg('idempotencyKey', () => String, { nullable: true, description: idempotencyKeyDescription })
    idempotencyKey: string | null,
    @Ctx() context: Context,
  ): Promise<CustomerPayload> {
    const values = branchColumns(requireProvided('input.branchId', input.branchId));
    const args = [bankId, customerId, input, expectedVersion];
    const call = { field: 'updateCustomerBranch', arguments: args, idempotencyKey };
    return update(context, call, { bankId, customerId, values, expectedVersion });
  }

  @Mutation(() => CustomerPayload, {
    nullable: true,
    description: 'Replaces how much credit the bank gives a customer at most.',
  })
  @RequiresRole(['CanUpdateCustomerCreditLimit'])
  updateCustomerCreditLimit(
    @Arg('bankId', () => ID, { description: 'The bank.' }) bankId: string,
    @Arg('customerId', () => ID, { description: 'The id of the customer.' }) customerId: string,
    @Arg('input', () => UpdateCustomerCreditLimitInput, { description: 'The limit as it is to be.' })
    input: UpdateCustomerCreditLimitInput,
    @Arg('expectedVersion', () => Int, { nullable: true, description: expectedVersionDescription })
    expectedVersion: number | null,
    @Arg('idempotencyKey', () => String, { nullable: true, description: idempotencyKeyDescription })
    idempotencyKey: string | null,
    @Ctx() context: Context,
  ): Promise<CustomerPayload> {
    const values = creditLimitColumns(requireProvided('input.creditLimit', input.creditLimit));
    const args = [bankId, customerId, input, expectedVersion];
    const call = { field: 'updateCustomerCreditLimit', arguments: args, idempotencyKey };
    return update(context, call, { bankId, customerId, values, expectedVersion });
  }

  @Mutation(() => CustomerPayload, {
    nullable: true,
    description: 'Replaces how a customer’s credit is rated, and by whom.',
  })
  @RequiresRole(['CanUpdateCustomerCreditRatingAndSource', 'CanUpdateCustomerCreditRatingAndSourceAtAnyBank'])
  updateCustomerCreditRatingAndSource(
    @Arg('bankId', () => ID, { description: 'The bank.' }) bankId: string,
    @Arg('customerId', () => ID, { description: 'The id of the customer.' }) customerId: string,
    @Arg('input', () => UpdateCustomerCreditRatingAndSourceInput, { description: 'The rating as it is to be.' })
    input: UpdateCustomerCreditRatingAndSourceInput,
    @Arg('expectedVersion', () => Int, { nullable: true, description: expectedVersionDescription })
    expectedVersion: number | null,
    @Arg('idempotencyKey', () => String, { nullable: true, description: idempotencyKeyDescription })
    idempotencyKey: string | null,
    @Ctx() context: Context,
  ): Promise<CustomerPayload> {
    const { creditRating: rating, creditSource: source } = input;
    const fields = { rating: 'input.creditRating', source: 'input.creditSource' };
    const values = creditRatingColumns({ rating, source }, fields);
    const args = [bankId, customerId, input, expectedVersion];
    const call = { field: 'updateCustomerCreditRatingAndSource', arguments: args, idempotencyKey };
    return update(context, call, { bankId, customerId, values, expectedVersion });
  }

  @Mutation(() => CustomerPayload, { nullable: true, description: 'Replaces the e-mail address of a customer.' })
  @RequiresRole(['CanUpdateCustomerEmail'])
  updateCustomerEmail(
    @Arg('bankId', () => ID, { description: 'The bank.' }) bankId: string,
    @Arg('customerId', () => ID, { description: 'The id of the customer.' }) customerId: string,
    @Arg('input', () => UpdateCustomerEmailInput, { description: 'The address as it is to be.' })
    input: UpdateCustomerEmailInput,
    @Arg('expectedVersion', () => Int, { nullable: true, description: expectedVersionDescription })
    expectedVersion: number | null,
    @Arg('idempotencyKey', () => String, { nullable: true, description: idempotencyKeyDescription })
    idempotencyKey: string | null,
    @Ctx() context: Context,
  ): Promise<CustomerPayload> {
    const values = emailColumns(requireProvided('input.email', input.email));
    const args = [bankId, customerId, input, expectedVersion];
    const call = { field: 'updateCustomerEmail', arguments: args, idempotencyKey };
    return update(context, call, { bankId, customerId, values, expectedVersion });
  }

  @Mutation(() => CustomerPayload, {
    nullable: true,
    description:
      'Replaces the legal name, day of birth, title and name suffix of a customer: what is left out becomes null.',
  })
  @RequiresRole(['CanUpdateCustomerIdentity'])
  updateCustomerIdentity(
    @Arg('bankId', () => ID, { description: 'The bank.' }) bankId: string,
    @Arg('customerId', () => ID, { description: 'The id of the customer.' }) customerId: string,
    @Arg('input', () => UpdateCustomerIdentityInput, { description: 'Who the customer is.' })
    input: UpdateCustomerIdentityInput,
    @Arg('expectedVersion', () => Int, { nullable: true, description: expectedVersionDescription })
    expectedVersion: number | null,
    @Arg('idempotencyKey', () => String, { nullable: true, description: idempotencyKeyDescription })
    idempotencyKey: string | null,
    @Ctx() context: Context,
  ): Promise<CustomerPayload> {
    const values = identityColumns(input);
    const args = [bankId, customerId, input, expectedVersion];
    const call = { field: 'updateCustomerIdentity', arguments: args, idempotencyKey };
    return update(context, call, { bankId, customerId, values, expectedVersion });
  }

  @Mutation(() => CustomerPayload, { nullable: true, description: 'Replaces the mobile phone number of a customer.' })
  @RequiresRole(['CanUpdateCustomerMobilePhoneNumber'])
  updateCustomerMobilePhoneNumber(
    @Arg('bankId', () => ID, { description: 'The bank.' }) bankId: string,
    @Arg('customerId', () => ID, { description: 'The id of the customer.' }) customerId: string,
    @Arg('input', () => UpdateCustomerMobilePhoneNumberInput, { description: 'The number as it is to be.' })
    input: UpdateCustomerMobilePhoneNumberInput,
    @Arg('expectedVersion', () => Int, { nullable: true, description: expectedVersionDescription })
    expectedVersion: number | null,
    @Arg('idempotencyKey', () => String, { nullable: true, description: idempotencyKeyDescription })
    idempotencyKey: string | null,
    @Ctx() context: Context,
  ): Promise<CustomerPayload> {
    const values = mobilePhoneNumberColumns(input.mobilePhoneNumber);
    const args = [bankId, customerId, input, expectedVersion];
    const call = { field: 'updateCustomerMobilePhoneNumber', arguments: args, idempotencyKey };
    return update(context, call, { bankId, customerId, values, expectedVersion });
  }

  @Mutation(() => CustomerPayload, {
    nullable: true,
    description: 'Gives a customer another number, which no other customer of the bank may have.',
  })
  @RequiresRole(['CanUpdateCustomerNumber'])
  updateCustomerNumber(
    @Arg('bankId', () => ID, { description: 'The bank.' }) bankId: string,
    @Arg('customerId', () => ID, { description: 'The id of the customer.' }) customerId: string,
    @Arg('input', () => UpdateCustomerNumberInput, { description: 'The number as it is to be.' })
    input: UpdateCustomerNumberInput,
    @Arg('expectedVersion', () => Int, { nullable: true, description: expectedVersionDescription })
    expectedVersion: number | null,
    @Arg('idempotencyKey', () => String, { nullable: true, description: idempotencyKeyDescription })
    idempotencyKey: string | null,
    @Ctx() context: Context,
  ): Promise<CustomerPayload> {
    const values = { customerNumber: customerNumberOf(input.customerNumber) };
    const args = [bankId, customerId, input, expectedVersion];
    const call = { field: 'updateCustomerNumber', arguments: args, idempotencyKey };
    return update(context, call, { bankId, customerId, values, expectedVersion });
  }

  @Mutation(() => CustomerPayload, {
    nullable: true,
    description:
      'Replaces the face image, relationship, dependants, education and employment of a customer: what is left out becomes null.',
  })
  @RequiresRole(['CanUpdateCustomerIdentity', 'CanUpdateCustomerData'])
  updateCustomerData(
    @Arg('bankId', () => ID, { description: 'The bank.' }) bankId: string,
    @Arg('customerId', () => ID, { description: 'The id of the customer.' }) customerId: string,
    @Arg('input', () => UpdateCustomerDataInput, { description: 'The data as they are to be.' })
    input: UpdateCustomerDataInput,
    @Arg('expectedVersion', () => Int, { nullable: true, description: expectedVersionDescription })
    expectedVersion: number | null,
    @Arg('idempotencyKey', () => String, { nullable: true, description: idempotencyKeyDescription })
    idempotencyKey: string | null,
    @Ctx() context: Context,
  ): Promise<CustomerPayload> {
    const values = dataColumns(input);
    const args = [bankId, customerId, input, expectedVersion];
    const call = { field: 'updateCustomerData', arguments: args, idempotencyKey };
    return update(context, call, { bankId, customerId, values, expectedVersion });
  }
}
