import { Field, ID, ObjectType } from 'type-graphql';
import { connectionOf } from '../../connection.ts';
import { DateTime } from '../../scalars.ts';

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
