import { randomUUID } from 'node:crypto';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { localProvider } from '../../src/auth/password.ts';
import { AttributeType } from '../../src/domain/attribute/attribute-type.ts';
import { derivedColumns } from '../../src/domain/customer/customer.rules.ts';
import { customer } from '../../src/domain/customer/customer.table.ts';
import { user } from '../../src/domain/user/user.table.ts';
import * as administration from '../../src/domain/user/user-administration.ts';
import { userAttribute } from '../../src/domain/user/user-attribute.table.ts';
import { userCustomerLink } from '../../src/domain/user-customer-link/user-customer-link.table.ts';
import { type Gateway, type GatewayResponse, startGateway, type TestUser } from '../support/gateway.ts';

const password = 'correct horse battery staple';

let gateway: Gateway;

beforeAll(async () => {
  gateway = await startGateway({ environment: { GATEWAY_NEW_USERS_PER_HOUR: '100' } });
  await gateway.createBank('gh.29.uk');
  await gateway.createBank('gh.29.de');
});

afterAll(() => gateway.stop());

function errorsOf(answer: GatewayResponse<unknown>) {
  return answer.errors.map(({ path, extensions }) => ({
    path: path?.join('.'),
    code: extensions.code,
    obpCode: extensions.obpCode,
  }));
}

/** A user who can log in with `password`. */
function createLocalUser() {
  const username = `user.${randomUUID().replaceAll('-', '')}`;
  return administration.createUser(gateway.database, { username, password, email: `${username}@example.com` });
}

async function userCount(username: string): Promise<number> {
  return (await gateway.database.read.select().from(user).where(eq(user.username, username))).length;
}

async function createCustomer(bankId: string): Promise<string> {
  const now = new Date();
  const values = {
    id: randomUUID(),
    bankId,
    customerNumber: randomUUID(),
    legalName: 'Eveline Tripman',
    mobilePhoneNumber: '+447972444876',
    email: null,
    kycStatus: false,
    lastOkDate: null,
    dobOfDependants: [],
    createdAt: now,
    updatedAt: now,
  };
  await gateway.database.transaction(async (transaction) => {
    await transaction.insert(customer).values({ ...values, ...derivedColumns(values) });
  });
  return values.id;
}

async function linkUser(userId: string, bankId: string, customerId: string, isActive: boolean): Promise<void> {
  const now = new Date();
  const values = { id: randomUUID(), bankId, customerId, userId, isActive, dateInserted: now, updatedAt: now };
  await gateway.database.transaction(async (transaction) => {
    await transaction.insert(userCustomerLink).values(values);
  });
}

