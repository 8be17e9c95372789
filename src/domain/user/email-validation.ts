import { createHmac, type KeyObject, timingSafeEqual } from 'node:crypto';
import { eq, or, sql } from 'drizzle-orm';
import { jwtVerify, SignJWT } from 'jose';
import { type AuditedCaller, auditEventOf } from '../../audit/audit-event.ts';
import type { AuditTrail } from '../../audit/audit-trail.ts';
import { attemptLogin } from '../../auth/login-attempts.ts';
import { localProvider, type PasswordCost, verifyPassword } from '../../auth/password.ts';
import { GatewayError } from '../../base/errors.ts';
import type { InstallationSecret } from '../../base/installation-secret.ts';
import { allChanges } from '../../changes/collected-changes.ts';
import type { Database, Queries } from '../../database/database.ts';
import { isUniqueViolation } from '../../database/errors.ts';
import { insertRow, updateRows } from '../../database/write-row.ts';
import { recordEmpowerment } from './empowerment.writes.ts';
import { type RegistrationRow, registration } from './registration.table.ts';
import { type UserRow, user } from './user.table.ts';
import { canonicalNames, holderOfEmail, holderOfUsername } from './username.ts';

/** The type and the key are used for links only, so that a link is not an access token and an access token is not a link. */
const type = 'email-validation+jwt';
const algorithm = 'HS256';
const issuer = 'obp-customer-gateway';
const lifetimeSeconds = 24 * 3_600;
const maxTokenLength = 2_048;
const purpose = 'gateway e-mail validation';

interface LinkedRow {
  /** The ID of the user, which is that of the registration. */
  id: string;
  email: string | null;
  passwordHash: string | null;
}

/** Binds a link to one registration: its email address and its password. */
function boundTo(key: KeyObject, { email, passwordHash }: LinkedRow): string {
  return createHmac('sha256', key)
    .update(JSON.stringify([email, passwordHash]))
    .digest('base64url');
}

/** Signs the token of the link that validates the email address of this registration within 24 hours. */
export async function emailValidationToken(
  secret: InstallationSecret,
  { userId, email, passwordHash }: Pick<RegistrationRow, 'userId' | 'email' | 'passwordHash'>,
): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  const [key] = secret.keys(purpose);
  return new SignJWT({ boundTo: boundTo(key, { id: userId, email, passwordHash }) })
    .setProtectedHeader({ alg: algorithm, typ: type })
    .setIssuer(issuer)
    .setSubject(userId)
    .setIssuedAt(now)
    .setExpirationTime(now + lifetimeSeconds)
    .sign(key);
}

function areEqual(a: string, b: string): boolean {
  const [bytes, otherBytes] = [Buffer.from(a), Buffer.from(b)];
  return bytes.length === otherBytes.length && timingSafeEqual(bytes, otherBytes);
}

interface Link {
  userId: string;
  bound: string;
  /** The key that signed the link. */
  key: KeyObject;
}

/** Finds the key of a signature. It is faster than to verify the token with each key. */
function keyOfSignature(secret: InstallationSecret, token: string): KeyObject | undefined {
  const end = token.lastIndexOf('.');
  const [signed, signature] = [token.slice(0, Math.max(end, 0)), token.slice(end + 1)];
  return secret
    .keys(purpose)
    .find((key) => areEqual(createHmac('sha256', key).update(signed).digest('base64url'), signature));
}

/** Reads the token of a link. Null if it is invalid or expired. */
export async function readLink(secret: InstallationSecret, token: string | null): Promise<Link | null> {
  if (token === null || token.length > maxTokenLength) return null;
  const key = keyOfSignature(secret, token);
  if (key === undefined) return null;
  try {
    const { payload } = await jwtVerify(token, key, {
      algorithms: [algorithm],
      typ: type,
      issuer,
      requiredClaims: ['sub', 'exp', 'boundTo'],
    });
    const { sub, boundTo: bound } = payload;
    return sub !== undefined && typeof bound === 'string' ? { userId: sub, bound, key } : null;
  } catch {
    return null;
  }
}

export interface EmailValidation {
  database: Database;
  auditTrail: AuditTrail;
  secret: InstallationSecret;
  passwordCost: PasswordCost;
  /** The sender of the form, as far as it is known. */
  caller: Partial<AuditedCaller> & { clientAddress: string };
}

/** `EXPIRED`: the link is invalid or expired, or another user has taken the username or the email address. */
export type ValidationOutcome = 'VALIDATED' | 'EXPIRED' | 'WRONG_PASSWORD';

/**
 * Validates the email address of a registration, which becomes a user. The password proves that the reader of the mail is the
 * person who registered, so that the holder of an address cannot validate the registration of another person. Can be repeated.
 * @throws OBP-20013 or RATE_LIMITED after too many wrong passwords.
 */
