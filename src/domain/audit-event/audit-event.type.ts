import { Field, ID, Int, ObjectType, registerEnumType } from 'type-graphql';
import type { AuditEventRow } from '../../audit/audit.table.ts';
import { type AuditKind, type AuditOutcome, parseAuditEvent } from '../../audit/audit-event.ts';
import { maxConfigurableObjects } from '../../execution/answer-meter.ts';
import { MaxItems } from '../../execution/max-items.ts';
import { connectionOf } from '../../graph/connection.ts';
import { globalIdDescription } from '../../graph/descriptions.ts';
import { globalId } from '../../graph/global-id.ts';
import { DateTime } from '../../graph/scalars.ts';

/** An event contains the objects of one operation, so its lists can be as long as the largest response that can be configured. */
const maxOfOperation = maxConfigurableObjects;

const AuditEventKind = {
  READ: 'READ',
  WRITE: 'WRITE',
  AUTHENTICATION: 'AUTHENTICATION',
  COMMAND: 'COMMAND',
  LOST: 'LOST',
} satisfies { [Kind in AuditKind]: Kind };

registerEnumType(AuditEventKind, {
  name: 'AuditEventKind',
  description: 'The kind of an audit event.',
  valuesConfig: {
    READ: { description: 'A query read guarded data, or tried to.' },
    WRITE: { description: 'A mutation field wrote data, or tried to.' },
    AUTHENTICATION: {
      description:
        'A login, a failed login, a renewed token, or a request that was refused because of its token, the rate limit of its caller, or its document.',
    },
    COMMAND: { description: 'A command was run on the command line of the gateway.' },
    LOST: { description: 'The event could not be recorded, so the operation failed.' },
  },
});

const AuditEventOutcome = {
  SUCCEEDED: 'SUCCEEDED',
  PARTIAL: 'PARTIAL',
  REFUSED: 'REFUSED',
  FAILED: 'FAILED',
} satisfies { [Outcome in AuditOutcome]: Outcome };

registerEnumType(AuditEventOutcome, {
  name: 'AuditEventOutcome',
  description: 'The outcome of a recorded operation.',
  valuesConfig: {
    SUCCEEDED: { description: 'The operation succeeded.' },
    PARTIAL: { description: 'Some fields were returned, and others were refused or failed.' },
    REFUSED: { description: 'The operation was refused.' },
    FAILED: { description: 'The operation failed for a reason other than a refused access.' },
  },
});

@ObjectType({
  simpleResolvers: true,
  description:
    'An event of the audit trail, such as an access to guarded data, a login, or a command. It contains the caller, the time, IDs, and names of fields, but no values.',
})
export class AuditEvent {
  /** The customer whose events are read. The event that records the read contains this customer. */
  customerId: string | null;

  @Field(() => ID, { description: globalIdDescription('event') })
  id: string;

  @Field(() => DateTime, { description: 'The time of the event.' })
  at: Date;

  @Field(() => AuditEventKind, { description: 'The kind of the event.' })
  kind: AuditKind;

  @Field(() => AuditEventOutcome, { description: 'The outcome of the operation.' })
  outcome: AuditOutcome;

  @Field(() => ID, {
    nullable: true,
    description: 'The ID of the bank. Null for events outside any bank, such as logins.',
  })
  bankId: string | null;

  @MaxItems(maxOfOperation)
  @Field(() => [ID], {
    description: 'The IDs of the customers that the event concerns. Some of them might have been deleted since.',
  })
  customerIds: string[];

  @MaxItems(maxOfOperation)
  @Field(() => [ID], {
    description: 'The IDs of the users that the event concerns, such as the user to whom a role was granted.',
  })
  subjectUserIds: string[];

  @Field(() => ID, {
    nullable: true,
    description: 'The ID of the caller. Null for anonymous callers and for commands.',
  })
  userId: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      'The provider that authenticated the caller: the gateway itself, or an identity provider. It is `command-line` for commands, and null for anonymous callers.',
  })
  provider: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      'The name of the client, from the `apollographql-client-name` header, or the account of the operating system that ran the command.',
  })
  clientName: string | null;

  @Field(() => String, { nullable: true, description: 'The network address of the client.' })
  clientAddress: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'The ID of the request, as in the log. All events of a request have the same ID.',
  })
  requestId: string | null;

  @Field(() => String, { nullable: true, description: 'The name of the operation, or the command.' })
  operationName: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'The SHA-256 hash of the document of the operation, in hexadecimal.',
  })
  operationHash: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      'The ID of the trusted document that was executed, as in its manifest. Null if the document is in none, or the gateway did not compare its text.',
  })
  documentId: string | null;

  @MaxItems(maxOfOperation)
  @Field(() => [String], { description: 'The guarded fields that were returned, such as `Customer.addresses`.' })
  fieldsReturned: string[];

  @MaxItems(maxOfOperation)
  @Field(() => [String], { description: 'The guarded fields that were refused.' })
  fieldsRefused: string[];

  @MaxItems(maxOfOperation)
  @Field(() => [String], { description: 'The guarded fields that failed.' })
  fieldsFailed: string[];

  @MaxItems(maxOfOperation)
  @Field(() => [String], {
    description:
      "The roles that allowed the access. Access to the caller's own data is recorded as `orLinkedUser`, `orHolder`, `orSelf`, or `authenticated`.",
  })
  roles: string[];

  @MaxItems(maxOfOperation)
  @Field(() => [String], {
    description: 'The fields that were changed, such as `CustomerAddress.city`, without their values.',
  })
  changes: string[];

  @MaxItems(maxOfOperation)
  @Field(() => [String], {
    description:
      'The keys of the returned errors, such as `OBP-20006`. A refused token also adds the reason, such as `TOKEN_EXPIRED`.',
  })
  errors: string[];

  @Field(() => String, {
    nullable: true,
    description: 'The reason that the caller stated in the `X-Reason` header.',
  })
  reason: string | null;

  @Field(() => Int, {
    description:
      'The number of attempts that the event represents. It is greater than 1 only for failed attempts that exceed a rate.',
  })
  count: number;
}

/** `customerId` is the customer whose events are read. Null if the events of all customers are read. */
export function toAuditEvent({ chain, sequence, at, event }: AuditEventRow, customerId: string | null): AuditEvent {
  return { ...parseAuditEvent(event), id: globalId('AuditEvent', String(chain), String(sequence)), at, customerId };
}

export const AuditEventConnection = connectionOf('AuditEventConnection', 'AuditEventEdge', () => AuditEvent);
