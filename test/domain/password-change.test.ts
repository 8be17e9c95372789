import { randomUUID } from 'node:crypto';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { idempotencyKey } from '../../src/domain/user/idempotency-key.table.ts';
import { replacePassword } from '../../src/domain/user/password.writes.ts';
import { user } from '../../src/domain/user/user.table.ts';
import * as administration from '../../src/domain/user/user-administration.ts';
import { auditReader } from '../support/audit-events.ts';
import type { Gateway } from '../support/gateway.ts';
import { startGatewayWithProvider } from '../support/gateway-with-provider.ts';
import type { IdentityProvider } from '../support/identity-provider.ts';

const password = 'correct horse battery staple';
const newPassword = 'a better passphrase than that';

const login = /* GraphQL */ `mutation ($username: String!, $password: String!) {
  login(username: $username, password: $password) { token }
}`;
const changeMyPassword = /* GraphQL */ `mutation ($oldPassword: String!, $newPassword: String!) {
  changeMyPassword(oldPassword: $oldPassword, newPassword: $newPassword) { changedAt token expiresAt }
}`;

interface Changed {
  changeMyPassword: { changedAt: string; token: string; expiresAt: string } | null;
}

let gateway: Gateway;
let provider: IdentityProvider;
let stop: () => Promise<void>;

beforeAll(async () => {
  ({ gateway, provider, stop } = await startGatewayWithProvider({
    // Each test uses addresses of its own.
    GATEWAY_TRUSTED_PROXIES: '127.0.0.1',
  }));
});

afterAll(() => stop());

let addresses = 0;

function newAddress(): string {
  addresses += 1;
  return `198.51.100.${addresses}`;
}

async function createLocalUser() {
  const username = `user.${randomUUID().replaceAll('-', '')}`;
  const email = `${username}@example.com`;
  const { id } = await administration.createUser(gateway.database, { username, password, email });
  const address = newAddress();
  const { token } = await gateway.tokens.sign({ userId: id }, 3_600);
  return {
    ...{ id, username, address, token },
    change(values: { oldPassword?: string; newPassword?: string; token?: string } = {}) {
      const variables = { oldPassword: values.oldPassword ?? password, newPassword: values.newPassword ?? newPassword };
      const headers = { 'x-forwarded-for': address };
      return gateway.query<Changed>(values.token ?? token, changeMyPassword, variables, headers);
    },
    logIn: (guess: string) => gateway.query(null, login, { username, password: guess }, { 'x-forwarded-for': address }),
  };
}

async function stored(id: string) {
  const [row] = await gateway.database.read.select().from(user).where(eq(user.id, id));
  if (row === undefined) throw new Error(`User ${id} does not exist.`);
  return row;
}

const statusOf = async (token: string) => (await gateway.query(token, '{ me { id } }')).status;
const codesOf = ({ errors }: { errors: { extensions: Record<string, unknown> }[] }) =>
  errors.map(({ extensions }) => extensions.key);

