import { Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import { payloadObject, versionDescription } from '../../graph/descriptions.ts';
import { MaxInputItems } from '../../graph/max-input-items.ts';
import { DateTime } from '../../graph/scalars.ts';
import { AttributeType } from './attribute-type.ts';

@ObjectType({
  simpleResolvers: true,
  description:
    'The definition of all customer attributes with one name at a bank. It sets the type of their values and whether linked users can see them.',
})
export class CustomerAttributeDefinition {
  @Field(() => ID, { description: 'The ID of the definition.' })
  id: string;

  @Field(() => ID, { description: 'The ID of the bank.' })
  bankId: string;

  @Field(() => String, {
    description: 'The name of the defined attributes, such as `SPECIAL_TAX_NUMBER`, unique at the bank.',
  })
  name: string;

  @Field(() => String, { description: 'The category of the defined attributes, which is always `Customer`.' })
  category: string;

  @Field(() => AttributeType, { description: 'The type of the values.' })
  type: AttributeType;

  @Field(() => String, { nullable: true, description: 'The meaning of the attributes, for people.' })
  description: string | null;

  @Field(() => String, { nullable: true, description: 'An alternative name of the attributes.' })
  alias: string | null;

  @Field(() => [String], {
    description:
      'The views of the bank that show the attributes, such as `["owner"]`. Linked users see the attributes only if the list contains `owner`, whether the definition is active or not. Callers with a role see all attributes. Other views have no effect in the gateway.',
  })
  canBeSeenOnViews: string[];

  @Field(() => Boolean, {
    description:
      'Whether new and changed attributes must have the type of the definition. Does not affect `canBeSeenOnViews`.',
  })
  isActive: boolean;

  @Field(() => DateTime, { description: 'The time when the definition was first stored in the gateway.' })
  createdAt: Date;

  @Field(() => DateTime, { description: 'The time when the definition was last changed.' })
  updatedAt: Date;

  @Field(() => Int, { description: versionDescription })
  version: number;
}

@InputType({ description: 'The values of a definition of customer attributes.' })
export class CustomerAttributeDefinitionInput {
  @Field(() => String, {
    description: 'The name of the defined attributes, such as `SPECIAL_TAX_NUMBER`, at most 50 characters.',
  })
  name: string;

  @Field(() => String, {
    nullable: true,
    description: 'The category of the defined attributes, which must be `Customer`. Defaults to `Customer`.',
  })
  category?: string | null;

  @Field(() => AttributeType, {
    description: 'The type of the values. Stored attributes keep their type.',
  })
  type: AttributeType;

  @Field(() => String, {
    nullable: true,
    description: 'The meaning of the attributes, for people, at most 2,000 characters.',
  })
  description?: string | null;

  @Field(() => String, { nullable: true, description: 'An alternative name of the attributes, at most 50 characters.' })
  alias?: string | null;

  @Field(() => [String], {
    description:
      'The views of the bank that show the attributes, such as `["owner"]`, at most 256 characters in total if they are joined with semicolons. Linked users see the attributes only if the list contains `owner`, whether the definition is active or not. Callers with a role see all attributes. Other views have no effect in the gateway.',
  })
  @MaxInputItems(100)
  canBeSeenOnViews: string[];

  @Field(() => Boolean, {
    description:
      'Whether new and changed attributes must have the type of the definition. Does not affect `canBeSeenOnViews`.',
  })
  isActive: boolean;
}

@ObjectType({
  simpleResolvers: true,
  description: 'The result of creating, updating, or deleting a definition of customer attributes.',
})
export class CustomerAttributeDefinitionPayload {
  bankId: string;

  @Field(() => CustomerAttributeDefinition, {
    nullable: true,
    description: payloadObject('definition'),
  })
  customerAttributeDefinition: CustomerAttributeDefinition | null;
}
