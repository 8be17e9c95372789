import { Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import { DateTime } from '../../graph/scalars.ts';

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

  @Field(() => Int, { description: 'The version of what is stored: what a deletion may expect.' })
  version: number;
}

@InputType({ description: 'The name of a customer on a social network; a customer has each one once.' })
export class SocialMediaHandleInput {
  @Field(() => String, { description: 'The social network, such as twitter; at most 16 characters.' })
  type: string;

  @Field(() => String, { description: 'The name there, such as @eveline; at most 64 characters.' })
  handle: string;

  @Field(() => DateTime, { nullable: true, description: 'When the bank was told of the handle.' })
  dateAdded?: Date | null;

  @Field(() => DateTime, { nullable: true, description: 'When the handle came into use.' })
  dateActivated?: Date | null;
}

@ObjectType({ simpleResolvers: true, description: 'A handle that was written, and its customer.' })
export class SocialMediaHandlePayload {
  bankId: string;
  customerId: string;

  @Field(() => SocialMediaHandle, {
    nullable: true,
    description: 'The handle as it is now; one that was deleted as it was, once.',
  })
  socialMediaHandle: SocialMediaHandle | null;
}
