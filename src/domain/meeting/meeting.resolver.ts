import { eq, isNull, sql } from 'drizzle-orm';
import { Arg, Args, Ctx, FieldResolver, ID, Mutation, Query, Resolver, Root } from 'type-graphql';
import { gatewayError } from '../../base/errors.ts';
import { oneBy } from '../../database/batch.ts';
import { withoutIndex } from '../../database/search.ts';
import { Batched, BatchedByKey } from '../../execution/batched.ts';
import { holdsFurtherRole } from '../../graph/access/further-role.ts';
import { Authenticated, RequiresRole } from '../../graph/access/rule.ts';
import { BankId, ExpectedVersion } from '../../graph/arguments.ts';
import { PageArguments } from '../../graph/connection.ts';
import { connectionQuery, customerConnectionQuery } from '../../graph/connection-query.ts';
import type { Context } from '../../graph/context.ts';
import { payloadObjectOfCustomer, periodDescriptions, updateDescription } from '../../graph/descriptions.ts';
import { filteredConnectionQuery, fromCondition, toCondition } from '../../graph/filtered-connection-query.ts';
import { periodOf } from '../../graph/input.ts';
import { changedColumns } from '../../graph/input-fields.ts';
import { mutate } from '../../graph/mutation.ts';
import { DateTime } from '../../graph/scalars.ts';
import { loadCustomer, loadCustomers } from '../customer/customer.loader.ts';
import { Customer, type CustomerKey } from '../customer/customer.type.ts';
import { lockCustomer } from '../customer/locked-customer.ts';
import { activeLinksOfCaller } from '../user-customer-link/linked-user.ts';
import { toMeeting } from './meeting.loader.ts';
import { meetingFields, meetingValues } from './meeting.rules.ts';
import { type MeetingRow, meeting } from './meeting.table.ts';
import {
  CreateMeetingInput,
  Meeting,
  MeetingConnection,
  MeetingPayload,
  UpdateMeetingInput,
  UpdateMeetingPayload,
} from './meeting.type.ts';
import { createMeeting, updateMeeting } from './meeting.writes.ts';
import { isParticipant, mayReadMeetings, ownMeetings, ownMeetingsValues } from './meeting-participant.ts';
import { createSession } from './meeting-providers.ts';

const meetingById = oneBy(meeting, 'bankId', 'id');
const meetingsOfCustomers = customerConnectionQuery(meeting, 'when');
const meetingsOfBank = connectionQuery(meeting, 'when', eq(meeting.bankId, sql.placeholder('bankId')));
const heldMeetings = filteredConnectionQuery(meeting, {
  bankId: () => sql`${eq(meeting.bankId, sql.placeholder('bankId'))} and ${isNull(meeting.cancelledAt)}`,
  from: fromCondition,
  to: toCondition,
});
const meetingsOfParticipant = connectionQuery(
  meeting,
  'when',
  sql`${withoutIndex(meeting.bankId)} = ${sql.placeholder('bankId')} and ${ownMeetings}`,
);

async function readPayload(context: Context, bankId: string, id: string): Promise<MeetingPayload> {
  const row = await context.loader(meetingById).load([bankId, id]);
  return {
    bankId,
    customerId: row?.customerId ?? null,
    meeting: row === null ? null : toMeeting(context, row),
  };
}

/**
 * Linked users of the customer can create meetings without the role, but cannot choose the staff user, because staff users
 * are moderators.
 *
 * @throws OBP-20006 for other callers
 */
async function assertCanCreate(
  context: Context,
  bankId: string,
  { customerId, staffUserId, customerUserId, invitees }: CreateMeetingInput,
): Promise<void> {
  if (holdsFurtherRole(context, 'Mutation.createMeeting', ['CanCreateMeeting'], bankId)) return;
  const link = (await activeLinksOfCaller(context)).get(customerId);
  // A linked user cannot name other users, because the response would show whether they exist.
  const namesOthers =
    staffUserId != null ||
    (customerUserId ?? context.user?.id) !== context.user?.id ||
    invitees.some(({ userId }) => userId != null);
  if (link?.bankId === bankId && !namesOthers) return;
  throw gatewayError('OBP-20006', { missingRoles: ['CanCreateMeeting'], bankId });
}

