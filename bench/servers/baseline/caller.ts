import { createHash, createPublicKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { jwtVerify } from 'jose';
import type { Flag, FloorDatabase, Moment } from './database.ts';

export interface Caller {
  id: string;
  provider: string;
  /** The roles at each bank, and without one under the empty text. */
  roles: ReadonlyMap<string, ReadonlySet<string>>;
}

interface CallerRow {
  id: string;
  provider: string;
  disabled_at: Moment | null;
  tokens_valid_from: Moment | null;
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

/** Why a request is not answered, as an HTTP status. */
export class Refused extends Error {
  readonly status: number;

  constructor(status: number) {
    super(`HTTP ${status}`);
    this.name = 'Refused';
    this.status = status;
  }
}

/** Checks a token as the gateway does: its signature once, its user, their state and their roles with every request. */
export function openCallers(database: FloorDatabase, signingKeyFile: string) {
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
    const known = verified.get(hash);
    if (known !== undefined) {
      if (known.expiresAt > Date.now()) return known;
      throw new Refused(401);
    }
    const { payload } = await jwtVerify(token, key, { algorithms: ['EdDSA'], typ: 'at+jwt' });
    const { sub = '', jti = '', iat = 0, exp = 0 } = payload;
    const first = { userId: sub, tokenId: jti, issuedAt: iat * 1000, expiresAt: exp * 1000 };
    verified.set(hash, first);
    return first;
  }

  return async function callerOf(authorization: string | undefined): Promise<Caller> {
    if (authorization?.startsWith('Bearer ') !== true) throw new Refused(401);
    const { userId, tokenId, issuedAt } = await verify(authorization.slice('Bearer '.length));
    const rows = await findCaller(tokenId, database.moment(new Date()), userId);
    const [row] = rows;
    if (row === undefined || row.disabled_at !== null || row.is_revoked) throw new Refused(401);
    if (row.tokens_valid_from !== null && issuedAt <= Number(row.tokens_valid_from)) throw new Refused(401);
    const roles = new Map<string, Set<string>>();
    for (const { role_name, bank_id } of rows) {
      if (role_name === null) continue;
      const held = roles.get(bank_id ?? '');
      if (held === undefined) roles.set(bank_id ?? '', new Set([role_name]));
      else held.add(role_name);
    }
    return { id: row.id, provider: row.provider, roles };
  };
}

/** Refuses who lacks one of the roles at the bank. */
export function requireRoles(caller: Caller, bankId: string, roles: readonly string[]): void {
  const held = caller.roles.get(bankId);
  if (!roles.every((role) => held?.has(role))) throw new Refused(403);
}
