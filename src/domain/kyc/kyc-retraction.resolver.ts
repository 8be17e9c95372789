import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import { Batched } from '../../execution/batched.ts';
import { Authenticated } from '../../graph/access/rule.ts';
import type { Context } from '../../graph/context.ts';
import { userSummaries } from '../user/user.loader.ts';
import { UserSummary } from '../user/user-summary.type.ts';
import { KycRetraction } from './kyc-retraction.type.ts';

@Resolver(() => KycRetraction)
export class KycRetractionResolver {
  @FieldResolver(() => UserSummary, { nullable: true, description: 'The user who retracted it.' })
  @Authenticated()
  @Batched()
  retractedBy(@Root() retractions: KycRetraction[], @Ctx() context: Context): Promise<(UserSummary | null)[]> {
    return userSummaries(
      context,
      retractions.map(({ userId }) => userId),
    );
  }
}