@Resolver(() => Customer)
export class CustomerMeetingsResolver {
  @FieldResolver(() => MeetingConnection, {
    nullable: true,
    description: 'The meetings with the customer, sorted by `when`, latest first.',
  })
  @RequiresRole(['CanGetMeetings'], { orLinkedUser: true })
  @BatchedByKey<CustomerKey>()
  meetings(@Root() customers: CustomerKey[], @Args(() => PageArguments) page: PageArguments, @Ctx() context: Context) {
    const toNode = (row: MeetingRow) => toMeeting(context, row);
    return meetingsOfCustomers.forCustomers(context, 'Customer.meetings', customers, page, toNode);
  }
}

@Resolver(() => Meeting)
export class MeetingResolver {
  @Query(() => Meeting, {
    nullable: true,
    description:
      'The meeting with this ID. Without `CanGetMeetings`, only a meeting in which the caller takes part, which the caller created, or to which the caller is invited. Fails with `OBP-30104` if the caller holds the role and the bank has no such meeting.',
  })
  @Authenticated('CanGetMeetings')
  async meeting(
    @BankId() bankId: string,
    @Arg('id', () => ID, { description: 'The ID of the meeting.' }) id: string,
    @Ctx() context: Context,
  ): Promise<Meeting> {
    const row = await context.loader(meetingById).load([bankId, id]);
    if (!mayReadMeetings(context, bankId) && (row === null || !(await isParticipant(context, row)))) {
      // The error is the same whether or not the meeting exists.
      throw gatewayError('OBP-20006', { missingRoles: ['CanGetMeetings'], bankId });
    }
    if (row === null) throw gatewayError('OBP-30104');
    return toMeeting(context, row);
  }

  @Query(() => MeetingConnection, {
    nullable: true,
    description:
      'The meetings of the bank, sorted by `when`, latest first. Without `CanGetMeetings`, only those in which the caller takes part, which the caller created, or to which the caller is invited.',
  })
  @Authenticated('CanGetMeetings')
  async meetings(@BankId() bankId: string, @Args(() => PageArguments) page: PageArguments, @Ctx() context: Context) {
    const field = 'Query.meetings';
    const toNode = (row: MeetingRow) => toMeeting(context, row);
    if (mayReadMeetings(context, bankId)) {
      return meetingsOfBank(context, { field, boundTo: bankId, values: { bankId } }, page, toNode);
    }
    const boundTo = [bankId, context.user?.id];
    const values = await ownMeetingsValues(context, bankId);
    return meetingsOfParticipant(context, { field, boundTo, values }, page, toNode);
  }

  @Query(() => MeetingConnection, {
    nullable: true,
    description: 'The meetings of the bank in a period that are not cancelled, sorted by `when`, earliest first.',
  })
  @RequiresRole(['CanGetMeetings'])
  upcomingMeetings(
    @BankId() bankId: string,
    @Arg('from', () => DateTime, {
      nullable: true,
      description: 'The start of the period, inclusive. Defaults to the present.',
    })
    from: Date | null,
    @Arg('to', () => DateTime, { nullable: true, description: periodDescriptions.to }) to: Date | null,
    @Args(() => PageArguments) page: PageArguments,
    @Ctx() context: Context,
  ) {
    const period = periodOf(from, to);
    const filter = { bankId, ...period, from: from ?? new Date() };
    const order = { sortBy: 'when', descending: false } as const;
    const list = { field: 'Query.upcomingMeetings', boundTo: { bankId, ...period }, ...order, filter };
    return heldMeetings(context, list, page, (row) => toMeeting(context, row));
  }

