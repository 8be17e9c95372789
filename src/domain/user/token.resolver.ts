import { Arg, Ctx, Field, Mutation, ObjectType, Resolver } from 'type-graphql';
import { gatewayError } from '../../base/errors.ts';
import { Authenticated } from '../../graph/access/rule.ts';
import type { Context } from '../../graph/context.ts';
import { Unkeyed } from '../../graph/mutation.ts';
import { DateTime } from '../../graph/scalars.ts';
import { Secret } from '../../graph/secret.ts';
import { renewToken } from './renew-token.ts';
import { revokeOwnTokens, revokeToken } from './revoke-tokens.ts';

@ObjectType({ simpleResolvers: true, description: 'The result of revoking tokens.' })
export class RevokeMyTokensPayload {
  @Field(() => DateTime, { description: 'The time when the tokens were revoked.' })
  revokedAt: Date;
}

@ObjectType({ simpleResolvers: true, description: 'The result of renewing a token.' })
export class RenewTokenPayload {
  @Secret()
  @Field(() => String, { description: 'The new bearer token.' })
  token: string;

  @Field(() => DateTime, { description: 'The time when the new token expires.' })
  expiresAt: Date;
}

@Resolver()
export class TokenMutations {
  @Mutation(() => RenewTokenPayload, {
    nullable: true,
    description:
      'Returns a new token for the token of this request, which stays valid until it expires. The new token expires at the latest when the total lifetime since the login ends, which the operator sets. Fails with `TOKEN_NOT_RENEWABLE` after that, and for tokens that are not from a login at the gateway, such as those of identity providers.',
  })
  @Unkeyed()
  @Authenticated()
  renewToken(@Ctx() context: Context): Promise<RenewTokenPayload> {
    return renewToken(context);
  }

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
      description:
        'Whether to revoke only the token of this request and the tokens of the same login, from which it was renewed. The other tokens of the caller stay valid.',
    })
    thisOneOnly: boolean,
    @Ctx() context: Context,
  ): Promise<RevokeMyTokensPayload> {
    const { user } = context;
    if (user === null) throw gatewayError('OBP-20001');
    const now = new Date();
    await context.write<unknown>((transaction) =>
      thisOneOnly ? revokeToken(transaction, user, context.config) : revokeOwnTokens(transaction, user, now),
    );
    return { revokedAt: now };
  }
}
