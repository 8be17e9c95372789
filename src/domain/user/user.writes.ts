import { randomUUID } from 'node:crypto';
import { checkPasswordRule, hashPassword, localProvider, type PasswordCost } from '../../auth/password.ts';
import { gatewayError } from '../../base/errors.ts';
import { parseEmailAddress, parseText } from '../../base/values.ts';
import type { Queries } from '../../database/database.ts';
import { isUniqueViolation } from '../../database/errors.ts';
import { insertRow } from '../../database/write-row.ts';
import { valid } from '../../graph/input.ts';
import { collectProblems } from '../../graph/input-collection.ts';
import { parseUsername } from './user.rules.ts';
import { type UserRow, user } from './user.table.ts';
import { canonicalNames, holderOfUsername } from './username.ts';

export interface NewLocalUser {
  username: string;
  password: string;
  email: string;
  firstName?: string | null;
  lastName?: string | null;
  isSuperAdmin?: boolean;
}

function optionalName(field: string, name: string | null | undefined): string | null {
  return name == null ? null : valid(field, () => parseText(name, 100));
}

/** Validates a new user. @throws OBP-30207 for the password; OBP-10001 for the other fields, whose names have the prefix. */
export function checkedNewUser(newUser: NewLocalUser, prefix = ''): NewLocalUser {
  return collectProblems(() => {
    collectProblems(() => checkPasswordRule(newUser.password, `${prefix}password`));
    const email = valid(`${prefix}email`, () => parseEmailAddress(newUser.email));
    return {
      ...newUser,
      username: valid(`${prefix}username`, () => parseUsername(newUser.username, email)),
      email,
      firstName: optionalName(`${prefix}firstName`, newUser.firstName),
      lastName: optionalName(`${prefix}lastName`, newUser.lastName),
    };
  });
}

/** The row of a local user, with an email address and a password. */
export type LocalUserRow = UserRow & { email: string; passwordHash: string };

/** Makes the row of a validated local user. Must be called before the transaction, because hashing the password is slow. */
export async function localUserRow(newUser: NewLocalUser, cost?: PasswordCost): Promise<LocalUserRow> {
  const now = new Date();
  const { username, email } = newUser;
  return {
    id: randomUUID(),
    username,
    email,
    ...canonicalNames({ provider: localProvider, username, email, emailValidatedAt: null }),
    usernameConflict: 0,
    emailConflict: 0,
    firstName: newUser.firstName ?? null,
    lastName: newUser.lastName ?? null,
    provider: localProvider,
    // In OBP, the username is also the ID at the local provider.
    providerId: username,
    passwordHash: await hashPassword(newUser.password, cost),
    isSuperAdmin: newUser.isSuperAdmin ?? false,
    emailValidatedAt: null,
    awaitsEmailValidation: false,
    disabledAt: null,
    tokensValidFrom: null,
    tokenGeneration: 0,
    latestTokenIssuedAt: null,
    createdAt: now,
    updatedAt: now,
    version: 1,
  };
}

/** @throws USERNAME_TAKEN, even if two transactions store the same username at the same time. */
export async function insertUser(transaction: Queries, row: UserRow): Promise<void> {
  if ((await holderOfUsername(transaction, row.username)) !== null) throw gatewayError('USERNAME_TAKEN');
  try {
    await insertRow(transaction, user, row);
  } catch (error) {
    if (isUniqueViolation(error)) throw gatewayError('USERNAME_TAKEN', { cause: error });
    throw error;
  }
}
