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
      const found = await lockCustomer(transaction, bankId, customerId);
      await updateCustomer(transaction, found, values, expectedVersion);
      return { id: found.id };
    },
    async ({ id }) => ({ customer: await loadCustomer(context, id) }),
  );
}

@Resolver()
export class CustomerUpdateMutations {
  @Mutation(() => CustomerPayload, { nullable: true, description: 'Says which branch looks after a customer.' })
  @RequiresRole(['CanUpdateCustomerIdentity', 'CanUpdateCustomerBranch'])
  updateCustomerBranch(
    @BankId() bankId: string,
    @CustomerId() customerId: string,
    @Arg('input', () => UpdateCustomerBranchInput, { description: 'The branch as it is to be.' })
    input: UpdateCustomerBranchInput,
    @ExpectedVersion() expectedVersion: number | null,
    @Ctx() context: Context,
  ): Promise<CustomerPayload> {
    const values = branchColumns(requireProvided('input.branchId', input.branchId));
    return update(context, { bankId, customerId, values, expectedVersion });
  }

  @Mutation(() => CustomerPayload, {
    nullable: true,
    description: 'Replaces how much credit the bank gives a customer at most.',
  })
  @RequiresRole(['CanUpdateCustomerCreditLimit'])
  updateCustomerCreditLimit(
    @BankId() bankId: string,
    @CustomerId() customerId: string,
    @Arg('input', () => UpdateCustomerCreditLimitInput, { description: 'The limit as it is to be.' })
    input: UpdateCustomerCreditLimitInput,
    @ExpectedVersion() expectedVersion: number | null,
    @Ctx() context: Context,
  ): Promise<CustomerPayload> {
    const values = creditLimitColumns(requireProvided('input.creditLimit', input.creditLimit));
    return update(context, { bankId, customerId, values, expectedVersion });
  }

  @Mutation(() => CustomerPayload, {
    nullable: true,
    description: 'Replaces how a customer’s credit is rated, and by whom.',
  })
  @RequiresRole(['CanUpdateCustomerCreditRatingAndSource', 'CanUpdateCustomerCreditRatingAndSourceAtAnyBank'])
  updateCustomerCreditRatingAndSource(
    @BankId() bankId: string,
    @CustomerId() customerId: string,
    @Arg('input', () => UpdateCustomerCreditRatingAndSourceInput, { description: 'The rating as it is to be.' })
    input: UpdateCustomerCreditRatingAndSourceInput,
    @ExpectedVersion() expectedVersion: number | null,
    @Ctx() context: Context,
  ): Promise<CustomerPayload> {
    const { creditRating: rating, creditSource: source } = input;
    const fields = { rating: 'input.creditRating', source: 'input.creditSource' };
    const values = creditRatingColumns({ rating, source }, fields);
    return update(context, { bankId, customerId, values, expectedVersion });
  }

  @Mutation(() => CustomerPayload, { nullable: true, description: 'Replaces the e-mail address of a customer.' })
  @RequiresRole(['CanUpdateCustomerEmail'])
  updateCustomerEmail(
    @BankId() bankId: string,
    @CustomerId() customerId: string,
    @Arg('input', () => UpdateCustomerEmailInput, { description: 'The address as it is to be.' })
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
      'Replaces the legal name, day of birth, title and name suffix of a customer: what is left out becomes null.',
  })
  @RequiresRole(['CanUpdateCustomerIdentity'])
  updateCustomerIdentity(
    @BankId() bankId: string,
    @CustomerId() customerId: string,
    @Arg('input', () => UpdateCustomerIdentityInput, { description: 'Who the customer is.' })
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
    @Arg('input', () => UpdateCustomerMobilePhoneNumberInput, { description: 'The number as it is to be.' })
    input: UpdateCustomerMobilePhoneNumberInput,
    @ExpectedVersion() expectedVersion: number | null,
    @Ctx() context: Context,
  ): Promise<CustomerPayload> {
    const values = mobilePhoneNumberColumns(input.mobilePhoneNumber);
    return update(context, { bankId, customerId, values, expectedVersion });
  }

  @Mutation(() => CustomerPayload, {
    nullable: true,
    description: 'Gives a customer another number, which no other customer of the bank may have.',
  })
  @RequiresRole(['CanUpdateCustomerNumber'])
  updateCustomerNumber(
    @BankId() bankId: string,
    @CustomerId() customerId: string,
    @Arg('input', () => UpdateCustomerNumberInput, { description: 'The number as it is to be.' })
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
      'Replaces the face image, relationship, dependants, education and employment of a customer: what is left out becomes null.',
  })
  @RequiresRole(['CanUpdateCustomerIdentity', 'CanUpdateCustomerData'])
  updateCustomerData(
    @BankId() bankId: string,
    @CustomerId() customerId: string,
    @Arg('input', () => UpdateCustomerDataInput, { description: 'The data as they are to be.' })
    input: UpdateCustomerDataInput,
    @ExpectedVersion() expectedVersion: number | null,
    @Ctx() context: Context,
  ): Promise<CustomerPayload> {
    const values = dataColumns(input);
    return update(context, { bankId, customerId, values, expectedVersion });
  }
}
