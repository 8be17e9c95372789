import { and, asc, count, desc, eq, gt, inArray, isNull, lte, notInArray, or, type SQL, sql } from 'drizzle-orm';
import type { SQLiteColumn } from 'drizzle-orm/sqlite-core';
import { clientNetwork } from '../base/client-network.ts';
import { gatewayError } from '../base/errors.ts';
import { comparedUsername } from '../base/identifiers.ts';
import type { InstallationSecret, PresentFirst } from '../base/installation-secret.ts';
import { readCurrentTime } from '../database/current-time.ts';
import type { Database, Queries } from '../database/database.ts';
import { deleteRows } from '../database/write-row.ts';
import { loginAttempt } from './login-attempt.table.ts';
import { loginNetwork } from './login-network.table.ts';

/** After this number of failures in one network, the username is locked there. Each further failure doubles the time. */
const failuresBeforeLock = 5;
const firstLockSeconds = 30;
const maxLockSeconds = 3_600;

/** The capacity of a token bucket, and the time in which it regains one token. */
interface Bucket {
  capacity: number;
  intervalMilliseconds: number;
}

/**
 * Failed logins from one network with all usernames: 100, and 10 a minute. Usernames that logged in from the network recently
 * have as many again, so that an attacker in the network does not block its regular users.
 */
const networkBucket: Bucket = { capacity: 100, intervalMilliseconds: 6_000 };
const regularUsersBucket: Bucket = { ...networkBucket, capacity: 200 };

/**
 * Failed logins of one username from all networks: 20, and 5 a minute. It slows guesses down and never locks the username.
 * Networks from which the username logged in recently are exempt, so that an attacker elsewhere does not block the user.
 */
const usernameBucket: Bucket = { capacity: 20, intervalMilliseconds: 12_000 };

/** A network is regular for this time after a login, and at most this number of networks for each username. */
const networkLifetimeMilliseconds = 30 * 24 * 3_600_000;
const maxNetworksOfUsername = 10;

/** Failures are deleted when this time has passed since the last attempt. */
const lifetimeMilliseconds = 24 * 3_600_000;
const maxRows = 100_000;
const attemptsBetweenPrunings = 1_000;

/** The maximum number of queued logins of one username in one network. */
const maxQueuedLogins = 20;

/** The maximum length of a username in UTF-16 code units. A longer text is counted by its beginning, and never matches a user. */
export const maxUsernameLength = 512;

function hashesOf(secret: InstallationSecret, ...texts: string[]): PresentFirst<string> {
  return secret.hashes('gateway login attempts', JSON.stringify(texts));
}

/** All spellings of a username share one counter. */
function countedName(username: string): string {
  return comparedUsername(username.slice(0, maxUsernameLength));
}

function overallIdsOf(secret: InstallationSecret, name: string): PresentFirst<string> {
  return hashesOf(secret, name, 'all addresses');
}

/** The IDs of the rows in which an attempt is counted. */
interface Counted {
  usernameHashes: PresentFirst<string>;
  /** The username in this network. */
  hereIds: PresentFirst<string>;
  /** The username in all networks. */
  overallIds: PresentFirst<string>;
  /** The network with all usernames. */
  networkIds: PresentFirst<string>;
}

function countedAs(secret: InstallationSecret, username: string, clientAddress: string): Counted {
  const name = countedName(username);
  const network = clientNetwork(clientAddress);
  return {
    usernameHashes: hashesOf(secret, name),
    hereIds: hashesOf(secret, name, network),
    overallIds: overallIdsOf(secret, name),
    networkIds: hashesOf(secret, 'all usernames', '', network),
  };
}

type AttemptRow = typeof loginAttempt.$inferSelect;

function laterOrOther(column: SQLiteColumn): SQL {
  const other = sql`excluded.${sql.identifier(column.name)}`;
  return sql`case when ${column} is null or ${column} < ${other} then ${other} else ${column} end`;
}

