import { createHmac, hkdfSync, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { asc, eq } from 'drizzle-orm';
import { SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { auditEvent } from '../../src/audit/audit.table.ts';
import { parseAuditEvent } from '../../src/audit/audit-event.ts';
import { hashPassword, localProvider } from '../../src/auth/password.ts';
import { emailValidationToken } from '../../src/domain/user/email-validation.ts';
import { empowerment } from '../../src/domain/user/empowerment.table.ts';
import { moveAwaitingUsers } from '../../src/domain/user/former-registrations.ts';
import { registration } from '../../src/domain/user/registration.table.ts';
import { registrationMail } from '../../src/domain/user/registration-mail.table.ts';
import { user } from '../../src/domain/user/user.table.ts';
import * as administration from '../../src/domain/user/user-administration.ts';
import { deleteExpiredRegistrations } from '../../src/domain/user/user-registration.ts';
import { type Gateway, startGateway, testEnvironment } from '../support/gateway.ts';
import { type MailServer, startMailServer } from '../support/mail-server.ts';

const password = 'correct horse battery staple';
const createUser = /* GraphQL */ `mutation ($input: CreateUserInput!) {
  createUser(input: $input) { user { id } token expiresAt validationRequired }
}`;
const login = /* GraphQL */ `mutation ($username: String!, $password: String!) {
  login(username: $username, password: $password) { token user { id } }
}`;

let mailServer: MailServer;
let gateway: Gateway;

beforeAll(async () => {
  mailServer = await startMailServer();
  gateway = await startGateway({
    environment: {
      ...mailServer.environment,
      GATEWAY_NEW_USERS_PER_HOUR: '1000',
      GATEWAY_TRUSTED_PROXIES: '127.0.0.1',
    },
  });
});

afterAll(async () => {
  await gateway.stop();
  await mailServer.close();
});

function newUser() {
  const username = `felix.${randomUUID().replaceAll('-', '')}`;
  return { username, password, email: `${username}@example.com`, firstName: 'Felix', lastName: 'Smith' };
}

const mailTo = (address: string, number?: number) => mailServer.mailTo(address, number);

/** The path and query of the link in the mail. */
function linkIn(text: string): string {
  const [, link] = /https:\/\/gateway\.example(\/validate-email\?token=[\w.-]+)/.exec(text) ?? [];
  if (link === undefined) throw new Error(`There is no link in: ${text}`);
  return link;
}

async function open(link: string, init: RequestInit = {}): Promise<{ status: number; text: string }> {
  const response = await fetch(`${gateway.url}${link}`, init);
  return { status: response.status, text: await response.text() };
}

/** Submits the form of the page to which a link leads. */
function confirm(link: string, chosen = password, at: Gateway = gateway) {
  const body = new URLSearchParams({ password: chosen });
  return fetch(`${at.url}${link}`, { method: 'POST', body }).then(async (response) => ({
    status: response.status,
    text: await response.text(),
  }));
}

function register(input: ReturnType<typeof newUser>) {
  return gateway.query(null, createUser, { input });
}

function logIn(username: string, guess = password) {
  return gateway.query<{ login: { token: string } | null }>(null, login, { username, password: guess });
}

async function stored(username: string) {
  const [row] = await gateway.database.read.select().from(user).where(eq(user.username, username));
  return row ?? null;
}

/** The rows of registrations with a username. */
function registrationsOf(username: string) {
  return gateway.database.read
    .select()
    .from(registration)
    .where(eq(registration.canonicalUsername, username.toLowerCase()));
}

/** The audit events of the forms that were submitted for a user. */
async function openedLinksOf(userId: string) {
  const rows = await gateway.database.read.select().from(auditEvent).orderBy(asc(auditEvent.sequence));
  return rows
    .map(({ event }) => parseAuditEvent(event))
    .filter(({ operationName }) => operationName === 'validate-email')
    .filter(({ subjectUserIds }) => subjectUserIds.includes(userId));
}

const accepted = { createUser: { user: null, token: null, expiresAt: null, validationRequired: true } };

describe('createUser with validation of email addresses', () => {
  test('creates a user when the form of the emailed link is submitted with the password', async () => {
    const input = newUser();
    const answer = await register(input);
    expect(answer).toMatchObject({ data: accepted, errors: [] });
    expect(await stored(input.username)).toBeNull();

    const wrong = await logIn(input.username, 'wrong');
    expect(wrong.errors).toMatchObject([{ extensions: { obpCode: 'OBP-20004' } }]);
    const early = await logIn(input.username);
    expect(early.data).toEqual({ login: null });
    expect(early.errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED', key: 'EMAIL_NOT_VALIDATED' } }]);

    const mail = await mailTo(input.email);
    expect(mail).toMatch(/^From: The Bank <no-reply@bank\.example>\r$/m);
    expect(mail).toMatch(/^Subject: Validate your email address\r$/m);
    expect(mail).not.toMatch(/Felix|Smith|battery/);
    const link = linkIn(mail);
    const page = await fetch(`${gateway.url}${link}`);
    expect(page.headers.get('content-security-policy')).toBe(
      "default-src 'none'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    );
    expect(page.headers.get('referrer-policy')).toBe('no-referrer');
    expect(await page.text()).toContain('<form method="post">');
    expect(await stored(input.username)).toBeNull();

    const before = Date.now();
    const confirmed = await confirm(link);
    expect(confirmed).toMatchObject({ status: 200, text: expect.stringContaining('You can log in now.') });
    const created = await stored(input.username);
    expect(created).toMatchObject({ email: input.email, validatedEmail: input.email, firstName: 'Felix' });
    expect(created?.emailValidatedAt?.getTime()).toBeGreaterThanOrEqual(before);
    expect((await logIn(input.username)).errors).toEqual([]);
    expect(await registrationsOf(input.username)).toEqual([]);

    // A link that was used has no further effect, so no password is verified and nothing is recorded.
    expect(await confirm(link)).toMatchObject({ status: 200 });
    expect(await confirm(link, 'wrong')).toMatchObject({ status: 200 });
    expect(await stored(input.username)).toEqual(created);
    const sent = { kind: 'WRITE', outcome: 'SUCCEEDED', userId: null, clientAddress: '127.0.0.1' };
    expect(await openedLinksOf(created?.id ?? '')).toMatchObject([
      { ...sent, changes: expect.arrayContaining(['User.username', 'User.emailValidatedAt']) },
    ]);
  });

  test('accepts the email address as username, because the link validates it', async () => {
    const { email, ...others } = newUser();
    const input = { ...others, email, username: email };
    await register(input);
    expect(await confirm(linkIn(await mailTo(email)))).toMatchObject({ status: 200 });
    expect(await stored(email)).toMatchObject({ validatedEmail: email });
  });

  test('accepts a link only with the password of its registration if others have the same username and address', async () => {
    const input = newUser();
    const [first, second] = [password, 'the password of the attacker'];
    await register(input);
    await register({ ...input, username: input.username.toUpperCase(), password: second });
    const [victims, attackers] = [await mailTo(input.email), await mailTo(input.email, 2)].map(linkIn);
    expect(await registrationsOf(input.username)).toHaveLength(2);

    // The victim also opens the link of the newer mail, and enters the password that the victim chose.
    expect(await confirm(attackers ?? '', first)).toMatchObject({ status: 400 });
    expect(await stored(input.username)).toBeNull();
    expect(await confirm(victims ?? '', second)).toMatchObject({ status: 400 });
    expect(await confirm(victims ?? '', first)).toMatchObject({ status: 200 });

    expect(await confirm(attackers ?? '', second)).toMatchObject({
      status: 400,
      text: expect.stringContaining('already in use'),
    });
    expect((await logIn(input.username, second)).errors).toMatchObject([{ extensions: { obpCode: 'OBP-20004' } }]);
    expect((await logIn(input.username, first)).errors).toEqual([]);
  });

  test('assigns the username to the first registration that is validated', async () => {
    const [squatter, person] = [newUser(), newUser()];
    const username = `${person.username.slice(0, 20)}.x`;
    await register({ ...squatter, username });
    await register({ ...person, username: username.toUpperCase() });
    const links = [linkIn(await mailTo(squatter.email)), linkIn(await mailTo(person.email))];
    const outcomes = await Promise.all(links.map((link) => confirm(link)));
    expect(outcomes.map(({ status }) => status).sort()).toEqual([200, 400]);
    const users = await gateway.database.read.select().from(user).where(eq(user.canonicalUsername, username));
    expect(users).toHaveLength(1);
  });

  test('validates an email address for one user only', async () => {
    const [user, otherUser] = [newUser(), newUser()];
    await register(user);
    await register({ ...otherUser, email: user.email.toUpperCase() });
    const first = linkIn(await mailTo(user.email));
    const second = linkIn(await mailTo(user.email, 2));
    const outcomes = await Promise.all([first, second].map((link) => confirm(link)));
    expect(outcomes.map(({ status }) => status).sort()).toEqual([200, 400]);

    const third = newUser();
    expect((await register({ ...third, email: user.email })).data).toEqual(accepted);
    expect(await mailTo(user.email, 3)).toMatch(/^Subject: Registration with your username or email address\r$/m);
    expect(await registrationsOf(third.username)).toEqual([]);
  });

  test('returns the same and changes nothing if the username is taken in any spelling, and notifies its user', async () => {
    const holder = newUser();
    await administration.createUser(gateway.database, holder);
    const before = await stored(holder.username);
    const attempt = { ...newUser(), username: holder.username.toUpperCase() };
    const [taken, free] = [await register(attempt), await register(newUser())];
    expect(JSON.stringify([taken.status, taken.data, taken.errors])).toBe(
      JSON.stringify([free.status, free.data, free.errors]),
    );
    const mail = await mailTo(holder.email);
    expect(mail).toMatch(/^Subject: Registration with your username or email address\r$/m);
    expect(mail).not.toContain('validate-email');
    expect(await stored(holder.username)).toEqual(before);
    expect(await registrationsOf(holder.username)).toEqual([]);
    expect(mailServer.received.filter(({ to }) => to.includes(attempt.email))).toEqual([]);
  });

  test('sends at most three emails a day to one address for one network, and ten for all networks', async () => {
    const email = `${randomUUID()}@example.com`;
    const from = (address: string) =>
      gateway.query(null, createUser, { input: { ...newUser(), email } }, { 'x-forwarded-for': address });
    for (const network of [1, 2, 3, 4]) {
      for (let times = 0; times < 5; times += 1) {
        expect((await from(`198.51.100.${network}`)).data).toEqual(accepted);
      }
    }
    await mailTo(email, 10);
    await sleep(300);
    expect(mailServer.received.filter(({ to }) => to.includes(email))).toHaveLength(10);
    const stored = await gateway.database.read.select().from(registration).where(eq(registration.email, email));
    expect(stored).toHaveLength(10);

    await gateway.database.transaction(async (transaction) => {
      await transaction.update(registrationMail).set({ firstAt: new Date(Date.now() - 86_400_000) });
    });
    await from('198.51.100.1');
    await mailTo(email, 11);
  });

  test('records the authenticated caller who created the user', async () => {
    const creator = await gateway.createUser();
    const input = newUser();
    expect((await gateway.query(creator.token, createUser, { input })).data).toEqual(accepted);
    expect(await confirm(linkIn(await mailTo(input.email)))).toMatchObject({ status: 200 });
    const created = await stored(input.username);
    const rows = await gateway.database.read.select().from(empowerment).where(eq(empowerment.byUserId, creator.id));
    expect(rows).toMatchObject([{ userId: created?.id, kind: 'CREATED' }]);
  });

  test('charges forms and pages to the cost budget of the network', async () => {
    const environment = { ...mailServer.environment, GATEWAY_ANONYMOUS_COST_PER_MINUTE: '200' };
    const small = await startGateway({ environment });
    try {
      const statuses: number[] = [];
      for (let count = 0; count < 12; count += 1) statuses.push((await confirm('/validate-email', 'x', small)).status);
      expect(statuses.slice(0, 4)).toEqual([400, 400, 400, 400]);
      expect(statuses.at(-1)).toBe(429);
    } finally {
      await small.stop();
    }
  });

  test('limits attempts with wrong passwords for a link', async () => {
    const input = newUser();
    await register(input);
    const link = linkIn(await mailTo(input.email));
    for (let times = 0; times < 5; times += 1) expect(await confirm(link, 'wrong')).toMatchObject({ status: 400 });
    const limited = await fetch(`${gateway.url}${link}`, { method: 'POST', body: new URLSearchParams({ password }) });
    expect(limited.status).toBe(429);
    expect(Number(limited.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await stored(input.username)).toBeNull();
  });

  test('deletes registrations whose links have expired', async () => {
    const input = newUser();
    await register(input);
    const link = linkIn(await mailTo(input.email));
    await gateway.database.transaction(async (transaction) => {
      await transaction
        .update(registration)
        .set({ expiresAt: new Date() })
        .where(eq(registration.username, input.username));
      await deleteExpiredRegistrations(transaction);
    });
    expect(await registrationsOf(input.username)).toEqual([]);
    expect(await confirm(link)).toMatchObject({ status: 400 });
    expect(await stored(input.username)).toBeNull();
  });

  test('responds while the mail server is unavailable, and sends the email later', async () => {
    mailServer.refuse(1);
    const input = newUser();
    expect((await register(input)).data).toEqual(accepted);
    expect(await confirm(linkIn(await mailTo(input.email)))).toMatchObject({ status: 200 });
    const lines = gateway.logged.filter(({ msg }) => msg === 'mail not sent');
    expect(lines).toContainEqual(expect.objectContaining({ responseCode: 451, isGivenUp: false }));
    expect(JSON.stringify(gateway.logged)).not.toContain(input.email);
  });

  test('is not required for users who were created on the command line', async () => {
    const input = newUser();
    await administration.createUser(gateway.database, input);
    expect((await logIn(input.username)).errors).toEqual([]);
  });
});

describe('the link of a registration', () => {
  function keyOf(secret: string): Uint8Array {
    return new Uint8Array(hkdfSync('sha256', secret, '', 'gateway e-mail validation', 32));
  }

  interface Forgery {
    type?: string;
    secret?: string;
    algorithm?: string;
    expiresIn?: number;
    email?: string;
  }

  /** A link as the gateway creates it, except for the forged part. */
  async function linkOf(username: string, forgery: Forgery): Promise<string> {
    const [row] = await registrationsOf(username);
    if (row === undefined) throw new Error(`There is no registration of ${username}.`);
    const key = keyOf(testEnvironment('').GATEWAY_SECRET ?? '');
    const boundTo = createHmac('sha256', key)
      .update(JSON.stringify([forgery.email ?? row.email, row.passwordHash]))
      .digest('base64url');
    const now = Math.floor(Date.now() / 1000);
    const token = await new SignJWT({ boundTo })
      .setProtectedHeader({ alg: forgery.algorithm ?? 'HS256', typ: forgery.type ?? 'email-validation+jwt' })
      .setIssuer('obp-customer-gateway')
      .setSubject(row.userId)
      .setIssuedAt(now)
      .setExpirationTime(now + (forgery.expiresIn ?? 86_400))
      .sign(forgery.secret === undefined ? key : keyOf(forgery.secret));
    return `/validate-email?token=${token}`;
  }

  test.each<[string, Forgery]>([
    ['has expired', { expiresIn: -1 }],
    ['has a token of another type', { type: 'at+jwt' }],
    ['is signed with another secret', { secret: 'another secret, as long as the real one' }],
    ['is signed with another algorithm', { algorithm: 'HS512' }],
    ['is for another address', { email: 'other@example.com' }],
  ])('validates nothing if it %s', async (_description, forgery) => {
    const input = newUser();
    await register(input);
    expect(await confirm(await linkOf(input.username, forgery))).toMatchObject({ status: 400 });
    expect(await stored(input.username)).toBeNull();
    expect(await confirm(await linkOf(input.username, {}))).toMatchObject({ status: 200 });
  });

  test('validates nothing with an invalid token or an access token, and has no access token itself', async () => {
    const input = newUser();
    await register(input);
    const [pending] = await registrationsOf(input.username);
    const { token } = await gateway.tokens.sign({ userId: pending?.userId ?? '' }, 60);
    for (const query of [
      '',
      '?token=',
      '?token=x.y.z',
      `?token=${token}`,
      '?token=a&token=b',
      `?token=${'x'.repeat(3_000)}`,
    ]) {
      expect(await open(`/validate-email${query}`)).toMatchObject({ status: 400 });
      expect(await confirm(`/validate-email${query}`)).toMatchObject({ status: 400 });
    }
    const link = linkIn(await mailTo(input.email));
    const [, linkToken = ''] = link.split('token=');
    expect((await gateway.query(linkToken, '{ me { id } }')).status).toBe(401);
    for (const init of [
      { method: 'POST' },
      { method: 'POST', body: new URLSearchParams() },
      { method: 'POST', body: JSON.stringify({ password }), headers: { 'content-type': 'application/json' } },
      { method: 'POST', body: new URLSearchParams({ password, more: 'x'.repeat(4_096) }) },
    ]) {
      expect((await open(link, init)).status).toBeGreaterThanOrEqual(400);
    }
    expect(await stored(input.username)).toBeNull();
  });
});

describe('an upgrade from a version that stored users before validation', () => {
  /** Inserts a registered user as an earlier version did. */
  async function insertAwaiting(values: Partial<typeof user.$inferInsert> = {}) {
    const input = newUser();
    const { username, email } = input;
    const [id, now] = [randomUUID(), new Date()];
    const passwordHash = await hashPassword(password);
    await gateway.database.transaction(async (transaction) => {
      await transaction.insert(user).values({
        ...{ id, username, email, passwordHash, provider: localProvider, providerId: username },
        ...{ awaitsEmailValidation: true, createdAt: now, updatedAt: now },
        ...values,
      });
    });
    const token = await emailValidationToken(gateway.config.secret, { userId: id, email, passwordHash });
    return { id, input, link: `/validate-email?token=${token}` };
  }

  test('converts the users to registrations, whose links stay valid', async () => {
    const { id, input, link } = await insertAwaiting();
    await moveAwaitingUsers(gateway.database);
    expect(await stored(input.username)).toBeNull();
    expect(await registrationsOf(input.username)).toMatchObject([{ userId: id, email: input.email }]);
    expect(await confirm(link)).toMatchObject({ status: 200 });
    expect(await stored(input.username)).toMatchObject({ id, validatedEmail: input.email });
    expect((await logIn(input.username)).errors).toEqual([]);
  });

  test('keeps users whom other data references, and their links', async () => {
    const { id, input, link } = await insertAwaiting();
    await administration.grantRole(gateway.database, { username: input.username, roleName: 'CanGetAnyUser' });
    await moveAwaitingUsers(gateway.database);
    expect((await logIn(input.username)).errors).toMatchObject([{ extensions: { key: 'EMAIL_NOT_VALIDATED' } }]);
    expect(await confirm(link)).toMatchObject({ status: 200 });
    expect(await stored(input.username)).toMatchObject({
      ...{ id, awaitsEmailValidation: false },
      ...{ emailValidatedAt: expect.any(Date), validatedEmail: input.email },
    });
    expect((await logIn(input.username)).errors).toEqual([]);
  });

  test('deletes users whose links have expired, and frees their usernames', async () => {
    const { input } = await insertAwaiting({ updatedAt: new Date(Date.now() - 86_400_000) });
    await moveAwaitingUsers(gateway.database);
    expect(await stored(input.username)).toBeNull();
    expect(await registrationsOf(input.username)).toEqual([]);
  });
});

describe('createUser without validation of email addresses', () => {
  let small: Gateway;

  beforeAll(async () => {
    small = await startGateway({
      environment: { GATEWAY_NEW_USERS_PER_HOUR: '2', GATEWAY_TRUSTED_PROXIES: '127.0.0.1' },
    });
  });

  afterAll(() => small.stop());

  test('provides no page for links', async () => {
    expect((await fetch(`${small.url}/validate-email?token=x`)).status).toBe(404);
  });

  test('is limited for each client address before the input is checked, so invalid input counts too', async () => {
    const from = (address: string, input: object) =>
      small.query(null, createUser, { input }, { 'x-forwarded-for': address });
    const invalid = await from('192.0.2.1', { ...newUser(), password: 'short' });
    expect(invalid.errors).toMatchObject([{ extensions: { obpCode: 'OBP-30207' } }]);
    expect((await from('192.0.2.1', newUser())).errors).toEqual([]);
    const refused = newUser();
    const answer = await from('192.0.2.1', refused);
    expect(answer.data).toEqual({ createUser: null });
    expect(answer.errors).toMatchObject([
      { extensions: { code: 'RATE_LIMITED', retryAfterSeconds: expect.any(Number) } },
    ]);
    expect(answer.errors[0]?.extensions.retryAfterSeconds).toBeGreaterThan(1_700);
    expect(await small.database.read.select().from(user).where(eq(user.username, refused.username))).toEqual([]);
    expect((await from('192.0.2.2', newUser())).errors).toEqual([]);
  });

  test('creates one user in each operation', async () => {
    const input = () => JSON.stringify(newUser()).replaceAll(/"(\w+)":/g, '$1:');
    const { data, errors } = await small.query(
      null,
      `mutation { a: createUser(input: ${input()}) { token } b: createUser(input: ${input()}) { token } }`,
      {},
      { 'x-forwarded-for': '192.0.2.3' },
    );
    expect(data).toMatchObject({ a: { token: expect.any(String) }, b: null });
    expect(errors).toMatchObject([{ message: 'An operation can create only one user.', path: ['b'] }]);
  });
});
