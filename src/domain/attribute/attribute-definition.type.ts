import { Field, ID, Int, ObjectType } from 'type-graphql';
import { DateTime } from '../../scalars.ts';
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
    description: 'Who may see them; where owner is missing, they are hidden from who is only linked to the customer.',
  })
  canBeSeenOnViews: string[];

  @Field(() => Boolean, { description: 'Whether the definition counts.' })
  isActive: boolean;

  @Field(() => DateTime, { description: 'When the definition was first stored here.' })
  createdAt: Date;

  @Field(() => DateTime, { description: 'When the definition was last changed.' })
  updatedAt: Date;

  @Field(() => Int, { description: 'Grows by one with each update: what an update may expect.' })
  version: number;
}
