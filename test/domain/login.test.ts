import { randomUUID } from 'node:crypto';
import { parseOptions } from '@node-rs/argon2';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loginAttempt } from '../../src/auth/login-attempt.table.ts';
import { attemptLogin, deleteExpiredLoginAttempts } from '../../src/auth/login-attempts.ts';
import { loginNetwork } from '../../src/auth/login-network.table.ts';
import { openDatabase } from '../../src/database/open-database.ts';
import { entitlement } from '../../src/domain/user/entitlement.table.ts';
import { user } from '../../src/domain/user/user.table.ts';
import * as administration from '../../src/domain/user/user-administration.ts';
import { userCustomerLink } from '../../src/domain/user-customer-link/user-customer-link.table.ts';
import { type Gateway, startGateway } from '../support/gateway.ts';
import { insertWholeCustomers } from '../support/whole-customer.ts';

const password = 'correct horse battery staple';
const login = /* GraphQL */ `mutation ($username: String!, $password: String!) {
  login(username: $username, password: $password) { token user { id } }
}`;

interface Login {
  login: { token: string; user: { id: string } } | null;
}

let gateway: Gateway;

beforeAll(async () => {
  // Each test uses addresses of its own.
  gateway = await startGateway({ environment: { GATEWAY_TRUSTED_PROXIES: '127.0.0.1' } });
});

afterAll(() => gateway.stop());

let addresses = 0;

function newAddress(): string {
  addresses += 1;
  return `198.51.${addresses >> 8}.${addresses & 255}`;
}

function createLocalUser() {
  const username = `user.${randomUUID().replaceAll('-', '')}`;
  return administration.createUser(gateway.database, { username, password, email: `${username}@example.com` });
}

function logIn(username: string, guess: string, address: string, at: Gateway = gateway) {
  return at.query<Login>(null, login, { username, password: guess }, { 'x-forwarded-for': address });
}

/** The error code of a login. Null if the login succeeds. */
async function outcome(username: string, guess: string, address: string): Promise<string | null> {
  const { errors } = await logIn(username, guess, address);
  const [error] = errors;
  return error === undefined ? null : (error.extensions.obpCode ?? error.extensions.code);
}

/** The outcomes of logins that run at the same time, and the number of passwords that were verified. */
async function outcomesOf(logins: Promise<string | null>[]) {
  const outcomes = await Promise.all(logins);
  return { outcomes, verified: outcomes.filter((code) => code === 'OBP-20004').length };
}

async function fail(times: number, username: string, address: string): Promise<(string | null)[]> {
  const outcomes = [];
  for (let time = 0; time < times; time += 1) outcomes.push(await outcome(username, 'wrong', address));
  return outcomes;
}

/** Moves all login attempts into the past, as if this time had passed. */
async function letPass(seconds: number): Promise<void> {
  await gateway.database.transaction(async (transaction) => {
    for (const row of await transaction.select().from(loginAttempt)) {
      const earlier = (date: Date) => new Date(date.getTime() - seconds * 1000);
      await transaction
        .update(loginAttempt)
        .set({
          lastAttemptAt: earlier(row.lastAttemptAt),
          lockedUntil: row.lockedUntil === null ? null : earlier(row.lockedUntil),
          fullAt: row.fullAt === null ? null : earlier(row.fullAt),
        })
        .where(eq(loginAttempt.id, row.id));
    }
  });
}

/** Moves all login attempts into the future, so that the buckets regain no token while the test runs, however slow it is. */
function keepBucketsEmpty(): Promise<void> {
  return letPass(-60);
}

const fiveFailures = Array.from({ length: 5 }, () => 'OBP-20004');

