import { Arg, Ctx, FieldResolver, Mutation, Query, Resolver, Root } from 'type-graphql';
import { RequiresRole } from '../../graph/access/rule.ts';
import { BankId, CustomerId, ExpectedVersion } from '../../graph/arguments.ts';
import { callerIdOf } from '../../graph/caller.ts';
import type { Context } from '../../graph/context.ts';
import { assertInput } from '../../graph/input.ts';
import { MaxInputItems } from '../../graph/max-input-items.ts';
import { mutate } from '../../graph/mutation.ts';
import { loadCustomer } from '../customer/customer.loader.ts';
import { Customer, CustomerPayload, toCustomer, toCustomerPayload } from '../customer/customer.type.ts';
import { lockCustomer, lockCustomerForDeletion } from '../customer/locked-customer.ts';
import { deleteCustomerCascade } from './cascade.ts';
import { createAll } from './create-customer.ts';
import { draftsOf } from './customer-draft.ts';
import { exportCustomer } from './customer-export.ts';
import { requireReason, requireRolesOfParts } from './customer-part-roles.ts';
import { withSessions } from './meeting-sessions.ts';
import {
  CreateCustomerInput,
  CustomerData,
  CustomersPayload,
  DeleteCustomerCascadePayload,
} from './onboarding.type.ts';

@Resolver()
export class CreateCustomerMutations {
  @Mutation(() => CustomerPayload, {
    nullable: true,
    description:
      'Creates a customer with all data of the onboarding: addresses, attributes, tax residences, links, social media handles, KYC evidence, and a meeting. If a part is invalid, nothing is created, and the error lists all problems.',
  })
  @RequiresRole(['CanCreateCustomer', 'CanCreateCustomerAtAnyBank'])
  async createCustomer(
    @BankId() bankId: string,
    @Arg('input', () => CreateCustomerInput, { description: 'The new customer.' }) input: CreateCustomerInput,
    @Ctx() context: Context,
  ): Promise<CustomerPayload> {
    const inputs = [{ field: 'input', input }];
    requireRolesOfParts(context, bankId, inputs);
    await requireReason(context, bankId, inputs);
    const { drafts, sessions } = await withSessions(context, draftsOf(inputs));
    const creation = { callerId: callerIdOf(context), sessions };
    return mutate(
      context,
      async (transaction) => {
        const [id = null] = await createAll(transaction, bankId, inputs, drafts, creation);
        return { id };
      },
      async ({ id }) => toCustomerPayload(bankId, await loadCustomer(context, id)),
    );
  }

  @Mutation(() => CustomersPayload, {
    nullable: true,
    description: 'Creates from 1 to 100 customers. If one of them is invalid, none is created.',
  })
  @RequiresRole(['CanCreateCustomer', 'CanCreateCustomerAtAnyBank'])
  @MaxInputItems(100, 'input')
  async createCustomers(
    @BankId() bankId: string,
    @Arg('input', () => [CreateCustomerInput], { description: 'The new customers.' }) input: CreateCustomerInput[],
    @Ctx() context: Context,
  ): Promise<CustomersPayload> {
    const inputs = input.map((customer, index) => ({ field: `input[${index}]`, input: customer }));
    requireRolesOfParts(context, bankId, inputs);
    await requireReason(context, bankId, inputs);
    assertInput(input.length > 0, 'input', 'NOT_EMPTY');
    const { drafts, sessions } = await withSessions(context, draftsOf(inputs));
    const creation = { callerId: callerIdOf(context), sessions };
    return mutate(
      context,
      async (transaction) => ({ ids: (await createAll(transaction, bankId, inputs, drafts, creation)).join(' ') }),
      async ({ ids }) => {
        const customers = await Promise.all(ids.split(' ').map((id) => loadCustomer(context, id)));
        return { customers: customers.filter((customer) => customer !== null) };
      },
    );
  }
}

@Resolver(() => DeleteCustomerCascadePayload)
export class DeleteCustomerCascadeMutation {
  @FieldResolver(() => Customer, {
    nullable: true,
    description:
      'The customer before the deletion. Its lists are empty, because the data is deleted. Null if the mutation is retried with the same idempotency key.',
  })
  @RequiresRole(['CanGetCustomer'])
  customer(@Root() payload: DeleteCustomerCascadePayload): Customer | null {
    return payload.deletedCustomer;
  }

  @Mutation(() => DeleteCustomerCascadePayload, {
    nullable: true,
    description:
      'Deletes a customer with all data that belongs to the customer, or nothing. Accounts and users are kept. Fails with `CUSTOMER_UNDER_LEGAL_HOLD` while a legal hold is in force. At a bank with `retentionDays`, it fails with `RETENTION_PERIOD_RUNS` until that period has passed since the closing of the customer or, without a closing and for the user who recorded it, since the last change. Changes of the customer, the KYC evidence, the KYC statuses, and their proposals count. The extension `retainedUntil` states the end of the period. At a bank with `kycFourEyes`, the caller must not have recorded the closing or lifted a legal hold, and must be independent of the users who did.',
  })
  @RequiresRole(['CanDeleteCustomerCascade'], { kycMaterial: true })
  async deleteCustomerCascade(
    @BankId() bankId: string,
    @CustomerId() customerId: string,
    @ExpectedVersion() expectedVersion: number | null,
    @Ctx() context: Context,
  ): Promise<DeleteCustomerCascadePayload> {
    let deletedCustomer: Customer | null = null;
    return mutate(
      context,
      async (transaction) => {
        const customer = await lockCustomerForDeletion(transaction, bankId, customerId);
        deletedCustomer = toCustomer(customer);
        // The result contains no ID, because the stored idempotency key must not refer to the deleted customer.
        const deleted = await deleteCustomerCascade(transaction, customer, expectedVersion, context.user?.id);
        return { ...deleted };
      },
      (deleted) => ({ bankId, deletedCustomer, deleted }),
    );
  }
}

@Resolver()
export class ExportCustomerDataResolver {
  @Query(() => CustomerData, {
    nullable: true,
    description:
      "All data that the gateway stores about a customer, which the bank can hand over at the customer's request. Fails with `TOO_MANY_ITEMS` if the customer has more than 10,000 objects of one kind. Read these page by page instead.",
  })
  @RequiresRole(['CanExportCustomerData'], { kycMaterial: true })
  async exportCustomerData(
    @BankId() bankId: string,
    @CustomerId() customerId: string,
    @Ctx() context: Context,
  ): Promise<CustomerData> {
    const { answer } = context;
    await answer.slot();
    // The transaction only reads. It prevents changes of the customer between two of its statements.
    return context.primary.transaction(async (transaction) => {
      return exportCustomer({ transaction, answer }, await lockCustomer(transaction, bankId, customerId));
    });
  }
}
