/** The script of `createWorld`: `node create-world.ts DIST_FOLDER` prints the world as JSON. */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { SQLiteTable } from 'drizzle-orm/sqlite-core';
import { type World, type WorldUser, type WorldUserKind, worldPassword, worldUserKinds } from './world.ts';

const [, , distFolder = ''] = process.argv;

function load<Module>(path: string): Promise<Module> {
  return import(pathToFileURL(join(distFolder, `${path}.js`)).href);
}

await load('database/resolve-drizzle');
const { openDatabase } = await load<typeof import('../../src/database/open-database.ts')>('database/open-database');
const { insertRows } = await load<typeof import('../../src/database/insert-rows.ts')>('database/insert-rows');
const { readConfig } = await load<typeof import('../../src/config.ts')>('config');
const { openTokens } = await load<typeof import('../../src/auth/tokens.ts')>('auth/tokens');
const { hashPassword, localProvider } = await load<typeof import('../../src/auth/password.ts')>('auth/password');
const { roles, roleScope } = await load<typeof import('../../src/base/roles.ts')>('base/roles');
const { derivedColumns } = await load<typeof import('../../src/domain/customer/customer.rules.ts')>(
  'domain/customer/customer.rules',
);

const database = await openDatabase(process.env.DATABASE_URL ?? '');
const tokens = await openTokens(readConfig({ ...process.env }).signing);

const bankId = 'hostile.01';
const otherBankId = 'hostile.02';
const start = Date.now() - 86_400_000;
const longText = 'x'.repeat(2_000);
const times = { createdAt: new Date(start), updatedAt: new Date(start) };

function numbers(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index);
}

/** Inserts rows into a table of the build, in batches. */
async function insert(path: string, name: string, rows: readonly object[]): Promise<void> {
  const { [name]: table } = await load<Record<string, SQLiteTable>>(`domain/${path}.table`);
  if (table === undefined) throw new Error(`${path} has no table ${name}.`);
  // Rows are grouped by columns, because rows without a column would otherwise store null instead of its default.
  for (const group of Map.groupBy(rows, (row) => Object.keys(row).join()).values()) {
    for (let from = 0; from < group.length; from += 2_000) {
      const batch = group.slice(from, from + 2_000) as SQLiteTable['$inferInsert'][];
      await database.transaction((transaction) => insertRows(transaction, table, batch));
    }
  }
}

function bankRows(): object[] {
  const others = numbers(2_000).map((index) => ({
    id: `hostile.bank.${index}`,
    fullName: `A bank ${index}`,
    ...times,
  }));
  return [
    { id: bankId, shortName: 'Hostile', fullName: 'The bank of the attacks', ...times },
    { id: otherBankId, shortName: 'Other', fullName: 'The other bank', kycReasonRequired: true, ...times },
    ...others,
  ];
}

async function insertUsers(): Promise<Record<WorldUserKind, WorldUser[]>> {
  const passwordHash = await hashPassword(worldPassword);
  const users = {} as Record<WorldUserKind, WorldUser[]>;
  const rows: object[] = [];
  for (const [kind, count] of Object.entries(worldUserKinds) as [WorldUserKind, number][]) {
    users[kind] = await Promise.all(
      numbers(count).map(async (index) => {
        const id = randomUUID();
        const username = `hostile.${kind.toLowerCase()}.${index}`;
        rows.push({
          id,
          username,
          email: `${username}@example.org`,
          firstName: 'Eve',
          lastName: 'Tripman',
          provider: localProvider,
          providerId: username,
          isSuperAdmin: kind === 'superAdmin',
          passwordHash: kind === 'local' ? passwordHash : null,
          ...times,
        });
        return { id, username, token: (await tokens.sign({ userId: id }, 36_000)).token };
      }),
    );
  }
  await insert('user/user', 'user', rows);
  return users;
}

function entitlementsOf(users: Record<WorldUserKind, WorldUser[]>): object[] {
  const roleNames = (Object.keys(roles) as (keyof typeof roles)[]).filter(
    (role) => String(role) !== 'CanExceedRateLimit',
  );
  const clerkRoles = roleNames.map((roleName) => ({
    roleName,
    bankId: roleScope(roleName) === 'bank' ? bankId : null,
  }));
  const entitlements = (user: WorldUser, granted: readonly object[]) =>
    granted.map((role) => ({ id: randomUUID(), userId: user.id, ...role, ...times }));
  return [
    ...users.clerk.flatMap((user) => entitlements(user, clerkRoles)),
    ...users.granter.flatMap((user) => entitlements(user, [{ roleName: 'CanCreateEntitlementAtOneBank', bankId }])),
  ];
}

function customerRows(): { id: string }[] {
  return numbers(1_000).map((index) => {
    const values = {
      legalName: `Eveline Tripman ${index}`,
      mobilePhoneNumber: `+44797244${String(1_000 + index)}`,
      email: `eveline.${index}@example.com`,
      kycStatus: true,
      lastOkDate: new Date(start + index),
    };
    return {
      id: randomUUID(),
      bankId,
      customerNumber: String(100_000 + index),
      dobOfDependants: index === 0 ? numbers(1_000).map(() => '2012-09-08') : [],
      ...derivedColumns(values),
      ...values,
      ...times,
    };
  });
}

