import { createHmac, hkdfSync, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { asc, eq } from 'drizzle-orm';
import { SignJWT } from 'jose';
import { SMTPServer } from 'smtp-server';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { auditEvent } from '../../src/audit/audit.table.ts';
import { parseAuditEvent } from '../../src/audit/audit-event.ts';
import { user } from '../../src/domain/user/user.table.ts';
import * as administration from '../../src/domain/user/user-administration.ts';
import { type Gateway, startGateway } from '../support/gateway.ts';

const password = 'correct horse battery staple';
const createUser = `mutation ($input: CreateUserInput!) {
  createUser(input: $input) { user { id } token expiresAt validationRequired }
}`;
const login = `mutation ($username: String!, $password: String!) {
  login(username: $username, password: $password) { token user { id } }
}`;

interface Received {
  to: string[];
  text: string;
}

interface MailServer {
  url: string;
  received: Received[];
  /** How many of the next mails are refused for the time being. */
  refuse(times: number): void;
  close(): Promise<void>;
}

/** A real SMTP server that wants a user and a password. */
async function startMailServer(): Promise<MailServer> {
  const received: Received[] = [];
  let toRefuse = 0;
  const server = new SMTPServer({
    disabledCommands: ['STARTTLS'],
    allowInsecureAuth: true,
    onAuth({ username, password: given }, _session, done) {
      if (username === 'gateway' && given === 'secret') done(null, { user: username });
      else done(new Error('Invalid username or password'));
    },
    onData(stream, { envelope }, done) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        if (toRefuse > 0) {
          toRefuse -= 1;
          done(Object.assign(new Error('Try again later'), { responseCode: 451 }));
          return;
        }
        // Quoted-printable breaks long lines, such as the link.
        const source = Buffer.concat(chunks).toString().replaceAll('=\r\n', '').replaceAll('=3D', '=');
        received.push({ to: envelope.rcptTo.map(({ address }) => address), text: source });
        done();
      });
    },
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  const address = server.server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    url: `smtp://gateway:secret@127.0.0.1:${port}`,
    received,
    refuse(times) {
      toRefuse = times;
    },
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

let mailServer: MailServer;
let gateway: Gateway;

beforeAll(async () => {
  mailServer = await startMailServer();
  gateway = await startGateway({
    environment: {
      GATEWAY_SMTP_URL: mailServer.url,
      GATEWAY_MAIL_FROM: 'The Bank <no-reply@bank.example>',
      GATEWAY_PUBLIC_URL: 'https://gateway.example/',
      GATEWAY_NEW_USERS_PER_HOUR: '1000',
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

async function mailTo(address: string, number = 1): Promise<string> {
  for (let waited = 0; waited < 20_000; waited += 20) {
    const mail = mailServer.received.filter(({ to }) => to.includes(address))[number - 1];
    if (mail !== undefined) return mail.text;
    await sleep(20);
  }
  throw new Error(`No mail number ${number} came to ${address}.`);
}

/** The path and query of the link in the mail. */
function linkIn(text: string): string {
  const [, link] = /https:\/\/gateway\.example(\/validate-email\?token=[\w.-]+)/.exec(text) ?? [];
  if (link === undefined) throw new Error(`There is no link in: ${text}`);
  return link;
}

async function open(link: string): Promise<{ status: number; text: string }> {
  const response = await fetch(`${gateway.url}${link}`);
  return { status: response.status, text: await response.text() };
}

function register(input: ReturnType<typeof newUser>) {
  return gateway.query(null, createUser, { input });
}

function logIn(username: string, guess = password) {
  return gateway.query<{ login: { token: string } | null }>(null, login, { username, password: guess });
}

async function stored(username: string) {
  const [row] = await gateway.database.read.select().from(user).where(eq(user.username, username));
  if (row === undefined) throw new Error(`There is no user ${username}.`);
  return row;
}

/** What the audit trail has of links that were opened for a user. */
async function openedLinksOf(userId: string) {
  const rows = await gateway.database.read.select().from(auditEvent).orderBy(asc(auditEvent.sequence));
  return rows
    .map(({ event }) => parseAuditEvent(event))
    .filter(({ operationName }) => operationName === 'validate-email')
    .filter(({ subjectUserIds }) => subjectUserIds.includes(userId));
}

const accepted = { createUser: { user: null, token: null, expiresAt: null, validationRequired: true } };

describe('createUser where e-mail addresses are validated', () => {
  test('gives no token, and nobody logs in before the link in the mail was opened', async () => {
    const input = newUser();
    const answer = await register(input);
    expect(answer).toMatchObject({ data: accepted, errors: [] });

    const wrong = await logIn(input.username, 'wrong');
    expect(wrong.errors).toMatchObject([{ extensions: { obpCode: 'OBP-20004' } }]);
    const early = await logIn(input.username);
    expect(early.data).toEqual({ login: null });
    expect(early.errors).toMatchObject([
      {
        message: expect.stringMatching(/^The e-mail address is not validated yet/),
        extensions: { code: 'UNAUTHENTICATED' },
      },
    ]);

    const mail = await mailTo(input.email);
    expect(mail).toMatch(/^From: The Bank <no-reply@bank\.example>\r$/m);
    expect(mail).toMatch(/^Subject: Validate your e-mail address\r$/m);
    expect(mail).not.toMatch(/Felix|Smith|battery/);
    const before = Date.now();
    expect(await open(linkIn(mail))).toEqual({
      status: 200,
      text: 'The e-mail address is validated. You can log in now.\n',
    });
    const { emailValidatedAt } = await stored(input.username);
    expect(emailValidatedAt?.getTime()).toBeGreaterThanOrEqual(before);
    expect((await logIn(input.username)).errors).toEqual([]);
    expect(await open(linkIn(mail))).toMatchObject({ status: 200 });
    expect((await stored(input.username)).emailValidatedAt).toEqual(emailValidatedAt);
    const { id } = await stored(input.username);
    const opened = { kind: 'WRITE', outcome: 'SUCCEEDED', userId: null, clientAddress: '127.0.0.1' };
    expect(await openedLinksOf(id)).toMatchObject([
      { ...opened, changes: ['User.emailValidatedAt', 'User.awaitsEmailValidation'] },
      { ...opened, changes: [] },
    ]);
  });

  test('answers the same where the username is taken, changes nothing, and tells its holder', async () => {
    const holder = newUser();
    await administration.createUser(gateway.database, holder);
    const before = await stored(holder.username);
    const attempt = { ...newUser(), username: holder.username };
    const [taken, free] = [await register(attempt), await register(newUser())];
    expect(JSON.stringify([taken.status, taken.data, taken.errors])).toBe(
      JSON.stringify([free.status, free.data, free.errors]),
    );
    const mail = await mailTo(holder.email);
    expect(mail).toMatch(/^Subject: Somebody tried to create a user with your username\r$/m);
    expect(mail).not.toContain('validate-email');
    expect(await stored(holder.username)).toEqual(before);
    expect(mailServer.received.filter(({ to }) => to.includes(attempt.email))).toEqual([]);
  });

  test('sends another link to who registers again, with which the new password counts and the old link no longer', async () => {
    const input = newUser();
    await register(input);
    const first = linkIn(await mailTo(input.email));
    const newPassword = 'another horse battery staple';
    expect((await register({ ...input, password: newPassword })).data).toEqual(accepted);
    const second = linkIn(await mailTo(input.email, 2));
    expect(await open(first)).toMatchObject({ status: 400 });
    const { id, emailValidatedAt } = await stored(input.username);
    expect(emailValidatedAt).toBeNull();
    expect(await openedLinksOf(id)).toMatchObject([{ kind: 'WRITE', outcome: 'REFUSED', changes: [] }]);
    expect(await open(second)).toMatchObject({ status: 200 });
    expect((await logIn(input.username)).errors).toMatchObject([{ extensions: { obpCode: 'OBP-20004' } }]);
    expect((await logIn(input.username, newPassword)).errors).toEqual([]);
  });

  test('does not give a username that awaits its validation to another address', async () => {
    const input = newUser();
    await register(input);
    const before = await stored(input.username);
    await register({ ...newUser(), username: input.username });
    expect(await stored(input.username)).toEqual(before);
  });

  test('sends at most three mails an hour to one address', async () => {
    const email = `${randomUUID()}@example.com`;
    for (let times = 0; times < 5; times += 1) expect((await register({ ...newUser(), email })).data).toEqual(accepted);
    await mailTo(email, 3);
    await sleep(300);
    expect(mailServer.received.filter(({ to }) => to.includes(email))).toHaveLength(3);
  });

  test('answers although the mail server does not, and sends the mail when it does', async () => {
    mailServer.refuse(1);
    const input = newUser();
    expect((await register(input)).data).toEqual(accepted);
    expect(await open(linkIn(await mailTo(input.email)))).toMatchObject({ status: 200 });
    const lines = gateway.logged.filter(({ msg }) => msg === 'mail not sent');
    expect(lines).toContainEqual(expect.objectContaining({ responseCode: 451, isGivenUp: false }));
    expect(JSON.stringify(gateway.logged)).not.toContain(input.email);
  });

  test('lets users in who were created otherwise', async () => {
    const input = newUser();
    await administration.createUser(gateway.database, input);
    expect((await logIn(input.username)).errors).toEqual([]);
  });
});

describe('a link', () => {
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

  /** As the gateway makes them, but for what is changed. */
  async function linkOf(username: string, forgery: Forgery): Promise<string> {
    const row = await stored(username);
    const key = keyOf(gateway.config.secret);
    const boundTo = createHmac('sha256', key)
      .update(JSON.stringify([forgery.email ?? row.email, row.passwordHash]))
      .digest('base64url');
    const now = Math.floor(Date.now() / 1000);
    const token = await new SignJWT({ boundTo })
      .setProtectedHeader({ alg: forgery.algorithm ?? 'HS256', typ: forgery.type ?? 'email-validation+jwt' })
      .setIssuer('obp-customer-gateway')
      .setSubject(row.id)
      .setIssuedAt(now)
      .setExpirationTime(now + (forgery.expiresIn ?? 86_400))
      .sign(forgery.secret === undefined ? key : keyOf(forgery.secret));
    return `/validate-email?token=${token}`;
  }

  test.each<[string, Forgery]>([
    ['is too old', { expiresIn: -1 }],
    ['is a token for something else', { type: 'at+jwt' }],
    ['is signed with another secret', { secret: 'another secret, as long as the real one' }],
    ['is signed with another algorithm', { algorithm: 'HS512' }],
    ['is for another address', { email: 'other@example.com' }],
  ])('that %s validates nothing', async (_description, forgery) => {
    const input = newUser();
    await register(input);
    expect(await open(await linkOf(input.username, forgery))).toMatchObject({ status: 400 });
    expect((await stored(input.username)).emailValidatedAt).toBeNull();
    expect(await open(await linkOf(input.username, {}))).toMatchObject({ status: 200 });
  });

  test('that is no token, or one for access, validates nothing; and a link is no token for access', async () => {
    const input = newUser();
    await register(input);
    const { id } = await stored(input.username);
    const { token } = await gateway.tokens.sign({ userId: id }, 60);
    for (const query of [
      '',
      '?token=',
      '?token=x.y.z',
      `?token=${token}`,
      '?token=a&token=b',
      `?token=${'x'.repeat(3_000)}`,
    ]) {
      expect(await open(`/validate-email${query}`)).toMatchObject({ status: 400 });
    }
    const link = linkIn(await mailTo(input.email));
    const [, linkToken = ''] = link.split('token=');
    expect((await gateway.query(linkToken, '{ me { id } }')).status).toBe(401);
    expect((await stored(input.username)).emailValidatedAt).toBeNull();
  });
});

describe('createUser without validation', () => {
  let small: Gateway;

  beforeAll(async () => {
    small = await startGateway({
      environment: { GATEWAY_NEW_USERS_PER_HOUR: '2', GATEWAY_TRUSTED_PROXIES: '127.0.0.1' },
    });
  });

  afterAll(() => small.stop());

  test('has no page for links', async () => {
    expect((await fetch(`${small.url}/validate-email?token=x`)).status).toBe(404);
  });

  test('is limited for each client address before its input is checked, so invalid input counts too', async () => {
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

  test('creates one user per operation', async () => {
    const input = () => JSON.stringify(newUser()).replaceAll(/"(\w+)":/g, '$1:');
    const { data, errors } = await small.query(
      null,
      `mutation { a: createUser(input: ${input()}) { token } b: createUser(input: ${input()}) { token } }`,
      {},
      { 'x-forwarded-for': '192.0.2.3' },
    );
    expect(data).toMatchObject({ a: { token: expect.any(String) }, b: null });
    expect(errors).toMatchObject([{ message: 'An operation may create one user only.', path: ['b'] }]);
  });
});
