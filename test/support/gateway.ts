/**
 * A real gateway for a test file: the whole schema, served over HTTP on a free port, with a database of its own.
 *
 *   const gateway = await startGateway();
 *   afterAll(() => gateway.stop());
 *
 *   await gateway.createBank('gh.29.uk');
 *   const clerk = await gateway.createUser({ roles: [['CanGetCustomer', 'gh.29.uk'], ['CanGetAnyUser', null]] });
 *   const { data, errors } = await gateway.query(clerk.token, '{ me { id } }');
 *
 * A role is given with its bank, or with null: exactly as an entitlement is held, so a role at the wrong bank or without
 * one can be given too. The bank has to exist. `token: null` is a caller who is not logged in. `database` is for what a
 * test lays down or looks up beside the API; `logged` is every line of the log so far.
 */
import { randomUUID } from 'node:crypto';
import { Writable } from 'node:stream';
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { type GraphQLSchema, print } from 'graphql';
import { openAuditTrail } from '../../src/audit/audit-trail.ts';
import { localProvider } from '../../src/auth/password.ts';
import { openTokens, type Tokens } from '../../src/auth/tokens.ts';
import { createLogger } from '../../src/base/logger.ts';
import type { Role } from '../../src/base/roles.ts';
import { type Config, readConfig } from '../../src/config.ts';
import type { Database } from '../../src/database/database.ts';
import { openDatabase } from '../../src/database/open-database.ts';
import { eventPlaces } from '../../src/domain/audit-event/event-places.ts';
import { bank } from '../../src/domain/bank/bank.table.ts';
import { entitlement } from '../../src/domain/user/entitlement.table.ts';
import { user } from '../../src/domain/user/user.table.ts';
import { canonicalNames } from '../../src/domain/user/username.ts';
import type { ContextParts } from '../../src/graph/context.ts';
import type { ConnectionLimits } from '../../src/http/connections.ts';
import { createServer } from '../../src/http/server.ts';
import { createDatabaseUrl } from './database-url.ts';

export interface AnswerError {
  message: string;
  path?: (string | number)[];
  extensions: { code: string; obpCode: string | null } & Record<string, unknown>;
}

export interface Answer<Data> {
  status: number;
  headers: Headers;
  data: Data | null;
  /** Empty when there are none. */
  errors: AnswerError[];
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
  /** `http://127.0.0.1:PORT`, without a slash at its end. */
  url: string;
  config: Config;
  database: Database;
  tokens: Tokens;
  logged: Record<string, unknown>[];
  query<Data = Record<string, unknown>, Variables = Record<string, unknown>>(
    token: string | null,
    document: string | TypedDocumentNode<Data, Variables>,
    variables?: Variables,
    headers?: Record<string, string>,
  ): Promise<Answer<Data>>;
  /** Does nothing when the bank is there already. */
  createBank(id: string): Promise<void>;
  createUser(values?: NewTestUser): Promise<TestUser>;
  stop(): Promise<void>;
}

export interface GatewayOptions {
  /** Environment variables as an operator would set them, over those of the test. */
  environment?: Record<string, string>;
  /** In place of the real one. */
  schema?: GraphQLSchema;
  /** How long stopping waits for clients who keep their connections; 0 when left out. */
  drainMilliseconds?: number;
  connectionLimits?: Partial<ConnectionLimits>;
}

/** The key pair of every test; it is good for nothing else. */
export const testSigningKey = JSON.stringify({
  kty: 'OKP',
  crv: 'Ed25519',
  d: 'nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A',
  x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo',
});

/** What `serve` needs to start on this database. */
export function testEnvironment(databaseUrl: string): Record<string, string> {
  return {
    DATABASE_URL: databaseUrl,
    NODE_ENV: 'test',
    PORT: '0',
    GATEWAY_SECRET: 'a secret of the tests, for cursors only',
    GATEWAY_SIGNING_KEY: testSigningKey,
    // Tests send more requests a minute than any client.
    GATEWAY_COST_PER_MINUTE: '1000000000',
    GATEWAY_ANONYMOUS_COST_PER_MINUTE: '1000000000',
    // For a run of all tests on the other executor.
    ...(process.env.GATEWAY_EXECUTION === undefined ? {} : { GATEWAY_EXECUTION: process.env.GATEWAY_EXECUTION }),
  };
}

