import { Field, ID, Int, ObjectType, registerEnumType } from 'type-graphql';
import type { AuditEventRow } from '../../audit/audit.table.ts';
import { type AuditKind, type AuditOutcome, parseAuditEvent } from '../../audit/audit-event.ts';
import { maxConfigurableObjects } from '../../execution/answer-meter.ts';
import { MaxItems } from '../../execution/max-items.ts';
import { connectionOf } from '../../graph/connection.ts';
import { DateTime } from '../../graph/scalars.ts';

/** An event names the objects of one operation, so its lists are as long as the largest answer that can be configured. */
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
  description: 'What kind of act an event of the audit trail tells of.',
  valuesConfig: {
    READ: { description: 'A query read guarded data, or tried to.' },
    WRITE: { description: 'A mutation field wrote, or tried to.' },
    AUTHENTICATION: {
      description:
        'A login, a failed login, or a request that was refused because of its token or the rate limit of its caller.',
    },
    COMMAND: { description: 'Somebody ran a command on the command line of the gateway.' },
    LOST: { description: 'What stood here could not be written, so that the operation failed which it was about.' },
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
  description: 'What came of an act that is recorded.',
  valuesConfig: {
    SUCCEEDED: { description: 'All of it was done.' },
    PARTIAL: { description: 'Some fields were given, others were refused or failed.' },
    REFUSED: { description: 'The caller may not do it.' },
    FAILED: { description: 'It came to nothing for another reason than that the caller may not.' },
  },
});

@ObjectType({
  simpleResolvers: true,
  description:
    'An event of the audit trail: who read, changed or tried what of whom, and when. It names ids and fields, never a value of one.',
})
export class AuditEvent {
  /** The customer whose events were asked for: what reading them is recorded with. */
  customerId: string | null;

  @Field(() => ID, { description: 'The id of the event.' })
  id: string;

  @Field(() => DateTime, { description: 'When it took place.' })
  at: Date;

  @Field(() => AuditEventKind, { description: 'What kind of act it is.' })
  kind: AuditKind;

  @Field(() => AuditEventOutcome, { description: 'What came of it.' })
  outcome: AuditOutcome;

  @Field(() => ID, {
    nullable: true,
    description: 'The bank that it touched; null for what belongs to none, such as a login.',
  })
  bankId: string | null;

  @MaxItems(maxOfOperation)
  @Field(() => [ID], { description: 'The customers whom it is about. They may have been deleted since.' })
  customerIds: string[];

  @MaxItems(maxOfOperation)
  @Field(() => [ID], { description: 'The users whom it is about, such as the one who was granted a role.' })
  subjectUserIds: string[];

  @Field(() => ID, {
    nullable: true,
    description: 'The user who did it; null for who was not logged in, and on the command line.',
  })
  userId: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'Who vouched for the user: the gateway itself, or an identity provider.',
  })
  provider: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'What the client calls itself; on the command line the account of the operating system.',
  })
  clientName: string | null;

  @Field(() => String, { nullable: true, description: 'The network address that the request came from.' })
  clientAddress: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'The id of the request, as it is in the log; the events of one request have the same.',
  })
  requestId: string | null;

  @Field(() => String, { nullable: true, description: 'The name of the operation, or the command.' })
  operationName: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'SHA-256 of the document of the operation, in hexadecimal.',
  })
  operationHash: string | null;

  @MaxItems(maxOfOperation)
  @Field(() => [String], { description: 'The guarded fields that were given, such as Customer.addresses.' })
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
      'The roles that let the caller in; or orLinkedUser, orHolder, orSelf or authenticated, where the data were their own.',
  })
  roles: string[];

  @MaxItems(maxOfOperation)
  @Field(() => [String], {
    description: 'The names of the fields that changed, such as CustomerAddress.city; never their values.',
  })
  changes: string[];

  @MaxItems(maxOfOperation)
  @Field(() => [String], {
    description:
      'The codes of the errors that the caller got, such as OBP-20006. For a refused token also the reason, such as TOKEN_EXPIRED.',
  })
  errors: string[];

  @Field(() => String, { nullable: true, description: 'Why, in the words of the caller.' })
  reason: string | null;

  @Field(() => Int, {
    description:
      'The number of attempts that the event stands for. More than 1 only for failed attempts beyond a rate.',
  })
  count: number;
}

/** `customerId` is the customer whose events were asked for, if they were. */
export function toAuditEvent({ chain, sequence, at, event }: AuditEventRow, customerId: string | null): AuditEvent {
  return { ...parseAuditEvent(event), id: `${chain}-${sequence}`, at, customerId };
}

export const AuditEventConnection = connectionOf('AuditEventConnection', 'AuditEventEdge', () => AuditEvent);
