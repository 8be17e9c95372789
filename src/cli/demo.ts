import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { and, eq } from 'drizzle-orm';
import type { LoggedSeal } from '../audit/audit-trail.ts';
import { auditCommand } from '../audit/command-audit.ts';
import { createSigningKey, openTokens } from '../auth/tokens.ts';
import { createLogger } from '../base/logger.ts';
import { isRole, type Role, roleScope, roles } from '../base/roles.ts';
import { ConfigurationError, type Environment, readConfig } from '../config.ts';
import type { Database } from '../database/database.ts';
import { openDatabase } from '../database/open-database.ts';
import { accountHolder } from '../domain/account/account-holder.table.ts';
import { customer } from '../domain/customer/customer.table.ts';
import { user } from '../domain/user/user.table.ts';
import { createUser, grantRole, resetPassword } from '../domain/user/user-administration.ts';
import { userCustomerLink } from '../domain/user-customer-link/user-customer-link.table.ts';
import { serve } from '../http/serve.ts';
import { generateCustomers } from '../import/generate.ts';
import { generatedBankIds } from '../import/generated-rows.ts';
import { importFiles } from '../import/import.ts';
import { renderProblem } from '../import/report.ts';

/** One of the banks that are generated; the clerk and the customer are there. */
const bankId = 'gh.29.uk';
const generatedCustomers = 1000;
const examplesFolder = new URL('../../src/import/examples/', import.meta.url);
const tokenLifetimeSeconds = 7 * 86_400;

interface DemoUser {
  username: string;
  what: string;
  isSuperAdmin?: boolean;
  roles: readonly (readonly [role: Role, bankId: string | null])[];
}

/** Without the role that would lift the limit on the cost of requests. */
const roleNames = Object.keys(roles)
  .filter(isRole)
  .filter((role) => role !== 'CanExceedRateLimit');
const atBank = (...roles: Role[]) => roles.map((role) => [role, bankId] as const);
const everywhere = (...roles: Role[]) => roles.map((role) => [role, null] as const);

const demoUsers: DemoUser[] = [
  {
    username: 'super.admin',
    what: 'may grant every role, and holds every role at every bank',
    isSuperAdmin: true,
    roles: [
      ...roleNames.filter((role) => roleScope(role) === 'system').map((role) => [role, null] as const),
      ...roleNames
        .filter((role) => roleScope(role) === 'bank')
        .flatMap((role) => generatedBankIds.map((id) => [role, id] as const)),
    ],
  },
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
    what: 'reads users, their entitlements and the audit trail; has no right to any customer',
    roles: [
      ...everywhere('CanGetAnyUser', 'CanGetEntitlementsForAnyUserAtAnyBank', 'CanGetAuditEventsAtAnyBank'),
      ...atBank('CanGetAuditEvents'),
    ],
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
      DATABASE_OWNER_URL: undefined,
      DATABASE_REPLICA_URLS: undefined,
      GATEWAY_SECRET: randomBytes(32).toString('base64url'),
      GATEWAY_SIGNING_KEY: createSigningKey(),
      GATEWAY_SIGNING_KEY_FILE: undefined,
      GATEWAY_PLAYGROUND: 'on',
      GATEWAY_INTROSPECTION: 'on',
    });
    const database = await openDatabase(config.databaseUrl, { isServing: true });
    try {
      const password = randomBytes(18).toString('base64url');
      const logger = createLogger(config.logLevel);
      const onSeal = (seal: LoggedSeal) => logger.info(seal, 'audit seal');
      const parts = { operationName: 'demo', database, secret: config.secret, onSeal };
      const { linked, users } = await auditCommand(parts, (audited) => fillDatabase(audited, password));
      const tokens = await openTokens(config.signing);
      const lines: string[] = [];
      for (const { id, username, what } of users) {
        const { token } = await tokens.sign({ userId: id }, tokenLifetimeSeconds);
        lines.push(`${username}: ${what}`, `  ${token}`, '');
      }
      await serve(config, database, {
        isThrownAway: true,
        exampleVariables: { bankId, password, ...linked, username: 'bank.clerk' },
        onListening: (url) => console.log(welcome(url, password, lines)),
      });
    } finally {
      await database.close();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function fillDatabase(database: Database, password: string) {
  await generateCustomers(database, { count: generatedCustomers });
  await importExamples(database);
  const linked = await customerWithUser(database);
  await resetPassword(database, linked.username, password);
  const what = `a customer of ${bankId}, who sees their own data only`;
  return { linked, users: [...(await createDemoUsers(database, password)), { ...linked, what }] };
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

async function importExamples(database: Database): Promise<void> {
  const files = (await readdir(examplesFolder)).sort().map((file) => fileURLToPath(new URL(file, examplesFolder)));
  const problems: string[] = [];
  const report = await importFiles(
    database,
    files,
    {},
    { onProblem: (problem) => problems.push(renderProblem(problem)) },
  );
  if (!report.isWritten) throw new Error(`The examples could not be imported: ${problems[0]}`);
}

/** One of the generated customers who use the gateway themselves, with an account. */
async function customerWithUser(database: Database) {
  const [found] = await database.read
    .select({
      id: user.id,
      username: user.username,
      customerId: customer.id,
      customerNumber: customer.customerNumber,
      mobilePhoneNumber: customer.mobilePhoneNumber,
      accountId: accountHolder.accountId,
    })
    .from(userCustomerLink)
    .innerJoin(customer, eq(customer.id, userCustomerLink.customerId))
    .innerJoin(user, eq(user.id, userCustomerLink.userId))
    .innerJoin(accountHolder, eq(accountHolder.userId, user.id))
    .where(and(eq(userCustomerLink.bankId, bankId), eq(userCustomerLink.isActive, true)))
    .orderBy(customer.customerNumber)
    .limit(1);
  if (found === undefined) throw new Error('No generated customer has a user.');
  return found;
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
