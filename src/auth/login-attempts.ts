import { createHmac, hkdfSync } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { asc, count, eq, inArray, lte, sql } from 'drizzle-orm';
import { noteChange } from '../audit/changes.ts';
import type { Database, Queries } from '../database/database.ts';
import { gatewayError } from '../errors.ts';
import { clientNetwork } from './client-network.ts';
import { loginAttempt } from './login-attempt.table.ts';

/** So many failures of a username at one address lock it there, for a time that doubles with each further one. */
const failuresBeforeLock = 5;
const firstLockSeconds = 30;
const longestLockSeconds = 3_600;

/** So many failures at all addresses together slow every attempt down, but lock nobody: it might be the user's own. */
const failuresBeforePause = 10;
const firstPauseMilliseconds = 250;
const longestPauseMilliseconds = 2_000;

/** After so long without another attempt the failures no longer count. */
const lifetimeMilliseconds = 24 * 3_600_000;
const mostRows = 100_000;
const attemptsBetweenPrunings = 1_000;

/** How many logins of one username and address may wait for one another. */
const mostInLine = 20;

const hashKeys = new Map<string, Buffer>();

function hashOf(secret: string, ...texts: string[]): string {
  let hashKey = hashKeys.get(secret);
  if (hashKey === undefined) {
    hashKey = Buffer.from(hkdfSync('sha256', secret, '', 'gateway login attempts', 32));
    hashKeys.set(secret, hashKey);
  }
  return createHmac('sha256', hashKey).update(JSON.stringify(texts)).digest('base64url');
}

/** Where the attempts of a username are counted. */
interface Counted {
  usernameHash: string;
  /** The ids of the two rows: at this address, and at all together. */
  hereId: string;
  overallId: string;
}

function countedAs(secret: string, username: string, clientAddress: string): Counted {
  return {
    usernameHash: hashOf(secret, username),
    hereId: hashOf(secret, username, clientNetwork(clientAddress)),
    overallId: hashOf(secret, username, 'all addresses'),
  };
}

async function countOne(transaction: Queries, id: string, usernameHash: string, now: Date) {
  const isOld = lte(loginAttempt.lastAttemptAt, new Date(now.getTime() - lifetimeMilliseconds));
  const [row] = await transaction
    .insert(loginAttempt)
    .values({ id, usernameHash, failures: 1, lastAttemptAt: now, lockedUntil: null })
    .onConflictDoUpdate({
      target: loginAttempt.id,
      set: {
        failures: sql`case when ${isOld} then 1 else ${loginAttempt.failures} + 1 end`,
        lastAttemptAt: now,
      },
    })
    .returning();
  return { failures: row?.failures ?? 1, lockedUntil: row?.lockedUntil ?? null };
}

/** `first` for the first failure over the limit, twice as much for each further one, up to `longest`. */
function doubling(failuresOver: number, first: number, longest: number): number {
  return failuresOver < 1 ? 0 : Math.min(longest, first * 2 ** Math.min(failuresOver - 1, 30));
}

/**
 * Counts the attempt as a failure before its password is looked at, so that no more than are allowed can be under way.
 * Gives the milliseconds to pause; fails with OBP-20013, and counts nothing, while the username is locked at this address.
 */
function begin(database: Database, { usernameHash, hereId, overallId }: Counted): Promise<number> {
  return database.transaction(async (transaction) => {
    const now = new Date();
    const here = await countOne(transaction, hereId, usernameHash, now);
    if (here.lockedUntil !== null && here.lockedUntil > now) {
      const retryAfterSeconds = Math.ceil((here.lockedUntil.getTime() - now.getTime()) / 1000);
      const message = `The next attempt is possible in ${retryAfterSeconds} seconds.`;
      throw gatewayError('OBP-20013', { message, retryAfterSeconds });
    }
    const lockSeconds = doubling(here.failures - failuresBeforeLock + 1, firstLockSeconds, longestLockSeconds);
    if (lockSeconds > 0) {
      const lockedUntil = new Date(now.getTime() + lockSeconds * 1000);
      await transaction.update(loginAttempt).set({ lockedUntil }).where(eq(loginAttempt.id, hereId));
    }
    const overall = await countOne(transaction, overallId, usernameHash, now);
    return doubling(overall.failures - failuresBeforePause, firstPauseMilliseconds, longestPauseMilliseconds);
  });
}