/** Moves what was counted with former secrets to the row of the present secret. Expired failures are deleted. */
async function moveFormerRows(
  transaction: Queries,
  [id, ...formerIds]: PresentFirst<string>,
  usernameHash: string,
  now: Date,
): Promise<void> {
  if (formerIds.length === 0) return;
  const since = new Date(now.getTime() - lifetimeMilliseconds);
  for (const former of await transaction.delete(loginAttempt).where(inArray(loginAttempt.id, formerIds)).returning()) {
    if (former.lastAttemptAt <= since) continue;
    const { failures, lastAttemptAt, lockedUntil, fullAt } = loginAttempt;
    await transaction
      .insert(loginAttempt)
      .values({ ...former, id, usernameHash })
      .onConflictDoUpdate({
        target: loginAttempt.id,
        set: {
          failures: sql`${failures} + excluded.failures`,
          lastAttemptAt: laterOrOther(lastAttemptAt),
          lockedUntil: laterOrOther(lockedUntil),
          fullAt: laterOrOther(fullAt),
        },
      });
  }
}

/** Adds a failure to a row, which stays locked until the transaction ends. Expired failures are not counted. */
async function addFailure(
  transaction: Queries,
  ids: PresentFirst<string>,
  usernameHash: string,
  now: Date,
): Promise<AttemptRow> {
  await moveFormerRows(transaction, ids, usernameHash, now);
  const [id] = ids;
  const isOld = lte(loginAttempt.lastAttemptAt, new Date(now.getTime() - lifetimeMilliseconds));
  const [row] = await transaction
    .insert(loginAttempt)
    .values({ id, usernameHash, failures: 1, lastAttemptAt: now, lockedUntil: null, fullAt: null })
    .onConflictDoUpdate({
      target: loginAttempt.id,
      set: {
        failures: sql`case when ${isOld} then 1 else ${loginAttempt.failures} + 1 end`,
        lastAttemptAt: now,
      },
    })
    .returning();
  if (row === undefined) throw new Error('A login attempt was not counted.');
  return row;
}

function laterOf(time: Date | null, other: Date): Date {
  return time !== null && time > other ? time : other;
}

/**
 * Takes a token from the bucket of a row that `addFailure` returned.
 * @throws RATE_LIMITED if the bucket is empty.
 */
async function takeToken(transaction: Queries, row: AttemptRow, bucket: Bucket, now: Date): Promise<void> {
  const { capacity, intervalMilliseconds: interval } = bucket;
  const fullAt = new Date(laterOf(row.fullAt, now).getTime() + interval);
  const wait = fullAt.getTime() - now.getTime() - capacity * interval;
  if (wait > 0) throw gatewayError('RATE_LIMITED', { retryAfterSeconds: Math.ceil(wait / 1000) });
  await transaction.update(loginAttempt).set({ fullAt }).where(eq(loginAttempt.id, row.id));
}

/** Subtracts a failure, and returns its token. */
async function returnToken(transaction: Queries, id: string, { intervalMilliseconds }: Bucket): Promise<void> {
  const [row] = await transaction
    .update(loginAttempt)
    .set({ failures: sql`${loginAttempt.failures} - 1` })
    .where(eq(loginAttempt.id, id))
    .returning();
  if (row === undefined || row.fullAt === null) return;
  const fullAt = new Date(row.fullAt.getTime() - intervalMilliseconds);
  await transaction.update(loginAttempt).set({ fullAt }).where(eq(loginAttempt.id, id));
}

/** Locks the username in this network for 30 seconds, and twice as long for each further failure. */
async function lockAfterFailures(transaction: Queries, { id, failures }: AttemptRow, now: Date): Promise<void> {
  const failuresOver = failures - failuresBeforeLock;
  if (failuresOver < 0) return;
  const lockSeconds = Math.min(maxLockSeconds, firstLockSeconds * 2 ** Math.min(failuresOver, 30));
  const lockedUntil = new Date(now.getTime() + lockSeconds * 1000);
  await transaction.update(loginAttempt).set({ lockedUntil }).where(eq(loginAttempt.id, id));
}

async function isRegularNetwork(transaction: Queries, hereIds: PresentFirst<string>, now: Date): Promise<boolean> {
  const since = new Date(now.getTime() - networkLifetimeMilliseconds);
  const rows = await transaction
    .select({ id: loginNetwork.id })
    .from(loginNetwork)
    .where(and(inArray(loginNetwork.id, [...hereIds]), gt(loginNetwork.lastLoginAt, since)));
  return rows.length > 0;
}

