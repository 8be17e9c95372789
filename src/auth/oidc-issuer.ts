import { isLoopback } from '../base/loopback.ts';
import { type ClaimMapping, parseClaimedRole } from './claimed-roles.ts';

/** A trusted OpenID Connect provider. */
export interface OidcIssuer {
  /** The value of the `iss` claim of its tokens. */
  readonly issuer: string;
  /** The audiences of which a token must name at least one. */
  readonly audiences: readonly string[];
  readonly claimMappings: readonly ClaimMapping[];
}

/** Whether the URL uses https. Plain http is accepted on this machine only. */
export function isSafeUrl(text: string): boolean {
  const url = URL.parse(text);
  if (url === null || url.username !== '' || url.password !== '' || url.hash !== '') return false;
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname));
}

/** Whether the text has the form `issuer|audience`. */
export function isIssuerAndAudience(item: string): boolean {
  const [issuer = '', audience = '', more] = item.split('|');
  return isSafeUrl(issuer) && !issuer.includes('?') && audience !== '' && more === undefined;
}

/** Whether the text has the form `issuer|claim` or `issuer|claim|value|role`. */
export function isClaimMapping(item: string): boolean {
  const [issuer = '', claim = '', value, role, more] = item.split('|');
  if (!isSafeUrl(issuer) || claim === '' || more !== undefined) return false;
  return value === undefined || (value !== '' && role !== undefined && parseClaimedRole(role) !== null);
}

/** Combines texts that `isIssuerAndAudience` and `isClaimMapping` accept. */
export function oidcIssuers(issuers: readonly string[], mappings: readonly string[]): OidcIssuer[] {
  const itemsByIssuer = Map.groupBy(issuers, (item) => item.split('|')[0] ?? '');
  return [...itemsByIssuer].map(([issuer, items]) => {
    const claimMappings = mappings
      .map((item) => item.split('|'))
      .filter(([mappedIssuer]) => mappedIssuer === issuer)
      .map(([, claim = '', value, role]) => ({
        claim,
        when: value === undefined || role === undefined ? null : { value, role: parseClaimedRole(role) },
      }));
    const audiences = items.map((item) => item.split('|')[1] ?? '');
    return Object.freeze({ issuer, audiences: Object.freeze(audiences), claimMappings: Object.freeze(claimMappings) });
  });
}
