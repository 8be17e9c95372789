/**
 * The secret is replaced while the gateway serves: one server still has the secret before, another one has the next secret and
 * lists the one before. Both serve the same database.
 */
import { randomUUID } from 'node:crypto';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loginAttempt } from '../src/auth/login-attempt.table.ts';
import { loginNetwork } from '../src/auth/login-network.table.ts';
import { InstallationSecret } from '../src/base/installation-secret.ts';
import { customerAddress } from '../src/domain/address/address.table.ts';
import { emailValidationToken } from '../src/domain/user/email-validation.ts';
import { idempotencyKey } from '../src/domain/user/idempotency-key.table.ts';
import { registration } from '../src/domain/user/registration.table.ts';
import { registrationMail } from '../src/domain/user/registration-mail.table.ts';
import { countMail } from '../src/domain/user/registration-mail.ts';
import * as administration from '../src/domain/user/user-administration.ts';
import { type Gateway, startGateway, type TestUser } from './support/gateway.ts';
import { insertCustomer } from './support/rows.ts';

const bankId = 'gh.29.uk';
const password = 'correct horse battery staple';
const formerSecret = 'the secret before, which many know by now';
/** Commas separate the values of a list. */
const inList = (...secrets: string[]) => secrets.map((secret) => secret.replaceAll(',', '%2C')).join();
const presentSecret = 'the secret after, which replaces the other';
const oldestSecret = 'a secret of years ago, for the audit trail only';

const input = { line1: 'No 1 the Road', city: 'Berlin', postcode: '13359', countryCode: 'DE' };
const create = `mutation ($customerId: ID!, $input: CustomerAddressInput!, $idempotencyKey: String) {
  createCustomerAddress(bankId: "${bankId}", customerId: $customerId, input: $input, idempotencyKey: $idempotencyKey) {
    customerAddress { id } } }`;
const list = `query ($after: String) {
  customers(bankId: "${bankId}", first: 1, sortBy: CUSTOMER_NUMBER, after: $after) { nodes { id } pageInfo { endCursor } } }`;
const login = /* GraphQL */ `mutation ($username: String!, $password: String!) {
  login(username: $username, password: $password) { token } }`;

let before: Gateway;
let after: Gateway;
/** Has neither the secret before nor the present one. */
let stranger: Gateway;
/** Has the secret before as its present one, and knows the next one already. */
let prepared: Gateway;
let clerk: TestUser;
let customerId: string;

beforeAll(async () => {
  const settings = {
    GATEWAY_TRUSTED_PROXIES: '127.0.0.1',
    GATEWAY_SMTP_URL: 'smtp://127.0.0.1:1',
    GATEWAY_MAIL_FROM: 'no-reply@bank.example',
    GATEWAY_PUBLIC_URL: 'https://gateway.example',
  };
  before = await startGateway({ environment: { ...settings, GATEWAY_SECRET: formerSecret } });
  const prepareDatabase = async () => before.config.databaseUrl;
  const start = (GATEWAY_SECRET: string, GATEWAY_FORMER_SECRETS: string) =>
    startGateway({ environment: { ...settings, GATEWAY_SECRET, GATEWAY_FORMER_SECRETS }, prepareDatabase });
  after = await start(presentSecret, inList(oldestSecret, formerSecret));
  stranger = await start('a secret that no other server has, at all', inList(oldestSecret));
  prepared = await start(formerSecret, inList(presentSecret));
  await before.createBank(bankId);
  clerk = await before.createUser({
    roles: [
      ['CanCreateCustomerAddress', bankId],
      ['CanGetCustomers', bankId],
    ],
  });
  customerId = (await insertCustomer(before.database, { bankId })).id;
  for (let count = 0; count < 3; count += 1) await insertCustomer(before.database, { bankId });
});

afterAll(async () => {
  for (const gateway of [prepared, stranger, after, before]) await gateway.stop();
});

let addresses = 0;

function newAddress(): string {
  addresses += 1;
  return `198.51.100.${addresses}`;
}

