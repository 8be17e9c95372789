import { createHash, randomUUID } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { eq, isNotNull } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { localProvider } from '../../src/auth/password.ts';
import { passwordReset } from '../../src/domain/user/password-reset.table.ts';
import { deleteExpiredPasswordResets } from '../../src/domain/user/password-reset.ts';
import { registrationMail } from '../../src/domain/user/registration-mail.table.ts';
import { user } from '../../src/domain/user/user.table.ts';
import * as administration from '../../src/domain/user/user-administration.ts';
import { canonicalNames } from '../../src/domain/user/username.ts';
import { auditReader } from '../support/audit-events.ts';
import { type Gateway, startGateway } from '../support/gateway.ts';
import { type MailServer, startMailServer } from '../support/mail-server.ts';
import { login, newPassword, password, requestPasswordReset } from '../support/password-calls.ts';

const resetPassword = /* GraphQL */ `mutation ($token: String!, $newPassword: String!) {
  resetPassword(token: $token, newPassword: $newPassword) { changedAt }
}`;

let mailServer: MailServer;
let gateway: Gateway;

const resetEnvironment = () => ({
  ...mailServer.environment,
  GATEWAY_PASSWORD_RESET_URL: 'https://app.example/reset-password',
  GATEWAY_TRUSTED_PROXIES: '127.0.0.1',
});

beforeAll(async () => {
  mailServer = await startMailServer();
  gateway = await startGateway({ environment: { ...resetEnvironment(), GATEWAY_PASSWORD_RESETS_PER_HOUR: '1000' } });
});

afterAll(async () => {
  await gateway.stop();
  await mailServer.close();
});

let addresses = 0;

function newAddress(): string {
  addresses += 1;
  return `198.51.${100 + (addresses >> 8)}.${addresses & 255}`;
}

interface Person {
  id: string;
  username: string;
  email: string;
}

/** Creates a user on the command line, whose email address is validated by default. */
async function createPerson({ at = gateway, isValidated = true } = {}): Promise<Person> {
  const username = `felix.${randomUUID().replaceAll('-', '')}`;
  const email = `${randomUUID()}@example.com`;
  const names = { firstName: 'Felix', lastName: 'Smith' };
  const { id } = await administration.createUser(at.database, { username, password, email, ...names });
  if (isValidated) await administration.validateEmail(at.database, username);
  return { id, username, email };
}

const ask = (usernameOrEmail: string, { address = newAddress(), at = gateway } = {}) =>
  at.query(null, requestPasswordReset, { usernameOrEmail }, { 'x-forwarded-for': address });
const finish = (token: string, chosen = newPassword, at = gateway) =>
  at.query(null, resetPassword, { token, newPassword: chosen });
const logIn = (username: string, guess: string, address = newAddress()) =>
  gateway.query<{ login: { token: string } | null }>(
    null,
    login,
    { username, password: guess },
    { 'x-forwarded-for': address },
  );
const statusOf = async (token: string) => (await gateway.query(token, '{ me { id } }')).status;
const keysOf = ({ errors }: { errors: { extensions: Record<string, unknown> }[] }) =>
  errors.map(({ extensions }) => extensions.key);
const accepted = { requestPasswordReset: { expiresAt: expect.any(String) } };

function tokenIn(mail: string): string {
  const [, token] = /^https:\/\/app\.example\/reset-password#token=([\w-]{43})\r?$/m.exec(mail) ?? [];
  if (token === undefined) throw new Error(`There is no link in: ${mail}`);
  return token;
}

/** Requests a reset, and returns the token in the mail with this number to the person. */
async function tokenFor({ username, email }: Person, number = 1): Promise<string> {
  expect((await ask(username)).data).toEqual(accepted);
  return tokenIn(await mailServer.mailTo(email, number));
}

async function stored(id: string) {
  const [row] = await gateway.database.read.select().from(user).where(eq(user.id, id));
  if (row === undefined) throw new Error(`User ${id} does not exist.`);
  return row;
}

/** Waits for the mail of a later request. Earlier mails are sent before it, or at the same time. */
async function afterEarlierMails(): Promise<void> {
  await tokenFor(await createPerson());
}

const mailsTo = (address: string) => mailServer.received.filter(({ to }) => to.includes(address));

