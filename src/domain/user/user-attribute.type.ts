import { Field, ID, ObjectType } from 'type-graphql';
import { DateTime } from '../../scalars.ts';
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
