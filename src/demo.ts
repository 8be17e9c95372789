import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { and, eq, isNotNull } from 'drizzle-orm';
import type { Role } from './auth/roles.ts';
import { createSigningKey, openTokens } from './auth/tokens.ts';
import { ConfigurationError, type Environment, readConfig } from './config.ts';
import { type Database, openDatabase } from './database/database.ts';
import { accountHolder } from './domain/account/account-holder.table.ts';
import { user } from './domain/user/user.table.ts';
import { createUser, grantRole, resetPassword } from './domain/user/user-administration.ts';
import { userCustomerLink } from './domain/user-customer-link/user-customer-link.table.ts';
import { serve } from './http/serve.ts';
import { generateCustomers } from './import/generate.ts';

/** One of the banks that are generated; the clerk and the customer are there. */
const bankId = 'gh.29.uk';
const generatedCustomers = 1000;
const tokenLifetimeSeconds = 7 * 86_400;

interface DemoUser {
  username: string;
  what: string;
  isSuperAdmin?: boolean;
  roles: readonly (readonly [role: Role, bankId: string | null])[];
}

const atBank = (...roles: Role[]) => roles.map((role) => [role, bankId] as const);
const everywhere = (...roles: Role[]) => roles.map((role) => [role, null] as const);

const demoUsers: DemoUser[] = [
  { username: 'super.admin', what: 'may do everything, at every bank', isSuperAdmin: true, roles: [] },
  {
    username: 'bank.clerk',
    what: `reads customers of ${bankId} with all but KYC evidence`,
    roles: atBank(
      'CanGetCustomer',
      'CanGetCustomers',
      'CanGetCustomersMinimal',
      'CanGetCustomerOverview',
      'CanGetCustomerOverviewFlat',
      'CanGetCustomerAddress',
      'CanGetCustomerAttributesAtOneBank',
      'CanGetCustomerAttributeAtOneBank',
      'CanGetCustomerAttributeDefinitionAtOneBank',
      'CanGetCustomerAccountLinks',
      'CanGetCustomerAccountLink',
      'CanGetUserCustomerLink',
      'CanGetCorrelatedUsersInfo',
      'CanGetTaxResidence',
      'CanGetSocialMediaHandles',
      'CanGetMeetings',
      'CanGetCustomerMessages',
      'CanGetCrmEvents',
    ),
  },
  {
    username: 'kyc.officer',
    what: 'reads the KYC evidence of every bank, and the customers it is about',
    roles: [
      ...everywhere(
        'CanGetAnyKycChecks',
        'CanGetAnyKycDocuments',
        'CanGetAnyKycMedia',
        'CanGetAnyKycStatuses',
        'CanGetCustomersAtAnyBank',
        'CanGetCustomersMinimalAtAnyBank',
      ),
      ...atBank('CanGetCustomer'),
    ],
  },
  {
    username: 'demo.auditor',
    what: 'reads users and their entitlements; has no right to any customer',
    roles: everywhere('CanGetAnyUser', 'CanGetEntitlementsForAnyUserAtAnyBank'),
  },
];

/**
 * Serves a fresh SQLite database with examples, generated customers and a few users, and deletes it in the end. Every
 * secret is random. Fails with ConfigurationError where it could be taken for a real installation.
 */
export async function demo(environment: Environment): Promise<void> {
  refuseRealInstallation(environment);
  const folder = await mkdtemp(join(tmpdir(), 'gateway-demo-'));
  try {
    const config = readConfig({
      LOG_LEVEL: 'warn',
      ...environment,
      DATABASE_URL: `file:${join(folder, 'demo.db')}`,
      GATEWAY_SECRET: randomBytes(32).toString('base64url'),
      GATEWAY_SIGNING_KEY: createSigningKey(),
      GATEWAY_SIGNING_KEY_FILE: undefined,
      GATEWAY_PLAYGROUND: 'on',
      GATEWAY_INTROSPECTION: 'on',
    });
    const database = await openDatabase(config.databaseUrl);
    try {
      await generateCustomers(database, { count: generatedCustomers });
      const password = randomBytes(18).toString('base64url');
      const customer = await customerWithUser(database);
      const users = [...(await createDemoUsers(database, password)), customer];
      await resetPassword(database, customer.username, password);
      const tokens = await openTokens(config.signing);
      const lines: string[] = [];
      for (const { id, username, what } of users) {
        const { token } = await tokens.sign({ userId: id }, tokenLifetimeSeconds);
        lines.push(`${username}: ${what}`, `  ${token}`, '');
      }
      await serve(config, database, {
        exampleVariables: { bankId, customerId: customer.customerId, accountId: customer.accountId },
        onListening: (url) => console.log(welcome(url, password, lines)),
      });
    } finally {
      await database.close();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function refuseRealInstallation({ NODE_ENV, DATABASE_URL }: Environment): void {
  const problems: string[] = [];
  if (NODE_ENV === 'production') problems.push('NODE_ENV is production: the demo must be development or test.');
  if (DATABASE_URL) problems.push('DATABASE_URL is set: the demo takes none, it serves a database of its own.');
  if (problems.length > 0) throw new ConfigurationError(problems);
}

async function createDemoUsers(database: Database, password: string): Promise<(DemoUser & { id: string })[]> {
  return Promise.all(
    demoUsers.map(async (demoUser) => {
      const { username, isSuperAdmin, roles } = demoUser;
      const { id } = await createUser(database, { username, password, email: `${username}@example.com`, isSuperAdmin });
      for (const [roleName, roleBankId] of roles) await grantRole(database, { username, roleName, bankId: roleBankId });
      return { ...demoUser, id };
    }),
  );
}

/** One of the generated customers who use the gateway themselves, with an account. */
async function customerWithUser(database: Database) {
  const [found] = await database.read
    .select({
      id: user.id,
      username: user.username,
      customerId: userCustomerLink.customerId,
      accountId: accountHolder.accountId,
    })
    .from(userCustomerLink)
    .innerJoin(user, eq(user.id, userCustomerLink.userId))
    .innerJoin(accountHolder, eq(accountHolder.userId, user.id))
    .where(and(eq(userCustomerLink.bankId, bankId), eq(userCustomerLink.isActive, true), isNotNull(user.email)))
    .orderBy(user.username)
    .limit(1);
  if (found === undefined) throw new Error('No generated customer has a user.');
  return { ...found, what: `a customer of ${bankId}, who sees their own data only (customer ${found.customerId})` };
}

function welcome(url: string, password: string, lines: string[]): string {
  return [
    '',
    `Playground: ${url}/playground`,
    `GraphQL:    ${url}/graphql`,
    '',
    `Users, each with a token to paste into the playground (login(username, password) takes the password ${password}):`,
    '',
    ...lines,
    'Nothing of this is kept. Ctrl-C ends it.',
  ].join('\n');
}
