import { Field, ID, ObjectType } from 'type-graphql';
import { DateTime } from '../../graph/scalars.ts';

@ObjectType({
  simpleResolvers: true,
  description:
    'The retraction of KYC evidence or of a KYC status. Retracted objects are no longer valid, but they are kept.',
})
export class KycRetraction {
  @Field(() => DateTime, { description: 'The time of the retraction.' })
  date: Date;

  @Field(() => ID, { nullable: true, description: 'The ID of the user who retracted it.' })
  userId: string | null;

  @Field(() => String, { nullable: true, description: 'The reason for the retraction.' })
  reason: string | null;
}