export async function validateEmail(
  validation: EmailValidation,
  token: string | null,
  password: string,
): Promise<ValidationOutcome> {
  const { database, auditTrail, secret, passwordCost, caller } = validation;
  const link = await readLink(secret, token);
  const opened = { ...caller, kind: 'WRITE', operationName: 'validate-email' } as const;
  const refused = async (outcome: ValidationOutcome, errors: string[] = []) => {
    const subjectUserIds = link === null ? [] : [link.userId];
    await auditTrail.record([auditEventOf({ ...opened, outcome: 'REFUSED', subjectUserIds, errors })]);
    return outcome;
  };
  if (link === null) return refused('EXPIRED');
  const [pending] = await database.read.select().from(registration).where(eq(registration.userId, link.userId));
  const [existing] = await database.read.select().from(user).where(eq(user.id, link.userId));
  const row: LinkedRow | undefined = pending === undefined ? existing : { ...pending, id: pending.userId };
  if (row === undefined || !areEqual(boundTo(link.key, row), link.bound)) return refused('EXPIRED');

  // The link is opened again. Nothing changes, so no password is needed and nothing is recorded.
  if (pending === undefined && existing !== undefined && existing.emailValidatedAt !== null) return 'VALIDATED';

  const attempt = { database, secret, username: `link ${link.userId}`, clientAddress: caller.clientAddress };
  const matches = await attemptLogin(attempt, () => verifyPassword(row.passwordHash, password, passwordCost)).catch(
    async (error) => {
      if (error instanceof GatewayError) await refused('WRONG_PASSWORD', [error.key]);
      throw error;
    },
  );
  if (!matches) return refused('WRONG_PASSWORD', ['OBP-20004']);
  const write = auditTrail.write<ValidationOutcome>(async (transaction, changes) => {
    const isValidated = await validate(transaction, link.userId);
    const event = auditEventOf({
      ...opened,
      outcome: isValidated ? 'SUCCEEDED' : 'REFUSED',
      subjectUserIds: [link.userId],
      changes: [...allChanges(changes).fields],
    });
    return { result: isValidated ? 'VALIDATED' : 'EXPIRED', event };
  });
  return write.catch((error) => {
    // Another user validated the same address at the same time.
    if (isUniqueViolation(error)) return refused('EXPIRED');
    throw error;
  });
}

/** Creates the user of a registration, or validates the address of a user of an earlier version. */
async function validate(transaction: Queries, userId: string): Promise<boolean> {
  const [pending] = await transaction.select().from(registration).where(eq(registration.userId, userId));
  const [existing] = await transaction.select().from(user).where(eq(user.id, userId));
  if (existing !== undefined && !existing.awaitsEmailValidation) return existing.emailValidatedAt !== null;
  if (pending === undefined || (await holderOfEmail(transaction, pending.email, userId)) !== null) return false;
  const isCreated =
    existing === undefined
      ? await createUser(transaction, pending)
      : await markValidated(transaction, existing, pending.email);
  if (isCreated) {
    const { canonicalUsername, canonicalEmail } = pending;
    const isOver = or(
      eq(registration.canonicalUsername, canonicalUsername),
      eq(registration.canonicalEmail, canonicalEmail),
    );
    await transaction.delete(registration).where(isOver);
  }
  return isCreated;
}

async function createUser(transaction: Queries, pending: RegistrationRow): Promise<boolean> {
  if ((await holderOfUsername(transaction, pending.username)) !== null) return false;
  const { userId, username, email, passwordHash, firstName, lastName } = pending;
  const now = new Date();
  const values = { username, email, emailValidatedAt: now, provider: localProvider };
  const row = {
    id: userId,
    ...values,
    ...canonicalNames(values),
    providerId: username,
    passwordHash,
    firstName,
    lastName,
    isSuperAdmin: false,
    awaitsEmailValidation: false,
    createdAt: now,
    updatedAt: now,
  };
  const [created] = await insertRow(transaction, user, row, 'ignore');
  if (created === undefined) return false;
  const { createdByUserId } = pending;
  // An authenticated caller who creates a user is not independent of that user.
  if (createdByUserId !== null)
    await recordEmpowerment(transaction, { userId, kind: 'CREATED', byUserId: createdByUserId });
  return true;
}

/** Stores that the user has validated this address. Returns false if the user does not exist. */
export async function markValidated(transaction: Queries, row: UserRow, email: string): Promise<boolean> {
  const now = new Date();
  const { validatedEmail } = canonicalNames({ ...row, email, emailValidatedAt: now });
  const times = { emailValidatedAt: now, updatedAt: now, version: sql`${user.version} + 1` };
  const set = { ...times, validatedEmail, awaitsEmailValidation: false };
  const validated = await updateRows(transaction, user, { before: row, set, where: eq(user.id, row.id) });
  return validated.length > 0;
}