/** The parts of a context for code that is called without a server, by somebody who may read attributes. */
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
      systemRoles: new Set(['CanGetCustomerAttributesAtAnyBank']),
      bankRoles: new Map(),
      lastWrite: null,
      token: { tokenId: randomUUID(), issuedAt: now, expiresAt: new Date(Date.now() + 3_600_000) },
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
      reason: null,
    },
  };
}

export async function startGateway(options: GatewayOptions = {}): Promise<Gateway> {
  const { url: databaseUrl, drop } = await createDatabaseUrl();
  const config = readConfig({ ...testEnvironment(databaseUrl), ...options.environment });
  const logged: Record<string, unknown>[] = [];
  const logger = createLogger(config.logLevel, collecting(logged));
  const database = await openDatabase(databaseUrl);
  const { drainMilliseconds = 0, connectionLimits } = options;
  const tokens = await openTokens(config.signing);
  const schema = options.schema ?? (await realSchema());
  // Sealed at the end only: tests count statements.
  const auditTrail = await openAuditTrail({ database, secret: config.secret, sealIntervalMilliseconds: 3_600_000 });
  const parts = { config, database, schema, logger, tokens, auditTrail, drainMilliseconds, connectionLimits };
  const server = await createServer(parts);
  const url = await server.listen();

  return {
    url,
    config,
    database,
    tokens,
    logged,
    query: (token, document, variables, headers) => postQuery(url, token, document, variables, headers),
    async createBank(id) {
      const now = new Date();
      await database.transaction(async (transaction) => {
        await transaction.insert(bank).values({ id, createdAt: now, updatedAt: now }).onConflictDoNothing();
      });
    },
    async createUser({ username = `user-${randomUUID()}`, roles = [], isSuperAdmin = false } = {}) {
      const id = randomUUID();
      const email = `${username}@example.org`;
      const now = new Date();
      const times = { createdAt: now, updatedAt: now };
      await database.transaction(async (transaction) => {
        await transaction.insert(user).values({
          ...{ id, username, email, provider: localProvider, providerId: username, isSuperAdmin, ...times },
          ...canonicalNames({ provider: localProvider, username, email, emailValidatedAt: null }),
        });
        for (const [roleName, bankId] of roles) {
          await transaction.insert(entitlement).values({ id: randomUUID(), userId: id, roleName, bankId, ...times });
        }
      });
      return { id, username, email, token: (await tokens.sign({ userId: id }, 3600)).token };
    },
    async stop() {
      await server.close();
      await auditTrail.close();
      await database.close();
      await drop();
    },
  };
}

/** Loaded only when it is used: a test of the server alone does not need every resolver. */
async function realSchema(): Promise<GraphQLSchema> {
  const { gatewaySchema } = await import('../../src/schema.ts');
  return gatewaySchema();
}

async function postQuery<Data, Variables>(
  url: string,
  token: string | null,
  document: string | TypedDocumentNode<Data, Variables>,
  variables: Variables | undefined,
  headers: Record<string, string> = {},
): Promise<Answer<Data>> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      ...headers,
    },
    body: JSON.stringify({ query: typeof document === 'string' ? document : print(document), variables }),
  });
  const body = (await response.json()) as { data?: Data | null; errors?: AnswerError[] };
  return { status: response.status, headers: response.headers, data: body.data ?? null, errors: body.errors ?? [] };
}

function collecting(lines: Record<string, unknown>[]): Writable {
  return new Writable({
    write(chunk, _encoding, done) {
      for (const line of String(chunk).trim().split('\n')) lines.push(JSON.parse(line));
      done();
    },
  });
}
