import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { and, eq } from 'drizzle-orm';
import { auditCommand } from '../audit/command-audit.ts';
import type { LoggedSeal } from '../audit/logged-seal.ts';
import { createSigningKey } from '../auth/signing-key.ts';
import { openTokens } from '../auth/tokens.ts';
import { createLogger } from '../base/logger.ts';
import { isRole, type Role, roleScope, roles } from '../base/roles.ts';
import { type Config, ConfigurationError, type Environment, readConfig } from '../config.ts';
import type { Database } from '../database/database.ts';
import { openDatabase } from '../database/open-database.ts';
import { accountHolder } from '../domain/account/account-holder.table.ts';
import { customer } from '../domain/customer/customer.table.ts';
import { user } from '../domain/user/user.table.ts';
import { createUser, grantRole, resetPassword } from '../domain/user/user-administration.ts';
import { userCustomerLink } from '../domain/user-customer-link/user-customer-link.table.ts';
import { serve } from '../http/serve.ts';
import { generateCustomers } from '../import/generate.ts';
import { generatedBankIds } from '../import/generated/bank.ts';
import { importFiles } from '../import/import.ts';
import { renderProblem } from '../import/report.ts';
import { fillColumns } from './fill-columns.ts';

/** One of the generated banks. The clerk and the customer belong to this bank. */
const bankId = 'gh.29.uk';
const generatedCustomers = 1000;
const databaseFile = 'demo.db';
const examplesFolder = new URL('../../src/import/examples/', import.meta.url);
const tokenLifetimeSeconds = 7 * 86_400;

interface DemoUser {
  username: string;
  description: string;
  isSuperAdmin?: boolean;
  roles: readonly (readonly [role: Role, bankId: string | null])[];
}

/** All roles except the one that lifts the limit on the cost of requests. */
const roleNames = Object.keys(roles)
  .filter(isRole)
  .filter((role) => role !== 'CanExceedRateLimit');
const atBank = (...roles: Role[]) => roles.map((role) => [role, bankId] as const);
const everywhere = (...roles: Role[]) => roles.map((role) => [role, null] as const);

