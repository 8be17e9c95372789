import { localProvider } from '../../auth/password.ts';
import type { UserRow } from '../../domain/user/user.table.ts';
import { canonicalNames } from '../../domain/user/username.ts';
import type { Random } from './random.ts';

/** Reduces a name to Latin letters, for usernames and email addresses. */
export function asciiName(name: string): string {
  return name
    .replaceAll('ß', 'ss')
    .normalize('NFD')
    .replace(/[^A-Za-z]/g, '')
    .toLowerCase();
}

interface NewUser {
  username: string;
  firstName: string;
  lastName: string;
  createdAt: Date;
}

/** Generates a local user without a password. */
export function generateUser(random: Random, { username, firstName, lastName, createdAt }: NewUser): UserRow {
  const email = `${username}@example.com`;
  return {
    id: random.uuid(),
    username,
    email,
    ...canonicalNames({ provider: localProvider, username, email, emailValidatedAt: createdAt }),
    usernameConflict: 0,
    emailConflict: 0,
    firstName,
    lastName,
    provider: localProvider,
    providerId: username,
    passwordHash: null,
    isSuperAdmin: false,
    emailValidatedAt: createdAt,
    disabledAt: null,
    awaitsEmailValidation: false,
    tokensValidFrom: null,
    tokenGeneration: 0,
    latestTokenIssuedAt: null,
    createdAt,
    updatedAt: createdAt,
    version: 1,
  };
}
