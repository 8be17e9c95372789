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
    description:
      'The audit events that concern the customer, at the bank of the customer, sorted by `at`, newest first.',
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
      'The audit events, sorted by `at`, newest first. Without `bankId`, the events of all banks and those outside any bank, such as logins and commands.',
  })
  @RequiresRole(['CanGetAuditEvents', 'CanGetAuditEventsAtAnyBank'])
  auditEvents(
    @BankIdOrNull() bankId: string | null,
    @Arg('customerId', () => ID, {
      nullable: true,
      description:
        'The ID of a customer that the events concern. The customer might have been deleted since. If it is omitted, the events of all customers are returned.',
    })
    customerId: string | null,
    @Arg('userId', () => ID, {
      nullable: true,
      description:
        'The ID of the user who caused the events. If it is omitted, the events of all callers are returned.',
    })
    userId: string | null,
    @Arg('from', () => DateTime, {
      nullable: true,
      description: 'The start of the period of the events, such as `2024-05-31T00:00:00Z`, inclusive.',
    })
    from: Date | null,
    @Arg('to', () => DateTime, {
      nullable: true,
      description: 'The end of the period of the events, such as `2024-06-30T00:00:00Z`, exclusive.',
    })
    to: Date | null,
    @Args(() => PageArguments) page: PageArguments,
    @Ctx() context: Context,
  ) {
    return auditEventPage(context, { bankId, customerId, userId, from, to }, page);
  }

  @FieldResolver(() => Bank, {
    nullable: true,
    description: 'The bank of the event. Null for events outside any bank, such as logins.',
  })
  @Public()
  async bank(@Root() { bankId }: AuditEvent, @Ctx() context: Context): Promise<Bank | null> {
    if (bankId === null) return null;
    // An anonymous caller might have sent the ID of a bank that does not exist.
    const row = await context.loader(bankById).load(bankId);
    return row === null ? null : toBank(row);
  }

  @FieldResolver(() => User, {
    nullable: true,
    description: 'The caller. Null for anonymous callers and for commands.',
  })
  @RequiresRole(['CanGetCorrelatedUsersInfo', 'CanGetCorrelatedUsersInfoAtAnyBank'])
  async user(@Root() { userId, bankId }: AuditEvent, @Ctx() context: Context): Promise<User | null> {
    if (userId === null) return null;
    const row = await context.loader(userById).load(userId);
    return row === null ? null : toUser(row, { bankId });
  }
}