describe('changeMyPassword', () => {
  test('changes the password, revokes all earlier tokens, and returns a new one', async () => {
    const person = await createLocalUser();
    const other = (await gateway.tokens.sign({ userId: person.id }, 3_600)).token;

    const { data, errors } = await person.change();

    expect(errors).toEqual([]);
    const { changedAt, token, expiresAt } = data?.changeMyPassword ?? { changedAt: '', token: '', expiresAt: '' };
    expect(new Date(expiresAt).getTime()).toBeGreaterThan(new Date(changedAt).getTime());
    expect(await Promise.all([person.token, other, token].map(statusOf))).toEqual([401, 401, 200]);
    expect(codesOf(await person.logIn(password))).toEqual(['OBP-20004']);
    expect((await person.logIn(newPassword)).errors).toEqual([]);

    const again = await person.change({ token, oldPassword: newPassword, newPassword: password });
    expect(again.errors).toEqual([]);
    expect(await statusOf(token)).toBe(401);
  });

  test('fails for an anonymous caller', async () => {
    const variables = { oldPassword: password, newPassword };
    const { data, errors } = await gateway.query(null, changeMyPassword, variables);
    expect(data).toEqual({ changeMyPassword: null });
    expect(codesOf({ errors })).toEqual(['OBP-20001']);
  });

  test('changes nothing if the old password is wrong', async () => {
    const person = await createLocalUser();
    const before = await stored(person.id);

    const { data, errors } = await person.change({ oldPassword: 'wrong' });

    expect(data).toEqual({ changeMyPassword: null });
    expect(errors).toMatchObject([{ extensions: { obpCode: 'OBP-20004', field: 'oldPassword' } }]);
    expect(await stored(person.id)).toEqual(before);
    expect(await statusOf(person.token)).toBe(200);
  });

  test('counts wrong old passwords as failed logins, in the same lock', async () => {
    const person = await createLocalUser();
    for (let times = 0; times < 3; times += 1) {
      expect(codesOf(await person.change({ oldPassword: 'wrong' }))).toEqual(['OBP-20004']);
    }
    for (let times = 0; times < 2; times += 1) expect(codesOf(await person.logIn('wrong'))).toEqual(['OBP-20004']);

    const locked = await person.change();
    expect(locked.errors).toMatchObject([{ extensions: { key: 'OBP-20013', retryAfterSeconds: expect.any(Number) } }]);
    expect(codesOf(await person.logIn(password))).toEqual(['OBP-20013']);

    await administration.unlockUser(gateway.database, person.username, gateway.config.secret);
    expect((await person.change()).errors).toEqual([]);
  });

  test.each([
    ['is too short', 'aA1!', 'OBP-30207'],
    ['has only letters', 'abcdefghijkl', 'OBP-30207'],
    ['is equal to the old one', password, 'OBP-10001'],
  ])('refuses a new password that %s, without counting a login', async (_description, chosen, key) => {
    const person = await createLocalUser();
    for (let times = 0; times < 6; times += 1) {
      const { errors } = await person.change({ newPassword: chosen });
      expect(errors).toMatchObject([{ extensions: { key, field: 'newPassword' } }]);
    }
    expect((await person.change()).errors).toEqual([]);
  });

  test('fails with NO_PASSWORD for a user of an identity provider, and for a user without a password', async () => {
    const variables = { oldPassword: password, newPassword };
    const ofProvider = await provider.tokenOfPerson(randomUUID());
    const withoutPassword = await gateway.createUser();
    for (const token of [ofProvider, withoutPassword.token]) {
      const { data, errors } = await gateway.query(token, changeMyPassword, variables);
      expect(data).toEqual({ changeMyPassword: null });
      expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN', key: 'NO_PASSWORD' } }]);
      expect(await statusOf(token)).toBe(200);
    }
    expect((await stored(withoutPassword.id)).passwordHash).toBeNull();
  });

  test('verifies one password in each operation, together with logins', async () => {
    const person = await createLocalUser();
    const guess = (old: string) =>
      `changeMyPassword(oldPassword: "${old}", newPassword: "${newPassword}") { changedAt }`;
    const guessed = `login(username: "${person.username}", password: "wrong") { token }`;
    for (const document of [
      `mutation { a: ${guess('wrong')} b: ${guess(password)} }`,
      `mutation { a: ${guessed} b: ${guess(password)} }`,
    ]) {
      const { data, errors } = await gateway.query(person.token, document);
      expect(data).toEqual({ a: null, b: null });
      expect(codesOf({ errors })).toEqual(['OBP-20004', 'TOO_MANY_LOGINS_IN_ONE_OPERATION']);
    }
  });

  test('succeeds once if two requests race with the same old password', async () => {
    const person = await createLocalUser();
    const chosen = ['the first of the passwords', 'the second of the passwords'];

    const responses = await Promise.all(chosen.map((text) => person.change({ newPassword: text })));

    const winner = responses.findIndex(({ errors }) => errors.length === 0);
    expect(responses.filter(({ errors }) => errors.length === 0)).toHaveLength(1);
    // The loser has verified the former password, or is authenticated by a token that is revoked meanwhile.
    const [loser] = responses.filter(({ errors }) => errors.length > 0);
    expect(['OBP-20004', 'INVALID_TOKEN']).toContain(loser?.errors[0]?.extensions.key);
    expect((await person.logIn(chosen[winner] ?? '')).errors).toEqual([]);
  });

  test('does not change the password of a user who was disabled after the password was verified', async () => {
    const { id, username } = await createLocalUser();
    const row = await stored(id);
    await administration.disableUser(gateway.database, username);
    const isReplaced = await gateway.database.transaction((transaction) => replacePassword(transaction, row, 'hash'));
    expect(isReplaced).toBe(false);
    expect((await stored(id)).passwordHash).toBe(row.passwordHash);
  });

  test('is recorded, whether it succeeds or fails, and stores and logs no password', async () => {
    const person = await createLocalUser();
    const audit = auditReader(gateway.database);
    await audit.skipExisting();
    const wrong = 'a wrong passphrase, but long';
    await person.change({ oldPassword: wrong });
    const variables = { oldPassword: password, newPassword };
    const headers = { 'idempotency-key': randomUUID() };
    const changed = await gateway.query<Changed>(person.token, changeMyPassword, variables, headers);

    const caller = { kind: 'WRITE', userId: person.id };
    const events = await audit.events();
    expect(events).toMatchObject([
      { ...caller, outcome: 'REFUSED', errors: ['OBP-20004'], changes: [] },
      { ...caller, outcome: 'SUCCEEDED', subjectUserIds: [person.id], fieldsReturned: ['Mutation.changeMyPassword'] },
    ]);
    expect(events[1]?.changes.sort()).toEqual(['User.passwordHash', 'User.tokenGeneration', 'User.tokensValidFrom']);
    expect(await gateway.database.read.select().from(idempotencyKey)).toEqual([]);
    const kept = JSON.stringify([events, gateway.logged]);
    for (const secret of [wrong, password, newPassword, changed.data?.changeMyPassword?.token ?? '']) {
      expect(kept).not.toContain(secret);
    }
  });
});
