import { Field, ID, ObjectType } from 'type-graphql';
import { MaxItems } from '../../execution/max-items.ts';
import { DateTime } from '../../graph/scalars.ts';
import { maxFieldsOfChange } from './change.type.ts';

const cursorDescription =
  'The position after the change. A client that reconnects sends it in the `Last-Event-ID` header, and misses nothing.';

const fieldsDescription =
  'The changed fields that the caller can read, such as `CustomerAddress.city`, sorted by name. `CustomerAddress` alone stands for deleted addresses. An import names all fields of new objects.';

@ObjectType({ simpleResolvers: true, description: 'A committed change of a customer, or of data of the customer.' })
export class CustomerChange {
  @Field(() => DateTime, { description: 'The time of the change.' })
  at: Date;

  @Field(() => ID, { description: 'The ID of the bank.' })
  bankId: string;

  @Field(() => ID, { description: 'The ID of the customer.' })
  customerId: string;

  @MaxItems(maxFieldsOfChange)
  @Field(() => [String], { description: fieldsDescription })
  fields: string[];

  @Field(() => String, { description: cursorDescription })
  cursor: string;
}

@ObjectType({
  simpleResolvers: true,
  description: 'A committed change of KYC evidence, statuses, or proposals at a bank.',
})
export class KycWorkChange {
  @Field(() => DateTime, { description: 'The time of the change.' })
  at: Date;

  @Field(() => ID, { description: 'The ID of the bank.' })
  bankId: string;

  @Field(() => ID, {
    nullable: true,
    description: 'The ID of the customer. Null if the change concerns several customers, as an import does.',
  })
  customerId: string | null;

  @MaxItems(maxFieldsOfChange)
  @Field(() => [String], { description: fieldsDescription })
  fields: string[];

  @Field(() => String, { description: cursorDescription })
  cursor: string;
}
