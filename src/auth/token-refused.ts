import { errors } from 'jose';
import { type ErrorParameters, GatewayError, requestError, withHeaders } from '../base/errors.ts';

/**
 * Why a token is refused. The log and the audit trail contain the code; the client only gets INVALID_TOKEN, so that an
 * attacker cannot find out how a forgery fails. docs/identity.md describes the codes.
 */
export type TokenRefusal =
  | 'AUTHORIZATION_MALFORMED'
  | 'TOKEN_ALGORITHM_REFUSED'
  | 'TOKEN_AUDIENCE_REFUSED'
  | 'TOKEN_BOUND_TO_KEY'
  | 'TOKEN_CLAIM_INVALID'
  | 'TOKEN_CLAIM_MISSING'
  | 'TOKEN_DATE_INVALID'
  | 'TOKEN_EXPIRED'
  | 'TOKEN_ISSUER_UNKNOWN'
  | 'TOKEN_KEY_UNKNOWN'
  | 'TOKEN_KEYS_UNAVAILABLE'
  | 'TOKEN_KEYS_UNCONFIRMED'
  | 'TOKEN_MALFORMED'
  | 'TOKEN_NOT_YET_VALID'
  | 'TOKEN_REVOKED'
  | 'TOKEN_SIGNATURE_INVALID'
  | 'TOKEN_TOO_LONG'
  | 'TOKEN_TYPE_REFUSED'
  | 'TOKEN_USER_UNKNOWN'
  | 'USER_DISABLED';

/** A refused token. The bearer has not proven to be the user. */
export class TokenRefused extends GatewayError {
  readonly reason: TokenRefusal;
  /** The user of a token that was valid once; null if the token proves nothing. */
  readonly userId: string | null;

  constructor(reason: TokenRefusal, { key, message, extensions, cause }: GatewayError, userId: string | null = null) {
    super(key, message, extensions, { cause });
    this.reason = reason;
    this.userId = userId;
  }
}

/** INVALID_TOKEN with its reason. */
export function refusedToken(
  reason: TokenRefusal,
  { userId = null, ...parameters }: ErrorParameters<'INVALID_TOKEN'> & { userId?: string | null } = {},
): TokenRefused {
  const error = requestError('INVALID_TOKEN', parameters);
  return new TokenRefused(reason, withHeaders(error, [['www-authenticate', 'Bearer error="invalid_token"']]), userId);
}

/** Converts any failure of the verification of a token to INVALID_TOKEN. */
export function refusedByVerification(error: unknown): TokenRefused {
  return error instanceof TokenRefused ? error : refusedToken(reasonOf(error), { cause: error });
}

function reasonOf(error: unknown): TokenRefusal {
  if (error instanceof errors.JWTExpired) return 'TOKEN_EXPIRED';
  if (error instanceof errors.JWTClaimValidationFailed) return reasonOfClaim(error);
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'TOKEN_SIGNATURE_INVALID';
  if (error instanceof errors.JOSEAlgNotAllowed || error instanceof errors.JOSENotSupported) {
    return 'TOKEN_ALGORITHM_REFUSED';
  }
  if (error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys) {
    return 'TOKEN_KEY_UNKNOWN';
  }
  if (error instanceof errors.JWSInvalid || error instanceof errors.JWTInvalid) return 'TOKEN_MALFORMED';
  // For example a key in the provider's set that cannot be used.
  return 'TOKEN_KEYS_UNAVAILABLE';
}

function reasonOfClaim({ claim, reason }: errors.JWTClaimValidationFailed): TokenRefusal {
  if (claim === 'aud') return 'TOKEN_AUDIENCE_REFUSED';
  if (claim === 'iss') return 'TOKEN_ISSUER_UNKNOWN';
  if (claim === 'typ') return 'TOKEN_TYPE_REFUSED';
  if (reason === 'missing') return 'TOKEN_CLAIM_MISSING';
  return claim === 'nbf' && reason === 'check_failed' ? 'TOKEN_NOT_YET_VALID' : 'TOKEN_DATE_INVALID';
}
