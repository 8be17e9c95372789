import { Field, ID, ObjectType } from 'type-graphql';
import { DateTime } from '../../scalars.ts';

@ObjectType({ simpleResolvers: true, description: 'The name of a customer on a social network.' })
export class SocialMediaHandle {
  bankId: string;

  @Field(() => ID, { description: 'The id of the handle.' })
  id: string;

  @Field(() => ID, { description: 'The customer whose handle this is.' })
  customerId: string;

  @Field(() => String, { description: 'The social network, such as twitter.' })
  type: string;

  @Field(() => String, { description: 'The name there.' })
  handle: string;

  @Field(() => DateTime, { nullable: true, description: 'When the bank was told of the handle.' })
  dateAdded: Date | null;

  @Field(() => DateTime, { nullable: true, description: 'When the handle came into use.' })
  dateActivated: Date | null;

  @Field(() => DateTime, { description: 'When the handle was stored here.' })
  createdAt: Date;
}