/** Inserts thousands of rows for every list of a customer. */
async function insertLists(customerId: string, accountIds: readonly string[]): Promise<void> {
  const many = (columnsOf: (index: number) => object, count = 2_000) =>
    numbers(count).map((index) => ({ id: randomUUID(), bankId, customerId, ...times, ...columnsOf(index) }));
  const timeOf = (index: number) => new Date(start + index);
  await insert(
    'address/address',
    'customerAddress',
    many((index) => ({
      line1: 'Rosenthaler Straße 1',
      city: 'Berlin',
      postcode: '10119',
      countryCode: 'DE',
      tags: ['mailing', 'home'],
      insertDate: timeOf(index),
      createdAt: undefined,
    })),
  );
  await insert(
    'customer/customer-attribute',
    'customerAttribute',
    many((index) => ({
      name: `A_${index}`,
      type: 'STRING',
      value: longText,
      valueSearch: 'x',
      createdAt: timeOf(index),
    })),
  );
  await insert(
    'kyc/kyc-check',
    'kycCheck',
    many((index) => ({
      date: timeOf(index),
      how: 'online',
      staffUserId: 'staff-1',
      staffName: 'Simon',
      satisfied: true,
      comments: longText,
    })),
  );
  await insert(
    'kyc/kyc-document',
    'kycDocument',
    many(() => ({
      type: 'passport',
      number: '123456',
      issueDate: '2018-03-09',
      issuePlace: longText.slice(0, 512),
      expiryDate: '2028-03-08',
    })),
  );
  const url = `https://media.example.com/${longText.slice(0, 200)}`;
  await insert(
    'kyc/kyc-media',
    'kycMedia',
    many((index) => ({ type: 'image', url, date: timeOf(index) })),
  );
  await insert(
    'kyc/kyc-status',
    'kycStatus',
    many((index) => ({ ok: true, date: timeOf(index) })),
  );
  await insert(
    'tax-residence/tax-residence',
    'taxResidence',
    many((index) => ({ domain: 'Germany', taxNumber: `T${index}` })),
  );
  await insert(
    'social-media-handle/social-media-handle',
    'socialMediaHandle',
    many((index) => ({ type: 'twitter', handle: `@eve${index}`, dateAdded: timeOf(index) })),
  );
  await insert(
    'message/message',
    'customerMessage',
    many(
      (index) => ({
        date: timeOf(index),
        transport: 'SMS',
        message: longText,
        fromDepartment: 'Cards',
        fromPerson: 'Tom',
      }),
      1_000,
    ),
  );
  await insert(
    'account/customer-account-link',
    'customerAccountLink',
    accountIds.map((accountId) => ({
      id: randomUUID(),
      bankId,
      customerId,
      accountId,
      relationshipType: 'Owner',
      ...times,
    })),
  );
  await insertMeetings(customerId);
}

async function insertMeetings(customerId: string): Promise<void> {
  const meetings = numbers(50).map((index) => ({
    id: randomUUID(),
    bankId,
    customerId,
    providerId: 'tokbox',
    purposeId: 'onboarding',
    when: new Date(start + index),
    creatorName: 'Simon Redfern',
    creatorMobilePhone: '+447972444876',
    creatorEmailAddress: 'simon@example.com',
    ...times,
  }));
  await insert('meeting/meeting', 'meeting', meetings);
  const invitees = meetings.flatMap(({ id }) =>
    numbers(200).map((position) => ({
      meetingId: id,
      position,
      name: 'Eveline Tripman',
      mobilePhone: '+447972444876',
      emailAddress: 'eveline@example.com',
      status: 'Good',
    })),
  );
  await insert('meeting/meeting-invitee', 'meetingInvitee', invitees);
}

async function insertAccounts({ holder }: Record<WorldUserKind, WorldUser[]>): Promise<string[]> {
  const accounts = numbers(160).map((index) => ({
    id: `hostile.account.${index}`,
    bankId,
    label: 'Everyday',
    number: String(index),
    productCode: 'CURRENT',
    balanceCurrency: 'EUR',
    balanceAmount: '10.50',
    branchId: 'DERBY6',
    ...times,
  }));
  await insert('account/account', 'account', accounts);
  const routings = accounts.flatMap(({ id: accountId }) =>
    numbers(500).map((index) => ({
      bankId,
      accountId,
      scheme: `SCHEME_${index}`,
      address: `${accountId}.${index}.${longText.slice(0, 100)}`,
      createdAt: times.createdAt,
    })),
  );
  await insert('account/account-routing', 'accountRouting', routings);
  const holders = holder.flatMap(({ id: userId }) =>
    accounts.map(({ id: accountId }) => ({ bankId, accountId, userId, createdAt: times.createdAt })),
  );
  await insert('account/account-holder', 'accountHolder', holders);
  return accounts.map(({ id }) => id);
}

async function insertLinks(
  { linked }: Record<WorldUserKind, WorldUser[]>,
  customerIds: readonly string[],
): Promise<void> {
  const links = linked.flatMap(({ id: userId }) =>
    customerIds.map((customerId) => ({
      id: randomUUID(),
      bankId,
      customerId,
      userId,
      isActive: true,
      dateInserted: times.createdAt,
      updatedAt: times.updatedAt,
    })),
  );
  await insert('user-customer-link/user-customer-link', 'userCustomerLink', links);
}

await insert('bank/bank', 'bank', bankRows());
const users = await insertUsers();
await insert('user/entitlement', 'entitlement', entitlementsOf(users));
const customers = customerRows();
await insert('customer/customer', 'customer', customers);
const customerIds = customers.map(({ id }) => id);
const [heavyCustomerId = ''] = customerIds;
const accountIds = await insertAccounts(users);
await insertLists(heavyCustomerId, accountIds);
await insertLinks(users, customerIds);
await database.close();

const world: World = { bankId, otherBankId, customerIds, heavyCustomerId, accountIds, users, password: worldPassword };
process.stdout.write(JSON.stringify(world));
