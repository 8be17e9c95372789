import { Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import { pastTimeDescription, payloadObject, payloadObjectId, versionDescription } from '../../graph/descriptions.ts';
import { DateTime } from '../../graph/scalars.ts';

/** The fields of a handle, and of a handle as it was at a time. */
@ObjectType({ simpleResolvers: true, description: 'The data of a handle.' })
export class SocialMediaHandleFields {
  @Field(() => String, { description: 'The social network, such as `twitter`.' })
  type: string;

  @Field(() => String, { description: 'The handle on the social network, such as `@eveline`.' })
  handle: string;

  @Field(() => DateTime, { nullable: true, description: 'The time when the handle was reported to the bank.' })
  dateAdded: Date | null;

  @Field(() => DateTime, { nullable: true, description: 'The time when the handle became active.' })
  dateActivated: Date | null;

  @Field(() => DateTime, { description: 'The time when the social media handle was first stored in the gateway.' })
  createdAt: Date;
}

@ObjectType({ simpleResolvers: true, description: 'A handle of a customer on a social network.' })
export class SocialMediaHandle extends SocialMediaHandleFields {
  bankId: string;

  @Field(() => ID, { description: 'The ID of the social media handle.' })
  id: string;

  @Field(() => ID, { description: 'The ID of the customer.' })
  customerId: string;

  @Field(() => Int, { description: versionDescription })
  version: number;
}

@InputType({ description: 'A new social media handle.' })
export class SocialMediaHandleInput {
  @Field(() => String, { description: 'The social network, such as `twitter`, at most 16 characters.' })
  type: string;

  @Field(() => String, { description: 'The handle on the social network, such as `@eveline`, at most 64 characters.' })
  handle: string;

  @Field(() => DateTime, {
    nullable: true,
    description: `The time when the handle was reported to the bank. ${pastTimeDescription}`,
  })
  dateAdded?: Date | null;

  @Field(() => DateTime, {
    nullable: true,
    description: `The time when the handle became active. ${pastTimeDescription}`,
  })
  dateActivated?: Date | null;
}

@ObjectType({ simpleResolvers: true, description: 'The result of adding or deleting a social media handle.' })
export class SocialMediaHandlePayload {
  bankId: string;
  customerId: string;

  @Field(() => SocialMediaHandle, {
    nullable: true,
    description: payloadObject('social media handle'),
  })
  socialMediaHandle: SocialMediaHandle | null;
}

@ObjectType({ simpleResolvers: true, description: 'The result of deleting a social media handle.' })
export class DeleteSocialMediaHandlePayload {
  bankId: string;
  customerId: string;

  @Field(() => ID, { description: payloadObjectId('social media handle') })
  socialMediaHandleId: string;

  /** The field `socialMediaHandle` requires the role with which it is read. */
  socialMediaHandle: SocialMediaHandle | null;
}
