import { eq, isNotNull, isNull, sql } from 'drizzle-orm';
import { Arg, Args, Ctx, FieldResolver, ID, Mutation, Query, Resolver, Root } from 'type-graphql';
import { gatewayError } from '../../base/errors.ts';
import { parseId } from '../../base/values.ts';
import { oneBy } from '../../database/batch.ts';
import { Batched, BatchedByKey } from '../../execution/batched.ts';
import { Authenticated, RequiresRole } from '../../graph/access/rule.ts';
import { BankId } from '../../graph/arguments.ts';
import { PageArguments } from '../../graph/connection.ts';
import { customerConnectionQuery } from '../../graph/connection-query.ts';
import type { Context } from '../../graph/context.ts';
import { payloadObjectOfCustomer } from '../../graph/descriptions.ts';
import { filteredConnectionQuery, fromCondition, toCondition } from '../../graph/filtered-connection-query.ts';
import { periodOf, valid } from '../../graph/input.ts';
import { mutate } from '../../graph/mutation.ts';
import { DateTime } from '../../graph/scalars.ts';
import { loadCustomer, loadCustomers } from '../customer/customer.loader.ts';
import { Customer, type CustomerKey, SortDirection } from '../customer/customer.type.ts';
import { userSummaries } from '../user/user.loader.ts';
import { UserSummary } from '../user/user-summary.type.ts';
import { type CrmEventRow, crmEvent } from './crm-event.table.ts';
import {
  CloseCrmEventInput,
  CreateCrmEventInput,
  CrmEvent,
  CrmEventConnection,
  CrmEventPayload,
  CrmEventSort,
} from './crm-event.type.ts';
import { closeCrmEvent, closingValues, crmEventValues, insertCrmEvent } from './crm-event.writes.ts';
import { CrmEventState } from './crm-event-state.ts';

const eventsOfCustomers = customerConnectionQuery(crmEvent, 'createdAt');

const eventsOfBank = filteredConnectionQuery(crmEvent, {
  bankId: () => eq(crmEvent.bankId, sql.placeholder('bankId')),
  category: () => eq(crmEvent.category, sql.placeholder('category')),
  isOpen: () => isNull(crmEvent.closedAt),
  isClosed: () => isNotNull(crmEvent.closedAt),
  isScheduled: () => isNotNull(crmEvent.scheduledDate),
  from: fromCondition,
  to: toCondition,
});

/** The column of each order. */
const sortColumns = { CREATED: 'createdAt', SCHEDULED: 'scheduledDate' } as const satisfies Record<
  CrmEventSort,
  string
>;

const eventById = oneBy(crmEvent, 'id');

function toCrmEvent(row: CrmEventRow): CrmEvent {
  return { ...row, state: row.closedAt === null ? CrmEventState.OPEN : CrmEventState.CLOSED };
}

function callerIdOf({ user }: Context): string {
  if (user === null) throw gatewayError('OBP-20001');
  return user.id;
}

async function readPayload(
  context: Context,
  { id, bankId, customerId }: { id: string; bankId: string; customerId: string | null },
): Promise<CrmEventPayload> {
  const row = await context.loader(eventById).load(id);
  return { bankId, customerId, crmEventId: id, crmEvent: row === null ? null : toCrmEvent(row) };
}

@Resolver(() => Customer)
export class CustomerCrmEventsResolver {
  @FieldResolver(() => CrmEventConnection, {
    nullable: true,
    description: 'The CRM events of the customer, sorted by `createdAt`, newest first.',
  })
  @RequiresRole(['CanGetCrmEvents'])
  @BatchedByKey<CustomerKey>()
  crmEvents(@Root() customers: CustomerKey[], @Args(() => PageArguments) page: PageArguments, @Ctx() context: Context) {
    return eventsOfCustomers.forCustomers(context, 'Customer.crmEvents', customers, page, toCrmEvent);
  }
}

