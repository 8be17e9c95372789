import { hash } from 'node:crypto';
import { LruCache } from '../base/lru-cache.ts';
import { leewaySeconds, maxTokenCharacters } from './access-token.ts';
import { refusedToken } from './token-refused.ts';

const maxVerifiedTokens = 10_000;

export interface CachedVerification<Verified> {
  verify(token: string): Promise<Verified>;
  /** Must be called after a key was withdrawn. */
  clear(): void;
}

/** Caches verified tokens by their hash until they expire. A text that is longer than any token is refused before it is hashed. */
export function cacheVerified<Verified extends { issuedAt: Date; expiresAt: Date }>(
  verifyUncached: (token: string) => Promise<Verified>,
): CachedVerification<Verified> {
  let cache = new LruCache<string, Verified>(maxVerifiedTokens);
  return {
    async verify(token) {
      if (token.length > maxTokenCharacters) {
        throw refusedToken('TOKEN_TOO_LONG', { detail: 'TOO_LONG', limit: maxTokenCharacters });
      }
      const tokenHash = hash('sha256', token, 'base64');
      const cached = cache.get(tokenHash);
      if (cached !== undefined) {
        // The clock was set back since.
        if (cached.issuedAt.getTime() > Date.now() + leewaySeconds * 1000) throw refusedToken('TOKEN_NOT_YET_VALID');
        if (cached.expiresAt.getTime() > Date.now() - leewaySeconds * 1000) return cached;
        throw refusedToken('TOKEN_EXPIRED');
      }
      // If the cache is cleared during the verification, the result is stored in the discarded cache.
      const currentCache = cache;
      const verified = await verifyUncached(token);
      currentCache.set(tokenHash, verified);
      return verified;
    },
    clear() {
      cache = new LruCache(maxVerifiedTokens);
    },
  };
}
