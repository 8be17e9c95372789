import { randomUUID } from 'node:crypto';
import { asc, eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openAuditTrail } from '../../src/audit/audit-trail.ts';
import { localProvider } from '../../src/auth/password.ts';
import { openDatabase } from '../../src/database/open-database.ts';
import { fillCanonicalNames } from '../../src/domain/user/canonical-names.ts';
import { createProviderUser } from '../../src/domain/user/provider-user.ts';
import { user } from '../../src/domain/user/user.table.ts';
import * as administration from '../../src/domain/user/user-administration.ts';
import { findUserByUsername, userForLogin } from '../../src/domain/user/username.ts';
import { dialectUnderTest } from '../support/database-url.ts';
import { createFormerDatabase, type FormerDatabase } from '../support/former-database.ts';
import { type Gateway, startGateway } from '../support/gateway.ts';

const password = 'correct horse battery staple';
const createUser = /* GraphQL */ `mutation ($input: CreateUserInput!) {
  createUser(input: $input) { user { username } }
}`;
const login = /* GraphQL */ `mutation ($username: String!, $password: String!) {
  login(username: $username, password: $password) { user { id } }
}`;

let gateway: Gateway;

beforeAll(async () => {
  gateway = await startGateway({ environment: { GATEWAY_NEW_USERS_PER_HOUR: '1000' } });
});

afterAll(() => gateway.stop());

function newName() {
  return `felix.${randomUUID().replaceAll('-', '')}`;
}

function register(username: string, email = `${randomUUID()}@example.com`) {
  const input = { username, password, email, firstName: 'Felix', lastName: 'Smith' };
  return gateway.query(null, createUser, { input });
}

describe('a username', () => {
  test('is unique in every spelling', async () => {
    const username = newName();
    expect((await register(username)).errors).toEqual([]);
    const again = await register(username.toUpperCase());
    expect(again.data).toEqual({ createUser: null });
    expect(again.errors).toMatchObject([{ extensions: { key: 'USERNAME_TAKEN', code: 'CONFLICT' } }]);
    const rows = await gateway.database.read.select().from(user).where(eq(user.canonicalUsername, username));
    expect(rows.map((row) => row.username)).toEqual([username]);
  });

  test('belongs to one user only when registrations in several spellings race', async () => {
    const username = newName();
    const spellings = [username, username.toUpperCase(), username.replace('felix', 'Felix')];
    const answers = await Promise.all([...spellings, ...spellings].map((spelling) => register(spelling)));
    const failures = answers.flatMap(({ errors }) => errors);
    expect(failures.map(({ extensions }) => extensions.key)).toEqual(Array.from({ length: 5 }, () => 'USERNAME_TAKEN'));
  });

  test('identifies its user in any spelling, at login and on the command line', async () => {
    const username = newName();
    const { id } = await administration.createUser(gateway.database, { username, password, email: 'a@example.com' });
    const wide = username.toUpperCase().replace('FELIX', 'ＦＥＬＩＸ');
    const { data } = await gateway.query(null, login, { username: wide, password });
    expect(data).toEqual({ login: { user: { id } } });
    await administration.grantRole(gateway.database, { username: username.toUpperCase(), roleName: 'CanGetAnyUser' });
    expect((await administration.disableUser(gateway.database, wide)).id).toBe(id);
  });

  test('must be the email address of the user if it is an email address', async () => {
    const email = `${newName()}@example.com`;
    const foreign = await register(email, 'mallory@example.com');
    expect(foreign.errors).toMatchObject([
      {
        extensions: { obpCode: 'OBP-10001', field: 'input.username' },
        message: expect.stringContaining('email address'),
      },
    ]);
    await administration.createUser(gateway.database, { username: email.toUpperCase(), password, email });
    const command = { username: `${newName()}@example.com`, password, email };
    await expect(administration.createUser(gateway.database, command)).rejects.toThrow('OBP-10001');
  });

  test('is reserved for the user who validated it as an email address', async () => {
    const email = `${newName()}@example.com`;
    const { id } = await administration.createUser(gateway.database, { username: newName(), password, email });
    await gateway.database.transaction(async (transaction) => {
      await transaction
        .update(user)
        .set({ emailValidatedAt: new Date(), validatedEmail: email })
        .where(eq(user.id, id));
    });
    const command = { username: email.toUpperCase(), password, email };
    await expect(administration.createUser(gateway.database, command)).rejects.toMatchObject({ key: 'USERNAME_TAKEN' });
  });
});

