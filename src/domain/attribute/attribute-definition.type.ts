import { Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import { MaxInputItems } from '../../graph/max-input-items.ts';
import { DateTime } from '../../graph/scalars.ts';
import { AttributeType } from './attribute-type.ts';

@ObjectType({
  simpleResolvers: true,
  description: 'What a bank means by the customer attributes of one name, and who may see them.',
})
export class CustomerAttributeDefinition {
  @Field(() => ID, { description: 'The id of the definition.' })
  id: string;

  @Field(() => ID, { description: 'The bank whose definition this is.' })
  bankId: string;

  @Field(() => String, { description: 'The name of the attributes that it defines, unique at the bank.' })
  name: string;

  @Field(() => String, { description: 'Whose attributes they are: Customer.' })
  category: string;

  @Field(() => AttributeType, { description: 'What their values are.' })
  type: AttributeType;

  @Field(() => String, { nullable: true, description: 'What they say of a customer.' })
  description: string | null;

  @Field(() => String, { nullable: true, description: 'Another name for them.' })
  alias: string | null;

  @Field(() => [String], {
    description:
      'The views of the bank on which the attributes are shown, such as ["owner"]. owner is what the users see who are linked to the customer: where a definition, active or not, leaves it out, they do not see these attributes, and only who holds a role does. Other views are kept, and decide nothing here.',
  })
  canBeSeenOnViews: string[];

  @Field(() => Boolean, {
    description:
      'Whether the definition decides of which type new and changed values are; one that is not active does not. What canBeSeenOnViews hides stays hidden either way.',
  })
  isActive: boolean;

  @Field(() => DateTime, { description: 'When the definition was first stored here.' })
  createdAt: Date;

  @Field(() => DateTime, { description: 'When the definition was last changed.' })
  updatedAt: Date;

  @Field(() => Int, { description: 'Grows by one with each update: what an update may expect.' })
  version: number;
}

@InputType({ description: 'What a bank means by the customer attributes of one name, as it is to be.' })
export class CustomerAttributeDefinitionInput {
  @Field(() => String, {
    description: 'The name of the attributes that it defines, such as SPECIAL_TAX_NUMBER, at most 50 characters.',
  })
  name: string;

  @Field(() => String, {
    nullable: true,
    description: 'Whose attributes they are: nothing else than Customer, also when it is left out.',
  })
  category?: string | null;

  @Field(() => AttributeType, {
    description: 'What their values are. Attributes that are stored already stay as they are, whatever their type.',
  })
  type: AttributeType;

  @Field(() => String, { nullable: true, description: 'What they say of a customer, at most 2000 characters.' })
  description?: string | null;

  @Field(() => String, { nullable: true, description: 'Another name for them, at most 50 characters.' })
  alias?: string | null;

  @Field(() => [String], {
    description:
      'The views of the bank on which the attributes are shown, such as ["owner"]; at most 256 characters together, joined by semicolons. owner is what the users see who are linked to the customer: where a definition, active or not, leaves it out, they do not see these attributes. Other views are kept, and decide nothing here.',
  })
  @MaxInputItems(100)
  canBeSeenOnViews: string[];

  @Field(() => Boolean, {
    description:
      'Whether the definition decides of which type new and changed values are; one that is not active does not. What canBeSeenOnViews hides stays hidden either way.',
  })
  isActive: boolean;
}

@ObjectType({ simpleResolvers: true, description: 'A definition of customer attributes that was written.' })
export class CustomerAttributeDefinitionPayload {
  bankId: string;

  @Field(() => CustomerAttributeDefinition, {
    nullable: true,
    description: 'The definition as it is now; one that was deleted as it was, once.',
  })
  customerAttributeDefinition: CustomerAttributeDefinition | null;
}
