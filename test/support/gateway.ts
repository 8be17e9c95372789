/**
 * A real gateway for a test file, which serves the whole schema over HTTP on a free port, with its own database.
 *
 *   const gateway = await startGateway();
 *   afterAll(() => gateway.stop());
 *
 *   await gateway.createBank('gh.29.uk');
 *   const clerk = await gateway.createUser({ roles: [['CanGetCustomer', 'gh.29.uk'], ['CanGetAnyUser', null]] });
 *   const { data, errors } = await gateway.query(clerk.token, '{ me { id } }');
 *
 * Each role has the ID of its bank, or null. It is stored unchanged, so a test can also grant a role at the wrong
 * scope. The bank must exist. A token of null makes the caller anonymous. Use `database` to insert or read rows without
 * the API.
 */
import { randomUUID } from 'node:crypto';
import { Writable } from 'node:stream';
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { type GraphQLSchema, print } from 'graphql';
import { onTestFailed } from 'vitest';
import { openAuditTrail } from '../../src/audit/audit-trail.ts';
import { localProvider } from '../../src/auth/password.ts';
import { openTokens, type Tokens } from '../../src/auth/tokens.ts';
import { createLogger } from '../../src/base/logger.ts';
import type { Role } from '../../src/base/roles.ts';
import { type Config, readConfig } from '../../src/config.ts';
import type { Database, DatabaseOptions } from '../../src/database/database.ts';
import { insertRows } from '../../src/database/insert-rows.ts';
import { openDatabase } from '../../src/database/open-database.ts';
import { insertRow } from '../../src/database/write-row.ts';
import { eventPlaces } from '../../src/domain/audit-event/event-places.ts';
import { bank } from '../../src/domain/bank/bank.table.ts';
import { entitlement } from '../../src/domain/user/entitlement.table.ts';
import { user } from '../../src/domain/user/user.table.ts';
import { canonicalNames } from '../../src/domain/user/username.ts';
import type { ContextParts } from '../../src/graph/context.ts';
import type { ConnectionLimits } from '../../src/http/connections.ts';
import { openFailureLog } from '../../src/http/failure-log.ts';
import { createServer } from '../../src/http/server.ts';
import { createMigratedDatabaseUrl } from './database-url.ts';

export interface ResponseError {
  message: string;
  path?: (string | number)[];
  extensions: { code: string; obpCode: string | null } & Record<string, unknown>;
}

export interface GatewayResponse<Data> {
  status: number;
  headers: Headers;
  data: Data | null;
  /** Empty if the operation succeeded. */
  errors: ResponseError[];
}

export interface TestUser {
  id: string;
  username: string;
  email: string;
  token: string;
}

export interface NewTestUser {
  username?: string;
  roles?: readonly (readonly [role: Role, bankId: string | null])[];
  isSuperAdmin?: boolean;
}

export interface Gateway {
  /** `http://127.0.0.1:PORT`, without a trailing slash. */
  url: string;
  config: Config;
  database: Database;
  tokens: Tokens;
  /** All log lines so far. */
  logged: Record<string, unknown>[];
  query<Data = Record<string, unknown>, Variables = Record<string, unknown>>(
    token: string | null,
    document: string | TypedDocumentNode<Data, Variables>,
    variables?: Variables,
    headers?: Record<string, string>,
  ): Promise<GatewayResponse<Data>>;
  /** Sends a body, such as one with the ID of a trusted document. */
  send<Data = Record<string, unknown>>(
    token: string | null,
    body: object,
    headers?: Record<string, string>,
  ): Promise<GatewayResponse<Data>>;
  /** Creates a bank unless it exists. */
  createBank(id: string): Promise<void>;
  createUser(values?: NewTestUser): Promise<TestUser>;
  stop(): Promise<void>;
}

