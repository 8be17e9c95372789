import { Field, ID, InputType, ObjectType } from 'type-graphql';
import { connectionOf } from '../../graph/connection.ts';
import { DateTime } from '../../graph/scalars.ts';

@ObjectType({
  simpleResolvers: true,
  description: 'A contact of the bank with a customer, that took place or is planned.',
})
export class CrmEvent {
  @Field(() => ID, { description: 'The id of the event.' })
  id: string;

  @Field(() => ID, { description: 'The bank.' })
  bankId: string;

  @Field(() => ID, { nullable: true, description: 'The customer; null when the bank has no such customer.' })
  customerId: string | null;

  @Field(() => String, { nullable: true, description: 'The name of the customer, as it was recorded.' })
  customerName: string | null;

  @Field(() => String, { nullable: true, description: 'The number of the customer, as it was recorded.' })
  customerNumber: string | null;

  @Field(() => String, { description: 'What kind of contact it is, in the bank’s own words.' })
  category: string;

  @Field(() => String, { nullable: true, description: 'What it is about.' })
  detail: string | null;

  @Field(() => String, { nullable: true, description: 'How they are in contact, such as phone.' })
  channel: string | null;

  @Field(() => DateTime, { nullable: true, description: 'When it is planned for.' })
  scheduledDate: Date | null;

  @Field(() => DateTime, { nullable: true, description: 'When it took place.' })
  actualDate: Date | null;

  @Field(() => String, { nullable: true, description: 'What came of it.' })
  result: string | null;

  @Field(() => DateTime, { description: 'When the event was stored here.' })
  createdAt: Date;
}

export const CrmEventConnection = connectionOf('CrmEventConnection', 'CrmEventEdge', () => CrmEvent);

@InputType({
  description:
    'A contact of the bank with a customer. A customer of the bank is named by id or by number; of another the name and the number are kept.',
})
export class CreateCrmEventInput {
  @Field(() => ID, { nullable: true, description: 'The customer, who is the bank’s.' })
  customerId?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'The name of the customer, at most 255 characters; of a customer of the bank it may be left out.',
  })
  customerName?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'The number of the customer, at most 50 characters; the bank’s customer with this number is linked.',
  })
  customerNumber?: string | null;

  @Field(() => String, { description: 'What kind of contact it is, such as Call; at most 255 characters.' })
  category: string;

  @Field(() => String, { nullable: true, description: 'What it is about, at most 2000 characters.' })
  detail?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'How they are in contact, such as phone; at most 255 characters.',
  })
  channel?: string | null;

  @Field(() => DateTime, { nullable: true, description: 'When it is planned for, such as 2024-05-31T09:30:00Z.' })
  scheduledDate?: Date | null;

  @Field(() => DateTime, { nullable: true, description: 'When it took place, such as 2024-05-31T09:30:00Z.' })
  actualDate?: Date | null;

  @Field(() => String, { nullable: true, description: 'What came of it, at most 2000 characters.' })
  result?: string | null;
}

@ObjectType({ simpleResolvers: true, description: 'A contact that was recorded, and its customer.' })
export class CrmEventPayload {
  bankId: string;
  customerId: string | null;

  @Field(() => CrmEvent, { nullable: true, description: 'The event.' })
  crmEvent: CrmEvent | null;
}