describe('a password reset', () => {
  test('sets the password with the link of the mail, revokes all tokens, and informs the user', async () => {
    const person = await createPerson();
    const { token: former } = await gateway.tokens.sign({ userId: person.id }, 3_600);
    const begun = Date.now();

    const asked = await ask(person.username);

    expect(asked).toMatchObject({ errors: [], data: accepted });
    const expiresAt = new Date((asked.data as typeof accepted).requestPasswordReset.expiresAt).getTime();
    expect(Math.abs(expiresAt - begun - 30 * 60_000)).toBeLessThan(60_000);
    const mail = await mailServer.mailTo(person.email);
    expect(mail).toMatch(/^Subject: Reset your password\r$/m);
    expect(mail).toContain(`your user ${person.username}. To choose it, open this link within 30 minutes:`);
    expect(mail).not.toMatch(/Smith|Felix\b/);
    expect(mail.match(/https?:[^\s#]*/g)).toEqual(['https://app.example/reset-password']);
    expect(await statusOf(former)).toBe(200);

    const reset = await finish(tokenIn(mail));

    expect(reset).toMatchObject({ errors: [], data: { resetPassword: { changedAt: expect.any(String) } } });
    expect(await statusOf(former)).toBe(401);
    expect(keysOf(await logIn(person.username, password))).toEqual(['OBP-20004']);
    const loggedIn = await logIn(person.username, newPassword);
    expect(await statusOf(loggedIn.data?.login?.token ?? '')).toBe(200);
    const notice = await mailServer.mailTo(person.email, 2);
    expect(notice).toMatch(/^Subject: Your password was changed\r$/m);
    expect(notice).not.toContain('https://');
  });

  test('is requested with the username or the email address, in upper or lower case', async () => {
    const person = await createPerson();
    let number = 0;
    for (const name of [person.username.toUpperCase(), person.email, person.email.toUpperCase()]) {
      await ask(name);
      number += 1;
      tokenIn(await mailServer.mailTo(person.email, number));
    }
    expect(await gateway.database.read.select().from(passwordReset).where(eq(passwordReset.userId, person.id))).toEqual(
      [expect.objectContaining({ userId: person.id })],
    );
  });

  test('keeps the token for a second attempt if the new password breaks the rule', async () => {
    const person = await createPerson();
    const token = await tokenFor(person);
    const weak = await finish(token, 'short');
    expect(weak.errors).toMatchObject([{ extensions: { key: 'OBP-30207', field: 'newPassword' } }]);
    expect((await finish(token)).errors).toEqual([]);
  });

  test('removes the lock of failed logins', async () => {
    const person = await createPerson();
    const address = newAddress();
    for (let times = 0; times < 5; times += 1) await logIn(person.username, 'wrong', address);
    expect(keysOf(await logIn(person.username, password, address))).toEqual(['OBP-20013']);
    expect((await finish(await tokenFor(person))).errors).toEqual([]);
    expect((await logIn(person.username, newPassword, address)).errors).toEqual([]);
  });

  test('is recorded, and stores and logs neither the token nor the address', async () => {
    const person = await createPerson();
    const audit = auditReader(gateway.database);
    await audit.skipExisting();
    const token = await tokenFor(person);
    const [row] = await gateway.database.read.select().from(passwordReset).where(eq(passwordReset.userId, person.id));
    await finish(token);
    await finish(token);
    await ask('unknown.user');

    const events = await audit.events();
    const anonymous = { kind: 'WRITE', userId: null };
    expect(events).toMatchObject([
      { ...anonymous, outcome: 'SUCCEEDED', fieldsReturned: ['Mutation.requestPasswordReset'] },
      { ...anonymous, outcome: 'SUCCEEDED', fieldsReturned: ['Mutation.resetPassword'] },
      { ...anonymous, outcome: 'REFUSED', errors: ['INVALID_RESET_TOKEN'], subjectUserIds: [] },
      { ...anonymous, outcome: 'SUCCEEDED', subjectUserIds: [] },
    ]);
    expect(events.slice(0, 2).map(({ subjectUserIds }) => subjectUserIds)).toEqual([[person.id], [person.id]]);
    expect(events[1]?.changes).toContain('User.passwordHash');
    expect(row?.tokenHash).toBe(createHash('sha256').update(token).digest('base64url'));
    const kept = JSON.stringify([row, events, gateway.logged]);
    for (const secret of [token, newPassword, person.email, person.username, 'unknown.user']) {
      expect(kept).not.toContain(secret);
    }
  });

  test('has a link that does not depend on the headers of the request', async () => {
    const person = await createPerson();
    const body = JSON.stringify({ query: requestPasswordReset, variables: { usernameOrEmail: person.username } });
    const headers = { host: 'evil.example', 'x-forwarded-host': 'evil.example', origin: 'https://evil.example' };
    await new Promise<void>((resolve, reject) => {
      const sent = httpRequest(
        `${gateway.url}/graphql`,
        { method: 'POST', headers: { ...headers, 'content-type': 'application/json' } },
        (response) => response.resume().on('end', resolve),
      );
      sent.on('error', reject);
      sent.end(body);
    });
    const mail = await mailServer.mailTo(person.email);
    tokenIn(mail);
    expect(mail).not.toContain('evil');
  });
});

describe('the token of a reset', () => {
  const refused = { data: { resetPassword: null }, errors: [{ extensions: { key: 'INVALID_RESET_TOKEN' } }] };

  test('is used once, and for its own user', async () => {
    const [person, other] = [await createPerson(), await createPerson()];
    const token = await tokenFor(person);
    const before = await stored(other.id);
    expect((await finish(token)).errors).toEqual([]);
    expect(await finish(token, 'another passphrase, later')).toMatchObject(refused);
    expect((await logIn(person.username, newPassword)).errors).toEqual([]);
    expect(await stored(other.id)).toEqual(before);
  });

  test('has one winner if several requests race with it', async () => {
    const person = await createPerson();
    const token = await tokenFor(person);
    const chosen = ['one', 'two', 'three', 'four'].map((name) => `the passphrase number ${name}`);

    const responses = await Promise.all(chosen.map((text) => finish(token, text)));

    const winners = chosen.filter((_text, index) => responses[index]?.errors.length === 0);
    expect(winners).toHaveLength(1);
    for (const response of responses.filter(({ errors }) => errors.length > 0)) expect(response).toMatchObject(refused);
    for (const text of chosen) {
      expect((await logIn(person.username, text)).errors.length).toBe(winners.includes(text) ? 0 : 1);
    }
  });

  test('is void after a later request', async () => {
    const person = await createPerson();
    const first = await tokenFor(person);
    const second = await tokenFor(person, 2);
    expect(await finish(first)).toMatchObject(refused);
    expect((await finish(second)).errors).toEqual([]);
  });

  const changes: [string, (person: Person) => Promise<unknown>][] = [
    [
      'its user changes the password',
      async ({ id }) => {
        const { token } = await gateway.tokens.sign({ userId: id }, 60);
        const document = `mutation { changeMyPassword(oldPassword: "${password}", newPassword: "a third, long passphrase") { token } }`;
        expect((await gateway.query(token, document)).errors).toEqual([]);
      },
    ],
    [
      'an operator resets the password',
      ({ username }) => administration.resetPassword(gateway.database, username, 'a third, long passphrase'),
    ],
    ['its user is disabled', ({ username }) => administration.disableUser(gateway.database, username)],
    [
      'its user is disabled and enabled again',
      async ({ username }) => {
        await administration.disableUser(gateway.database, username);
        await administration.enableUser(gateway.database, username);
      },
    ],
    [
      'its user has another email address',
      ({ id }) =>
        gateway.database.transaction(async (transaction) => {
          const email = `${randomUUID()}@example.com`;
          await transaction.update(user).set({ email, validatedEmail: email }).where(eq(user.id, id));
        }),
    ],
    [
      'it has expired',
      ({ id }) =>
        gateway.database.transaction(async (transaction) => {
          const expiresAt = new Date(Date.now() - 60_000);
          await transaction.update(passwordReset).set({ expiresAt }).where(eq(passwordReset.userId, id));
        }),
    ],
  ];

  test.each(changes)('is void after %s', async (_change, change) => {
    const person = await createPerson();
    const token = await tokenFor(person);
    await change(person);
    const before = await stored(person.id);
    expect(await finish(token)).toMatchObject(refused);
    expect(await stored(person.id)).toEqual(before);
  });

  test('is refused if it was never issued', async () => {
    const person = await createPerson();
    const token = await tokenFor(person);
    const guesses = ['', 'x', token.slice(0, -1), `${token}=`, token.toLowerCase(), 'y'.repeat(10_000), person.id];
    for (const guess of guesses) expect(await finish(guess)).toMatchObject(refused);
    // Requests without a mail store rows, too.
    const rows = await gateway.database.read.select().from(passwordReset);
    for (const { tokenHash } of rows) expect(await finish(tokenHash)).toMatchObject(refused);
    expect((await finish(token)).errors).toEqual([]);
  });

  test('is deleted after it has expired', async () => {
    const [expired, valid] = [await createPerson(), await createPerson()];
    await tokenFor(expired);
    const token = await tokenFor(valid);
    await gateway.database.transaction(async (transaction) => {
      const expiresAt = new Date(Date.now() - 60_000);
      await transaction.update(passwordReset).set({ expiresAt }).where(eq(passwordReset.userId, expired.id));
      await deleteExpiredPasswordResets(transaction);
    });
    const rows = await gateway.database.read.select().from(passwordReset).where(isNotNull(passwordReset.userId));
    const userIds = rows.map(({ userId }) => userId);
    expect(userIds).toContain(valid.id);
    expect(userIds).not.toContain(expired.id);
    expect((await finish(token)).errors).toEqual([]);
  });
});

describe('the response to a request', () => {
  const nobody = `${randomUUID()}@example.com`;

  /** A name for which no mail is sent, and the address to which it must not be sent. */
  const names: [string, () => Promise<{ name: string; email: string }>][] = [
    ['does not exist', async () => ({ name: nobody, email: nobody })],
    ['is longer than any username', async () => ({ name: 'x'.repeat(2_000), email: nobody })],
    ['is an address with a line break', async () => ({ name: `a@b.c\r\nBcc: ${nobody}`, email: nobody })],
    [
      'has not validated the email address',
      async () => {
        const { username, email } = await createPerson({ isValidated: false });
        return { name: username, email };
      },
    ],
    [
      'has this address, but has not validated it',
      async () => {
        const { email } = await createPerson({ isValidated: false });
        return { name: email, email };
      },
    ],
    [
      'is disabled',
      async () => {
        const { username, email } = await createPerson();
        await administration.disableUser(gateway.database, username);
        return { name: username, email };
      },
    ],
    [
      'belongs to an identity provider',
      async () => {
        const email = `${randomUUID()}@example.com`;
        const now = new Date();
        const named = { username: email, email, emailValidatedAt: now, provider: 'https://id.example' };
        await gateway.database.transaction(async (transaction) => {
          await transaction.insert(user).values({
            ...{ ...named, ...canonicalNames(named), id: randomUUID(), providerId: randomUUID() },
            ...{ createdAt: now, updatedAt: now },
          });
        });
        return { name: email, email };
      },
    ],
    [
      'waits for the validation of a registration',
      async () => {
        const username = `felix.${randomUUID().replaceAll('-', '')}`;
        const input = { username, password, email: `${username}@example.com`, firstName: 'Felix', lastName: 'Smith' };
        const document = 'mutation ($input: CreateUserInput!) { createUser(input: $input) { validationRequired } }';
        await gateway.query(null, document, { input }, { 'x-forwarded-for': newAddress() });
        await mailServer.mailTo(input.email);
        mailServer.received.splice(0);
        return { name: username, email: input.email };
      },
    ],
  ];

  test.each(names)('is the same, and no mail is sent, if the user %s', async (_description, create) => {
    const { name, email } = await create();
    const known = await ask((await createPerson()).username);

    const { status, data, errors } = await ask(name);

    expect([status, data, errors]).toEqual([known.status, accepted, known.errors]);
    await afterEarlierMails();
    expect(mailsTo(email)).toEqual([]);
  });

  test('takes the same statements, whether or not the user exists or can get a mail', async () => {
    let statements: string[] = [];
    const watched = await startGateway({
      environment: { ...resetEnvironment(), GATEWAY_PASSWORD_RESETS_PER_HOUR: '1000' },
      onStatement: (statement) => statements.push(statement),
    });
    try {
      const person = await createPerson({ at: watched });
      const unvalidated = await createPerson({ at: watched, isValidated: false });
      const statementsOf = async (name: string, address = newAddress()) => {
        statements = [];
        expect((await ask(name, { at: watched, address })).data).toEqual(accepted);
        return statements;
      };
      const expected = await statementsOf('unknown.user');
      expect(expected.length).toBeGreaterThan(5);
      for (const name of [person.username, person.email, unvalidated.username, 'unknown@example.com']) {
        expect(await statementsOf(name)).toEqual(expected);
      }
      // After too many mails to the address.
      const address = newAddress();
      for (let times = 0; times < 5; times += 1) {
        expect(await statementsOf(person.username, address)).toEqual(expected);
        expect(await statementsOf('unknown.user', address)).toEqual(expected);
      }
      // From a network from which the user has logged in.
      await watched.query(null, login, { username: person.username, password }, { 'x-forwarded-for': '203.0.113.1' });
      expect(await statementsOf(person.username, '203.0.113.1')).toEqual(expected);
    } finally {
      await watched.stop();
    }
  });
});

describe('the limits of requests', () => {
  test('apply to each network, and to all networks, whether or not the user exists', async () => {
    const small = await startGateway({
      environment: { ...resetEnvironment(), GATEWAY_PASSWORD_RESETS_PER_HOUR: '2' },
    });
    try {
      const person = await createPerson({ at: small });
      const limited = async (name: string, address: string) => {
        const { data, errors } = await ask(name, { at: small, address });
        if (errors.length === 0) return null;
        expect(data).toEqual({ requestPasswordReset: null });
        expect(keysOf({ errors })).toEqual(['RATE_LIMITED']);
        return errors[0]?.extensions.retryAfterSeconds;
      };
      for (const name of [person.username, 'unknown.user']) {
        const address = newAddress();
        expect([await limited(name, address), await limited(name, address)]).toEqual([null, null]);
        const seconds = await limited(name, address);
        expect(seconds).toBeGreaterThan(3_000);
        expect(seconds).toBeLessThanOrEqual(3_600);
      }
      // The two networks above have used 4 of the 100 requests of all networks.
      for (let requests = 4; requests < 100; requests += 1) {
        expect(await limited('unknown.user', newAddress())).toBeNull();
      }
      expect(await limited('unknown.user', newAddress())).toBeGreaterThan(0);
      expect(await limited(person.username, newAddress())).toBeGreaterThan(0);
      await small.database.transaction(async (transaction) => {
        await transaction.update(registrationMail).set({ firstAt: new Date(Date.now() - 3_600_000) });
      });
      expect(await limited(person.username, newAddress())).toBeNull();
    } finally {
      await small.stop();
    }
  });

  test('send at most three mails a day to a user for one network, and ten for all networks', async () => {
    const person = await createPerson();
    for (const address of [newAddress(), newAddress(), newAddress(), newAddress()]) {
      for (const name of [person.username, person.email, person.username, person.email, person.username]) {
        expect((await ask(name, { address })).data).toEqual(accepted);
      }
    }
    await mailServer.mailTo(person.email, 10);
    await afterEarlierMails();
    expect(mailsTo(person.email)).toHaveLength(10);
  });

  test('do not let a flood of requests lock the user out', async () => {
    const person = await createPerson();
    const office = newAddress();
    expect((await logIn(person.username, password, office)).errors).toEqual([]);
    for (let network = 0; network < 12; network += 1) {
      expect((await ask(person.username)).data).toEqual(accepted);
    }
    const last = await mailServer.mailTo(person.email, 10);
    await afterEarlierMails();
    expect(mailsTo(person.email)).toHaveLength(10);

    // Requests beyond the limit do not void the last link, and the password is still valid.
    expect((await logIn(person.username, password, office)).errors).toEqual([]);
    await ask(person.username, { address: office });
    const own = tokenIn(await mailServer.mailTo(person.email, 11));
    expect(keysOf(await finish(tokenIn(last)))).toEqual(['INVALID_RESET_TOKEN']);
    expect((await finish(own)).errors).toEqual([]);
  });
});

describe('the mail of a reset', () => {
  test('has one line with the username, whatever an earlier version stored', async () => {
    const [id, now, email] = [randomUUID(), new Date(), `${randomUUID()}@example.com`];
    const username = `felix\r\n\r\nhttps://evil.example/\u202e${id}`;
    const named = { username, email, emailValidatedAt: now, provider: localProvider };
    await gateway.database.transaction(async (transaction) => {
      await transaction.insert(user).values({
        ...{ ...named, ...canonicalNames(named), id, providerId: id, passwordHash: 'none' },
        ...{ createdAt: now, updatedAt: now },
      });
    });
    await ask(email);
    const mail = await mailServer.mailTo(email);
    expect(mail).toMatch(
      /^A new password was requested for your user felixhttps:\/\/evil\.example\/[\w-]+\. To choose/m,
    );
    tokenIn(mail);
  });

  test('goes to none of several users who validated the same address in an earlier version, except by username', async () => {
    const people = [await createPerson(), await createPerson()];
    const email = `${randomUUID()}@example.com`;
    for (const [index, { id }] of people.entries()) {
      await gateway.database.transaction(async (transaction) => {
        await transaction
          .update(user)
          .set({ email, validatedEmail: email, emailConflict: index + 1 })
          .where(eq(user.id, id));
      });
    }
    expect((await ask(email)).data).toEqual(accepted);
    await afterEarlierMails();
    expect(mailsTo(email)).toEqual([]);
    for (const [index, person] of people.entries()) {
      await ask(person.username);
      const mail = await mailServer.mailTo(email, index + 1);
      expect(mail).toContain(person.username);
    }
  });

  test.each([
    ['down', false],
    ['silent', true],
  ])('does not delay responses or the end of the gateway if the mail server is %s', async (_state, isListening) => {
    const sockets = new Set<Socket>();
    const silent = createServer((socket) => sockets.add(socket.on('error', () => undefined)));
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const { port } = silent.address() as AddressInfo;
    if (!isListening) await new Promise((resolve) => silent.close(resolve));
    const other = await startGateway({
      environment: { ...resetEnvironment(), GATEWAY_SMTP_URL: `smtp://127.0.0.1:${port}` },
    });
    const people = [];
    for (let number = 0; number < 8; number += 1) people.push(await createPerson({ at: other }));
    for (const { username } of people) expect((await ask(username, { at: other })).data).toEqual(accepted);
    expect((await other.query(null, '{ banks { id } }')).errors).toEqual([]);
    const begun = performance.now();
    await other.stop();
    // Far below the time limits of a connection to the mail server.
    expect(performance.now() - begun).toBeLessThan(9_000);
    const lines = other.logged.filter(({ msg }) => String(msg).includes('not sent'));
    expect(lines.map(({ msg }) => msg)).toEqual(['mail not sent', 'mails still not sent']);
    const logged = JSON.stringify(other.logged);
    for (const { username, email } of people) {
      expect(logged).not.toContain(username);
      expect(logged).not.toContain(email);
    }
    for (const socket of sockets) socket.destroy();
    if (isListening) await new Promise((resolve) => silent.close(resolve));
  });
});

describe('a gateway without password resets', () => {
  test('says so, whether or not it sends mail', async () => {
    for (const environment of [{}, mailServer.environment]) {
      const other = await startGateway({ environment });
      try {
        const { username } = await createPerson({ at: other });
        for (const response of [await ask(username, { at: other }), await finish('x', newPassword, other)]) {
          expect(response.errors).toMatchObject([
            { extensions: { code: 'FORBIDDEN', key: 'PASSWORD_RESET_UNAVAILABLE' } },
          ]);
        }
        expect(await other.database.read.select().from(passwordReset)).toEqual([]);
      } finally {
        await other.stop();
      }
    }
  });
});

describe('validateEmail', () => {
  test('fails if another user has validated the address, or if the user has none', async () => {
    const [holder, other] = [await createPerson(), await createPerson({ isValidated: false })];
    await gateway.database.transaction(async (transaction) => {
      await transaction.update(user).set({ email: holder.email.toUpperCase() }).where(eq(user.id, other.id));
    });
    const validating = administration.validateEmail(gateway.database, other.username);
    await expect(validating).rejects.toMatchObject({ key: 'EMAIL_TAKEN' });
    await gateway.database.transaction(async (transaction) => {
      await transaction.update(user).set({ email: null }).where(eq(user.id, other.id));
    });
    const withoutAddress = administration.validateEmail(gateway.database, other.username);
    await expect(withoutAddress).rejects.toMatchObject({ key: 'OBP-10001' });
    expect(await stored(other.id)).toMatchObject({ emailValidatedAt: null, validatedEmail: null });
  });
});
