import { Arg, Ctx, Field, Mutation, ObjectType, Resolver } from 'type-graphql';
import { gatewayError } from '../../base/errors.ts';
import { Authenticated } from '../../graph/access/rule.ts';
import type { Context } from '../../graph/context.ts';
import { Unkeyed } from '../../graph/mutation.ts';
import { DateTime } from '../../graph/scalars.ts';
import { revokeOwnTokens, revokeToken } from './revoke-tokens.ts';

@ObjectType({ simpleResolvers: true, description: 'The result of revoking tokens.' })
export class RevokeMyTokensPayload {
  @Field(() => DateTime, { description: 'The time when the tokens were revoked.' })
  revokedAt: Date;
}

@Resolver()
export class RevokeTokensMutations {
  @Mutation(() => RevokeMyTokensPayload, {
    nullable: true,
    description:
      'Revokes the tokens of the caller. All tokens that were issued before are refused from the next request on. The caller can log in again to get a new token.',
  })
  @Unkeyed()
  @Authenticated()
  async revokeMyTokens(
    @Arg('thisOneOnly', () => Boolean, {
      defaultValue: false,
      description: 'Whether to revoke only the token of this request. The other tokens of the caller stay valid.',
    })
    thisOneOnly: boolean,
    @Ctx() context: Context,
  ): Promise<RevokeMyTokensPayload> {
    const { user } = context;
    if (user === null) throw gatewayError('OBP-20001');
    const now = new Date();
    await context.write<unknown>((transaction) =>
      thisOneOnly ? revokeToken(transaction, user) : revokeOwnTokens(transaction, user, now),
    );
    return { revokedAt: now };
  }
}