/** Whether the username logged in recently from the network of the address. The statement is the same if the user does not exist. */
export function isRegularAddress(
  transaction: Queries,
  { secret, username, clientAddress }: Omit<LoginAttempt, 'database'>,
  now: Date,
): Promise<boolean> {
  return isRegularNetwork(transaction, countedAs(secret, username, clientAddress).hereIds, now);
}

interface CountedAttempt {
  /** Whether the username logged in from this network recently, so that no token of the username was taken. */
  isRegular: boolean;
}

/**
 * Counts the attempt as a failure before its password is verified, so that attempts that run at the same time cannot exceed
 * a limit together. `uncount` writes the rows in the same order, so that two transactions never deadlock.
 * @throws OBP-20013 if the username is locked in this network, RATE_LIMITED if one of the buckets is empty. Counts nothing then.
 */
function countAttempt(
  database: Database,
  { usernameHashes: [usernameHash], hereIds, overallIds, networkIds }: Counted,
): Promise<CountedAttempt> {
  return database.transaction(async (transaction) => {
    const now = await readCurrentTime(transaction);
    const here = await addFailure(transaction, hereIds, usernameHash, now);
    if (here.lockedUntil !== null && here.lockedUntil > now) {
      const retryAfterSeconds = Math.ceil((here.lockedUntil.getTime() - now.getTime()) / 1000);
      throw gatewayError('OBP-20013', { detail: 'LOCKED_UNTIL', retryAfterSeconds });
    }
    await lockAfterFailures(transaction, here, now);
    const isRegular = await isRegularNetwork(transaction, hereIds, now);
    if (!isRegular) {
      const overall = await addFailure(transaction, overallIds, usernameHash, now);
      await takeToken(transaction, overall, usernameBucket, now);
    }
    const network = await addFailure(transaction, networkIds, networkIds[0], now);
    await takeToken(transaction, network, isRegular ? regularUsersBucket : networkBucket, now);
    return { isRegular };
  });
}

/** Uncounts an attempt. After a login, earlier failures in this network are deleted, but no others. */
async function uncount(
  database: Database,
  { usernameHashes, hereIds, overallIds: [overallId], networkIds: [networkId] }: Counted,
  { isRegular, isLoggedIn }: CountedAttempt & { isLoggedIn: boolean },
): Promise<void> {
  const [hereId] = hereIds;
  await database.transaction(async (transaction) => {
    if (isLoggedIn) await transaction.delete(loginAttempt).where(eq(loginAttempt.id, hereId));
    else {
      await transaction
        .update(loginAttempt)
        .set({ failures: sql`${loginAttempt.failures} - 1`, lockedUntil: null })
        .where(eq(loginAttempt.id, hereId));
    }
    if (!isRegular) await returnToken(transaction, overallId, usernameBucket);
    await returnToken(transaction, networkId, networkBucket);
    if (isLoggedIn) await rememberNetwork(transaction, hereIds, usernameHashes);
  });
}

/** Stores that the username logged in from this network, in place of the network whose last login is the oldest. */
async function rememberNetwork(
  transaction: Queries,
  [id, ...formerIds]: PresentFirst<string>,
  usernameHashes: PresentFirst<string>,
): Promise<void> {
  const [usernameHash] = usernameHashes;
  const lastLoginAt = await readCurrentTime(transaction);
  await transaction
    .insert(loginNetwork)
    .values({ id, usernameHash, lastLoginAt })
    .onConflictDoUpdate({ target: loginNetwork.id, set: { lastLoginAt } });
  if (formerIds.length > 0) await transaction.delete(loginNetwork).where(inArray(loginNetwork.id, formerIds));
  const ofUsername = inArray(loginNetwork.usernameHash, [...usernameHashes]);
  const kept = await transaction
    .select({ id: loginNetwork.id })
    .from(loginNetwork)
    .where(ofUsername)
    .orderBy(desc(loginNetwork.lastLoginAt), asc(loginNetwork.id))
    .limit(maxNetworksOfUsername);
  const keptIds = kept.map((row) => row.id);
  await transaction.delete(loginNetwork).where(and(ofUsername, notInArray(loginNetwork.id, keptIds)));
}

/** The last queued login for a username and network, and the length of the queue. */
const queues = new Map<string, { last: Promise<unknown>; length: number }>();

