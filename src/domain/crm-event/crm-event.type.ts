import { Field, ID, InputType, ObjectType } from 'type-graphql';
import { connectionOf } from '../../graph/connection.ts';
import { pastTimeDescription, payloadObjectOfCustomer } from '../../graph/descriptions.ts';
import { DateTime } from '../../graph/scalars.ts';

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

@ObjectType({ simpleResolvers: true, description: 'The result of creating a CRM event.' })
export class CrmEventPayload {
  bankId: string;
  customerId: string | null;

  @Field(() => CrmEvent, { nullable: true, description: payloadObjectOfCustomer('event') })
  crmEvent: CrmEvent | null;
}