export interface GatewayOptions {
  /** Overrides environment variables of `testEnvironment`. */
  environment?: Record<string, string>;
  /** Called with every statement. */
  onStatement?: DatabaseOptions['onStatement'];
  /** Replaces the real schema. */
  schema?: GraphQLSchema;
  /** How long `stop` waits for open connections. Defaults to 0. */
  drainMilliseconds?: number;
  /** The pause between two checks of the readiness. By default, only the first check is made, because tests count statements. */
  checkIntervalMilliseconds?: number;
  /** The pause between two looks at the manifests of trusted documents. */
  documentIntervalMilliseconds?: number;
  connectionLimits?: Partial<ConnectionLimits>;
  /** How many bytes the clients of all streams can leave unread. */
  maxUnreadBytes?: number;
  /** Called with the URL of the new database before it is opened. Returns the URL by which the gateway opens it. */
  prepareDatabase?: (url: string) => Promise<string>;
}

/** The key pair of the tests, which is not used for anything else. */
export const testSigningKey = JSON.stringify({
  kty: 'OKP',
  crv: 'Ed25519',
  d: 'nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A',
  x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo',
});

/** Returns the environment in which `serve` starts on a database. */
export function testEnvironment(databaseUrl: string): Record<string, string> {
  return {
    DATABASE_URL: databaseUrl,
    NODE_ENV: 'test',
    PORT: '0',
    GATEWAY_SECRET: 'a secret of the tests, for cursors only',
    GATEWAY_SIGNING_KEY: testSigningKey,
    // Tests send more requests per minute than a client is allowed to.
    GATEWAY_COST_PER_MINUTE: '1000000000',
    GATEWAY_ANONYMOUS_COST_PER_MINUTE: '1000000000',
    // Tests also pass on a machine that has too much to do: a hundred logins at once can take longer than the default timeout.
    GATEWAY_REFUSE_WHEN_OVERLOADED: 'off',
    GATEWAY_OPERATION_TIMEOUT: '10m',
    // The variable selects the executor for a whole run.
    ...(process.env.GATEWAY_EXECUTION === undefined ? {} : { GATEWAY_EXECUTION: process.env.GATEWAY_EXECUTION }),
  };
}

/** Returns the parts of a context for code that is called without a server. The caller can read customer attributes and KYC statuses. */
export async function contextParts(databaseUrl: string, database: Database): Promise<ContextParts> {
  const config = readConfig(testEnvironment(databaseUrl));
  const tokens = await openTokens(config.signing);
  const now = new Date();
  return {
    user: {
      id: randomUUID(),
      username: 'reader',
      email: null,
      firstName: null,
      lastName: null,
      provider: localProvider,
      providerId: 'reader',
      isSuperAdmin: false,
      disabledAt: null,
      createdAt: now,
      updatedAt: now,
      systemRoles: new Set(['CanGetCustomerAttributesAtAnyBank', 'CanGetAnyKycStatuses']),
      bankRoles: new Map(),
      lastWrite: null,
      token: { tokenId: randomUUID(), issuedAt: now, expiresAt: new Date(Date.now() + 3_600_000), own: null },
    },
    config,
    database,
    tokens,
    auditTrail: await openAuditTrail({ database, secret: config.secret }),
    eventPlaces: eventPlaces(database),
    request: {
      id: randomUUID(),
      clientAddress: '127.0.0.1',
      idempotencyKey: null,
      clientName: null,
      reason: 'A test',
    },
  };
}

export async function startGateway(options: GatewayOptions = {}): Promise<Gateway> {
  const { url, drop } = await createMigratedDatabaseUrl();
  const databaseUrl = (await options.prepareDatabase?.(url)) ?? url;
  const config = readConfig({ ...testEnvironment(databaseUrl), ...options.environment });
  const logged: Record<string, unknown>[] = [];
  const logger = createLogger(config.logLevel, { destination: collecting(logged) });
  const { operationTimeoutMilliseconds: statementTimeoutMilliseconds } = config.limits;
  const {
    drainMilliseconds = 0,
    connectionLimits,
    documentIntervalMilliseconds,
    maxUnreadBytes,
    onStatement,
  } = options;
  const database = await openDatabase(databaseUrl, { statementTimeoutMilliseconds, onStatement });
  const tokens = await openTokens(config.signing, { logger, graceMilliseconds: config.keyGracePeriodSeconds * 1_000 });
  const schema = options.schema ?? (await realSchema(config));
  // Seals are written only at the end, because tests count statements.
  const auditTrail = await openAuditTrail({ database, secret: config.secret, sealIntervalMilliseconds: 3_600_000 });
  const failures = openFailureLog(logger);
  const server = await createServer({
    ...{ config, database, schema, logger, failures, tokens, auditTrail, drainMilliseconds, connectionLimits },
    ...{ documentIntervalMilliseconds, maxUnreadBytes },
    checkIntervalMilliseconds: options.checkIntervalMilliseconds ?? 3_600_000,
  });
  await server.readiness();
  const serverUrl = await server.listen();
  const send: Gateway['send'] = async (token, body, headers) => {
    const response = await post<never>(serverUrl, token, body, headers);
    printUnexpectedErrors(response.errors, logged);
    return response;
  };

  return {
    url: serverUrl,
    config,
    database,
    tokens,
    logged,
    query: (token, document, variables, headers) =>
      send(token, { query: typeof document === 'string' ? document : print(document), variables }, headers),
    send,
    createBank: (id) => insertBank(database, id),
    createUser: (values) => insertUser(database, tokens, values),
    async stop() {
      await server.close();
      await auditTrail.close();
      failures.close();
      await database.close();
      await drop();
    },
  };
}