describe('a login', () => {
  const ownData = /* GraphQL */ `
    mutation ($username: String!, $password: String!) {
      login(username: $username, password: $password) {
        user { isSuperAdmin entitlements { roleName } accounts { id } customers { id addresses { city } kycDocuments { id } } }
      }
    }
  `;

  test("returns the user's own data", async () => {
    const { id, username } = await createLocalUser();
    await gateway.createBank('gh.29.uk');
    const [whole] = await insertWholeCustomers(gateway.database, 1, { bankId: 'gh.29.uk' });
    const customerId = whole?.customerId ?? '';
    const now = new Date();
    await gateway.database.transaction(async (transaction) => {
      await transaction.insert(userCustomerLink).values({
        ...{ id: randomUUID(), bankId: 'gh.29.uk', customerId, userId: id },
        ...{ isActive: true, dateInserted: now, updatedAt: now },
      });
      await transaction
        .insert(entitlement)
        .values({ id: randomUUID(), userId: id, roleName: 'CanGetAnyUser', createdAt: now, updatedAt: now });
    });

    const { data, errors } = await gateway.query(null, ownData, { username, password });

    expect(errors).toMatchObject([
      {
        path: ['login', 'user', 'customers', 0, 'kycDocuments'],
        extensions: { key: 'OBP-20006', missingRoles: ['CanGetAnyKycDocuments', 'CanGetKycDocumentsAtOneBank'] },
      },
    ]);
    expect(data).toMatchObject({
      login: {
        user: {
          isSuperAdmin: false,
          entitlements: [{ roleName: 'CanGetAnyUser' }],
          accounts: [],
          customers: [{ id: customerId, addresses: [{ city: expect.any(String) }] }],
        },
      },
    });
  });

  test('does not log in for the next mutation', async () => {
    const { username } = await createLocalUser();
    const document = /* GraphQL */ `mutation ($username: String!, $password: String!) {
      login(username: $username, password: $password) { user { id } }
      again: unlockUser(userId: "nobody") { user { userId } }
    }`;

    const { errors } = await gateway.query(null, document, { username, password });

    expect(errors).toMatchObject([{ path: ['again'], extensions: { key: 'OBP-20001' } }]);
  });

  test('does not make later mutations of the operation those of the user', async () => {
    const { id, username } = await createLocalUser();
    const caller = await gateway.createUser({ roles: [['CanCreateUserAttribute', null]] });
    const document = /* GraphQL */ `mutation ($id: ID!, $username: String!, $password: String!) {
      login(username: $username, password: $password) { user { entitlements { roleName } } }
      createUserAttribute(userId: $id, input: { name: "LEVEL", type: INTEGER, value: "3" }) { user { id } }
    }`;

    const { data, errors } = await gateway.query(caller.token, document, { id, username, password });

    expect(data).toEqual({ login: { user: { entitlements: [] } }, createUserAttribute: { user: null } });
    expect(errors).toMatchObject([{ path: ['createUserAttribute', 'user'], extensions: { key: 'OBP-20006' } }]);
  });
});