describe('an idempotency key', () => {
  const call = async (at: Gateway, key: string, values: object = input) => {
    const { data, errors } = await at.query<{ createCustomerAddress: { customerAddress: { id: string } } | null }>(
      clerk.token,
      create,
      { customerId, input: values, idempotencyKey: key },
    );
    return data?.createCustomerAddress?.customerAddress.id ?? errors[0]?.extensions.code;
  };
  const countAddresses = async () => {
    const ofCustomer = eq(customerAddress.customerId, customerId);
    return (await before.database.read.select().from(customerAddress).where(ofCustomer)).length;
  };

  test('writes once after the secret was replaced, and returns the same object', async () => {
    const key = randomUUID();
    const id = await call(before, key);
    const count = await countAddresses();

    expect(await call(after, key)).toBe(id);
    expect(await call(after, key, { ...input, city: 'Bonn' })).toBe('CONFLICT');
    expect(await countAddresses()).toBe(count);
    // The comparison shows that the former secret makes the difference.
    expect(await call(stranger, key)).not.toBe(id);
  });

  test('is stored with the present secret', async () => {
    const key = randomUUID();
    const id = await call(after, key);
    const stored = await before.database.read.select().from(idempotencyKey);
    expect(stored.map((row) => row.key)).toContain(
      new InstallationSecret(presentSecret).hash('gateway idempotency', key),
    );
    expect(await call(prepared, key)).toBe(id);
  });

  test('writes again 24 hours after the call with the secret before', async () => {
    const key = randomUUID();
    const id = await call(before, key);
    await before.database.transaction(async (transaction) => {
      const hash = new InstallationSecret(formerSecret).hash('gateway idempotency', key);
      const createdAt = new Date(Date.now() - 24 * 3_600_000 - 1_000);
      await transaction.update(idempotencyKey).set({ createdAt }).where(eq(idempotencyKey.key, hash));
    });
    const second = await call(after, key);
    expect([id, 'CONFLICT']).not.toContain(second);
    expect(await call(after, key)).toBe(second);
  });

  test('writes once when servers with either secret race', async () => {
    for (let round = 0; round < 5; round += 1) {
      const [key, count] = [randomUUID(), await countAddresses()];
      const calls = Array.from({ length: 8 }, (_, index) => call(index % 2 === 0 ? after : prepared, key));
      expect(new Set(await Promise.all(calls)).size).toBe(1);
      expect(await countAddresses()).toBe(count + 1);
    }
  });
});

test('a cursor of the secret before continues the list, and the next cursor is one of the present secret', async () => {
  interface Page {
    nodes: { id: string }[];
    pageInfo: { endCursor: string };
  }
  const page = async (at: Gateway, cursor: string | null) => {
    const { data, errors } = await at.query<{ customers: Page | null }>(clerk.token, list, { after: cursor });
    const { nodes = [], pageInfo } = data?.customers ?? {};
    return { ids: nodes.map(({ id }) => id), cursor: pageInfo?.endCursor ?? null, error: errors[0]?.extensions.key };
  };
  const first = await page(before, null);

  const second = await page(after, first.cursor);
  expect(second.ids).toEqual((await page(before, first.cursor)).ids);
  expect(second.ids).toHaveLength(1);
  expect(second.ids).not.toEqual(first.ids);
  expect((await page(before, second.cursor)).error).toBe('INVALID_CURSOR');
  expect((await page(prepared, second.cursor)).ids).toHaveLength(1);
  expect((await page(stranger, first.cursor)).error).toBe('INVALID_CURSOR');
});