/** Prints the cause of each OBP-50000 if the test fails, because the response does not reveal it. */
function printUnexpectedErrors(errors: readonly ResponseError[], logged: readonly Record<string, unknown>[]): void {
  const requestIds = new Set(
    errors.flatMap(({ extensions }) => (extensions.key === 'OBP-50000' ? [extensions.requestId] : [])),
  );
  if (requestIds.size === 0) return;
  const lines = logged.filter(({ msg, requestId }) => msg === 'unexpected error' && requestIds.has(requestId));
  const printLines = () => console.error(lines.map(({ error }) => error));
  try {
    onTestFailed(printLines);
  } catch {
    // Outside of a test, such as in beforeAll.
    printLines();
  }
}

/** Does nothing if the bank exists. */
export async function insertBank(database: Database, id: string): Promise<void> {
  const now = new Date();
  const row = { id, createdAt: now, updatedAt: now };
  await database.transaction((transaction) => insertRow(transaction, bank, row, 'ignore'));
}

/** Inserts a user with their entitlements, and signs a token for them. */
export async function insertUser(
  database: Database,
  tokens: Tokens,
  { username = `user-${randomUUID()}`, roles = [], isSuperAdmin = false }: NewTestUser = {},
): Promise<TestUser> {
  const id = randomUUID();
  const email = `${username}@example.org`;
  const now = new Date();
  const times = { createdAt: now, updatedAt: now };
  await database.transaction(async (transaction) => {
    await insertRow(transaction, user, {
      ...{ id, username, email, provider: localProvider, providerId: username, isSuperAdmin, ...times },
      ...canonicalNames({ provider: localProvider, username, email, emailValidatedAt: null }),
    });
    const held = roles.map(([roleName, bankId]) => ({ id: randomUUID(), userId: id, roleName, bankId, ...times }));
    await insertRows<typeof entitlement>(transaction, entitlement, held);
  });
  return { id, username, email, token: (await tokens.sign({ userId: id }, 3600)).token };
}

const builtSchemas = new Map<boolean, Promise<GraphQLSchema>>();

/** Builds the real schema once per process, and on demand, because a test of the server alone does not need the resolvers. */
function realSchema({ federation }: Pick<Config, 'federation'>): Promise<GraphQLSchema> {
  const schema =
    builtSchemas.get(federation) ??
    import('../../src/schema.ts').then(({ gatewaySchema }) => gatewaySchema({ federation }));
  builtSchemas.set(federation, schema);
  return schema;
}

async function post<Data>(
  url: string,
  token: string | null,
  body: object,
  headers: Record<string, string> = {},
): Promise<GatewayResponse<Data>> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      ...headers,
    },
    body: JSON.stringify(body),
  });
  const { data, errors } = (await response.json()) as { data?: Data | null; errors?: ResponseError[] };
  return { status: response.status, headers: response.headers, data: data ?? null, errors: errors ?? [] };
}

function collecting(lines: Record<string, unknown>[]): Writable {
  return new Writable({
    write(chunk, _encoding, done) {
      for (const line of String(chunk).trim().split('\n')) lines.push(JSON.parse(line));
      done();
    },
  });
}