describe('failed logins', () => {
  test('lock the username in this network after five failures, even for the right password, but in no other', async () => {
    const { id, username } = await createLocalUser();
    const address = newAddress();
    expect(await fail(5, username, address)).toEqual(fiveFailures);
    const locked = await logIn(username, password, address);
    expect(locked.data).toEqual({ login: null });
    expect(locked.errors).toMatchObject([
      {
        message: expect.stringMatching(/^OBP-20013: .* The next attempt is possible in \d+ seconds\.$/),
        extensions: { code: 'UNAUTHENTICATED', obpCode: 'OBP-20013', retryAfterSeconds: expect.any(Number) },
      },
    ]);
    expect(locked.errors[0]?.extensions.retryAfterSeconds).toBeLessThanOrEqual(30);
    expect((await logIn(username, password, newAddress())).data?.login?.user).toEqual({ id });
    const other = await createLocalUser();
    expect(await outcome(other.username, password, address)).toBeNull();
  });

  test('lock an unknown username with the same error', async () => {
    const { username } = await createLocalUser();
    const [known, unknown] = [newAddress(), newAddress()];
    const unknownUsername = `unknown.${randomUUID()}`;
    expect(await fail(5, username, known)).toEqual(await fail(5, unknownUsername, unknown));
    const without = (text: string) => text.replaceAll(/\d+ seconds|"retryAfterSeconds":\d+/g, '…');
    const answers = [await logIn(username, 'wrong', known), await logIn(unknownUsername, 'wrong', unknown)];
    const [ofKnown, ofUnknown] = answers.map(({ status, data, errors }) =>
      without(JSON.stringify({ status, data, errors })),
    );
    expect(ofKnown).toContain('OBP-20013');
    expect(ofKnown).toBe(ofUnknown);
  });

  test('double the time of the lock with each further failure, up to an hour', async () => {
    const { username } = await createLocalUser();
    const address = newAddress();
    await fail(5, username, address);
    const waits: number[] = [];
    for (let round = 0; round < 9; round += 1) {
      const { errors } = await logIn(username, 'wrong', address);
      const wait = Number(errors[0]?.extensions.retryAfterSeconds);
      waits.push(Math.ceil(wait / 10) * 10);
      await letPass(wait);
      expect(await fail(1, username, address)).toEqual(['OBP-20004']);
    }
    expect(waits).toEqual([30, 60, 120, 240, 480, 960, 1920, 3600, 3600]);
    await letPass(3_600);
    expect(await outcome(username, password, address)).toBeNull();
  });

  test('are deleted by a successful login', async () => {
    const { username } = await createLocalUser();
    const address = newAddress();
    await fail(4, username, address);
    expect(await outcome(username, password, address)).toBeNull();
    expect(await fail(5, username, address)).toEqual(fiveFailures);
    expect(await outcome(username, password, address)).toBe('OBP-20013');
  });

  test('are no longer counted after a day', async () => {
    const { username } = await createLocalUser();
    const address = newAddress();
    await fail(4, username, address);
    await letPass(24 * 3_600);
    expect(await fail(4, username, address)).toEqual(fiveFailures.slice(1));
    expect(await outcome(username, password, address)).toBeNull();
  });

  test('are all counted when they are sent at the same time', async () => {
    const { username } = await createLocalUser();
    const address = newAddress();
    const outcomes = await Promise.all(Array.from({ length: 15 }, () => outcome(username, 'wrong', address)));
    expect(outcomes.filter((code) => code === 'OBP-20004')).toHaveLength(5);
    expect(outcomes.filter((code) => code === 'OBP-20013')).toHaveLength(10);
  });

  test('do not include successful logins that are sent at the same time', async () => {
    const { username } = await createLocalUser();
    const address = newAddress();
    const outcomes = await Promise.all(Array.from({ length: 12 }, () => outcome(username, password, address)));
    expect(outcomes.filter((code) => code !== null)).toEqual([]);
  });

  test('are stored in the database for all processes, without usernames and addresses', async () => {
    const { username } = await createLocalUser();
    const address = newAddress();
    await fail(5, username, address);
    const rows = await gateway.database.read.select().from(loginAttempt);
    expect(rows.length).toBeGreaterThan(0);
    const texts = JSON.stringify([rows, await gateway.database.read.select().from(loginNetwork)]);
    expect(texts).not.toContain(username);
    expect(texts).not.toContain(address);
    const again = await openDatabase(gateway.config.databaseUrl);
    const stored = await again.read.select().from(loginAttempt);
    await again.close();
    expect(stored.filter(({ lockedUntil }) => lockedUntil !== null).length).toBeGreaterThan(0);
  });

  test('do not affect tokens that were issued before', async () => {
    const { id, username } = await createLocalUser();
    const address = newAddress();
    const { data } = await logIn(username, password, address);
    await fail(5, username, address);
    expect((await gateway.query(data?.login?.token ?? '', '{ me { id } }')).data).toEqual({ me: { id } });
  });

  test('are counted together for all spellings of the username', async () => {
    const { username } = await createLocalUser();
    const address = newAddress();
    const wide = username.replace('user', 'ｕｓｅｒ');
    for (const spelling of [username, username.toUpperCase(), wide, username]) await fail(1, spelling, address);
    expect(await fail(2, username, address)).toEqual(['OBP-20004', 'OBP-20013']);
  });

  test('are counted for a username of any length', async () => {
    const username = `${randomUUID()}${'a\u0300\u0323'.repeat(1_000_000)}`;
    const attempt = { database: gateway.database, secret: gateway.config.secret, clientAddress: newAddress() };
    for (let time = 0; time < 5; time += 1) {
      expect(await attemptLogin({ ...attempt, username: `${username}${time}` }, async () => false)).toBe(false);
    }
    await expect(attemptLogin({ ...attempt, username }, async () => true)).rejects.toThrow('OBP-20013');
  });

  test('are deleted from the database after a day', async () => {
    const { username } = await createLocalUser();
    await fail(5, username, newAddress());
    await letPass(24 * 3_600);
    await gateway.database.transaction((transaction) => deleteExpiredLoginAttempts(transaction));
    expect(await gateway.database.read.select().from(loginAttempt)).toEqual([]);
  });

  test('are deleted when there are too many, fewest failures first, except for active locks and limits', async () => {
    const { username } = await createLocalUser();
    const address = newAddress();
    for (let time = 0; time < 3; time += 1) await fail(1, `${randomUUID()}`, newAddress());
    await letPass(3_600);
    await fail(5, username, address);
    const before = await gateway.database.read.select().from(loginAttempt);
    const kept = before.filter(({ lastAttemptAt }) => lastAttemptAt.getTime() > Date.now() - 1_800_000);
    expect(kept).toHaveLength(3);
    expect(before.length).toBeGreaterThanOrEqual(12);
    const largeFailures = { usernameHash: 'other', failures: 99, lastAttemptAt: new Date() };
    await gateway.database.transaction(async (transaction) => {
      await transaction.insert(loginAttempt).values({ id: 'other', ...largeFailures });
      await deleteExpiredLoginAttempts(transaction, 4);
    });
    const ids = (await gateway.database.read.select().from(loginAttempt)).map(({ id }) => id);
    expect(ids.sort()).toEqual(['other', ...kept.map(({ id }) => id)].sort());
    await gateway.database.transaction((transaction) => deleteExpiredLoginAttempts(transaction, 0));
    expect(await outcome(username, password, address)).toBe('OBP-20013');
  });
});

