import type { AuthenticatedUser } from '../../auth/authenticated-user.ts';
import { gatewayError } from '../../base/errors.ts';
import type { Context } from '../../graph/context.ts';

/** Returns the time at which the last token of the login expires, in whole seconds as in tokens. Null if the token cannot be renewed. */
export function renewalEnd({ own }: AuthenticatedUser['token'], maxLifetimeSeconds: number): Date | null {
  const authenticatedAt = own?.session.authenticatedAt ?? null;
  if (authenticatedAt === null) return null;
  return new Date((Math.floor(authenticatedAt.getTime() / 1_000) + maxLifetimeSeconds) * 1_000);
}

/**
 * Signs a token that replaces that of the request. It belongs to the same login, so what revokes one of the tokens revokes
 * both.
 * @throws OBP-20001, TOKEN_NOT_RENEWABLE, KEYS_UNCONFIRMED
 */
export async function renewToken({ user, tokens, config }: Context): Promise<{ token: string; expiresAt: Date }> {
  if (user === null) throw gatewayError('OBP-20001');
  const { own, expiresAt } = user.token;
  const end = renewalEnd(user.token, config.tokenMaxLifetimeSeconds);
  // A new token would not be valid for longer. Tokens are accepted for some time after they have expired.
  if (own === null || end === null || end <= expiresAt || end <= new Date()) throw gatewayError('TOKEN_NOT_RENEWABLE');
  // With the generation of the token and not that of the user, because all tokens might have been revoked meanwhile.
  const claims = { userId: user.id, ...own };
  return tokens.sign(claims, config.tokenLifetimeSeconds, end);
}
