import { eq, sql } from 'drizzle-orm';
import { Arg, Args, Ctx, FieldResolver, ID, Query, Resolver, Root } from 'type-graphql';
import { Authenticated, RequiresRole } from '../../auth/requires-role.ts';
import { PageArguments } from '../../connection.ts';
import type { Context } from '../../context.ts';
import { oneBy } from '../../database/batch.ts';
import { withoutIndex } from '../../database/search.ts';
import { gatewayError } from '../../errors.ts';
import { newestOfCustomer, newestWhere } from '../../newest-first.ts';
import { loadCustomer } from '../customer/customer.loader.ts';
import { Customer } from '../customer/customer.type.ts';
import { toMeeting } from './meeting.loader.ts';
import { isParticipant, mayReadMeetings, ownMeetings, ownMeetingsValues } from './meeting.participant.ts';
import { type MeetingRow, meeting } from './meeting.table.ts';
import { Meeting, MeetingConnection } from './meeting.type.ts';

const meetingById = oneBy(meeting, 'bankId', 'id');
const meetingsOfCustomer = newestOfCustomer(meeting, 'when');
const meetingsOfBank = newestWhere(meeting, 'when', eq(meeting.bankId, sql.placeholder('bankId')));
const meetingsOfParticipant = newestWhere(
  meeting,
  'when',
  sql`${withoutIndex(meeting.bankId)} = ${sql.placeholder('bankId')} and ${ownMeetings}`,
);

@Resolver(() => Customer)
export class CustomerMeetingsResolver {
  @FieldResolver(() => MeetingConnection, {
    nullable: true,
    description: 'The meetings with the customer, the latest first.',
  })
  @RequiresRole(['CanGetMeetings'], { orLinkedUser: true })
  meetings(@Root() customer: Customer, @Args(() => PageArguments) page: PageArguments, @Ctx() context: Context) {
    const toNode = (row: MeetingRow) => toMeeting(context, row);
    return meetingsOfCustomer(context, 'Customer.meetings', customer.id, page, toNode);
  }
}

@Resolver(() => Meeting)
export class MeetingResolver {
  @Query(() => Meeting, { nullable: true, description: 'The meeting with this id, for its participants.' })
  @Authenticated('CanGetMeetings')
  async meeting(
    @Arg('bankId', () => ID, { description: 'The bank.' }) bankId: string,
    @Arg('id', () => ID, { description: 'The id of the meeting.' }) id: string,
    @Ctx() context: Context,
  ): Promise<Meeting> {
    const row = await context.loader(meetingById).load([bankId, id]);
    if (!mayReadMeetings(context, bankId) && (row === null || !(await isParticipant(context, row)))) {
      // The same whether or not there is such a meeting.
      throw gatewayError('OBP-20006', { missingRoles: ['CanGetMeetings'], bankId });
    }
    if (row === null) throw gatewayError('OBP-30104');
    return toMeeting(context, row);
  }

  @Query(() => MeetingConnection, {
    nullable: true,
    description:
      'The meetings of the bank in which the caller is a participant, or all of them with the role; the latest first.',
  })
  @Authenticated('CanGetMeetings')
  async meetings(
    @Arg('bankId', () => ID, { description: 'The bank.' }) bankId: string,
    @Args(() => PageArguments) page: PageArguments,
    @Ctx() context: Context,
  ) {
    const field = 'Query.meetings';
    const toNode = (row: MeetingRow) => toMeeting(context, row);
    if (mayReadMeetings(context, bankId)) {
      return meetingsOfBank(context, { field, boundTo: bankId, values: { bankId } }, page, toNode);
    }
    const boundTo = [bankId, context.user?.id];
    const values = await ownMeetingsValues(context, bankId);
    return meetingsOfParticipant(context, { field, boundTo, values }, page, toNode);
  }

  @FieldResolver(() => Customer, { nullable: true, description: 'The customer whom it is with.' })
  @RequiresRole(['CanGetCustomer'], { orLinkedUser: true })
  customer(@Root() meeting: Meeting, @Ctx() context: Context): Promise<Customer | null> {
    return loadCustomer(context, meeting.customerId);
  }
}