describe('failed logins from one network', () => {
  test('are limited over all usernames, even when they are sent at the same time', async () => {
    const address = newAddress();
    const start = performance.now();
    const { outcomes, verified } = await outcomesOf(
      Array.from({ length: 150 }, (_, number) => outcome(`spray.${number}.${randomUUID()}`, 'wrong', address)),
    );
    expect(verified).toBeGreaterThanOrEqual(100);
    expect(verified).toBeLessThanOrEqual(101 + (performance.now() - start) / 6_000);
    expect(outcomes.filter((code) => code === 'RATE_LIMITED')).toHaveLength(150 - verified);

    await keepBucketsEmpty();
    const { id, username } = await createLocalUser();
    const refused = await logIn(username, password, address);
    expect(refused.data).toEqual({ login: null });
    expect(refused.errors).toMatchObject([
      { extensions: { code: 'RATE_LIMITED', retryAfterSeconds: expect.any(Number) } },
    ]);
    expect(refused.errors[0]?.extensions.retryAfterSeconds).toBeLessThanOrEqual(66);
    expect((await logIn(username, password, newAddress())).data?.login?.user).toEqual({ id });
    await letPass(66);
    expect(await outcome(username, password, address)).toBeNull();
  });

  test('do not block users who logged in from the network recently', async () => {
    const { username } = await createLocalUser();
    const address = newAddress();
    expect(await outcome(username, password, address)).toBeNull();
    await outcomesOf(Array.from({ length: 110 }, () => outcome(randomUUID(), 'wrong', address)));
    await keepBucketsEmpty();
    expect(await outcome(randomUUID(), 'wrong', address)).toBe('RATE_LIMITED');
    expect(await outcome(username, password, address)).toBeNull();
  });

  test('do not include successful logins', async () => {
    const address = newAddress();
    const users = await Promise.all(Array.from({ length: 12 }, createLocalUser));
    for (let round = 0; round < 10; round += 1) {
      const { outcomes } = await outcomesOf(users.map(({ username }) => outcome(username, password, address)));
      expect(new Set(outcomes)).toEqual(new Set([null]));
    }
    const rows = await gateway.database.read.select().from(loginAttempt);
    expect(rows.filter(({ failures, fullAt }) => failures === 0 && fullAt !== null).length).toBeGreaterThan(0);
    expect(await outcome(randomUUID(), 'wrong', address)).toBe('OBP-20004');
  });
});

