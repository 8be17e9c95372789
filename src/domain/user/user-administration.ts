import { asc, eq, sql } from 'drizzle-orm';
import { checkPasswordRule, hashPassword, localProvider, type PasswordCost } from '../../auth/password.ts';
import { gatewayError } from '../../base/errors.ts';
import type { InstallationSecret } from '../../base/installation-secret.ts';
import { isRole, type Role } from '../../base/roles.ts';
import { valueRule } from '../../base/value-rules.ts';
import { addSubject } from '../../changes/collected-changes.ts';
import type { Database, Queries } from '../../database/database.ts';
import { isForeignKeyViolation, isUniqueViolation } from '../../database/errors.ts';
import { deleteRows, updateRows } from '../../database/write-row.ts';
import { markValidated } from './email-validation.ts';
import { type EntitlementRow, entitlement } from './entitlement.table.ts';
import { checkRoleScope, insertEntitlement } from './entitlement.writes.ts';
import { passwordReset } from './password-reset.table.ts';
import { revokeAllTokens } from './revoke-tokens.ts';
import { type UserRow, user } from './user.table.ts';
import { checkedNewUser, insertUser, localUserRow, type NewLocalUser } from './user.writes.ts';
import { unlock } from './user-lock.ts';
import { collidingUsers, findUserByUsername, holderOfEmail } from './username.ts';

export { findUserByUsername };

/**
 * The administration of users from the command line, which is trusted, so no roles are checked. Usernames are those of the local
 * provider by default. Expected failures are GatewayErrors.
 */

export interface ListedUser
  extends Pick<UserRow, 'id' | 'username' | 'email' | 'provider' | 'isSuperAdmin' | 'createdAt'> {
  isDisabled: boolean;
  /** Whether another user has the same username in another spelling, or validated the same email address. */
  hasUsernameConflict: boolean;
  hasEmailConflict: boolean;
  /** False for a placeholder, and for users of other providers. */
  hasPassword: boolean;
  /** Includes expired ones. */
  entitlements: Pick<EntitlementRow, 'roleName' | 'bankId' | 'expiresAt'>[];
}

export interface RoleGrant {
  username: string;
  roleName: string;
  /** Required for a bank role. */
  bankId?: string | null;
  provider?: string;
  /** The time from which on the role has no effect. Null if it does not expire. */
  expiresAt?: Date | null;
}

/** Loads the user of a transaction. The audit event contains the user even if the transaction fails later. */
async function concernedUser(transaction: Queries, username: string, provider?: string): Promise<UserRow> {
  const row = await findUserByUsername(transaction, username, provider);
  addSubject(transaction, user, row);
  return row;
}

/** @throws OBP-30207 for the password; OBP-10001 for the username, email address or names; USERNAME_TAKEN */
export async function createUser(database: Database, newUser: NewLocalUser, cost?: PasswordCost): Promise<UserRow> {
  const row = await localUserRow(checkedNewUser(newUser), cost);
  await database.transaction((transaction) => insertUser(transaction, row));
  return row;
}

/** Lists all users, or only users with conflicts, sorted by username. */
export async function listUsers(database: Database, { conflicts = false } = {}): Promise<ListedUser[]> {
  const users = conflicts
    ? await collidingUsers(database.read)
    : await database.read.select().from(user).orderBy(asc(user.username), asc(user.id));
  const entitlements = await database.read
    .select()
    .from(entitlement)
    .orderBy(asc(entitlement.roleName), asc(entitlement.bankId));
  const entitlementsByUser = Map.groupBy(entitlements, ({ userId }) => userId);
  return users.map((row) => ({
    id: row.id,
    username: row.username,
    email: row.email,
    provider: row.provider,
    isSuperAdmin: row.isSuperAdmin,
    createdAt: row.createdAt,
    isDisabled: row.disabledAt !== null,
    hasUsernameConflict: row.usernameConflict > 0,
    hasEmailConflict: row.emailConflict > 0,
    hasPassword: row.passwordHash !== null,
    entitlements: (entitlementsByUser.get(row.id) ?? []).map(({ roleName, bankId, expiresAt }) => ({
      roleName,
      bankId,
      expiresAt,
    })),
  }));
}

async function updateUser(
  database: Database,
  username: string,
  provider: string | undefined,
  values: Partial<Pick<UserRow, 'disabledAt' | 'passwordHash'>>,
): Promise<UserRow> {
  return database.transaction((transaction) => update(transaction, username, provider, values));
}

async function update(
  transaction: Queries,
  username: string,
  provider: string | undefined,
  values: Partial<Pick<UserRow, 'disabledAt' | 'passwordHash'>>,
): Promise<UserRow> {
  const before = await concernedUser(transaction, username, provider);
  const set = { ...values, updatedAt: new Date(), version: sql`${user.version} + 1` };
  const [after] = await updateRows(transaction, user, { before, set, where: eq(user.id, before.id) });
  if (after === undefined) throw new Error('A user was deleted in the meantime, although users are never deleted.');
  return after;
}

