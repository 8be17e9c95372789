import { Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import { payloadObject, versionDescription } from '../../graph/descriptions.ts';
import { DateTime } from '../../graph/scalars.ts';
import { AttributeType } from '../attribute/attribute-type.ts';

/** The fields of an attribute, and of an attribute as it was at a time. */
@ObjectType({ simpleResolvers: true, description: 'The data of an attribute.' })
export class CustomerAttributeFields {
  @Field(() => String, {
    description:
      'The name of the attribute, such as `SPECIAL_TAX_NUMBER`. A customer can have several attributes with the same name.',
  })
  name: string;

  @Field(() => AttributeType, { description: 'The type of the value.' })
  type: AttributeType;

  @Field(() => String, { description: 'The value, in the format of its type.' })
  value: string;

  @Field(() => DateTime, { description: 'The time when the attribute was first stored in the gateway.' })
  createdAt: Date;
}

@ObjectType({ simpleResolvers: true, description: 'A typed name-value pair that the bank stores for a customer.' })
export class CustomerAttribute extends CustomerAttributeFields {
  bankId: string;

  @Field(() => ID, { description: 'The ID of the attribute.' })
  id: string;

  @Field(() => ID, { description: 'The ID of the customer.' })
  customerId: string;

  @Field(() => DateTime, { description: 'The time when the attribute was last changed.' })
  updatedAt: Date;

  @Field(() => Int, { description: versionDescription })
  version: number;
}

@InputType({ description: 'The values of an attribute of a customer.' })
export class CustomerAttributeInput {
  @Field(() => String, {
    description:
      'The name of the attribute, such as `SPECIAL_TAX_NUMBER`, at most 50 characters. A customer can have several attributes with the same name.',
  })
  name: string;

  @Field(() => AttributeType, {
    description:
      'The type of the value. If the bank has an active definition for the name, the type must be that of the definition.',
  })
  type: AttributeType;

  @Field(() => String, {
    description:
      'The value, in the format of its type, such as `123`, `12.1234`, or `2012-04-23`, at most 2,000 characters.',
  })
  value: string;
}

@InputType({ description: 'New values of an attribute of a customer. Omitted fields stay.' })
export class UpdateCustomerAttributeInput {
  @Field(() => String, {
    nullable: true,
    description: 'The name of the attribute, such as `SPECIAL_TAX_NUMBER`, at most 50 characters. It cannot be unset.',
  })
  name?: string | null;

  @Field(() => AttributeType, {
    nullable: true,
    description:
      'The type of the value. The value, or the stored one if it is omitted, must have the format of the type. If the bank has an active definition for the name, the type must be that of the definition. It cannot be unset.',
  })
  type?: AttributeType | null;

  @Field(() => String, {
    nullable: true,
    description:
      'The value, in the format of its type, such as `123`, `12.1234`, or `2012-04-23`, at most 2,000 characters. It cannot be unset.',
  })
  value?: string | null;
}

@ObjectType({
  simpleResolvers: true,
  description: 'The result of creating, updating, or deleting an attribute of a customer.',
})
export class CustomerAttributePayload {
  bankId: string;
  customerId: string;

  @Field(() => CustomerAttribute, {
    nullable: true,
    description: payloadObject('attribute'),
  })
  customerAttribute: CustomerAttribute | null;
}
