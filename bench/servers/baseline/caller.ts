import { createHash, createPublicKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { jwtVerify } from 'jose';
import type { BaselineDatabase, DatabaseTime, Flag } from './database.ts';

export interface Caller {
  id: string;
  provider: string;
  /** Role names by bank ID. System roles have an empty bank ID. */
  roles: ReadonlyMap<string, ReadonlySet<string>>;
}

interface CallerRow {
  id: string;
  provider: string;
  disabled_at: DatabaseTime | null;
  tokens_valid_from: DatabaseTime | null;
  is_revoked: Flag;
  role_name: string | null;
  bank_id: string | null;
}

interface VerifiedToken {
  userId: string;
  tokenId: string;
  issuedAt: number;
  expiresAt: number;
}

/** A request that fails with an HTTP status. */
export class HttpError extends Error {
  readonly status: number;

  constructor(status: number) {
    super(`HTTP ${status}`);
    this.name = 'HttpError';
    this.status = status;
  }
}

/**
 * Authenticates requests like the gateway. The signature of a token is verified once; the state and the roles of its
 * user are read for every request.
 */
export function openCallers(database: BaselineDatabase, signingKeyFile: string) {
  const key = createPublicKey({ key: JSON.parse(readFileSync(signingKeyFile, 'utf8')), format: 'jwk' });
  const verified = new Map<string, VerifiedToken>();
  const findCaller = database.prepare<CallerRow>(
    `select u.id, u.provider, u.disabled_at, u.tokens_valid_from, e.role_name, e.bank_id,
       exists (select 1 from revoked_token r where r.user_id = u.id and r.token_id = ?) as is_revoked
     from "user" u
     left join entitlement e on e.user_id = u.id and (e.expires_at is null or e.expires_at > ?)
     where u.id = ?`,
  );

  async function verify(token: string): Promise<VerifiedToken> {
    const hash = createHash('sha256').update(token).digest('base64');
    const cached = verified.get(hash);
    if (cached !== undefined) {
      if (cached.expiresAt > Date.now()) return cached;
      throw new HttpError(401);
    }
    const { payload } = await jwtVerify(token, key, { algorithms: ['EdDSA'], typ: 'at+jwt' });
    const { sub = '', jti = '', iat = 0, exp = 0 } = payload;
    const verifiedToken = { userId: sub, tokenId: jti, issuedAt: iat * 1000, expiresAt: exp * 1000 };
    verified.set(hash, verifiedToken);
    return verifiedToken;
  }

  return async function callerOf(authorization: string | undefined): Promise<Caller> {
    if (authorization?.startsWith('Bearer ') !== true) throw new HttpError(401);
    const { userId, tokenId, issuedAt } = await verify(authorization.slice('Bearer '.length));
    const rows = await findCaller(tokenId, database.timeValue(new Date()), userId);
    const [row] = rows;
    if (row === undefined || row.disabled_at !== null || row.is_revoked) throw new HttpError(401);
    if (row.tokens_valid_from !== null && issuedAt <= Number(row.tokens_valid_from)) throw new HttpError(401);
    const roles = new Map<string, Set<string>>();
    for (const { role_name, bank_id } of rows) {
      if (role_name === null) continue;
      const rolesAtBank = roles.get(bank_id ?? '');
      if (rolesAtBank === undefined) roles.set(bank_id ?? '', new Set([role_name]));
      else rolesAtBank.add(role_name);
    }
    return { id: row.id, provider: row.provider, roles };
  };
}

/** @throws HttpError if the caller lacks one of the roles at the bank. */
export function requireRoles(caller: Caller, bankId: string, roles: readonly string[]): void {
  const rolesAtBank = caller.roles.get(bankId);
  if (!roles.every((role) => rolesAtBank?.has(role))) throw new HttpError(403);
}
