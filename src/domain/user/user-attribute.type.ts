import { Field, ID, InputType, ObjectType } from 'type-graphql';
import { DateTime } from '../../graph/scalars.ts';
import { AttributeType } from '../attribute/attribute-type.ts';
import type { UserAttributeRow } from './user-attribute.table.ts';

@ObjectType({ simpleResolvers: true, description: 'A typed name-value pair that is stored for a user.' })
export class UserAttribute {
  @Field(() => ID, { description: 'The ID of the attribute.' })
  id: string;

  @Field(() => String, { description: 'The name of the attribute, such as `LOYALTY_LEVEL`.' })
  name: string;

  @Field(() => AttributeType, { description: 'The type of the value.' })
  type: AttributeType;

  @Field(() => String, { description: 'The value, in the format of its type.' })
  value: string;

  @Field(() => DateTime, {
    description: 'The time when the attribute was first stored, or the insert date of an imported record.',
  })
  insertDate: Date;
}

export function toUserAttribute({ id, name, type, value, insertDate }: UserAttributeRow): UserAttribute {
  return { id, name, type, value, insertDate };
}

@InputType({ description: 'A new attribute of a user.' })
export class UserAttributeInput {
  @Field(() => String, { description: 'The name of the attribute, such as `LOYALTY_LEVEL`, at most 50 characters.' })
  name: string;

  @Field(() => AttributeType, { description: 'The type of the value.' })
  type: AttributeType;

  @Field(() => String, { description: 'The value, in the format of its type, at most 2,000 characters.' })
  value: string;
}

@ObjectType({ simpleResolvers: true, description: 'The result of creating an attribute of a user.' })
export class UserAttributePayload {
  userId: string;

  @Field(() => UserAttribute, { nullable: true, description: 'The attribute after the mutation.' })
  userAttribute: UserAttribute | null;
}
