/** The contents of a token before it is verified. A client can have written them. */
export interface UnverifiedToken {
  issuer: string | null;
  audiences: readonly string[];
  keyId: string | null;
}

export function readUnverifiedToken(token: string): UnverifiedToken {
  const { iss, aud } = unverifiedPart(token, 1);
  const { kid } = unverifiedPart(token, 0);
  const audiences = Array.isArray(aud) ? aud : [aud];
  return {
    issuer: typeof iss === 'string' ? iss : null,
    audiences: audiences.filter((audience) => typeof audience === 'string'),
    keyId: typeof kid === 'string' ? kid : null,
  };
}

/** The issuer that a token names, before it is verified. */
export function unverifiedIssuer(token: string): string | null {
  const { iss } = unverifiedPart(token, 1);
  return typeof iss === 'string' ? iss : null;
}

function unverifiedPart(token: string, index: 0 | 1): Record<string, unknown> {
  try {
    const part: unknown = JSON.parse(Buffer.from(token.split('.')[index] ?? '', 'base64url').toString());
    return typeof part === 'object' && part !== null ? (part as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
