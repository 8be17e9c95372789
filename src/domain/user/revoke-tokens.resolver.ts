import { Arg, Ctx, Field, Mutation, ObjectType, Resolver } from 'type-graphql';
import { gatewayError } from '../../base/errors.ts';
import { Authenticated } from '../../graph/access/rule.ts';
import type { Context } from '../../graph/context.ts';
import { Unkeyed } from '../../graph/mutation.ts';
import { DateTime } from '../../graph/scalars.ts';
import { revokeOwnTokens, revokeToken } from './revoke-tokens.ts';

@ObjectType({ simpleResolvers: true, description: 'The tokens that are no longer accepted.' })
export class RevokeMyTokensPayload {
  @Field(() => DateTime, { description: 'When they ceased to be accepted.' })
  revokedAt: Date;
}

@Resolver()
export class RevokeTokensMutations {
  @Mutation(() => RevokeMyTokensPayload, {
    nullable: true,
    description:
      'Logs the caller out everywhere: from the next request on, no token that was issued before is accepted. Whoever logs in again gets a new one.',
  })
  @Unkeyed()
  @Authenticated()
  async revokeMyTokens(
    @Arg('thisOneOnly', () => Boolean, {
      defaultValue: false,
      description: 'Logs out here only: the token of this request is revoked, the others go on being accepted.',
    })
    thisOneOnly: boolean,
    @Ctx() context: Context,
  ): Promise<RevokeMyTokensPayload> {
    const { user } = context;
    if (user === null) throw gatewayError('OBP-20001');
    const now = new Date();
    await context.write((transaction) =>
      thisOneOnly ? revokeToken(transaction, user) : revokeOwnTokens(transaction, user, now),
    );
    return { revokedAt: now };
  }
}
