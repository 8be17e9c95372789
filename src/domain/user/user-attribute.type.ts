import { Field, ID, InputType, ObjectType } from 'type-graphql';
import { DateTime } from '../../graph/scalars.ts';
import { AttributeType } from '../attribute/attribute-type.ts';
import type { UserAttributeRow } from './user-attribute.table.ts';

@ObjectType({ simpleResolvers: true, description: 'Something that is kept about a user under a name.' })
export class UserAttribute {
  @Field(() => ID, { description: 'The id of the attribute.' })
  id: string;

  @Field(() => String, { description: 'The name of the attribute.' })
  name: string;

  @Field(() => AttributeType, { description: 'What the value is.' })
  type: AttributeType;

  @Field(() => String, { description: 'The value, written as its type says.' })
  value: string;

  @Field(() => DateTime, { description: 'When the attribute was added.' })
  insertDate: Date;
}

export function toUserAttribute({ id, name, type, value, insertDate }: UserAttributeRow): UserAttribute {
  return { id, name, type, value, insertDate };
}

@InputType({ description: 'What is to be kept about a user under a name.' })
export class UserAttributeInput {
  @Field(() => String, { description: 'The name, such as LOYALTY_LEVEL; at most 50 characters.' })
  name: string;

  @Field(() => AttributeType, { description: 'What the value is.' })
  type: AttributeType;

  @Field(() => String, { description: 'The value, written as its type says; at most 2000 characters.' })
  value: string;
}

@ObjectType({ simpleResolvers: true, description: 'An attribute of a user that was written, and the user.' })
export class UserAttributePayload {
  userId: string;

  @Field(() => UserAttribute, { nullable: true, description: 'The attribute as it is now.' })
  userAttribute: UserAttribute | null;
}