describe('authentication', () => {
  const me = '{ me { id } banks { id } }';

  test('allows an anonymous caller to read public fields only', async () => {
    const answer = await gateway.query(null, me);
    expect(answer.status).toBe(200);
    expect(answer.data).toMatchObject({ me: null, banks: [{ id: 'gh.29.de' }, { id: 'gh.29.uk' }] });
    expect(errorsOf(answer)).toEqual([{ path: 'me', code: 'UNAUTHENTICATED', obpCode: 'OBP-20001' }]);
  });

  test('identifies the user of the token', async () => {
    const { id, token } = await gateway.createUser();
    const answer = await gateway.query(token, me);
    expect(answer.errors).toEqual([]);
    expect(answer.data).toMatchObject({ me: { id } });
  });

  test('fails with HTTP 401 before execution if the token is invalid or its user is unknown', async () => {
    const { token } = await gateway.tokens.sign({ userId: 'unknown' }, 60);
    for (const bad of ['x.y.z', token]) {
      const answer = await gateway.query(bad, me);
      expect(answer).toMatchObject({ status: 401, data: null });
      expect(answer.errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED', obpCode: null } }]);
      expect(answer.errors[0]?.message).toMatch(/^The token is invalid or expired\./);
    }
  });

  test.each(['Basic dXNlcjpwYXNzd29yZA==', 'DirectLogin token=abc', 'Bearer', 'Bearer a b', ''])(
    'fails with HTTP 401 for the header "Authorization: %s"',
    async (authorization) => {
      const response = await fetch(`${gateway.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization },
        body: JSON.stringify({ query: me }),
      });
      expect(response.status).toBe(401);
      const body = (await response.json()) as { errors: { message: string }[] };
      expect(body.errors[0]?.message).toContain('The Authorization header must have the form: Bearer TOKEN.');
    },
  );

  test('fails with HTTP 401 while the user is disabled', async () => {
    const { id, username, token } = await gateway.createUser();
    await gateway.query(token, me);
    await administration.disableUser(gateway.database, username);
    const refused = await gateway.query(token, me);
    expect(refused).toMatchObject({ status: 401, data: null });
    expect(refused.errors[0]?.message).toBe('The user is disabled.');
    await administration.enableUser(gateway.database, username);
    expect((await gateway.query(token, me)).data).toMatchObject({ me: { id } });
  });

  test('applies granted and revoked roles from the next request on', async () => {
    const { username, token } = await gateway.createUser();
    const users = '{ users { nodes { id } } }';
    const refusal = [{ path: 'users', code: 'FORBIDDEN', obpCode: 'OBP-20006' }];
    expect(errorsOf(await gateway.query(token, users))).toEqual(refusal);
    await administration.grantRole(gateway.database, { username, roleName: 'CanGetAnyUser' });
    expect(errorsOf(await gateway.query(token, users))).toEqual([]);
    await administration.revokeRole(gateway.database, { username, roleName: 'CanGetAnyUser' });
    expect(errorsOf(await gateway.query(token, users))).toEqual(refusal);
  });

  test('takes one statement, however many entitlements the user has', async () => {
    const roles = (['gh.29.uk', 'gh.29.de'] as const).flatMap((bankId) =>
      (['CanGetCustomer', 'CanGetCustomers', 'CanAddKycCheck'] as const).map((role) => [role, bankId] as const),
    );
    const { token } = await gateway.createUser({ roles });
    const before = gateway.database.statistics.statements;
    await gateway.query(token, '{ __typename }');
    expect(gateway.database.statistics.statements - before).toBe(1);
  });
});

describe('User', () => {
  const userFields = `
    id username email firstName lastName provider providerId isDisabled isSuperAdmin
    attributes { name type value }
    entitlements { roleName bankId bank { id } }
    customers { id bankId }
  `;
  let subject: TestUser;
  let activeCustomerId: string;

  beforeAll(async () => {
    subject = await gateway.createUser({
      roles: [
        ['CanGetCustomer', 'gh.29.uk'],
        ['CanGetMeetings', 'gh.29.de'],
        ['CanCreateBank', null],
      ],
    });
    activeCustomerId = await createCustomer('gh.29.uk');
    await linkUser(subject.id, 'gh.29.uk', activeCustomerId, true);
    await linkUser(subject.id, 'gh.29.de', await createCustomer('gh.29.de'), false);
    const now = new Date();
    const attribute = { name: 'LANGUAGE', type: AttributeType.STRING, value: 'de', insertDate: now, updatedAt: now };
    await gateway.database.transaction(async (transaction) => {
      await transaction.insert(userAttribute).values({ id: randomUUID(), userId: subject.id, ...attribute });
    });
  });

  const everything = () => ({
    id: subject.id,
    username: subject.username,
    email: subject.email,
    firstName: null,
    lastName: null,
    provider: localProvider,
    providerId: subject.username,
    isDisabled: false,
    isSuperAdmin: false,
    attributes: [{ name: 'LANGUAGE', type: 'STRING', value: 'de' }],
    entitlements: [
      { roleName: 'CanCreateBank', bankId: null, bank: null },
      { roleName: 'CanGetCustomer', bankId: 'gh.29.uk', bank: { id: 'gh.29.uk' } },
      { roleName: 'CanGetMeetings', bankId: 'gh.29.de', bank: { id: 'gh.29.de' } },
    ],
    customers: [{ id: activeCustomerId, bankId: 'gh.29.uk' }],
  });

  test('is returned with all fields to the user, but with the customers of active links only', async () => {
    const answer = await gateway.query(
      subject.token,
      `query ($id: ID!) { me { ${userFields} } user(userId: $id) { id } }`,
      {
        id: subject.id,
      },
    );
    expect(answer.errors).toEqual([]);
    expect(answer.data).toEqual({ me: everything(), user: { id: subject.id } });
  });

  test('is refused to a caller without the system role, whether it exists or not', async () => {
    const query = 'query ($id: ID!) { user(userId: $id) { id } }';
    const withBankRole = await gateway.createUser({ roles: [['CanGetAnyUser', 'gh.29.uk']] });
    const withoutRole = await gateway.createUser();
    for (const { token } of [withBankRole, withoutRole]) {
      for (const id of [subject.id, 'unknown']) {
        const answer = await gateway.query(token, query, { id });
        expect(answer.data).toEqual({ user: null });
        expect(errorsOf(answer)).toEqual([{ path: 'user', code: 'FORBIDDEN', obpCode: 'OBP-20006' }]);
      }
    }
    expect(errorsOf(await gateway.query(null, query, { id: subject.id }))).toMatchObject([{ obpCode: 'OBP-20001' }]);
  });

  test('is returned to a caller with CanGetAnyUser, and its guarded fields only with their own roles', async () => {
    const query = `query ($id: ID!) { user(userId: $id) { ${userFields} } }`;
    const reader = await gateway.createUser({ roles: [['CanGetAnyUser', null]] });
    const answer = await gateway.query(reader.token, query, { id: subject.id });
    expect(answer.data).toEqual({ user: { ...everything(), entitlements: null, customers: null } });
    expect(errorsOf(answer)).toEqual([
      { path: 'user.entitlements', code: 'FORBIDDEN', obpCode: 'OBP-20006' },
      { path: 'user.customers', code: 'FORBIDDEN', obpCode: 'OBP-20006' },
    ]);

    const fullReader = await gateway.createUser({
      roles: [
        ['CanGetAnyUser', null],
        ['CanGetEntitlementsForAnyUserAtAnyBank', null],
        ['CanGetCustomersAtAnyBank', null],
      ],
    });
    const full = await gateway.query(fullReader.token, query, { id: subject.id });
    expect(full.errors).toEqual([]);
    expect(full.data).toEqual({ user: everything() });
  });

  test('fails with OBP-20057 for a caller with CanGetAnyUser if it does not exist', async () => {
    const { token } = await gateway.createUser({ roles: [['CanGetAnyUser', null]] });
    expect(errorsOf(await gateway.query(token, '{ user(userId: "unknown") { id } }'))).toEqual([
      { path: 'user', code: 'NOT_FOUND', obpCode: 'OBP-20057' },
    ]);
  });
});

describe('users', () => {
  interface Users {
    users: {
      nodes: { username: string }[];
      edges: { cursor: string }[];
      pageInfo: { hasNextPage: boolean; endCursor: string };
      totalCount: number;
    };
  }
  const query = `query ($first: Int, $after: String) {
    users(first: $first, after: $after) { nodes { username } edges { cursor } pageInfo { hasNextPage endCursor } totalCount }
  }`;
  let reader: TestUser;

  beforeAll(async () => {
    reader = await gateway.createUser({ roles: [['CanGetAnyUser', null]] });
  });

  test('returns every user once over all pages, sorted by username', async () => {
    const usernames: string[] = [];
    let after: string | null = null;
    let total: number;
    do {
      const answer: GatewayResponse<Users> = await gateway.query<Users>(reader.token, query, { first: 3, after });
      expect(answer.errors).toEqual([]);
      const page = answer.data?.users;
      usernames.push(...(page?.nodes ?? []).map(({ username }) => username));
      after = page?.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
      total = page?.totalCount ?? 0;
    } while (after !== null);
    expect(usernames).toEqual([...usernames].sort());
    expect(new Set(usernames).size).toBe(total);
    expect(total).toBe((await gateway.database.read.select().from(user)).length);
    expect(total).toBeGreaterThan(3);
  });

  test.each([0, -1, 101])('fails with OBP-10025 for the page size %d', async (first) => {
    const answer = await gateway.query(reader.token, query, { first });
    expect(errorsOf(answer)).toEqual([{ path: 'users', code: 'BAD_USER_INPUT', obpCode: 'OBP-10025' }]);
  });

  test('fails for an invalid cursor', async () => {
    const { data } = await gateway.query<Users>(reader.token, query, { first: 1 });
    const cursor = data?.users.edges[0]?.cursor ?? '';
    expect((await gateway.query(reader.token, query, { after: cursor })).errors).toEqual([]);
    for (const after of ['x', `x${cursor}`, cursor.slice(0, -2)]) {
      const answer = await gateway.query(reader.token, query, { after });
      expect(errorsOf(answer)).toEqual([{ path: 'users', code: 'BAD_USER_INPUT', obpCode: null }]);
    }
  });
});

describe('login', () => {
  interface Login {
    login: { token: string; expiresAt: string; user: { id: string } } | null;
  }
  const login = `mutation ($username: String!, $password: String!) {
    login(username: $username, password: $password) { token expiresAt user { id } }
  }`;
  const invalidLogin = [{ path: 'login', code: 'UNAUTHENTICATED', obpCode: 'OBP-20004' }];

  test('returns a token with the configured lifetime for the right password', async () => {
    const { id, username } = await createLocalUser();
    const before = Date.now();
    const { data, errors } = await gateway.query<Login>(null, login, { username, password });
    expect(errors).toEqual([]);
    expect(data?.login?.user).toEqual({ id });
    const lifetime = new Date(data?.login?.expiresAt ?? '').getTime() - before;
    expect(Math.abs(lifetime / 1000 - gateway.config.tokenLifetimeSeconds)).toBeLessThan(5);
    const answer = await gateway.query(data?.login?.token ?? '', '{ me { id } }');
    expect(answer.data).toEqual({ me: { id } });
  });

  test('returns the same error for a wrong password, an unknown username, and a user without a password', async () => {
    const { username } = await createLocalUser();
    const withoutPassword = await gateway.createUser();
    const answers = [];
    for (const values of [
      { username, password: `${password}!` },
      { username, password: '' },
      { username: `${username}x`, password },
      { username: 'unknown.user', password },
      { username: withoutPassword.username, password: '' },
      { username: withoutPassword.username, password: 'the password of no user' },
    ]) {
      const answer = await gateway.query<Login>(null, login, values);
      expect(answer.data).toEqual({ login: null });
      expect(errorsOf(answer)).toEqual(invalidLogin);
      answers.push(JSON.stringify([answer.status, answer.data, answer.errors]));
    }
    expect(new Set(answers).size).toBe(1);
  });

  test('fails with USER_DISABLED for a disabled user only if the password is right', async () => {
    const { username } = await createLocalUser();
    await administration.disableUser(gateway.database, username);
    const refused = await gateway.query<Login>(null, login, { username, password });
    expect(refused.data).toEqual({ login: null });
    expect(refused.errors[0]?.message).toBe('The user is disabled.');
    expect(errorsOf(await gateway.query(null, login, { username, password: 'wrong' }))).toEqual(invalidLogin);
  });

  test('runs once in each operation, whatever else the operation does', async () => {
    const { username } = await createLocalUser();
    const guess = (guessed: string) => `login(username: "${username}", password: "${guessed}") { token }`;
    const twice = await gateway.query<Record<string, unknown>>(
      null,
      `mutation { a: ${guess('wrong')} b: ${guess(password)} }`,
    );
    expect(twice.data).toEqual({ a: null, b: null });
    expect(twice.errors[1]).toMatchObject({
      message: 'An operation can log in or change a password only once.',
      path: ['b'],
    });
    const newUser = `{ username: "${username}.2", password: "${password}", email: "x@example.com", firstName: "x", lastName: "x" }`;
    const between = await gateway.query<Record<string, unknown>>(
      null,
      `mutation { a: ${guess('wrong')} createUser(input: ${newUser}) { token } b: ${guess(password)} }`,
    );
    expect(between.data).toMatchObject({ a: null, createUser: { token: expect.any(String) }, b: null });
  });

  test('accepts only the new password after a reset', async () => {
    const { username } = await createLocalUser();
    await administration.resetPassword(gateway.database, username, 'aA1!bbbbbb');
    expect(errorsOf(await gateway.query(null, login, { username, password }))).toEqual(invalidLogin);
    expect((await gateway.query(null, login, { username, password: 'aA1!bbbbbb' })).errors).toEqual([]);
  });
});

describe('createUser', () => {
  interface CreateUser {
    createUser: { token: string; validationRequired: boolean; user: { id: string } } | null;
  }
  const createUser = `mutation ($input: CreateUserInput!) {
    createUser(input: $input) {
      token validationRequired user { id username email firstName lastName provider providerId isDisabled }
    }
  }`;
  const newUser = () => ({
    username: `felix.${randomUUID().replaceAll('-', '')}`,
    password,
    email: 'felix@example.com',
    firstName: 'Felix',
    lastName: 'Smith',
  });

  test.each<[string, Record<string, string>, string, string]>([
    ['a short password', { password: 'aA1!bbb' }, 'OBP-30207', 'input.password'],
    ['a username of 7 characters', { username: 'felix_s' }, 'OBP-10001', 'input.username'],
    ['a username of 101 characters', { username: 'f'.repeat(101) }, 'OBP-10001', 'input.username'],
    ['a username that begins with a dot', { username: '.felix.smith' }, 'OBP-10001', 'input.username'],
    ['a username that ends in an underscore', { username: 'felix.smith_' }, 'OBP-10001', 'input.username'],
    ['a username with two dots in a row', { username: 'felix..smith' }, 'OBP-10001', 'input.username'],
    ['a username with a space', { username: 'felix smith' }, 'OBP-10001', 'input.username'],
    ['a username that is an incomplete email address', { username: 'felix@smith' }, 'OBP-10001', 'input.username'],
    ['an empty first name', { firstName: '' }, 'OBP-10001', 'input.firstName'],
    ['a first name of white space', { firstName: ' ' }, 'OBP-10001', 'input.firstName'],
    ['an empty last name', { lastName: '' }, 'OBP-10001', 'input.lastName'],
    ['a last name of 101 characters', { lastName: 'x'.repeat(101) }, 'OBP-10001', 'input.lastName'],
    ['a control character in a name', { lastName: 'Smith\u0000' }, 'OBP-10001', 'input.lastName'],
  ])('fails for %s and creates no user', async (_description, change, obpCode, field) => {
    const input = { ...newUser(), ...change };
    const answer = await gateway.query<CreateUser>(null, createUser, { input });
    expect(answer.data).toEqual({ createUser: null });
    expect(answer.errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', obpCode, field } }]);
    expect(answer.errors[0]?.message).not.toContain(input.password);
    expect(await userCount(input.username)).toBe(0);
  });

  test('fails with OBP-10001 for an invalid email address and for a missing field', async () => {
    for (const input of [
      { ...newUser(), email: 'felix' },
      { ...newUser(), lastName: undefined },
    ]) {
      const answer = await gateway.query<CreateUser>(null, createUser, { input });
      expect(answer.errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', obpCode: 'OBP-10001' } }]);
      expect(await userCount(input.username)).toBe(0);
    }
  });

  test('creates a user who can log in, and returns a token', async () => {
    const input = newUser();
    const { data, errors } = await gateway.query<CreateUser>(null, createUser, { input });
    expect(errors).toEqual([]);
    const { password: _password, ...shown } = input;
    expect(data).toEqual({
      createUser: {
        token: expect.any(String),
        validationRequired: false,
        user: {
          id: expect.any(String),
          ...shown,
          provider: localProvider,
          providerId: input.username,
          isDisabled: false,
        },
      },
    });
    const id = data?.createUser?.user.id;
    const me = await gateway.query(data?.createUser?.token ?? '', '{ me { id isSuperAdmin entitlements { id } } }');
    expect(me.data).toEqual({ me: { id, isSuperAdmin: false, entitlements: [] } });
    const login = `mutation { login(username: "${input.username}", password: "${password}") { user { id } } }`;
    expect((await gateway.query(null, login)).data).toEqual({ login: { user: { id } } });
    const [row] = await gateway.database.read.select().from(user).where(eq(user.username, input.username));
    expect(row?.passwordHash).toMatch(/^\$argon2id\$/);
  });

  test('fails for an email address as username, because it is not validated', async () => {
    const email = `${randomUUID()}@example.com`;
    const input = { ...newUser(), username: email, email };
    const { data, errors } = await gateway.query<CreateUser>(null, createUser, { input });
    expect(data).toEqual({ createUser: null });
    expect(errors).toMatchObject([{ extensions: { key: 'OBP-10001', field: 'input.username' } }]);
  });

  test('creates one user when calls with the same username race', async () => {
    const input = newUser();
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => gateway.query<CreateUser>(null, createUser, { input })),
    );
    expect(answers.filter(({ data }) => data?.createUser != null)).toHaveLength(1);
    for (const { data, errors } of answers.filter((answer) => answer.data?.createUser == null)) {
      expect(data).toEqual({ createUser: null });
      expect(errors).toMatchObject([
        { message: 'A user with this username already exists.', extensions: { code: 'CONFLICT', obpCode: null } },
      ]);
    }
    expect(await userCount(input.username)).toBe(1);
  });
});

describe('user administration', () => {
  test('lists users with their roles and without their password hashes', async () => {
    const { username } = await createLocalUser();
    await administration.grantRole(gateway.database, { username, roleName: 'CanGetCustomer', bankId: 'gh.29.uk' });
    const users = await administration.listUsers(gateway.database);
    expect(users.find((listed) => listed.username === username)).toMatchObject({
      isDisabled: false,
      hasPassword: true,
      entitlements: [{ roleName: 'CanGetCustomer', bankId: 'gh.29.uk' }],
    });
    expect(JSON.stringify(users)).not.toContain('argon2');
  });

  test.each<[string, { roleName: string; bankId?: string }, string]>([
    ['a bank role without a bank', { roleName: 'CanGetCustomer' }, 'OBP-30205'],
    ['a system role at a bank', { roleName: 'CanGetAnyUser', bankId: 'gh.29.uk' }, 'OBP-30206'],
    ['a role at an unknown bank', { roleName: 'CanGetCustomer', bankId: 'unknown' }, 'OBP-30001'],
    ['an unknown role', { roleName: 'CanDoAnything' }, 'OBP-10001'],
    ['a role with the name of a property of every object', { roleName: 'constructor' }, 'OBP-10001'],
  ])('fails to grant %s', async (_description, grant, key) => {
    const { username } = await createLocalUser();
    await expect(administration.grantRole(gateway.database, { username, ...grant })).rejects.toMatchObject({ key });
    const users = await administration.listUsers(gateway.database);
    expect(users.find((listed) => listed.username === username)?.entitlements).toEqual([]);
  });

  test('grants a role once, with or without a bank, and revokes only this role', async () => {
    const { username } = await createLocalUser();
    const atBank = { username, roleName: 'CanGetCustomer', bankId: 'gh.29.uk' };
    const ofSystem = { username, roleName: 'CanGetAnyUser' };
    for (const grant of [atBank, ofSystem]) {
      await administration.grantRole(gateway.database, grant);
      await expect(administration.grantRole(gateway.database, grant)).rejects.toMatchObject({ key: 'OBP-30216' });
    }
    const elsewhere = { ...atBank, bankId: 'gh.29.de' };
    await expect(administration.revokeRole(gateway.database, elsewhere)).rejects.toMatchObject({ key: 'OBP-30212' });
    await administration.revokeRole(gateway.database, atBank);
    const users = await administration.listUsers(gateway.database);
    expect(users.find((listed) => listed.username === username)?.entitlements).toEqual([
      { roleName: 'CanGetAnyUser', bankId: null, expiresAt: null },
    ]);
  });

  test('fails for an invalid password, a taken username, and an unknown user, whom the error names', async () => {
    const { username, email } = await createLocalUser();
    const short = administration.createUser(gateway.database, {
      username: 'felix.smith',
      password: 'x',
      email: 'f@x.com',
    });
    await expect(short).rejects.toMatchObject({ key: 'OBP-30207' });
    const taken = administration.createUser(gateway.database, { username, password, email: email ?? '' });
    await expect(taken).rejects.toMatchObject({ key: 'USERNAME_TAKEN' });
    const reset = administration.resetPassword(gateway.database, username, 'x');
    await expect(reset).rejects.toMatchObject({ key: 'OBP-30207' });
    for (const action of [
      () => administration.disableUser(gateway.database, 'no.such.user'),
      () => administration.resetPassword(gateway.database, 'no.such.user', password),
      () => administration.grantRole(gateway.database, { username: 'no.such.user', roleName: 'CanGetAnyUser' }),
    ]) {
      await expect(action()).rejects.toMatchObject({ hint: 'No user is named no.such.user.' });
    }
  });

  test('creates a super admin if isSuperAdmin is set', async () => {
    const username = `admin.${randomUUID().replaceAll('-', '')}`;
    const admin = { username, password, email: 'admin@example.com', isSuperAdmin: true };
    await administration.createUser(gateway.database, admin);
    const { isSuperAdmin } = await administration.findUserByUsername(gateway.database.read, username);
    expect(isSuperAdmin).toBe(true);
  });
});
