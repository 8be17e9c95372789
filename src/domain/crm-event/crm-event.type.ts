import { Field, ID, InputType, ObjectType, registerEnumType } from 'type-graphql';
import { connectionOf } from '../../graph/connection.ts';
import { pastTimeDescription, payloadObjectId } from '../../graph/descriptions.ts';
import { DateTime } from '../../graph/scalars.ts';
import { CrmEventState } from './crm-event-state.ts';

registerEnumType(CrmEventState, {
  name: 'CrmEventState',
  description: 'The state of a CRM event.',
  valuesConfig: {
    OPEN: { description: 'The contact is still to be made, or has work to be done.' },
    CLOSED: { description: 'The event was closed, or was stored with an `actualDate`.' },
  },
});

export enum CrmEventSort {
  CREATED = 'CREATED',
  SCHEDULED = 'SCHEDULED',
}

registerEnumType(CrmEventSort, {
  name: 'CrmEventSort',
  description: 'The time by which CRM events are sorted. Events with equal times are sorted by ID.',
  valuesConfig: {
    CREATED: { description: 'The time when the event was first stored in the gateway, `createdAt`.' },
    SCHEDULED: {
      description: 'The time for which the contact is planned, `scheduledDate`. Events without it are not listed.',
    },
  },
});

@ObjectType({
  simpleResolvers: true,
  description: 'A contact of the bank with a customer, which took place or is planned.',
})
export class CrmEvent {
  @Field(() => ID, { description: 'The ID of the event.' })
  id: string;

  @Field(() => ID, { description: 'The ID of the bank.' })
  bankId: string;

  @Field(() => ID, {
    nullable: true,
    description: 'The ID of the customer. Null if the bank does not have the customer.',
  })
  customerId: string | null;

  @Field(() => String, { nullable: true, description: 'The name of the customer, as recorded.' })
  customerName: string | null;

  @Field(() => String, { nullable: true, description: 'The customer number of the customer, as recorded.' })
  customerNumber: string | null;

  @Field(() => String, { description: "The category of the contact in the bank's own terms, such as `Call`." })
  category: string;

  @Field(() => String, { nullable: true, description: 'The details of the contact.' })
  detail: string | null;

  @Field(() => String, { nullable: true, description: 'The channel of the contact, such as `phone`.' })
  channel: string | null;

  @Field(() => DateTime, { nullable: true, description: 'The time for which the contact is planned.' })
  scheduledDate: Date | null;

  @Field(() => DateTime, { nullable: true, description: 'The time when the contact took place.' })
  actualDate: Date | null;

  @Field(() => String, { nullable: true, description: 'The result of the contact, such as `Will call again`.' })
  result: string | null;

  @Field(() => CrmEventState, { description: 'The state of the event.' })
  state: CrmEventState;

  @Field(() => DateTime, {
    nullable: true,
    description:
      'The time when the event was closed. An event that is stored with an `actualDate` is closed at the same time. Null if the event is open.',
  })
  closedAt: Date | null;

  /** The user who closed the event. */
  closedByUserId: string | null;

  @Field(() => DateTime, { description: 'The time when the event was first stored in the gateway.' })
  createdAt: Date;
}

export const CrmEventConnection = connectionOf('CrmEventConnection', 'CrmEventEdge', () => CrmEvent);

@InputType({
  description:
    'A new CRM event. The customer is identified by `customerId` or `customerNumber`. If the bank does not have the customer, the event keeps only the name and the number.',
})
export class CreateCrmEventInput {
  @Field(() => ID, { nullable: true, description: 'The ID of a customer of the bank.' })
  customerId?: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      'The name of the customer, at most 255 characters. Defaults to the legal name if the bank has the customer.',
  })
  customerName?: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      'The customer number of the customer, at most 50 characters. If `customerId` is set, it must be the number of this customer.',
  })
  customerNumber?: string | null;

  @Field(() => String, {
    description: "The category of the contact in the bank's own terms, such as `Call`, at most 255 characters.",
  })
  category: string;

  @Field(() => String, { nullable: true, description: 'The details of the contact, at most 2,000 characters.' })
  detail?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'The channel of the contact, such as `phone`, at most 255 characters.',
  })
  channel?: string | null;

  @Field(() => DateTime, {
    nullable: true,
    description: 'The time for which the contact is planned, such as `2024-05-31T09:30:00Z`.',
  })
  scheduledDate?: Date | null;

  @Field(() => DateTime, {
    nullable: true,
    description: `The time when the contact took place, such as \`2024-05-31T09:30:00Z\`. ${pastTimeDescription}`,
  })
  actualDate?: Date | null;

  @Field(() => String, {
    nullable: true,
    description: 'The result of the contact, such as `Will call again`, at most 2,000 characters.',
  })
  result?: string | null;
}

@InputType({ description: 'How a contact ended. Omitted fields are not changed.' })
export class CloseCrmEventInput {
  @Field(() => DateTime, {
    nullable: true,
    description: `The time when the contact took place, such as \`2024-05-31T09:30:00Z\`. ${pastTimeDescription}`,
  })
  actualDate?: Date | null;

  @Field(() => String, {
    nullable: true,
    description: 'The result of the contact, such as `Has sent the form`, at most 2,000 characters.',
  })
  result?: string | null;
}

@ObjectType({ simpleResolvers: true, description: 'The result of creating or closing a CRM event.' })
export class CrmEventPayload {
  bankId: string;
  customerId: string | null;

  @Field(() => ID, { description: payloadObjectId('event') })
  crmEventId: string;

  /** The field `crmEvent` requires the role with which it is read, because only its end is written by who closes it. */
  crmEvent: CrmEvent | null;
}