describe('the username of a user of an identity provider', () => {
  async function usernameAt(provider: string, subject: string, profile: Record<string, unknown>): Promise<string> {
    const auditTrail = await openAuditTrail({ database: gateway.database, secret: gateway.config.secret });
    const token = { issuer: provider, subject, profile } as unknown as Parameters<typeof createProviderUser>[1];
    await createProviderUser(auditTrail, token, {});
    await auditTrail.close();
    const rows = await gateway.database.read.select().from(user).where(eq(user.providerId, subject));
    return rows.find((row) => row.provider === provider)?.username ?? '';
  }

  test('gets a suffix if another user has it in another spelling', async () => {
    const provider = `https://${randomUUID()}.example`;
    const names = [];
    for (const preferred_username of ['ada', 'Ada', 'ＡＤＡ', 'ada']) {
      names.push(await usernameAt(provider, randomUUID(), { preferred_username }));
    }
    expect(names[0]).toBe('ada');
    expect(names.slice(1).every((name) => /^.{3}-[0-9a-f]{8}$/.test(name))).toBe(true);
    expect(await usernameAt(`https://${randomUUID()}.example`, randomUUID(), { preferred_username: 'Ada' })).toBe(
      'Ada',
    );
  });

  test('is the subject if the preferred username violates UsernameCaseMapped or is an unvalidated email address', async () => {
    const provider = `https://${randomUUID()}.example`;
    const email = 'ada@example.org';
    const refused = [
      { preferred_username: 'ad\u200Ba' },
      { preferred_username: 'Ada Lovelace' },
      { preferred_username: email },
      { preferred_username: email, email },
      { preferred_username: 'victim@example.org', email, email_verified: false },
    ];
    for (const profile of refused) {
      const subject = randomUUID();
      expect(await usernameAt(provider, subject, profile)).toBe(subject);
    }
    const foreign = { preferred_username: 'victim@example.org', email, email_verified: true };
    expect(await usernameAt(provider, randomUUID(), foreign)).toBe(email);
    const own = { preferred_username: 'Ada@example.com', email: 'ada@example.com', email_verified: true };
    expect(await usernameAt(provider, randomUUID(), own)).toBe('Ada@example.com');
  });
});

