import { Arg, Args, Ctx, FieldResolver, Mutation, Query, Resolver, Root } from 'type-graphql';
import { parseId } from '../../base/values.ts';
import { manyBy, oneBy } from '../../database/batch.ts';
import { Batched, BatchedByKey } from '../../execution/batched.ts';
import { Authenticated, RequiresRole } from '../../graph/access/rule.ts';
import { BankId, CustomerId } from '../../graph/arguments.ts';
import { callerIdOf } from '../../graph/caller.ts';
import { PageArguments } from '../../graph/connection.ts';
import type { Context } from '../../graph/context.ts';
import { longText, valid } from '../../graph/input.ts';
import { collectProblems } from '../../graph/input-collection.ts';
import type { WrittenChild } from '../../graph/mutation.ts';
import { userSummaries } from '../user/user.loader.ts';
import { UserSummary } from '../user/user-summary.type.ts';
import { mutateChild } from './child-mutation.ts';
import { loadCustomer, loadCustomers } from './customer.loader.ts';
import { Customer, type CustomerKey } from './customer.type.ts';
import { holdsInForce } from './legal-hold.list.ts';
import { type LegalHoldRow, legalHold } from './legal-hold.table.ts';
import {
  LegalHold,
  LegalHoldConnection,
  LegalHoldPayload,
  LiftLegalHoldInput,
  SetLegalHoldInput,
} from './legal-hold.type.ts';
import { liftLegalHold, setLegalHold } from './legal-hold.writes.ts';

const holdsByCustomer = manyBy(legalHold, ['customerId'], { orderBy: ['setAt', 'id'], descending: true });
const holdById = oneBy(legalHold, 'id');
async function readPayload(context: Context, { id, bankId, customerId }: WrittenChild): Promise<LegalHoldPayload> {
  return { bankId, customerId, legalHold: await context.loader(holdById).load(id) };
}

function holdsOf(context: Context, customers: readonly CustomerKey[]): Promise<LegalHoldRow[][]> {
  return context.loader(holdsByCustomer).loadAll(customers.map(({ id }) => id));
}

@Resolver(() => Customer)
export class CustomerLegalHoldsResolver {
  @FieldResolver(() => LegalHold, {
    nullable: true,
    description: 'The legal hold that is in force, the latest if there are several. Null if there is none.',
  })
  @RequiresRole(['CanSetLegalHold', 'CanDeleteCustomerCascade'])
  @BatchedByKey<CustomerKey>()
  async legalHold(@Root() customers: CustomerKey[], @Ctx() context: Context): Promise<(LegalHold | null)[]> {
    const holds = await holdsOf(context, customers);
    return holds.map((ofCustomer) => ofCustomer.find(({ liftedAt }) => liftedAt === null) ?? null);
  }

  @FieldResolver(() => [LegalHold], {
    nullable: true,
    description: 'The legal holds of the customer, sorted by `setAt`, newest first. Lifted ones are included.',
  })
  @RequiresRole(['CanSetLegalHold', 'CanDeleteCustomerCascade'])
  @BatchedByKey<CustomerKey>()
  legalHolds(@Root() customers: CustomerKey[], @Ctx() context: Context): Promise<LegalHold[][]> {
    return holdsOf(context, customers);
  }
}

@Resolver(() => LegalHold)
export class LegalHoldResolver {
  @Query(() => LegalHoldConnection, {
    nullable: true,
    description: 'The legal holds that are in force at the bank, sorted by `setAt`, newest first.',
  })
  @RequiresRole(['CanSetLegalHold', 'CanDeleteCustomerCascade'])
  legalHolds(@BankId() bankId: string, @Args(() => PageArguments) page: PageArguments, @Ctx() context: Context) {
    return holdsInForce(context, bankId, page);
  }

  @FieldResolver(() => UserSummary, { nullable: true, description: 'The user who set the legal hold.' })
  @Authenticated()
  @Batched()
  setBy(@Root() holds: LegalHold[], @Ctx() context: Context): Promise<(UserSummary | null)[]> {
    return userSummaries(
      context,
      holds.map(({ setByUserId }) => setByUserId),
    );
  }

  @FieldResolver(() => UserSummary, {
    nullable: true,
    description: 'The user who lifted the legal hold. Null while it is in force.',
  })
  @Authenticated()
  @Batched()
  liftedBy(@Root() holds: LegalHold[], @Ctx() context: Context): Promise<(UserSummary | null)[]> {
    return userSummaries(
      context,
      holds.map(({ liftedByUserId }) => liftedByUserId),
    );
  }

  @FieldResolver(() => Customer, { nullable: true, description: 'The customer of the legal hold.' })
  @RequiresRole(['CanGetCustomer'])
  @Batched()
  customer(@Root() holds: LegalHold[], @Ctx() context: Context): Promise<(Customer | null)[]> {
    return loadCustomers(context, holds);
  }
}

@Resolver(() => LegalHoldPayload)
export class LegalHoldMutations {
  @FieldResolver(() => Customer, { nullable: true, description: 'The customer of the legal hold.' })
  @RequiresRole(['CanGetCustomer'])
  customer(@Root() payload: LegalHoldPayload, @Ctx() context: Context): Promise<Customer | null> {
    return loadCustomer(context, payload.customerId);
  }

  @Mutation(() => LegalHoldPayload, {
    nullable: true,
    description:
      'Sets a legal hold. Until all legal holds of the customer are lifted, deletions fail with `CUSTOMER_UNDER_LEGAL_HOLD`: of the customer, of its addresses, attributes, links, tax residences, and social media handles, and of customers that are linked to it. A customer can have at most 500 legal holds, lifted or not.',
  })
  @RequiresRole(['CanSetLegalHold'])
  setLegalHold(
    @BankId() bankId: string,
    @CustomerId() customerId: string,
    @Arg('input', () => SetLegalHoldInput, { description: 'The new legal hold.' }) input: SetLegalHoldInput,
    @Ctx() context: Context,
  ): Promise<LegalHoldPayload> {
    const userId = callerIdOf(context);
    const reason = longText('input.reason', input.reason, 2000);
    return mutateChild(context, { bankId, customerId }, readPayload, (transaction, customer) =>
      setLegalHold(transaction, customer, { userId, reason }),
    );
  }

  @Mutation(() => LegalHoldPayload, {
    nullable: true,
    description:
      'Lifts a legal hold. It is kept, with the user, the time, and the reason. Fails with `LEGAL_HOLD_NOT_FOUND` if the customer has no such legal hold, and with `LEGAL_HOLD_LIFTED` if it is already lifted.',
  })
  @RequiresRole(['CanSetLegalHold'])
  liftLegalHold(
    @BankId() bankId: string,
    @CustomerId() customerId: string,
    @Arg('input', () => LiftLegalHoldInput, { description: 'The legal hold, and the reason for lifting it.' })
    input: LiftLegalHoldInput,
    @Ctx() context: Context,
  ): Promise<LegalHoldPayload> {
    const userId = callerIdOf(context);
    const { id, reason } = collectProblems(() => ({
      id: valid('input.legalHoldId', () => parseId(input.legalHoldId)),
      reason: longText('input.reason', input.reason, 2000),
    }));
    return mutateChild(context, { bankId, customerId }, readPayload, (transaction, customer) =>
      liftLegalHold(transaction, customer, id, { userId, reason }),
    );
  }
}
