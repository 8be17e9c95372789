import type { JWTPayload } from 'jose';
import { refusedToken } from './token-refused.ts';

/** The tolerated difference between the clocks of two machines. */
export const leewaySeconds = 60;
export const maxTokenCharacters = 8192;

/**
 * The end of the year 9999 as a numeric date, less the leeway, which is added when a revocation is stored: a later time
 * has no form in ISO 8601 with four digits, and no place in the database.
 */
const latestNumericDate = 253_402_300_799 - leewaySeconds;

/** The values of the `typ` header, without the prefix `application/`. Many providers only write JWT, or nothing. */
const accessTokenTypes = ['at+jwt', 'jwt'];

/**
 * Values by which providers mark access tokens: Bearer (Keycloak's `typ`), access (Cognito's `token_use`), access_token
 * (`tokenName` of PingAM). Other values, such as ID, Refresh, Offline and Logout, mark other tokens.
 */
const accessMarks = ['bearer', 'access', 'access_token', 'access-token', 'accesstoken', ...accessTokenTypes];

/** Claims that contain such a mark. */
const markingClaims = ['typ', 'token_use', 'tokenName'];

/**
 * Checks that a verified token is a bearer access token.
 * @throws INVALID_TOKEN for ID, refresh and logout tokens, and for tokens that are bound to a key of the client.
 */
export function requireAccessToken(header: { typ?: unknown }, claims: JWTPayload): void {
  const isType = header.typ === undefined || hasValue(header.typ, accessTokenTypes);
  const isMarked = markingClaims.every((name) => claims[name] === undefined || hasValue(claims[name], accessMarks));
  // No access token contains its own hash, and a logout token reports an event.
  if (!isType || !isMarked || claims.at_hash !== undefined || claims.events !== undefined) {
    throw refusedToken('TOKEN_TYPE_REFUSED');
  }
  // The bearer has not proven to have the key.
  if (claims.cnf !== undefined) throw refusedToken('TOKEN_BOUND_TO_KEY');
}

function hasValue(value: unknown, allowed: readonly string[]): boolean {
  return typeof value === 'string' && allowed.includes(value.toLowerCase().replace(/^application\//, ''));
}

/**
 * Returns when the token was issued and when it expires.
 * @throws INVALID_TOKEN if a date is outside the years 1970 to 9999, if the token was issued in the future (it would
 * outlive the revocation of all tokens), or if it expires before it was issued.
 */
export function tokenDates(claims: JWTPayload): { issuedAt: Date; expiresAt: Date } {
  const { iat, exp, nbf, auth_time: authenticatedAt } = claims;
  if (!isNumericDate(iat) || !isNumericDate(exp) || exp <= iat) throw refusedToken('TOKEN_DATE_INVALID');
  for (const date of [nbf, authenticatedAt]) {
    if (date !== undefined && !isNumericDate(date)) throw refusedToken('TOKEN_DATE_INVALID');
  }
  if (iat > Date.now() / 1000 + leewaySeconds) throw refusedToken('TOKEN_NOT_YET_VALID');
  return { issuedAt: new Date(Math.round(iat * 1000)), expiresAt: new Date(exp * 1000) };
}

function isNumericDate(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value <= latestNumericDate;
}