describe('an upgrade of a database with colliding users', () => {
  let former: FormerDatabase;

  const names = [
    ...['Alice', 'alice', 'ａｌｉｃｅ'],
    ...['İpek', 'i̇pek'],
    ...['Å', 'A\u030A'],
    ...['Colliding.Name', 'colliding.NAME'],
    'Bob.Builder',
  ];

  /** Inserts a user as an earlier version did. */
  async function insertFormerUser(
    username: string,
    values: { provider?: string; email?: string; validated?: boolean },
  ) {
    const { provider = localProvider, email = null, validated = false } = values;
    const now = dialectUnderTest === 'sqlite' ? Date.now() : new Date().toISOString();
    const validatedAt = validated ? now : null;
    const columns =
      'id, username, email, provider, provider_id, password_hash, email_validated_at, created_at, updated_at';
    const row = [randomUUID(), username, email, provider, username, null, validatedAt, now, now];
    await former.execute(`insert into "user" (${columns}) values (?, ?, ?, ?, ?, ?, ?, ?, ?)`, row);
  }

  beforeAll(async () => {
    former = await createFormerDatabase('canonical_usernames');
    for (const username of names) await insertFormerUser(username, {});
    await insertFormerUser('alice', { provider: 'https://issuer.example' });
    await insertFormerUser('first.address', { email: 'Same@example.com', validated: true });
    await insertFormerUser('other.address', { email: 'same@EXAMPLE.com', validated: true });
    await insertFormerUser('third.address', { email: 'same@example.com' });
    for (let number = 0; number < 450; number += 1) {
      await insertFormerUser(`Number.${number}`, { email: `Number.${number}@example.com`, validated: true });
    }
  }, 120_000);

  afterAll(() => former.drop());

  test('keeps every exact name, numbers the colliding users, and fills every other name', async () => {
    const databases = [
      await openDatabase(former.url, { migrate: 'upgrade' }),
      await openDatabase(former.url, { migrate: 'upgrade' }),
    ];
    await Promise.all(databases.map((database) => fillCanonicalNames(database)));
    const [database, other] = databases;
    if (database === undefined) throw new Error('No database was opened.');
    await other?.close();
    const rows = await database.read.select().from(user).orderBy(asc(user.username));
    expect(rows).toHaveLength(464);
    expect(rows.filter(({ canonicalUsername }) => canonicalUsername === null)).toEqual([]);
    const local = rows.filter(({ provider }) => provider === localProvider);
    const colliding = local.filter(({ usernameConflict }) => usernameConflict > 0);
    expect(colliding.map(({ username }) => username).sort()).toEqual(
      names.filter((name) => name !== 'Bob.Builder').sort(),
    );
    const ofAlice = colliding.filter(({ canonicalUsername }) => canonicalUsername === 'alice');
    expect(ofAlice.map(({ usernameConflict }) => usernameConflict).sort()).toEqual([1, 2, 3]);
    expect(rows.find(({ provider }) => provider !== localProvider)).toMatchObject({ usernameConflict: 0 });
    const ofAddress = rows.filter(({ validatedEmail }) => validatedEmail === 'same@example.com');
    expect(ofAddress.map(({ username }) => username)).toEqual(['first.address', 'other.address']);
    expect(ofAddress.map(({ emailConflict }) => emailConflict).sort()).toEqual([1, 2]);
    expect(rows.find(({ username }) => username === 'Number.7')).toMatchObject({
      canonicalUsername: 'number.7',
      validatedEmail: 'number.7@example.com',
      emailConflict: 0,
    });
    await database.close();
  });

  test('accepts only the exact names of colliding users, and other names in any spelling', async () => {
    const database = await openDatabase(former.url, { migrate: 'upgrade' });
    await fillCanonicalNames(database);
    for (const username of names) expect(await userForLogin(database.read, username)).toMatchObject({ username });
    expect(await userForLogin(database.read, 'ALICE')).toBeNull();
    expect(await userForLogin(database.read, 'bob.builder')).toMatchObject({ username: 'Bob.Builder' });
    expect(await findUserByUsername(database.read, 'Alice')).toMatchObject({ username: 'Alice' });
    await expect(findUserByUsername(database.read, 'ALICE')).rejects.toMatchObject({
      hint: 'Use one of these: Alice, alice, ａｌｉｃｅ.',
    });
    await database.close();
  });

  test('lists the colliding users, and creates no further user with their names', async () => {
    const database = await openDatabase(former.url, { migrate: 'upgrade' });
    await fillCanonicalNames(database);
    const listed = await administration.listUsers(database, { conflicts: true });
    expect(listed.map(({ username }) => username)).toEqual([
      ...['Alice', 'alice', 'ａｌｉｃｅ'],
      ...['A\u030A', 'Å'],
      ...['Colliding.Name', 'colliding.NAME'],
      ...['first.address', 'other.address'],
      ...['i̇pek', 'İpek'],
    ]);
    expect(listed.filter(({ hasEmailConflict }) => hasEmailConflict)).toHaveLength(2);
    for (const username of ['NUMBER.77', 'number.77', 'COLLIDING.NAME']) {
      const newUser = { username, password, email: 'new@example.com' };
      await expect(administration.createUser(database, newUser)).rejects.toThrow('already exists');
    }
    await database.close();
  });
});
