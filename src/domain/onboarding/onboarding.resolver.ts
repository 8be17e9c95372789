import { Arg, Ctx, FieldResolver, Mutation, Query, Resolver, Root } from 'type-graphql';
import { RequiresRole } from '../../graph/access/rule.ts';
import { BankId, CustomerId, ExpectedVersion } from '../../graph/arguments.ts';
import type { Context } from '../../graph/context.ts';
import { assertInput } from '../../graph/input.ts';
import { MaxInputItems } from '../../graph/max-input-items.ts';
import { mutate } from '../../graph/mutation.ts';
import { loadCustomer } from '../customer/customer.loader.ts';
import { Customer, CustomerPayload, toCustomer } from '../customer/customer.type.ts';
import { lockCustomer } from '../customer/locked-customer.ts';
import { deleteCustomerCascade } from './cascade.ts';
import { createAll, requireReason, requireRolesOfParts } from './create-customer.ts';
import { exportCustomer } from './customer-export.ts';
import {
  CreateCustomerInput,
  CustomerData,
  CustomersPayload,
  DeleteCustomerCascadePayload,
} from './onboarding.type.ts';

/** How many customers one call creates. */

@Resolver()
export class CreateCustomerMutations {
  @Mutation(() => CustomerPayload, {
    nullable: true,
    description:
      'Creates a customer, with addresses, attributes, tax residences and links: all of it, or nothing. Where something is wrong, the extension errors of the error lists all that is.',
  })
  @RequiresRole(['CanCreateCustomer', 'CanCreateCustomerAtAnyBank'])
  async createCustomer(
    @BankId() bankId: string,
    @Arg('input', () => CreateCustomerInput, { description: 'The new customer.' }) input: CreateCustomerInput,
    @Ctx() context: Context,
  ): Promise<CustomerPayload> {
    const given = [{ index: 0, field: 'input', input }];
    requireRolesOfParts(context, bankId, given);
    await requireReason(context, bankId, given);
    return mutate(
      context,
      async (transaction) => {
        const [id = null] = await createAll(transaction, bankId, given, false);
        return { id };
      },
      async ({ id }) => ({ customer: await loadCustomer(context, id) }),
    );
  }

  @Mutation(() => CustomersPayload, {
    nullable: true,
    description:
      'Creates 1 to 100 customers, all or none. Where some are wrong, the extension errors of the error lists what is, each with the index of its customer.',
  })
  @RequiresRole(['CanCreateCustomer', 'CanCreateCustomerAtAnyBank'])
  @MaxInputItems(100, 'input')
  async createCustomers(
    @BankId() bankId: string,
    @Arg('input', () => [CreateCustomerInput], { description: 'The new customers.' }) input: CreateCustomerInput[],
    @Ctx() context: Context,
  ): Promise<CustomersPayload> {
    const given = input.map((each, index) => ({ index, field: `input[${index}]`, input: each }));
    requireRolesOfParts(context, bankId, given);
    await requireReason(context, bankId, given);
    assertInput(input.length > 0, 'input', 'is empty');
    return mutate(
      context,
      async (transaction) => ({ ids: (await createAll(transaction, bankId, given, true)).join(' ') }),
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
      'The customer as it was; null when a call is repeated. What was around it is deleted, so it has none of it.',
  })
  @RequiresRole(['CanGetCustomer'])
  customer(@Root() payload: DeleteCustomerCascadePayload): Customer | null {
    return payload.deletedCustomer;
  }

  @Mutation(() => DeleteCustomerCascadePayload, {
    nullable: true,
    description:
      'Deletes a customer and everything around it, all or nothing, and tells how much that was. Accounts and users stay. At a bank with retentionDays it is refused for so long after the last change of the customer, of the KYC evidence and of the KYC statuses: the extension retainedUntil of the error says how long.',
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
        const found = await lockCustomer(transaction, bankId, customerId);
        deletedCustomer = toCustomer(found);
        // No id is kept with the idempotency key: nothing is to mention the customer any more.
        return { ...(await deleteCustomerCascade(transaction, found, expectedVersion)) };
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
      'Everything that is kept about a customer, to be handed over when the customer asks for it. A customer with more than 10,000 of anything is refused: what there is too much of is read page by page.',
  })
  @RequiresRole(['CanExportCustomerData'], { kycMaterial: true })
  async exportCustomerData(
    @BankId() bankId: string,
    @CustomerId() customerId: string,
    @Ctx() context: Context,
  ): Promise<CustomerData> {
    const { answer } = context;
    await answer.slot();
    // Nothing is written: within a transaction no write to the customer comes between two of its statements.
    return context.primary.transaction(async (transaction) => {
      return exportCustomer({ transaction, answer }, await lockCustomer(transaction, bankId, customerId));
    });
  }
}
