import { Field, ID, Int, ObjectType } from 'type-graphql';
import { DateTime } from '../../scalars.ts';
import { AttributeType } from './attribute-type.ts';

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
