import { Field, ID, InputType, ObjectType } from 'type-graphql';
import { connectionOf } from '../../graph/connection.ts';
import { DateTime } from '../../graph/scalars.ts';

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

@InputType({ description: 'A message to a customer. It is recorded; the gateway delivers nothing.' })
export class CreateCustomerMessageInput {
  @Field(() => String, { description: 'What is written, at most 1024 characters.' })
  message: string;

  @Field(() => String, { nullable: true, description: 'How it is delivered, such as SMS; at most 64 characters.' })
  transport?: string | null;

  @Field(() => String, { description: 'The department that writes it, at most 64 characters.' })
  fromDepartment: string;

  @Field(() => String, { description: 'Who writes it, at most 64 characters.' })
  fromPerson: string;
}

@ObjectType({ simpleResolvers: true, description: 'A message that was written, and its customer.' })
export class CustomerMessagePayload {
  bankId: string;
  customerId: string;

  @Field(() => CustomerMessage, { nullable: true, description: 'The message.' })
  customerMessage: CustomerMessage | null;
}
