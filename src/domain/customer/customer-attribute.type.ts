import { Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import { DateTime } from '../../graph/scalars.ts';
import { AttributeType } from '../attribute/attribute-type.ts';

@ObjectType({ simpleResolvers: true, description: 'What a bank keeps of a customer beyond the fields of a customer.' })
export class CustomerAttribute {
  bankId: string;

  @Field(() => ID, { description: 'The id of the attribute.' })
  id: string;

  @Field(() => ID, { description: 'The customer whose attribute this is.' })
  customerId: string;

  @Field(() => String, { description: 'The name, such as SPECIAL_TAX_NUMBER; a customer may have it more than once.' })
  name: string;

  @Field(() => AttributeType, { description: 'What the value is.' })
  type: AttributeType;

  @Field(() => String, { description: 'The value, written as its type is.' })
  value: string;

  @Field(() => DateTime, { description: 'When the attribute was first stored here.' })
  createdAt: Date;

  @Field(() => DateTime, { description: 'When the attribute was last changed.' })
  updatedAt: Date;

  @Field(() => Int, { description: 'Grows by one with each update: what an update may expect.' })
  version: number;
}

@InputType({ description: 'An attribute of a customer as it is to be.' })
export class CustomerAttributeInput {
  @Field(() => String, {
    description:
      'The name, such as SPECIAL_TAX_NUMBER, at most 50 characters; a customer may have it more than once. Where the bank has an active definition of the name, it decides the type.',
  })
  name: string;

  @Field(() => AttributeType, { description: 'What the value is; that of the active definition, where there is one.' })
  type: AttributeType;

  @Field(() => String, {
    description:
      'The value, written as its type is, such as 123, 12.1234 or 2012-04-23 for a day; at most 2000 characters.',
  })
  value: string;
}

@ObjectType({ simpleResolvers: true, description: 'An attribute that was written, and its customer.' })
export class CustomerAttributePayload {
  bankId: string;
  customerId: string;

  @Field(() => CustomerAttribute, {
    nullable: true,
    description: 'The attribute as it is now; one that was deleted as it was, once.',
  })
  customerAttribute: CustomerAttribute | null;
}