@Resolver(() => CrmEvent)
export class CrmEventResolver {
  @Query(() => CrmEventConnection, {
    nullable: true,
    description: 'The CRM events of the bank that meet all conditions, in the requested order.',
  })
  @RequiresRole(['CanGetCrmEvents'])
  crmEvents(
    @BankId() bankId: string,
    @Arg('category', () => String, {
      nullable: true,
      description: "The category of the contact in the bank's own terms, such as `Call`.",
    })
    category: string | null,
    @Arg('state', () => CrmEventState, { nullable: true, description: 'The state of the events.' })
    state: CrmEventState | null,
    @Arg('from', () => DateTime, {
      nullable: true,
      description: 'The start of the period that contains the time by which the events are sorted, inclusive.',
    })
    from: Date | null,
    @Arg('to', () => DateTime, {
      nullable: true,
      description: 'The end of the period that contains the time by which the events are sorted, exclusive.',
    })
    to: Date | null,
    @Arg('sortBy', () => CrmEventSort, {
      nullable: true,
      description: 'The time by which the events are sorted. Defaults to `CREATED`.',
    })
    sortBy: CrmEventSort | null,
    @Arg('sortDirection', () => SortDirection, {
      nullable: true,
      description: 'The direction in which the events are sorted. Defaults to `DESC`.',
    })
    sortDirection: SortDirection | null,
    @Args(() => PageArguments) page: PageArguments,
    @Ctx() context: Context,
  ) {
    const order = sortBy ?? CrmEventSort.CREATED;
    const conditions = { bankId, category: category ?? null, ...periodOf(from, to) };
    const descending = sortDirection !== SortDirection.ASC;
    const list = {
      field: 'Query.crmEvents',
      boundTo: [conditions, state ?? null, order, descending],
      sortBy: sortColumns[order],
      descending,
      filter: {
        ...conditions,
        isOpen: state === CrmEventState.OPEN ? true : null,
        isClosed: state === CrmEventState.CLOSED ? true : null,
        isScheduled: order === CrmEventSort.SCHEDULED ? true : null,
      },
    };
    return eventsOfBank(context, list, page, toCrmEvent);
  }

  @FieldResolver(() => UserSummary, {
    nullable: true,
    description: 'The user who closed the event. Null if the event is open or imported.',
  })
  @Authenticated()
  @Batched()
  closedBy(@Root() events: CrmEvent[], @Ctx() context: Context): Promise<(UserSummary | null)[]> {
    return userSummaries(
      context,
      events.map(({ closedByUserId }) => closedByUserId),
    );
  }

  @FieldResolver(() => Customer, {
    nullable: true,
    description: 'The customer of the event. Null if the bank does not have the customer.',
  })
  @RequiresRole(['CanGetCustomer'], { orLinkedUser: true })
  @Batched()
  customer(@Root() events: CrmEvent[], @Ctx() context: Context): Promise<(Customer | null)[]> {
    return loadCustomers(context, events);
  }
}

@Resolver(() => CrmEventPayload)
export class CrmEventMutations {
  @FieldResolver(() => CrmEvent, { nullable: true, description: payloadObjectOfCustomer('event') })
  @RequiresRole(['CanGetCrmEvents'])
  crmEvent(@Root() payload: CrmEventPayload): CrmEvent | null {
    return payload.crmEvent;
  }

  @FieldResolver(() => Customer, {
    nullable: true,
    description: 'The customer of the event. Null if the bank does not have the customer.',
  })
  @RequiresRole(['CanGetCustomer'], { orLinkedUser: true })
  customer(@Root() payload: CrmEventPayload, @Ctx() context: Context): Promise<Customer | null> {
    return loadCustomer(context, payload.customerId);
  }

  @Mutation(() => CrmEventPayload, {
    nullable: true,
    description:
      'Records a contact of the bank with a customer. Fails with `OBP-30046` if `customerId` is not the ID of a customer of the bank.',
  })
  @RequiresRole(['CanCreateCrmEvent'])
  createCrmEvent(
    @BankId() bankId: string,
    @Arg('input', () => CreateCrmEventInput, { description: 'The new event.' }) input: CreateCrmEventInput,
    @Ctx() context: Context,
  ): Promise<CrmEventPayload> {
    const values = crmEventValues(input);
    const callerId = callerIdOf(context);
    return mutate(
      context,
      async (transaction) => {
        const { id, customerId } = await insertCrmEvent(transaction, bankId, values, callerId);
        return { id, customerId };
      },
      (written) => readPayload(context, { bankId, ...written }),
    );
  }

  @Mutation(() => CrmEventPayload, {
    nullable: true,
    description:
      'Closes an open CRM event, which then leaves the list of open ones. Fails with `CRM_EVENT_NOT_FOUND` if the bank has no such event, and with `CRM_EVENT_CLOSED` if the event is already closed.',
  })
  @RequiresRole(['CanCloseCrmEvent'])
  closeCrmEvent(
    @BankId() bankId: string,
    @Arg('id', () => ID, { description: 'The ID of the event.' }) id: string,
    @Arg('input', () => CloseCrmEventInput, { description: 'How the contact ended.' }) input: CloseCrmEventInput,
    @Ctx() context: Context,
  ): Promise<CrmEventPayload> {
    const event = { bankId, id: valid('id', () => parseId(id)) };
    const values = closingValues(input);
    const callerId = callerIdOf(context);
    return mutate(
      context,
      async (transaction) => {
        const { customerId } = await closeCrmEvent(transaction, event, values, callerId);
        return { id: event.id, customerId };
      },
      (written) => readPayload(context, { bankId, ...written }),
    );
  }
}