export const demoUsers: readonly DemoUser[] = [
  {
    username: 'super.admin',
    description: 'can grant every role, and holds every role at every bank',
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
    description: `serves the customers of ${bankId}: opens and closes relationships, and changes all data except KYC evidence`,
    roles: atBank(
      'CanCloseCrmEvent',
      'CanCloseCustomer',
      'CanCreateAccount',
      'CanCreateCrmEvent',
      'CanCreateCustomer',
      'CanCreateCustomerAccountLink',
      'CanCreateCustomerAddress',
      'CanCreateCustomerAttributeAtOneBank',
      'CanCreateCustomerLink',
      'CanCreateCustomerMessage',
      'CanCreateMeeting',
      'CanCreateTaxResidence',
      'CanAddSocialMediaHandle',
      'CanUpdateCustomerAddress',
      'CanUpdateCustomerAttributeAtOneBank',
      'CanUpdateCustomerEmail',
      'CanUpdateCustomerIdentity',
      'CanUpdateCustomerLink',
      'CanUpdateCustomerMobilePhoneNumber',
      'CanUpdateMeeting',
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
      'CanGetCustomerLinks',
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
    description: `reads the customers of every bank with their KYC evidence, and decides on those of ${bankId}`,
    roles: [
      ...everywhere(
        'CanGetAnyKycChecks',
        'CanGetAnyKycDocuments',
        'CanGetAnyKycMedia',
        'CanGetAnyKycStatuses',
        'CanGetCustomersAtAnyBank',
        'CanGetCustomersMinimalAtAnyBank',
      ),
      ...atBank(
        'CanGetCustomer',
        'CanGetCustomerHistory',
        'CanGetCustomerOverview',
        'CanGetCustomerOverviewFlat',
        'CanGetCustomerAddress',
        'CanGetCustomerAttributesAtOneBank',
        'CanGetCustomerLinks',
        'CanGetTaxResidence',
        'CanGetMeetings',
        'CanGetKycCounts',
        'CanAddKycCheck',
        'CanAddKycDocument',
        'CanAddKycMedia',
        'CanAddKycStatus',
        'CanConfirmKycStatus',
        'CanRetractKycEvidence',
        'CanRetractKycStatus',
        'CanSetKycReviewDate',
        'CanSetLegalHold',
      ),
    ],
  },
  {
    username: 'demo.auditor',
    description: 'reads users, their entitlements, the audit trail, and who changed what, but no customers',
    roles: [
      ...everywhere('CanGetAnyUser', 'CanGetEntitlementsForAnyUserAtAnyBank', 'CanGetAuditEventsAtAnyBank'),
      ...atBank('CanGetAuditEvents', 'CanGetChanges'),
    ],
  },
];

/** The secrets, users and example values of a demo. They are stored when the database is filled. */
interface DemoState {
  secret: string;
  signingKey: string;
  password: string;
  users: { id: string; username: string; description: string }[];
  exampleVariables: Record<string, unknown>;
}

export interface DemoOptions {
  /** The folder that keeps the database and the secrets for the next start. Defaults to a temporary folder. */
  keepIn?: string;
}

/**
 * Serves an SQLite database with examples, generated customers and a few users. All secrets are random. The database is
 * deleted at the end, unless it is kept in a folder.
 * @throws ConfigurationError if the environment is that of a real installation.
 */
export async function demo(environment: Environment, { keepIn }: DemoOptions = {}): Promise<void> {
  refuseRealInstallation(environment);
  const folder = keepIn ?? (await mkdtemp(join(tmpdir(), 'gateway-demo-')));
  const stateFile = join(folder, 'demo.json');
  try {
    const kept = existsSync(stateFile) ? (JSON.parse(await readFile(stateFile, 'utf8')) as DemoState) : null;
    if (keepIn !== undefined && kept === null) await createEmptyFolder(folder);
    const secrets = kept ?? {
      secret: randomBytes(32).toString('base64url'),
      signingKey: createSigningKey(),
      password: randomBytes(18).toString('base64url'),
    };
    const config = readConfig({
      LOG_LEVEL: 'warn',
      ...environment,
      DATABASE_URL: `file:${join(folder, databaseFile)}`,
      DATABASE_OWNER_URL: undefined,
      DATABASE_REPLICA_URLS: undefined,
      GATEWAY_SECRET: secrets.secret,
      GATEWAY_SIGNING_KEY: secrets.signingKey,
      GATEWAY_SIGNING_KEY_FILE: undefined,
      GATEWAY_PLAYGROUND: 'on',
      GATEWAY_INTROSPECTION: 'on',
    });
    const database = await openDatabase(config.databaseUrl, { isServing: true, migrate: 'upgrade' });
    try {
      await fillColumns(database);
      const { users, exampleVariables } = kept ?? (await fillAudited(database, config, secrets.password));
      if (keepIn !== undefined && kept === null) {
        const state: DemoState = { ...secrets, users, exampleVariables };
        await writeFile(stateFile, JSON.stringify(state), { mode: 0o600 });
      }
      const tokens = await openTokens(config.signing);
      const lines: string[] = [];
      for (const { id, username, description } of users) {
        const [row] = await database.read
          .select({ generation: user.tokenGeneration })
          .from(user)
          .where(eq(user.id, id));
        const { token } = await tokens.sign({ userId: id, ...row }, tokenLifetimeSeconds);
        lines.push(`${username}: ${description}`, `  ${token}`, '');
      }
      await serve(config, database, {
        isTemporary: true,
        exampleVariables,
        onListening: (url) => console.log(welcome(url, secrets.password, lines, keepIn)),
      });
    } finally {
      await database.close();
    }
  } finally {
    if (keepIn === undefined) await rm(folder, { recursive: true, force: true });
  }
}

/** Creates the folder, and deletes a database in it that was never filled completely. */
async function createEmptyFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  for (const suffix of ['', '-wal', '-shm']) await rm(join(folder, `${databaseFile}${suffix}`), { force: true });
}

async function fillAudited(database: Database, { logLevel, secret }: Config, password: string) {
  const logger = createLogger(logLevel);
  const onSeal = (seal: LoggedSeal) => logger.info(seal, 'audit seal');
  const { linked, users } = await auditCommand({ operationName: 'demo', database, secret, onSeal }, (audited) =>
    fillDatabase(audited, password),
  );
  return {
    users: users.map(({ id, username, description }) => ({ id, username, description })),
    exampleVariables: { bankId, password, ...linked, username: 'bank.clerk' },
  };
}

async function fillDatabase(database: Database, password: string) {
  await generateCustomers(database, { count: generatedCustomers });
  await importExamples(database);
  const linked = await customerWithUser(database);
  await resetPassword(database, linked.username, password);
  const description = `reads only their own data, as a customer of ${bankId}`;
  return { linked, users: [...(await createDemoUsers(database, password)), { ...linked, description }] };
}

function refuseRealInstallation({ NODE_ENV, DATABASE_URL }: Environment): void {
  const problems: string[] = [];
  if (NODE_ENV === 'production') problems.push('NODE_ENV must not be production for the demo.');
  if (DATABASE_URL) problems.push('DATABASE_URL must not be set for the demo, which serves a temporary database.');
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

/** Finds a generated customer with a linked user and an account. */
async function customerWithUser(database: Database) {
  const [linked] = await database.read
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
  if (linked === undefined) throw new Error('No generated customer has a user.');
  return linked;
}

function welcome(url: string, password: string, lines: string[], keptIn: string | undefined): string {
  return [
    '',
    `Playground: ${url}/playground`,
    `GraphQL:    ${url}/graphql`,
    '',
    `Users, each with a bearer token for the playground. The password of every user is ${password}`,
    '',
    ...lines,
    keptIn === undefined
      ? 'Press Ctrl-C to stop the demo and to delete its data.'
      : `Press Ctrl-C to stop the demo. Its data is kept in ${keptIn}.`,
  ].join('\n');
}