/**
 * Disables a user. From the next request on, the user's tokens are refused, too. A requested password reset is deleted, so that its
 * link stays invalid when the user is enabled again.
 */
export function disableUser(database: Database, username: string, provider?: string): Promise<UserRow> {
  return database.transaction(async (transaction) => {
    const row = await update(transaction, username, provider, { disabledAt: new Date() });
    await deleteRows(transaction, passwordReset, eq(passwordReset.userId, row.id));
    return row;
  });
}

export function enableUser(database: Database, username: string, provider?: string): Promise<UserRow> {
  return updateUser(database, username, provider, { disabledAt: null });
}

/**
 * Stores that the email address of a local user is the user's own, which the operator has checked.
 * @throws OBP-10001 if the user has no address; EMAIL_TAKEN if another user has validated it.
 */
export async function validateEmail(database: Database, username: string): Promise<UserRow> {
  try {
    return await database.transaction(async (transaction) => {
      const row = await concernedUser(transaction, username);
      const { id, email } = row;
      if (email === null) throw gatewayError('OBP-10001', { detail: 'USER_WITHOUT_EMAIL' });
      if ((await holderOfEmail(transaction, email, id)) !== null) throw gatewayError('EMAIL_TAKEN');
      await markValidated(transaction, row, email);
      return row;
    });
  } catch (error) {
    if (isUniqueViolation(error)) throw gatewayError('EMAIL_TAKEN', { cause: error });
    throw error;
  }
}

/** Removes both locks: that of an administrator, and that of failed logins. `secret` is that of the configuration. */
export async function unlockUser(
  database: Database,
  username: string,
  secret: InstallationSecret,
  provider?: string,
): Promise<UserRow> {
  return database.transaction(async (transaction) => {
    const { id } = await concernedUser(transaction, username, provider);
    return unlock(transaction, id, secret, null);
  });
}

/**
 * Sets the password of a local user, and revokes all tokens of the user, in case the old password was known to others.
 * @throws OBP-30207 if the password breaks the rule for passwords.
 */
export async function resetPassword(
  database: Database,
  username: string,
  password: string,
  cost?: PasswordCost,
): Promise<UserRow> {
  checkPasswordRule(password);
  await findUserByUsername(database.read, username);
  const passwordHash = await hashPassword(password, cost);
  return database.transaction(async (transaction) => {
    const row = await update(transaction, username, localProvider, { passwordHash });
    await revokeAllTokens(transaction, row.id, new Date());
    return row;
  });
}

/** @throws OBP-10001 if the role does not exist; OBP-30205 or OBP-30206 if it does not fit the bank. */
function checkedRole(roleName: string, bankId: string | null): Role {
  if (!isRole(roleName))
    throw gatewayError('OBP-10001', { field: 'roleName', rule: valueRule('ROLE'), hint: `${roleName} is not a role.` });
  checkRoleScope(roleName, bankId, 'bankId');
  return roleName;
}

/** @throws OBP-30205, OBP-30206, OBP-20005; OBP-30001 if the bank does not exist; OBP-30216 if the user holds the role. */
export async function grantRole(database: Database, grant: RoleGrant): Promise<EntitlementRow> {
  const bankId = grant.bankId ?? null;
  const roleName = checkedRole(grant.roleName, bankId);
  return database.transaction(async (transaction) => {
    const { id: userId } = await concernedUser(transaction, grant.username, grant.provider);
    try {
      return await insertEntitlement(
        transaction,
        { userId, roleName, bankId, expiresAt: grant.expiresAt ?? null },
        null,
      );
    } catch (error) {
      if (bankId !== null && isForeignKeyViolation(error)) throw gatewayError('OBP-30001', { bankId, cause: error });
      throw error;
    }
  });
}

/** Also revokes roles that are unknown to this version. @throws OBP-20005; OBP-30212 if the user does not hold the role. */
export async function revokeRole(database: Database, grant: RoleGrant): Promise<EntitlementRow> {
  const bankId = grant.bankId ?? null;
  return database.transaction(async (transaction) => {
    const { id: userId } = await concernedUser(transaction, grant.username, grant.provider);
    const held = await transaction.select().from(entitlement).where(eq(entitlement.userId, userId));
    const row = held.find((entitlement) => entitlement.roleName === grant.roleName && entitlement.bankId === bankId);
    if (row === undefined) throw gatewayError('OBP-30212');
    await deleteRows(transaction, entitlement, eq(entitlement.id, row.id));
    return row;
  });
}
