import { Arg, Ctx, FieldResolver, Mutation, Resolver, Root } from 'type-graphql';
import { gatewayError } from '../../base/errors.ts';
import type { Queries } from '../../database/database.ts';
import { Batched } from '../../execution/batched.ts';
import { Authenticated, RequiresRole } from '../../graph/access/rule.ts';
import { BankId, CustomerId, ExpectedVersion } from '../../graph/arguments.ts';
import { callerIdOf } from '../../graph/caller.ts';
import type { Context } from '../../graph/context.ts';
import { mutate } from '../../graph/mutation.ts';
import { loadCustomer } from '../customer/customer.loader.ts';
import { Customer } from '../customer/customer.type.ts';
import { type ClosingColumns, updateCustomer } from '../customer/customer.writes.ts';
import { closingValues, refuseClosed } from '../customer/customer-closing.rules.ts';
import { CloseCustomerInput, CustomerClosing, CustomerClosingPayload } from '../customer/customer-closing.type.ts';
import { type LockedCustomer, lockCustomer } from '../customer/locked-customer.ts';
import { followClosings } from '../kyc/kyc-closing.writes.ts';
import { userSummaries } from '../user/user.loader.ts';
import { UserSummary } from '../user/user-summary.type.ts';
import { refuseEarlyClosing } from './closing-date.ts';
import { lastChangesOf } from './retention.ts';

interface Closing {
  bankId: string;
  customerId: string;
  expectedVersion: number | null;
  /** Checks whether the customer can be closed or reopened, and returns the columns to write. */
  columnsOf(transaction: Queries, customer: LockedCustomer): Promise<ClosingColumns>;
}

function writeClosing(context: Context, { bankId, customerId, expectedVersion, columnsOf }: Closing) {
  return mutate(
    context,
    async (transaction: Queries) => {
      const customer = await lockCustomer(transaction, bankId, customerId);
      await updateCustomer(transaction, customer, await columnsOf(transaction, customer), expectedVersion);
      await followClosings(transaction, [customer.id]);
      return { id: customer.id };
    },
    async ({ id }): Promise<CustomerClosingPayload> => {
      const customer = await loadCustomer(context, id);
      return { bankId, customerId: id, closing: customer?.closing ?? null };
    },
  );
}

@Resolver(() => CustomerClosing)
export class CustomerClosingResolver {
  @FieldResolver(() => UserSummary, {
    nullable: true,
    description: 'The user who recorded the closing. Null if it was imported.',
  })
  @Authenticated()
  @Batched()
  recordedBy(@Root() closings: CustomerClosing[], @Ctx() context: Context): Promise<(UserSummary | null)[]> {
    return userSummaries(
      context,
      closings.map(({ recordedByUserId }) => recordedByUserId),
    );
  }
}

@Resolver(() => Customer)
export class CustomerClosingOfCustomerResolver {
  @FieldResolver(() => CustomerClosing, {
    nullable: true,
    description: 'The end of the relationship with the customer. Null if the customer is not closed.',
  })
  @RequiresRole(['CanCloseCustomer', 'CanDeleteCustomerCascade'])
  closing(@Root() { closing }: Customer): CustomerClosing | null {
    return closing;
  }
}

@Resolver(() => CustomerClosingPayload)
export class CustomerClosingMutations {
  @FieldResolver(() => Customer, {
    nullable: true,
    description:
      'The customer after the mutation. Null if the mutation is retried with the same idempotency key after the customer was deleted.',
  })
  @RequiresRole(['CanGetCustomer'])
  customer(@Root() payload: CustomerClosingPayload, @Ctx() context: Context): Promise<Customer | null> {
    return loadCustomer(context, payload.customerId);
  }

  @Mutation(() => CustomerClosingPayload, {
    nullable: true,
    description:
      'Records the end of the relationship with a customer. The retention period of the bank then counts from the end of this day (UTC) or, if that is later, from the last change before the closing. Fails with `CLOSING_TOO_EARLY` if the day is before the date of birth or incorporation, or before the latest date of KYC evidence or of a KYC status that is not retracted. Lists of reviews, KYC gaps, and documents that expire omit closed customers. Data of a closed customer can be corrected and deleted, and messages and CRM events can be added; other additions fail with `CUSTOMER_CLOSED`, and so does a second closing.',
  })
  @RequiresRole(['CanCloseCustomer'], { kycMaterial: true })
  closeCustomer(
    @BankId() bankId: string,
    @CustomerId() customerId: string,
    @Arg('input', () => CloseCustomerInput, { description: 'The date of the closing, and the reason.' })
    input: CloseCustomerInput,
    @ExpectedVersion() expectedVersion: number | null,
    @Ctx() context: Context,
  ): Promise<CustomerClosingPayload> {
    const values = closingValues(input);
    const closedByUserId = callerIdOf(context);
    return writeClosing(context, {
      ...{ bankId, customerId, expectedVersion },
      async columnsOf(transaction, customer) {
        refuseClosed(customer);
        await refuseEarlyClosing(transaction, customer, values.closedOn);
        const [changedBeforeClosing = customer.updatedAt] = await lastChangesOf(transaction, [customer]);
        return { ...values, closedByUserId, closedAt: new Date(), changedBeforeClosing };
      },
    });
  }

  @Mutation(() => CustomerClosingPayload, {
    nullable: true,
    description:
      'Takes back the closing of a customer, for example because it was recorded for another customer. The retention period counts from the last change again. Fails with `CUSTOMER_NOT_CLOSED` if the customer is not closed.',
  })
  @RequiresRole(['CanCloseCustomer'], { kycMaterial: true })
  reopenCustomer(
    @BankId() bankId: string,
    @CustomerId() customerId: string,
    @ExpectedVersion() expectedVersion: number | null,
    @Ctx() context: Context,
  ): Promise<CustomerClosingPayload> {
    return writeClosing(context, {
      ...{ bankId, customerId, expectedVersion },
      async columnsOf(_transaction, { closedOn }) {
        if (closedOn === null) throw gatewayError('CUSTOMER_NOT_CLOSED');
        return {
          ...{ closedOn: null, closingReason: null, closedByUserId: null, closedAt: null },
          changedBeforeClosing: null,
        };
      },
    });
  }
}
