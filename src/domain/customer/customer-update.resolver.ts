import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import { RequiresRole } from '../../graph/access/rule.ts';
import { BankId, CustomerId, ExpectedVersion } from '../../graph/arguments.ts';
import type { Context } from '../../graph/context.ts';
import { updateDescription } from '../../graph/descriptions.ts';
import { collectProblems, findFurther } from '../../graph/input-collection.ts';
import { changedColumns } from '../../graph/input-fields.ts';
import { mutate } from '../../graph/mutation.ts';
import { loadCustomer } from './customer.loader.ts';
import { CustomerPayload, toCustomerPayload } from './customer.type.ts';
import { type CustomerColumns, updateCustomer } from './customer.writes.ts';
import {
  branchFields,
  companyFields,
  creditLimitFields,
  creditRatingFields,
  customerNumberFields,
  dataFields,
  emailFields,
  identityFields,
  mobilePhoneNumberFields,
  requireCustomerRules,
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
  change(): Partial<CustomerColumns>;
  expectedVersion: number | null | undefined;
}

function update(context: Context, { bankId, customerId, change, expectedVersion }: Change): Promise<CustomerPayload> {
  const values = collectProblems(() => {
    const changed = change();
    findFurther(() => requireCustomerRules(changed));
    return changed;
  });
  return mutate(
    context,
    async (transaction) => {
      const customer = await lockCustomer(transaction, bankId, customerId);
      // Rules on several columns apply to the customer as it will be.
      requireCustomerRules({ ...customer, ...values }, 'input', customer);
      await updateCustomer(transaction, customer, values, expectedVersion);
      return { id: customer.id };
    },
    async ({ id }) => toCustomerPayload(bankId, await loadCustomer(context, id)),
  );
}

@Resolver()
export class CustomerUpdateMutations {
  @Mutation(() => CustomerPayload, { nullable: true, description: updateDescription('the branch of a customer') })
  @RequiresRole(['CanUpdateCustomerIdentity', 'CanUpdateCustomerBranch'])
  updateCustomerBranch(
    @BankId() bankId: string,
    @CustomerId() customerId: string,
    @Arg('input', () => UpdateCustomerBranchInput, { description: 'The new branch.' })
    input: UpdateCustomerBranchInput,
    @ExpectedVersion() expectedVersion: number | null,
    @Ctx() context: Context,
  ): Promise<CustomerPayload> {
    const change = () => changedColumns(branchFields, input);
    return update(context, { bankId, customerId, change, expectedVersion });
  }

  @Mutation(() => CustomerPayload, {
    nullable: true,
    description: updateDescription('the credit limit of a customer'),
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
    const change = () => changedColumns(creditLimitFields, input);
    return update(context, { bankId, customerId, change, expectedVersion });
  }

  @Mutation(() => CustomerPayload, {
    nullable: true,
    description: updateDescription('the credit rating of a customer, and its source'),
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
    const change = () => changedColumns(creditRatingFields, input);
    return update(context, { bankId, customerId, change, expectedVersion });
  }

  @Mutation(() => CustomerPayload, {
    nullable: true,
    description: updateDescription('the email address of a customer'),
  })
  @RequiresRole(['CanUpdateCustomerEmail'])
  updateCustomerEmail(
    @BankId() bankId: string,
    @CustomerId() customerId: string,
    @Arg('input', () => UpdateCustomerEmailInput, { description: 'The new email address.' })
    input: UpdateCustomerEmailInput,
    @ExpectedVersion() expectedVersion: number | null,
    @Ctx() context: Context,
  ): Promise<CustomerPayload> {
    const change = () => changedColumns(emailFields, input);
    return update(context, { bankId, customerId, change, expectedVersion });
  }

  @Mutation(() => CustomerPayload, {
    nullable: true,
    description: updateDescription(
      'the legal name, date of birth, title, and name suffix of a customer, and the registration number, incorporation date, and legal form of a company',
    ),
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
    const change = () => changedColumns({ ...identityFields, ...companyFields }, input);
    return update(context, { bankId, customerId, change, expectedVersion });
  }

  @Mutation(() => CustomerPayload, {
    nullable: true,
    description: updateDescription('the mobile phone number of a customer'),
  })
  @RequiresRole(['CanUpdateCustomerMobilePhoneNumber'])
  updateCustomerMobilePhoneNumber(
    @BankId() bankId: string,
    @CustomerId() customerId: string,
    @Arg('input', () => UpdateCustomerMobilePhoneNumberInput, { description: 'The new number.' })
    input: UpdateCustomerMobilePhoneNumberInput,
    @ExpectedVersion() expectedVersion: number | null,
    @Ctx() context: Context,
  ): Promise<CustomerPayload> {
    const change = () => changedColumns(mobilePhoneNumberFields, input);
    return update(context, { bankId, customerId, change, expectedVersion });
  }

  @Mutation(() => CustomerPayload, {
    nullable: true,
    description: `${updateDescription('the customer number of a customer')} Fails with \`OBP-30006\` if another customer of the bank has the number.`,
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
    const change = () => changedColumns(customerNumberFields, input);
    return update(context, { bankId, customerId, change, expectedVersion });
  }

  @Mutation(() => CustomerPayload, {
    nullable: true,
    description: updateDescription(
      'the face image, relationship status, dependants, education, and employment status of a customer',
    ),
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
    const change = () => changedColumns(dataFields, input);
    return update(context, { bankId, customerId, change, expectedVersion });
  }
}