describe('failed logins of one username', () => {
  test('are limited over all networks, even when they are sent at the same time, whether the user exists or not', async () => {
    const { username } = await createLocalUser();
    for (const name of [username, `unknown.${randomUUID()}`]) {
      const start = performance.now();
      const { outcomes, verified } = await outcomesOf(
        Array.from({ length: 40 }, () => outcome(name, 'wrong', newAddress())),
      );
      expect(verified).toBeGreaterThanOrEqual(20);
      expect(verified).toBeLessThanOrEqual(21 + (performance.now() - start) / 12_000);
      expect(outcomes.filter((code) => code === 'RATE_LIMITED')).toHaveLength(40 - verified);
    }
    await keepBucketsEmpty();
    expect(await outcome(username, password, newAddress())).toBe('RATE_LIMITED');
    await letPass(72);
    expect(await outcome(username, password, newAddress())).toBeNull();
  });

  test('affect neither logins from the network of an earlier login nor tokens that were issued before', async () => {
    const { id, username } = await createLocalUser();
    const address = newAddress();
    const { data } = await logIn(username, password, address);
    await outcomesOf(Array.from({ length: 40 }, () => outcome(username, 'wrong', newAddress())));
    await keepBucketsEmpty();
    expect(await outcome(username, password, newAddress())).toBe('RATE_LIMITED');
    expect(await outcome(username, password, address)).toBeNull();
    expect((await gateway.query(data?.login?.token ?? '', '{ me { id } }')).data).toEqual({ me: { id } });
  });

  test('are counted by all processes together', async () => {
    const other = await openDatabase(gateway.config.databaseUrl);
    const username = randomUUID();
    let verified = 0;
    const verify = async () => {
      verified += 1;
      return false;
    };
    const start = performance.now();
    const attempts = [gateway.database, other].flatMap((database) =>
      Array.from({ length: 30 }, () =>
        attemptLogin({ database, secret: gateway.config.secret, username, clientAddress: newAddress() }, verify),
      ),
    );
    await Promise.allSettled(attempts);
    await other.close();
    expect(verified).toBeGreaterThanOrEqual(20);
    expect(verified).toBeLessThanOrEqual(21 + (performance.now() - start) / 12_000);
  });

  test('are limited in a network again a month after its last login, and after logins from ten other networks', async () => {
    const { username } = await createLocalUser();
    const addresses = Array.from({ length: 11 }, newAddress);
    for (const address of addresses) expect(await outcome(username, password, address)).toBeNull();
    await outcomesOf(Array.from({ length: 30 }, () => outcome(username, 'wrong', newAddress())));
    await keepBucketsEmpty();
    expect(await outcome(username, password, addresses[0] ?? '')).toBe('RATE_LIMITED');
    expect(await outcome(username, password, addresses[10] ?? '')).toBeNull();
    await gateway.database.transaction(async (transaction) => {
      await transaction.update(loginNetwork).set({ lastLoginAt: new Date(Date.now() - 30 * 86_400_000) });
    });
    expect(await outcome(username, password, addresses[9] ?? '')).toBe('RATE_LIMITED');
  });
});

