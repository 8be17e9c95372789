import { Field, ID, ObjectType } from 'type-graphql';
import { connectionOf } from '../../connection.ts';
import { DateTime } from '../../scalars.ts';

@ObjectType({ simpleResolvers: true, description: 'What somebody at the bank wrote to a customer.' })
export class CustomerMessage {
  @Field(() => ID, { description: 'The id of the message.' })
  id: string;

  @Field(() => ID, { description: 'The bank.' })
  bankId: string;

  @Field(() => ID, { description: 'The customer to whom it was written.' })
  customerId: string;

  @Field(() => DateTime, { description: 'When it was written.' })
  date: Date;

  @Field(() => String, { nullable: true, description: 'How it is delivered, such as SMS.' })
  transport: string | null;

  @Field(() => String, { description: 'What was written.' })
  message: string;

  @Field(() => String, { description: 'The department that wrote it.' })
  fromDepartment: string;

  @Field(() => String, { description: 'Who wrote it.' })
  fromPerson: string;
}

export const CustomerMessageConnection = connectionOf(
  'CustomerMessageConnection',
  'CustomerMessageEdge',
  () => CustomerMessage,
);
