import { randomUUID } from 'node:crypto';
import { parseOptions } from '@node-rs/argon2';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loginAttempt } from '../../src/auth/login-attempt.table.ts';
import { forgetOldLoginAttempts } from '../../src/auth/login-attempts.ts';
import { openDatabase } from '../../src/database/database.ts';
import { user } from '../../src/domain/user/user.table.ts';
import * as administration from '../../src/domain/user/user-administration.ts';
import { type Gateway, startGateway } from '../support/gateway.ts';

const password = 'correct horse battery staple';
const login = `mutation ($username: String!, $password: String!) {
  login(username: $username, password: $password) { token user { id } }
}`;

interface Login {
  login: { token: string; user: { id: string } } | null;
}

let gateway: Gateway;

beforeAll(async () => {
  // Each test is at addresses of its own.
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

/** The OBP code of the refusal; null for a login. */
async function outcome(username: string, guess: string, address: string): Promise<string | null> {
  const { errors } = await logIn(username, guess, address);
  return errors[0]?.extensions.obpCode ?? null;
}

async function fail(times: number, username: string, address: string): Promise<(string | null)[]> {
  const outcomes = [];
  for (let time = 0; time < times; time += 1) outcomes.push(await outcome(username, 'wrong', address));
  return outcomes;
}

/** As if everything about attempts had happened so much earlier. */
async function letPass(seconds: number): Promise<void> {
  await gateway.database.transaction(async (transaction) => {
    for (const row of await transaction.select().from(loginAttempt)) {
      const earlier = (date: Date) => new Date(date.getTime() - seconds * 1000);
      await transaction
        .update(loginAttempt)
        .set({
          lastAttemptAt: earlier(row.lastAttemptAt),
          lockedUntil: row.lockedUntil === null ? null : earlier(row.lockedUntil),
        })
        .where(eq(loginAttempt.id, row.id));
    }
  });
}

const fiveFailures = Array.from({ length: 5 }, () => 'OBP-20004');

describe('failed logins', () => {
  test('lock the username at this address after five, with the right password too, and nowhere else', async () => {
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

  test('lock an unknown username with the same words', async () => {
    const { username } = await createLocalUser();
    const [known, unknown] = [newAddress(), newAddress()];
    const nobody = `nobody.${randomUUID()}`;
    expect(await fail(5, username, known)).toEqual(await fail(5, nobody, unknown));
    const without = (text: string) => text.replaceAll(/\d+ seconds|"retryAfterSeconds":\d+/g, '…');
    const answers = [await logIn(username, 'wrong', known), await logIn(nobody, 'wrong', unknown)];
    const [one, other] = answers.map(({ status, data, errors }) => without(JSON.stringify({ status, data, errors })));
    expect(one).toContain('OBP-20013');
    expect(one).toBe(other);
  });

  test('lock for twice as long with each further one, up to an hour', async () => {
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

  test('that came before a login are forgotten with it', async () => {
    const { username } = await createLocalUser();
    const address = newAddress();
    await fail(4, username, address);
    expect(await outcome(username, password, address)).toBeNull();
    expect(await fail(5, username, address)).toEqual(fiveFailures);
    expect(await outcome(username, password, address)).toBe('OBP-20013');
  });

  test('that came a day before are forgotten', async () => {
    const { username } = await createLocalUser();
    const address = newAddress();
    await fail(4, username, address);
    await letPass(24 * 3_600);
    expect(await fail(4, username, address)).toEqual(fiveFailures.slice(1));
    expect(await outcome(username, password, address)).toBeNull();
  });

  test('are counted however many are sent at once', async () => {
    const { username } = await createLocalUser();
    const address = newAddress();
    const outcomes = await Promise.all(Array.from({ length: 15 }, () => outcome(username, 'wrong', address)));
    expect(outcomes.filter((code) => code === 'OBP-20004')).toHaveLength(5);
    expect(outcomes.filter((code) => code === 'OBP-20013')).toHaveLength(10);
  });

  test('are not seen in a user who logs in many times at once', async () => {
    const { username } = await createLocalUser();
    const address = newAddress();
    const outcomes = await Promise.all(Array.from({ length: 12 }, () => outcome(username, password, address)));
    expect(outcomes.filter((code) => code !== null)).toEqual([]);
  });

  test('at all addresses together only slow down, and the user logs in with the right password', async () => {
    const { id, username } = await createLocalUser();
    for (let times = 0; times < 16; times += 1) {
      expect(await outcome(username, 'wrong', newAddress())).toBe('OBP-20004');
    }
    const start = performance.now();
    const { data } = await logIn(username, password, newAddress());
    expect(data?.login?.user).toEqual({ id });
    const took = performance.now() - start;
    expect(took).toBeGreaterThan(1_900);
    expect(took).toBeLessThan(8_000);
  });

  test('stay in the database, so that they hold in another process; nothing there tells what was typed', async () => {
    const { username } = await createLocalUser();
    const address = newAddress();
    await fail(5, username, address);
    const rows = await gateway.database.read.select().from(loginAttempt);
    expect(rows.length).toBeGreaterThan(0);
    expect(JSON.stringify(rows)).not.toContain(username);
    expect(JSON.stringify(rows)).not.toContain(address);
    const again = await openDatabase(gateway.config.databaseUrl);
    const stored = await again.read.select().from(loginAttempt);
    await again.close();
    expect(stored.filter(({ lockedUntil }) => lockedUntil !== null).length).toBeGreaterThan(0);
  });

  test('leave tokens that were given before alone', async () => {
    const { id, username } = await createLocalUser();
    const address = newAddress();
    const { data } = await logIn(username, password, address);
    await fail(5, username, address);
    expect((await gateway.query(data?.login?.token ?? '', '{ me { id } }')).data).toEqual({ me: { id } });
  });

  test('that are old are deleted, and of too many those with the fewest failures', async () => {
    const { username } = await createLocalUser();
    const address = newAddress();
    await fail(5, username, address);
    await Promise.all(Array.from({ length: 5 }, () => outcome(randomUUID(), 'wrong', address)));
    const count = async () => (await gateway.database.read.select().from(loginAttempt)).length;
    expect(await count()).toBeGreaterThan(8);
    await gateway.database.transaction((transaction) => forgetOldLoginAttempts(transaction, 8));
    expect(await count()).toBe(8);
    await letPass(24 * 3_600);
    await gateway.database.transaction((transaction) => forgetOldLoginAttempts(transaction));
    expect(await count()).toBe(0);
  });
});

describe('unlockUser', () => {
  const unlock = 'mutation ($userId: ID!) { unlockUser(userId: $userId) { user { id isDisabled } } }';

  test('is refused without its role, and unlocks nobody', async () => {
    const { id: userId, username } = await createLocalUser();
    const address = newAddress();
    await fail(5, username, address);
    const stranger = await gateway.createUser({ roles: [['CanGetAnyUser', null]] });
    const { data, errors } = await gateway.query(stranger.token, unlock, { userId });
    expect(data).toEqual({ unlockUser: null });
    expect(errors).toMatchObject([{ extensions: { obpCode: 'OBP-20006', missingRoles: ['CanUnlockUser'] } }]);
    expect(await outcome(username, password, address)).toBe('OBP-20013');
  });

  test('takes back the lock of failed logins, and that of an administrator', async () => {
    const { id: userId, username } = await createLocalUser();
    const address = newAddress();
    await fail(5, username, address);
    await administration.disableUser(gateway.database, username);
    const { token } = await gateway.createUser({ roles: [['CanUnlockUser', null]] });
    const { data, errors } = await gateway.query(token, unlock, { userId });
    expect(errors).toEqual([]);
    expect(data).toEqual({ unlockUser: { user: { id: userId, isDisabled: false } } });
    expect(await outcome(username, password, address)).toBeNull();
    const unknown = await gateway.query(token, unlock, { userId: 'unknown' });
    expect(unknown.errors).toMatchObject([{ extensions: { code: 'NOT_FOUND', obpCode: 'OBP-20057' } }]);
  });

  test('has its like on the command line', async () => {
    const { username } = await createLocalUser();
    const address = newAddress();
    await fail(5, username, address);
    await administration.disableUser(gateway.database, username);
    const unlocked = await administration.unlockUser(gateway.database, username, gateway.config.secret);
    expect(unlocked.disabledAt).toBeNull();
    expect(await outcome(username, password, address)).toBeNull();
  });
});

test('a password is hashed again at the first login after its cost rises, and only then', async () => {
  const dearer = await startGateway({ environment: { GATEWAY_ARGON2_PASSES: '3' } });
  try {
    const username = `user.${randomUUID().replaceAll('-', '')}`;
    await administration.createUser(dearer.database, { username, password, email: 'user@example.com' });
    const stored = async () => {
      const [row] = await dearer.database.read.select().from(user).where(eq(user.username, username));
      return row?.passwordHash ?? '';
    };
    expect(parseOptions(await stored())).toMatchObject({ timeCost: 2 });
    expect((await dearer.query(null, login, { username, password: 'wrong' })).errors).toHaveLength(1);
    expect(parseOptions(await stored())).toMatchObject({ timeCost: 2 });
    expect((await dearer.query(null, login, { username, password })).errors).toEqual([]);
    const rehashed = await stored();
    expect(parseOptions(rehashed)).toMatchObject({ memoryCost: 19_456, timeCost: 3 });
    expect((await dearer.query(null, login, { username, password })).errors).toEqual([]);
    expect(await stored()).toBe(rehashed);
  } finally {
    await dearer.stop();
  }
});