describe('unlockUser', () => {
  const unlock = 'mutation ($userId: ID!) { unlockUser(userId: $userId) { user { userId username } } }';

  test('refuses a caller without the role and unlocks no user', async () => {
    const { id: userId, username } = await createLocalUser();
    const address = newAddress();
    await fail(5, username, address);
    const caller = await gateway.createUser({ roles: [['CanGetAnyUser', null]] });
    const { data, errors } = await gateway.query(caller.token, unlock, { userId });
    expect(data).toEqual({ unlockUser: null });
    expect(errors).toMatchObject([{ extensions: { obpCode: 'OBP-20006', missingRoles: ['CanUnlockUser'] } }]);
    expect(await outcome(username, password, address)).toBe('OBP-20013');
  });

  test('removes the lock of failed logins and enables a disabled user', async () => {
    const { id: userId, username } = await createLocalUser();
    const address = newAddress();
    await fail(5, username, address);
    await administration.disableUser(gateway.database, username);
    const { token } = await gateway.createUser({ roles: [['CanUnlockUser', null]] });
    const { data, errors } = await gateway.query(token, unlock, { userId });
    expect(errors).toEqual([]);
    expect(data).toEqual({ unlockUser: { user: { userId, username } } });
    expect(await outcome(username, password, address)).toBeNull();
    const unknown = await gateway.query(token, unlock, { userId: 'unknown' });
    expect(unknown.errors).toMatchObject([{ extensions: { code: 'NOT_FOUND', obpCode: 'OBP-20057' } }]);
  });

  test('removes the limit over all networks', async () => {
    const { id: userId, username } = await createLocalUser();
    await outcomesOf(Array.from({ length: 30 }, () => outcome(username, 'wrong', newAddress())));
    await keepBucketsEmpty();
    expect(await outcome(username, password, newAddress())).toBe('RATE_LIMITED');
    const { token } = await gateway.createUser({ roles: [['CanUnlockUser', null]] });
    expect((await gateway.query(token, unlock, { userId })).errors).toEqual([]);
    expect(await outcome(username, password, newAddress())).toBeNull();
  });

  test('has an equivalent on the command line', async () => {
    const { username } = await createLocalUser();
    const address = newAddress();
    await fail(5, username, address);
    await administration.disableUser(gateway.database, username);
    const unlocked = await administration.unlockUser(gateway.database, username, gateway.config.secret);
    expect(unlocked.disabledAt).toBeNull();
    expect(await outcome(username, password, address)).toBeNull();
  });
});

test('a password is hashed again only at the first login after the configured cost rises', async () => {
  const costlier = await startGateway({ environment: { GATEWAY_ARGON2_PASSES: '3' } });
  try {
    const username = `user.${randomUUID().replaceAll('-', '')}`;
    await administration.createUser(costlier.database, { username, password, email: 'user@example.com' });
    const stored = async () => {
      const [row] = await costlier.database.read.select().from(user).where(eq(user.username, username));
      return row?.passwordHash ?? '';
    };
    expect(parseOptions(await stored())).toMatchObject({ timeCost: 2 });
    expect((await costlier.query(null, login, { username, password: 'wrong' })).errors).toHaveLength(1);
    expect(parseOptions(await stored())).toMatchObject({ timeCost: 2 });
    expect((await costlier.query(null, login, { username, password })).errors).toEqual([]);
    const rehashed = await stored();
    expect(parseOptions(rehashed)).toMatchObject({ memoryCost: 19_456, timeCost: 3 });
    expect((await costlier.query(null, login, { username, password })).errors).toEqual([]);
    expect(await stored()).toBe(rehashed);
  } finally {
    await costlier.stop();
  }
});
