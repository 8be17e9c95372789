import { Arg, Args, Ctx, FieldResolver, ID, Query, Resolver, Root } from 'type-graphql';
import { Public, RequiresRole } from '../../graph/access/rule.ts';
import { BankIdOrNull } from '../../graph/arguments.ts';
import { PageArguments } from '../../graph/connection.ts';
import type { Context } from '../../graph/context.ts';
import { DateTime } from '../../graph/scalars.ts';
import { bankById } from '../bank/bank.loader.ts';
import { Bank, toBank } from '../bank/bank.type.ts';
import { Customer } from '../customer/customer.type.ts';
import { userById } from '../user/user.loader.ts';
import { toUser, User } from '../user/user.type.ts';
import { auditEventPage, auditEventPageOfCustomer } from './audit-event.list.ts';
import { AuditEvent, AuditEventConnection } from './audit-event.type.ts';

@Resolver(() => Customer)
export class CustomerAuditEventsResolver {
  @FieldResolver(() => AuditEventConnection, {
    nullable: true,
    description: 'Who read or changed what of the customer, or tried to: the events at the bank, the newest first.',
  })
  @RequiresRole(['CanGetAuditEvents', 'CanGetAuditEventsAtAnyBank'])
  auditEvents(@Root() customer: Customer, @Args(() => PageArguments) page: PageArguments, @Ctx() context: Context) {
    return auditEventPageOfCustomer(context, customer.id, page);
  }
}

@Resolver(() => AuditEvent)
export class AuditEventResolver {
  @Query(() => AuditEventConnection, {
    nullable: true,
    description:
      'The audit trail, the newest event first: of one bank; or, where no bank is given, of all banks, with what belongs to none, such as logins and commands.',
  })
  @RequiresRole(['CanGetAuditEvents', 'CanGetAuditEventsAtAnyBank'])
  auditEvents(
    @BankIdOrNull() bankId: string | null,
    @Arg('customerId', () => ID, {
      nullable: true,
      description: 'Only events that are about this customer, who may have been deleted since.',
    })
    customerId: string | null,
    @Arg('userId', () => ID, { nullable: true, description: 'Only what this user did.' }) userId: string | null,
    @Arg('from', () => DateTime, { nullable: true, description: 'Only events of this moment or later.' })
    from: Date | null,
    @Arg('to', () => DateTime, { nullable: true, description: 'Only events before this moment.' }) to: Date | null,
    @Args(() => PageArguments) page: PageArguments,
    @Ctx() context: Context,
  ) {
    return auditEventPage(context, { bankId, customerId, userId, from, to }, page);
  }

  @FieldResolver(() => Bank, {
    nullable: true,
    description: 'The bank that it touched; null for what belongs to none.',
  })
  @Public()
  async bank(@Root() { bankId }: AuditEvent, @Ctx() context: Context): Promise<Bank | null> {
    if (bankId === null) return null;
    // Who was not logged in may have named a bank that does not exist.
    const row = await context.loader(bankById).load(bankId);
    return row === null ? null : toBank(row);
  }

  @FieldResolver(() => User, {
    nullable: true,
    description: 'The user who did it; null for who was not logged in, and on the command line.',
  })
  @RequiresRole(['CanGetCorrelatedUsersInfo', 'CanGetCorrelatedUsersInfoAtAnyBank'])
  async user(@Root() { userId, bankId }: AuditEvent, @Ctx() context: Context): Promise<User | null> {
    if (userId === null) return null;
    const row = await context.loader(userById).load(userId);
    return row === null ? null : toUser(row, { bankId });
  }
}