  @FieldResolver(() => Customer, {
    nullable: true,
    description: 'The customer of the meeting. Null if there is none.',
  })
  @RequiresRole(['CanGetCustomer'], { orLinkedUser: true })
  @Batched()
  customer(@Root() meetings: Meeting[], @Ctx() context: Context): Promise<(Customer | null)[]> {
    return loadCustomers(context, meetings);
  }
}

@Resolver(() => MeetingPayload)
export class MeetingMutations {
  @FieldResolver(() => Customer, {
    nullable: true,
    description: 'The customer of the meeting. Null if there is none.',
  })
  @RequiresRole(['CanGetCustomer'], { orLinkedUser: true })
  customer(@Root() payload: MeetingPayload, @Ctx() context: Context): Promise<Customer | null> {
    return loadCustomer(context, payload.customerId);
  }

  @Mutation(() => MeetingPayload, {
    nullable: true,
    description:
      'Creates a meeting with a customer. The caller must be a linked user of the customer or hold `CanCreateMeeting` at the bank. Fails with `OBP-30101`, `OBP-30102`, or `OBP-30103` if the provider is not configured.',
  })
  @Authenticated('CanCreateMeeting')
  async createMeeting(
    @BankId() bankId: string,
    @Arg('input', () => CreateMeetingInput, { description: 'The new meeting.' }) input: CreateMeetingInput,
    @Ctx() context: Context,
  ): Promise<MeetingPayload> {
    const callerId = context.user?.id;
    if (callerId === undefined) throw gatewayError('OBP-20001');
    await assertCanCreate(context, bankId, input);
    const newMeeting = meetingValues(input);
    const sessionId = await createSession(context.config, newMeeting.values.providerId, 'input.providerId');
    return mutate(
      context,
      async (transaction) => {
        const customer = await lockCustomer(transaction, bankId, newMeeting.customerId);
        return createMeeting(transaction, customer, { ...newMeeting, sessionId, callerId });
      },
      ({ id }) => readPayload(context, bankId, id),
    );
  }
}

@Resolver(() => UpdateMeetingPayload)
export class UpdateMeetingMutation {
  @FieldResolver(() => Meeting, { nullable: true, description: payloadObjectOfCustomer('meeting') })
  @RequiresRole(['CanGetMeetings'])
  meeting(@Root() payload: UpdateMeetingPayload): Meeting | null {
    return payload.meeting;
  }

  @FieldResolver(() => Customer, {
    nullable: true,
    description: 'The customer of the meeting. Null if there is none.',
  })
  @RequiresRole(['CanGetCustomer'], { orLinkedUser: true })
  customer(@Root() payload: UpdateMeetingPayload, @Ctx() context: Context): Promise<Customer | null> {
    return loadCustomer(context, payload.customerId);
  }

  @Mutation(() => UpdateMeetingPayload, {
    nullable: true,
    description: `${updateDescription('the staff user, the time, and the cancellation of a meeting')} Fails with \`OBP-30104\` if the bank has no such meeting, and with \`CUSTOMER_UNDER_LEGAL_HOLD\` if its customer is under a legal hold.`,
  })
  @RequiresRole(['CanUpdateMeeting'])
  updateMeeting(
    @BankId() bankId: string,
    @Arg('id', () => ID, { description: 'The ID of the meeting.' }) id: string,
    @Arg('input', () => UpdateMeetingInput, { description: 'The new values of the meeting.' })
    input: UpdateMeetingInput,
    @ExpectedVersion() expectedVersion: number | null,
    @Ctx() context: Context,
  ): Promise<UpdateMeetingPayload> {
    const values = changedColumns(meetingFields, input);
    return mutate(
      context,
      async (transaction) => {
        await updateMeeting(transaction, bankId, id, values, expectedVersion);
        return { id };
      },
      async () => ({ ...(await readPayload(context, bankId, id)), meetingId: id }),
    );
  }
}