/** Runs logins one after the other, so that concurrent logins of a user do not count as failures. */
async function queued<Result>(id: string, work: () => Promise<Result>): Promise<Result> {
  const queue = queues.get(id) ?? { last: Promise.resolve(), length: 0 };
  if (queue.length >= maxQueuedLogins) throw gatewayError('RATE_LIMITED', { retryAfterSeconds: 1 });
  const result = queue.last.then(work);
  queues.set(id, queue);
  queue.length += 1;
  queue.last = result.catch(() => undefined);
  try {
    return await result;
  } finally {
    queue.length -= 1;
    if (queue.length === 0) queues.delete(id);
  }
}

let attemptsSincePruning = 0;

export interface LoginAttempt {
  database: Database;
  secret: InstallationSecret;
  username: string;
  clientAddress: string;
}

/**
 * Returns whether `verify` finds the password to be right. The limits are the same whether the user exists or not.
 * @throws OBP-20013 or RATE_LIMITED, without a call of `verify`, after too many failures.
 */
export function attemptLogin(attempt: LoginAttempt, verify: () => Promise<boolean>): Promise<boolean> {
  const { database, secret, username, clientAddress } = attempt;
  const counted = countedAs(secret, username, clientAddress);
  return queued(counted.hereIds[0], async () => {
    const counting = await countAttempt(database, counted);
    let matches: boolean;
    try {
      matches = await verify();
    } catch (error) {
      await uncount(database, counted, { ...counting, isLoggedIn: false });
      throw error;
    }
    if (matches) await uncount(database, counted, { ...counting, isLoggedIn: true });
    attemptsSincePruning += 1;
    if (attemptsSincePruning >= attemptsBetweenPrunings) {
      attemptsSincePruning = 0;
      // A failure is not one of this login. The server repeats it every hour, and logs failures.
      await database.transaction((transaction) => deleteExpiredLoginAttempts(transaction)).catch(() => undefined);
    }
    return matches;
  });
}

/** Removes the locks and the rate limit of a username. */
export async function deleteLoginAttempts(
  transaction: Queries,
  secret: InstallationSecret,
  username: string,
): Promise<void> {
  const name = countedName(username);
  const ofUsername = inArray(loginAttempt.usernameHash, [...hashesOf(secret, name)]);
  const overallIds = [...overallIdsOf(secret, name)];
  // In the order in which `countAttempt` locks the rows, because logins that fail at the same time would deadlock otherwise.
  const ofNetworks = and(ofUsername, notInArray(loginAttempt.id, overallIds));
  await deleteRows(transaction, loginAttempt, ofNetworks);
  await deleteRows(transaction, loginAttempt, inArray(loginAttempt.id, overallIds));
}

/**
 * Deletes expired rows and, if there are too many, rows with the fewest failures. Locks and buckets that are not full are
 * never deleted: an attacker could lift them by failing with other usernames.
 */
export async function deleteExpiredLoginAttempts(transaction: Queries, max: number = maxRows): Promise<void> {
  const now = await readCurrentTime(transaction);
  const before = (milliseconds: number) => new Date(now.getTime() - milliseconds);
  await transaction.delete(loginNetwork).where(lte(loginNetwork.lastLoginAt, before(networkLifetimeMilliseconds)));
  await transaction.delete(loginAttempt).where(lte(loginAttempt.lastAttemptAt, before(lifetimeMilliseconds)));
  const [counted] = await transaction.select({ rows: count() }).from(loginAttempt);
  const tooMany = Number(counted?.rows ?? 0) - max;
  if (tooMany <= 0) return;
  const isUnlocked = or(isNull(loginAttempt.lockedUntil), lte(loginAttempt.lockedUntil, now));
  const isFull = or(isNull(loginAttempt.fullAt), lte(loginAttempt.fullAt, now));
  const fewestFailures = transaction
    .select({ id: loginAttempt.id })
    .from(loginAttempt)
    .where(and(isUnlocked, isFull))
    .orderBy(asc(loginAttempt.failures), asc(loginAttempt.lastAttemptAt), asc(loginAttempt.id))
    .limit(tooMany);
  await transaction.delete(loginAttempt).where(inArray(loginAttempt.id, fewestFailures));
}
