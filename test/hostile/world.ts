/** The data of the attacks, with large lists and callers of every kind. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

export const worldUserKinds = {
  /** Holds every bank role at the bank of the world, and every system role except `CanExceedRateLimit`. */
  clerk: 90,
  /** Holds neither a role nor an account, and is not linked to a customer. */
  registered: 70,
  /** Holds 160 accounts with 500 routings each. */
  holder: 20,
  /** Is linked to every customer of the bank. */
  linked: 4,
  /** Can grant bank roles at the bank of the world. */
  granter: 2,
  superAdmin: 2,
  /** Logs in with `World.password`. */
  local: 4,
  prober: 1,
} as const;

export type WorldUserKind = keyof typeof worldUserKinds;

export interface WorldUser {
  id: string;
  username: string;
  token: string;
}

export interface World {
  bankId: string;
  /** A bank without customers that requires a reason for KYC material. */
  otherBankId: string;
  customerIds: string[];
  /** The customer with thousands of rows in every list. */
  heavyCustomerId: string;
  accountIds: string[];
  users: Record<WorldUserKind, WorldUser[]>;
  password: string;
}

export const worldPassword = 'The password of the world, 1!';

/**
 * Inserts the world into the database of `DATABASE_URL` with the tables of a build. Runs in a separate process, because
 * the tables of a process belong to one build and one kind of database.
 */
export async function createWorld(distFolder: string, environment: Readonly<Record<string, string>>): Promise<World> {
  const script = join(import.meta.dirname, 'create-world.ts');
  const { stdout } = await promisify(execFile)(process.execPath, ['--no-warnings', script, distFolder], {
    env: { PATH: process.env.PATH, ...environment },
    maxBuffer: 64 * 2 ** 20,
  });
  return JSON.parse(stdout) as World;
}