describe('a login', () => {
  const createLocalUser = async () => {
    const username = `user.${randomUUID().replaceAll('-', '')}`;
    await administration.createUser(before.database, { username, password, email: `${username}@example.com` });
    return username;
  };
  const logIn = async (at: Gateway, username: string, guess: string, address: string) => {
    const { errors } = await at.query(null, login, { username, password: guess }, { 'x-forwarded-for': address });
    const [error] = errors;
    return error === undefined ? null : (error.extensions.obpCode ?? error.extensions.code);
  };

  test('stays locked, and is unlocked by an operator', async () => {
    const [username, address] = [await createLocalUser(), newAddress()];
    for (let time = 0; time < 5; time += 1) await logIn(before, username, 'wrong', address);

    expect(await logIn(after, username, password, address)).toBe('OBP-20013');
    await administration.unlockUser(after.database, username, after.config.secret);
    expect(await logIn(after, username, password, address)).toBeNull();
    expect(await logIn(before, username, password, address)).toBeNull();
  });

  test('is locked after failures that were counted with either secret', async () => {
    const [username, address] = [await createLocalUser(), newAddress()];
    for (let time = 0; time < 3; time += 1) await logIn(before, username, 'wrong', address);
    for (let time = 0; time < 2; time += 1) await logIn(after, username, 'wrong', address);
    expect(await logIn(after, username, password, address)).toBe('OBP-20013');
    // The failures have moved to the row of the present secret.
    expect(await logIn(prepared, username, password, address)).toBe('OBP-20013');
  });

  test('from a network that was regular with the secret before stays exempt from the limit of all networks', async () => {
    const [username, address] = [await createLocalUser(), newAddress()];
    expect(await logIn(before, username, password, address)).toBeNull();
    const overall = () =>
      before.database.read
        .select()
        .from(loginAttempt)
        .where(
          eq(
            loginAttempt.id,
            new InstallationSecret(presentSecret).hash(
              'gateway login attempts',
              JSON.stringify([username, 'all addresses']),
            ),
          ),
        );

    expect(await logIn(after, username, 'wrong', address)).toBe('OBP-20004');
    expect(await overall()).toEqual([]);
    expect(await logIn(after, username, password, address)).toBeNull();
    const ids = (await before.database.read.select().from(loginNetwork)).map(({ usernameHash }) => usernameHash);
    const hashOf = (secret: string) =>
      new InstallationSecret(secret).hash('gateway login attempts', JSON.stringify([username]));
    expect(ids).toContain(hashOf(presentSecret));
    expect(ids).not.toContain(hashOf(formerSecret));
    // The comparison shows that an attempt from elsewhere is counted.
    await logIn(after, username, 'wrong', newAddress());
    expect(await overall()).toHaveLength(1);
  });
});

describe('the email address of a registration', () => {
  test('is validated by a link of the secret before', async () => {
    const userId = randomUUID();
    const username = `felix.${userId}`;
    const email = `${username}@example.com`;
    const { hashPassword } = await import('../src/auth/password.ts');
    const passwordHash = await hashPassword(password);
    const row = {
      ...{ userId, username, canonicalUsername: username, email, canonicalEmail: email, passwordHash },
      ...{ firstName: 'Felix', lastName: 'Smith', createdByUserId: null },
      ...{ createdAt: new Date(), expiresAt: new Date(Date.now() + 3_600_000) },
    };
    await before.database.transaction(async (transaction) => {
      await transaction.insert(registration).values(row);
    });
    const token = await emailValidationToken(new InstallationSecret(formerSecret), row);
    const path = `/validate-email?token=${token}`;

    expect((await fetch(stranger.url + path)).status).toBe(400);
    for (const forged of ['x', 'a.b.', `a.b.${'é'.repeat(43)}`, `${token.slice(0, -43)}${'A'.repeat(43)}`]) {
      const { status } = await fetch(`${after.url}/validate-email?token=${encodeURIComponent(forged)}`);
      expect(status).toBe(400);
    }
    expect((await fetch(after.url + path)).status).toBe(200);
    const body = new URLSearchParams({ password });
    expect((await fetch(after.url + path, { method: 'POST', body })).status).toBe(200);
    const { errors } = await after.query(null, login, { username, password }, { 'x-forwarded-for': newAddress() });
    expect(errors).toEqual([]);
  });

  test('gets no more mails in a day than with one secret', async () => {
    const address = `${randomUUID()}@example.com`;
    const clientAddress = newAddress();
    const count = (secret: InstallationSecret) =>
      before.database.transaction((transaction) => countMail(transaction, { secret, clientAddress }, address));
    const former = new InstallationSecret(formerSecret);

    expect([await count(former), await count(former)]).toEqual([true, true]);
    expect([await count(after.config.secret), await count(after.config.secret)]).toEqual([true, false]);
    await before.database.transaction(async (transaction) => {
      await transaction.update(registrationMail).set({ firstAt: new Date(Date.now() - 25 * 3_600_000) });
    });
    expect(await count(after.config.secret)).toBe(true);
  });
});
