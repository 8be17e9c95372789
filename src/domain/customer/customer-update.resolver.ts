import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import { RequiresRole } from '../../graph/access/rule.ts';
import { BankId, CustomerId, ExpectedVersion } from '../../graph/arguments.ts';
import type { Context } from '../../graph/context.ts';
import { mutate } from '../../graph/mutation.ts';
import { loadCustomer } from './customer.loader.ts';
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
  requireCustomerRules,
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

function update(context: Context, { bankId, customerId, values, expectedVersion }: Change): Promise<CustomerPayload> {
  return mutate(
    context,
    async (transaction) => {
      const customer = await lockCustomer(transaction, bankId, customerId);
      requireCustomerRules(values, 'input', customer);
      await updateCustomer(transaction, customer, values, expectedVersion);
      return { id: customer.id };
    },
    async ({ id }) => ({ customer: await loadCustomer(context, id) }),
  );
}

@Resolver()
export class CustomerUpdateMutations {
  @Mutation(() => CustomerPayload, { nullable: true, description: 'Replaces the branch of a customer.' })
  @RequiresRole(['CanUpdateCustomerIdentity', 'CanUpdateCustomerBranch'])
  updateCustomerBranch(
    @BankId() bankId: string,
    @CustomerId() customerId: string,
    @Arg('input', () => UpdateCustomerBranchInput, { description: 'The new branch.' })
    input: UpdateCustomerBranchInput,
    @ExpectedVersion() expectedVersion: number | null,
    @Ctx() context: Context,
  ): Promise<CustomerPayload> {
    const values = branchColumns(requireProvided('input.branchId', input.branchId));
    return update(context, { bankId, customerId, values, expectedVersion });
  }

  @Mutation(() => CustomerPayload, {
    nullable: true,
    description: 'Replaces the credit limit of a customer.',
  })
  @RequiresRole(['CanUpdateCustomerCreditLimit'])
  updateCustomerCreditLimit(
    @BankId() bankId: string,
    @CustomerId() customerId: string,
    @Arg('input', () => UpdateCustomerCreditLimitInput, { description: 'The new credit limit.' })
    input: UpdateCustomerCreditLimitInput,
    @ExpectedVersion() expectedVersion: number | null,
    @Ctx() context: Context,
  ): Promise<CustomerPayload> {
    const values = creditLimitColumns(requireProvided('input.creditLimit', input.creditLimit));
    return update(context, { bankId, customerId, values, expectedVersion });
  }

  @Mutation(() => CustomerPayload, {
    nullable: true,
    description: 'Replaces the credit rating of a customer and its source.',
  })
  @RequiresRole(['CanUpdateCustomerCreditRatingAndSource', 'CanUpdateCustomerCreditRatingAndSourceAtAnyBank'])
  updateCustomerCreditRatingAndSource(
    @BankId() bankId: string,
    @CustomerId() customerId: string,
    @Arg('input', () => UpdateCustomerCreditRatingAndSourceInput, { description: 'The new credit rating.' })
    input: UpdateCustomerCreditRatingAndSourceInput,
    @ExpectedVersion() expectedVersion: number | null,
    @Ctx() context: Context,
  ): Promise<CustomerPayload> {
    const { creditRating: rating, creditSource: source } = input;
    const fields = { rating: 'input.creditRating', source: 'input.creditSource' };
    const values = creditRatingColumns({ rating, source }, fields);
    return update(context, { bankId, customerId, values, expectedVersion });
  }

  @Mutation(() => CustomerPayload, { nullable: true, description: 'Replaces the email address of a customer.' })
  @RequiresRole(['CanUpdateCustomerEmail'])
  updateCustomerEmail(
    @BankId() bankId: string,
    @CustomerId() customerId: string,
    @Arg('input', () => UpdateCustomerEmailInput, { description: 'The new email address.' })
    input: UpdateCustomerEmailInput,
    @ExpectedVersion() expectedVersion: number | null,
    @Ctx() context: Context,
  ): Promise<CustomerPayload> {
    const values = emailColumns(requireProvided('input.email', input.email));
    return update(context, { bankId, customerId, values, expectedVersion });
  }

  @Mutation(() => CustomerPayload, {
    nullable: true,
    description:
      'Replaces the legal name, date of birth, title, and name suffix of a customer. Omitted fields are set to null.',
  })
  @RequiresRole(['CanUpdateCustomerIdentity'])
  updateCustomerIdentity(
    @BankId() bankId: string,
    @CustomerId() customerId: string,
    @Arg('input', () => UpdateCustomerIdentityInput, { description: 'The new identity data.' })
    input: UpdateCustomerIdentityInput,
    @ExpectedVersion() expectedVersion: number | null,
    @Ctx() context: Context,
  ): Promise<CustomerPayload> {
    const values = identityColumns(input);
    return update(context, { bankId, customerId, values, expectedVersion });
  }

  @Mutation(() => CustomerPayload, { nullable: true, description: 'Replaces the mobile phone number of a customer.' })
  @RequiresRole(['CanUpdateCustomerMobilePhoneNumber'])
  updateCustomerMobilePhoneNumber(
    @BankId() bankId: string,
    @CustomerId() customerId: string,
    @Arg('input', () => UpdateCustomerMobilePhoneNumberInput, { description: 'The new number.' })
    input: UpdateCustomerMobilePhoneNumberInput,
    @ExpectedVersion() expectedVersion: number | null,
    @Ctx() context: Context,
  ): Promise<CustomerPayload> {
    const values = mobilePhoneNumberColumns(input.mobilePhoneNumber);
    return update(context, { bankId, customerId, values, expectedVersion });
  }

  @Mutation(() => CustomerPayload, {
    nullable: true,
    description:
      'Replaces the customer number of a customer. Fails with `OBP-30006` if another customer of the bank has the number.',
  })
  @RequiresRole(['CanUpdateCustomerNumber'])
  updateCustomerNumber(
    @BankId() bankId: string,
    @CustomerId() customerId: string,
    @Arg('input', () => UpdateCustomerNumberInput, { description: 'The new number.' })
    input: UpdateCustomerNumberInput,
    @ExpectedVersion() expectedVersion: number | null,
    @Ctx() context: Context,
  ): Promise<CustomerPayload> {
    const values = { customerNumber: customerNumberOf(input.customerNumber) };
    return update(context, { bankId, customerId, values, expectedVersion });
  }

  @Mutation(() => CustomerPayload, {
    nullable: true,
    description:
      'Replaces the face image, relationship status, dependants, education, and employment status of a customer. Omitted fields are set to null, and an omitted list to an empty list.',
  })
  @RequiresRole(['CanUpdateCustomerIdentity', 'CanUpdateCustomerData'])
  updateCustomerData(
    @BankId() bankId: string,
    @CustomerId() customerId: string,
    @Arg('input', () => UpdateCustomerDataInput, { description: 'The new values of the data.' })
    input: UpdateCustomerDataInput,
    @ExpectedVersion() expectedVersion: number | null,
    @Ctx() context: Context,
  ): Promise<CustomerPayload> {
    const values = dataColumns(input);
    return update(context, { bankId, customerId, values, expectedVersion });
  }
}