/** The attempt was no failure after all. With the right password, those before it at this address are forgotten too. */
async function takeBack(database: Database, { hereId, overallId }: Counted, isLoggedIn: boolean): Promise<void> {
  const oneLess = sql`${loginAttempt.failures} - 1`;
  await database.transaction(async (transaction) => {
    if (isLoggedIn) await transaction.delete(loginAttempt).where(eq(loginAttempt.id, hereId));
    else {
      await transaction
        .update(loginAttempt)
        .set({ failures: oneLess, lockedUntil: null })
        .where(eq(loginAttempt.id, hereId));
    }
    await transaction.update(loginAttempt).set({ failures: oneLess }).where(eq(loginAttempt.id, overallId));
  });
}

/** The last of those in line for a username and address, and how many they are. */
const lines = new Map<string, { last: Promise<unknown>; length: number }>();

/** One after another, so that a user who logs in several times at once does not seem to be guessing. */
async function inLine<Result>(id: string, work: () => Promise<Result>): Promise<Result> {
  const line = lines.get(id) ?? { last: Promise.resolve(), length: 0 };
  if (line.length >= mostInLine) throw gatewayError('RATE_LIMITED', { retryAfterSeconds: 1 });
  const result = line.last.then(work);
  lines.set(id, line);
  line.length += 1;
  line.last = result.catch(() => undefined);
  try {
    return await result;
  } finally {
    line.length -= 1;
    if (line.length === 0) lines.delete(id);
  }
}

let attemptsSincePruning = 0;

export interface LoginAttempt {
  database: Database;
  secret: string;
  username: string;
  clientAddress: string;
}

/**
 * Whether `verify` finds the password to be right. Fails with OBP-20013, without asking it, after too many failures of
 * this username at this address, whether there is such a user or not.
 */
export function attemptLogin(attempt: LoginAttempt, verify: () => Promise<boolean>): Promise<boolean> {
  const { database, secret, username, clientAddress } = attempt;
  const counted = countedAs(secret, username, clientAddress);
  return inLine(counted.hereId, async () => {
    const pause = await begin(database, counted);
    let matches: boolean;
    try {
      if (pause > 0) await sleep(pause);
      matches = await verify();
    } catch (error) {
      await takeBack(database, counted, false);
      throw error;
    }
    if (matches) await takeBack(database, counted, true);
    attemptsSincePruning += 1;
    if (attemptsSincePruning >= attemptsBetweenPrunings) {
      attemptsSincePruning = 0;
      // It is not what this login is about: who serves does the same every hour, and logs what fails.
      await database.transaction((transaction) => forgetOldLoginAttempts(transaction)).catch(() => undefined);
    }
    return matches;
  });
}

/** Lets the username be tried again from everywhere, without a pause. */
export async function forgetLoginAttempts(transaction: Queries, secret: string, username: string): Promise<void> {
  const [forgotten] = await transaction
    .delete(loginAttempt)
    .where(eq(loginAttempt.usernameHash, hashOf(secret, username)))
    .returning();
  if (forgotten !== undefined) noteChange(transaction, loginAttempt, forgotten, null);
}

/** Deletes the attempts that no longer count, and of too many those with the fewest failures: locks stay. */
export async function forgetOldLoginAttempts(transaction: Queries, most: number = mostRows): Promise<void> {
  const old = new Date(Date.now() - lifetimeMilliseconds);
  await transaction.delete(loginAttempt).where(lte(loginAttempt.lastAttemptAt, old));
  const [counted] = await transaction.select({ rows: count() }).from(loginAttempt);
  const tooMany = Number(counted?.rows ?? 0) - most;
  if (tooMany <= 0) return;
  const leastTelling = transaction
    .select({ id: loginAttempt.id })
    .from(loginAttempt)
    .orderBy(asc(loginAttempt.failures), asc(loginAttempt.lastAttemptAt))
    .limit(tooMany);
  await transaction.delete(loginAttempt).where(inArray(loginAttempt.id, leastTelling));
}
