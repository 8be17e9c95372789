import { createHash, createHmac, randomBytes, randomUUID, timingSafeEqual } from 'node:crypto';
import { and, eq, gt, lte } from 'drizzle-orm';
import { deleteLoginAttempts, maxUsernameLength } from '../../auth/login-attempts.ts';
import type { PasswordResetSettings } from '../../auth/mail-settings.ts';
import type { Mail } from '../../auth/mailer.ts';
import type { InstallationSecret } from '../../base/installation-secret.ts';
import { mapUsername } from '../../base/precis.ts';
import { addSubject } from '../../changes/collected-changes.ts';
import { currentTimestamp, readCurrentTime } from '../../database/current-time.ts';
import type { Queries } from '../../database/database.ts';
import { lockedForWriting } from '../../database/lock.ts';
import { deleteRows, insertRow } from '../../database/write-row.ts';
import { replacePassword } from './password.writes.ts';
import { resetMail } from './password-mail.ts';
import { passwordReset } from './password-reset.table.ts';
import { countResetMail, limitRequests, type ResetRequester } from './password-reset-limits.ts';
import { revokeAllTokens } from './revoke-tokens.ts';
import { type UserRow, user } from './user.table.ts';
import { userForLogin } from './username.ts';

const tokenBytes = 32;

function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('base64url');
}

/** Binds a token to the address and the password of its user, so that a change of either makes the token invalid. */
function boundTo(token: string, row: Pick<UserRow, 'validatedEmail' | 'passwordHash'> | null): string {
  return createHmac('sha256', token)
    .update(JSON.stringify([row?.validatedEmail ?? null, row?.passwordHash ?? null]))
    .digest('base64url');
}

type Recipient = UserRow & { email: string; validatedEmail: string };

/** Whether the password of the user can be reset by mail: the user has validated the address, and is not disabled. */
function isRecipient(row: UserRow | null): row is Recipient {
  return row !== null && row.email !== null && row.validatedEmail !== null && row.disabledAt === null;
}

/**
 * Loads the users whom a client can mean by a text: by username and by validated email address, always with the same statements. If
 * users of an earlier version have validated the same address, it means none of them.
 */
async function usersMeant(read: Queries, name: string): Promise<UserRow[]> {
  const byUsername = await userForLogin(read, name);
  const byEmail = await read
    .select()
    .from(user)
    .where(and(eq(user.validatedEmail, mapUsername(name)), eq(user.emailConflict, 0)));
  return byUsername === null ? byEmail : [byUsername, ...byEmail];
}

export interface RequestedReset {
  expiresAt: Date;
  /** Null if no mail is sent. */
  mail: Mail | null;
}

/**
 * Stores a reset for the user with this username or validated email address, in place of an earlier one. Without such a user, and
 * after too many mails to the address, the statements are the same, but nothing is sent.
 * @throws RATE_LIMITED after too many requests, whether the user exists or not.
 */
export async function requestReset(
  transaction: Queries,
  usernameOrEmail: string,
  { url, lifetimeSeconds, requestsPerHour }: PasswordResetSettings,
  requester: ResetRequester,
): Promise<RequestedReset> {
  const now = await readCurrentTime(transaction);
  await limitRequests(transaction, requester, requestsPerHour, now);
  const name = usernameOrEmail.slice(0, maxUsernameLength);
  const meant = await usersMeant(transaction, name);
  const recipient = meant.find(isRecipient) ?? null;
  const counted = {
    address: recipient?.validatedEmail ?? mapUsername(name),
    username: recipient?.username ?? name,
  };
  const isSent = (await countResetMail(transaction, requester, counted, now)) && recipient !== null;
  const concerned = recipient ?? meant[0];
  if (concerned !== undefined) addSubject(transaction, user, concerned);

  const token = randomBytes(tokenBytes).toString('base64url');
  const expiresAt = new Date(now.getTime() + lifetimeSeconds * 1_000);
  const userId = isSent ? recipient.id : null;
  await deleteRows(transaction, passwordReset, eq(passwordReset.userId, userId ?? randomUUID()));
  const row = { tokenHash: hashOf(token), userId, boundTo: boundTo(token, isSent ? recipient : null), expiresAt };
  await insertRow(transaction, passwordReset, row);
  const mail = isSent ? resetMail(recipient, { to: recipient.email, url, token, lifetimeSeconds }) : null;
  return { expiresAt, mail };
}

function isOf(token: string) {
  return and(eq(passwordReset.tokenHash, hashOf(token)), gt(passwordReset.expiresAt, currentTimestamp));
}

function isBound(token: string, row: UserRow, bound: string): boolean {
  return timingSafeEqual(Buffer.from(boundTo(token, row)), Buffer.from(bound));
}

/** Loads the user of a valid token. Null if the token is unknown, expired, or not valid any more. */
export async function userOfReset(read: Queries, token: string): Promise<Recipient | null> {
  const [found] = await read
    .select({ row: user, bound: passwordReset.boundTo })
    .from(passwordReset)
    .innerJoin(user, eq(user.id, passwordReset.userId))
    .where(isOf(token));
  return found !== undefined && isRecipient(found.row) && isBound(token, found.row, found.bound) ? found.row : null;
}

/**
 * Uses up a token: sets the password of its user, revokes all tokens, and removes the lock of failed logins. Returns the time, or
 * null if the token is not valid any more, such as after another request has used it.
 */
export async function finishReset(
  transaction: Queries,
  token: string,
  passwordHash: string,
  secret: InstallationSecret,
): Promise<Date | null> {
  // The second of two requests with the same token waits here, and finds nothing.
  const [used] = await deleteRows(transaction, passwordReset, isOf(token));
  if (used === undefined || used.userId === null) return null;
  const [row] = await lockedForWriting(transaction.select().from(user).where(eq(user.id, used.userId)));
  if (row === undefined || !isRecipient(row) || !isBound(token, row, used.boundTo)) return null;
  if (!(await replacePassword(transaction, row, passwordHash))) return null;
  const now = new Date();
  await revokeAllTokens(transaction, row.id, now);
  await deleteLoginAttempts(transaction, secret, row.username);
  return now;
}

export async function deleteExpiredPasswordResets(transaction: Queries): Promise<void> {
  await transaction.delete(passwordReset).where(lte(passwordReset.expiresAt, currentTimestamp));
}
