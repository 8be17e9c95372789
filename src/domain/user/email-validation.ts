import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import { and, eq, sql } from 'drizzle-orm';
import { jwtVerify, SignJWT } from 'jose';
import { type AuditedCaller, auditEventOf } from '../../audit/audit-event.ts';
import type { AuditTrail } from '../../audit/audit-trail.ts';
import { collectChanges, noteChange } from '../../audit/changes.ts';
import type { Queries } from '../../database/database.ts';
import { type UserRow, user } from './user.table.ts';
import { canonicalNames, holderOfEmail } from './username.ts';

/** Of its own, signed with a key of its own: no token for access is a link, and no link is a token. */
const type = 'email-validation+jwt';
const algorithm = 'HS256';
const issuer = 'obp-customer-gateway';
const lifetimeSeconds = 24 * 3_600;
const mostCharacters = 2_048;

const keys = new Map<string, Uint8Array>();

function keyOf(secret: string): Uint8Array {
  let key = keys.get(secret);
  if (key === undefined) {
    key = new Uint8Array(hkdfSync('sha256', secret, '', 'gateway e-mail validation', 32));
    keys.set(secret, key);
  }
  return key;
}

/**
 * What the link is for: this address and this password. Whoever registers somebody else's address does not get their own
 * password validated by the link that the other one asks for later.
 */
function boundTo(secret: string, { email, passwordHash }: UserRow): string {
  return createHmac('sha256', keyOf(secret))
    .update(JSON.stringify([email, passwordHash]))
    .digest('base64url');
}

/** For the link that validates the e-mail address of the user as it is now, within 24 hours. */
export async function emailValidationToken(secret: string, row: UserRow): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  return new SignJWT({ boundTo: boundTo(secret, row) })
    .setProtectedHeader({ alg: algorithm, typ: type })
    .setIssuer(issuer)
    .setSubject(row.id)
    .setIssuedAt(now)
    .setExpirationTime(now + lifetimeSeconds)
    .sign(keyOf(secret));
}

function areEqual(one: string, other: string): boolean {
  return one.length === other.length && timingSafeEqual(Buffer.from(one), Buffer.from(other));
}

/** The user and what the link was bound to; null for what is none, or is too old. */
async function verified(secret: string, token: string): Promise<{ userId: string; bound: string } | null> {
  if (token.length > mostCharacters) return null;
  try {
    const { payload } = await jwtVerify(token, keyOf(secret), {
      algorithms: [algorithm],
      typ: type,
      issuer,
      requiredClaims: ['sub', 'exp', 'boundTo'],
    });
    const { sub, boundTo: bound } = payload;
    return sub !== undefined && typeof bound === 'string' ? { userId: sub, bound } : null;
  } catch {
    return null;
  }
}

export interface EmailValidation {
  auditTrail: AuditTrail;
  secret: string;
  /** Who opened the link, as far as that is known. */
  caller: Partial<AuditedCaller>;
}

/** Whether the e-mail address is validated now. A link may be opened again: some mail programs open it first. */
export async function validateEmail(
  { auditTrail, secret, caller }: EmailValidation,
  token: string | null,
): Promise<boolean> {
  const link = token === null ? null : await verified(secret, token);
  const opened = { ...caller, kind: 'WRITE', operationName: 'validate-email' } as const;
  if (link === null) {
    await auditTrail.record([auditEventOf({ ...opened, outcome: 'REFUSED' })]);
    return false;
  }
  return auditTrail.write(async (transaction) => {
    const changes = collectChanges(transaction);
    const isValidated = await validate(transaction, secret, link);
    const event = auditEventOf({
      ...opened,
      outcome: isValidated ? 'SUCCEEDED' : 'REFUSED',
      subjectUserIds: [link.userId],
      changes: [...changes.fields],
    });
    return { result: isValidated, event };
  });
}

async function validate(
  transaction: Queries,
  secret: string,
  link: { userId: string; bound: string },
): Promise<boolean> {
  const [row] = await transaction.select().from(user).where(eq(user.id, link.userId));
  if (row === undefined || !areEqual(boundTo(secret, row), link.bound)) return false;
  if (!row.awaitsEmailValidation) return row.emailValidatedAt !== null;
  if (row.email === null || (await holderOfEmail(transaction, row.email, row.id)) !== null) return false;
  const now = new Date();
  const { validatedEmail } = canonicalNames({ ...row, emailValidatedAt: now });
  const [validated] = await transaction
    .update(user)
    .set({
      emailValidatedAt: now,
      validatedEmail,
      awaitsEmailValidation: false,
      updatedAt: now,
      version: sql`${user.version} + 1`,
    })
    // Somebody may register again at this very moment, with another password.
    .where(and(eq(user.id, row.id), eq(user.passwordHash, row.passwordHash ?? '')))
    .returning();
  if (validated === undefined) return false;
  noteChange(transaction, user, row, validated);
  return true;
}
