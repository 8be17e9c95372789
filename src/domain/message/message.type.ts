import { Field, ID, InputType, ObjectType } from 'type-graphql';
import { connectionOf } from '../../graph/connection.ts';
import { payloadObjectOfCustomer } from '../../graph/descriptions.ts';
import { DateTime } from '../../graph/scalars.ts';

@ObjectType({
  simpleResolvers: true,
  description: 'A message of the bank to a customer. The gateway records messages but does not deliver them.',
})
export class CustomerMessage {
  @Field(() => ID, { description: 'The ID of the message.' })
  id: string;

  @Field(() => ID, { description: 'The ID of the bank.' })
  bankId: string;

  @Field(() => ID, { description: 'The ID of the customer.' })
  customerId: string;

  @Field(() => DateTime, {
    description: 'The time when the message was first stored, or the date of an imported record.',
  })
  date: Date;

  @Field(() => String, { nullable: true, description: 'The transport of the message, such as `SMS`.' })
  transport: string | null;

  @Field(() => String, { description: 'The text of the message.' })
  message: string;

  @Field(() => String, { description: 'The department that wrote the message, such as `Cards`.' })
  fromDepartment: string;

  @Field(() => String, { description: 'The name of the person who wrote the message.' })
  fromPerson: string;
}

export const CustomerMessageConnection = connectionOf(
  'CustomerMessageConnection',
  'CustomerMessageEdge',
  () => CustomerMessage,
);

@InputType({ description: 'A new message to a customer.' })
export class CreateCustomerMessageInput {
  @Field(() => String, { description: 'The text of the message, at most 1,024 characters.' })
  message: string;

  @Field(() => String, {
    nullable: true,
    description: 'The transport of the message, such as `SMS`, at most 64 characters.',
  })
  transport?: string | null;

  @Field(() => String, {
    description: 'The department that wrote the message, such as `Cards`, at most 64 characters.',
  })
  fromDepartment: string;

  @Field(() => String, { description: 'The name of the person who wrote the message, at most 64 characters.' })
  fromPerson: string;
}

@ObjectType({ simpleResolvers: true, description: 'The result of creating a message.' })
export class CustomerMessagePayload {
  bankId: string;
  customerId: string;

  @Field(() => CustomerMessage, { nullable: true, description: payloadObjectOfCustomer('message') })
  customerMessage: CustomerMessage | null;
}
