/**
 * The sessions of PostgreSQL. The gateway relies on settings that the server, the database, the role, the URL, or a pooler can
 * change, so each new connection sets and checks all of them before it is used.
 */
import pg from 'pg';
import { poolsTransactions } from './postgresql-pooler.ts';
import { UnsuitableSession } from './unsuitable-session.ts';

/** The oldest version that the gateway was tested with. */
const minVersion = 15;

/** The milliseconds within which a connection must be opened and, after that, have its settings. */
const connectTimeout = 10_000;
/** The milliseconds after which the operating system checks whether the server of an idle connection still exists. */
const keepAliveDelay = 10_000;

/** The schema of all tables, which is the same in all sessions of a database. */
export interface SessionSchema {
  /** Null until the first session has determined it: the first usable schema in the `search_path` of its user. */
  name: string | null;
}

interface SessionOptions {
  /** The schema of the session. Null leaves the `search_path` unchanged. */
  schema: SessionSchema | null;
  /** Whether the server is a replica, from which the gateway only reads. */
  isReplica?: boolean;
  /** The time after which the server stops a statement, in milliseconds. 0 is never. */
  statementTimeoutMilliseconds?: number;
  /** Further settings of the connection. */
  connection?: pg.ClientConfig;
}

/** Connections to one server with the settings of the gateway. */
export interface Sessions {
  /** The configuration of a new connection. */
  readonly configuration: pg.ClientConfig;
  /** Sets and checks the settings of a new connection. @throws UnsuitableSession if it cannot have them */
  prepare(client: pg.ClientBase): Promise<void>;
  /** The ID of the server's process that serves a prepared connection, behind any pooler. */
  processIdOf(client: pg.ClientBase): number;
  /** Opens a connection outside any pool. */
  open(): Promise<pg.Client>;
}

/** A duration as PostgreSQL shows it: in the largest unit of which it is a multiple. */
function shownDuration(milliseconds: number): string {
  if (milliseconds === 0) return '0';
  for (const [unit, size] of Object.entries({ d: 86_400_000, h: 3_600_000, min: 60_000, s: 1_000 })) {
    if (milliseconds % size === 0) return `${milliseconds / size}${unit}`;
  }
  return `${milliseconds}ms`;
}

/** The settings of a session, as PostgreSQL shows them. */
function settingsOf({ isReplica = false, statementTimeoutMilliseconds = 0 }: SessionOptions): Record<string, string> {
  return {
    // Times, numbers, and texts are read and written in one form.
    TimeZone: 'UTC',
    DateStyle: 'ISO, YMD',
    IntervalStyle: 'postgres',
    client_encoding: 'UTF8',
    bytea_output: 'hex',
    extra_float_digits: '1',
    standard_conforming_strings: 'on',
    array_nulls: 'on',
    transform_null_equals: 'off',
    // Searches return all rows.
    gin_fuzzy_search_limit: '0',
    // Rows are locked where transactions must wait for each other.
    default_transaction_isolation: 'read committed',
    // On a primary, operators use it to prevent all writes.
    ...(isReplica && { default_transaction_read_only: 'on' }),
    default_transaction_deferrable: 'off',
    // A statement that a policy would restrict fails, so that no rows are missing from a response or from the audit trail.
    row_security: 'off',
    lock_timeout: '10s',
    statement_timeout: shownDuration(statementTimeoutMilliseconds),
    transaction_timeout: '0',
    idle_in_transaction_session_timeout: '1min',
    // The pool closes its idle connections itself.
    idle_session_timeout: '0',
  };
}

/** The settings that version 15 does not have. */
const laterSettings = new Set(['transaction_timeout']);

function assignment([name, value]: [name: string, value: string]): string {
  if (!laterSettings.has(name)) return `set ${name} = '${value}'`;
  return `select set_config(name, '${value}', false) from pg_settings where name = '${name}'`;
}

interface SessionFacts {
  encoding: string;
  version: number;
  is_in_recovery: boolean;
  process_id: number;
  database: string;
  user: string;
  schema: string | null;
  replication_role: string;
  /** The settings, by name. Null if the server does not have it. */
  settings: Record<string, string | null>;
}

/**
 * Returns the statements that set the settings and select the facts, for one round trip. Their transaction has its own isolation
 * level, because a replica refuses the level `serializable`.
 */
function preparation(settings: Record<string, string>, schema: SessionSchema | null, isReplica: boolean): string {
  const path = (schemaName: string) => `set search_path = ${pg.escapeIdentifier(schemaName)}, pg_temp`;
  // Tables of other schemas, and temporary tables, are never used in place of those of the gateway.
  const determined = `select set_config('search_path', quote_ident(current_schema()) || ', pg_temp', false)
    where current_schema() is not null`;
  const isDetermining = schema?.name === null && !isReplica;
  const shown = Object.keys(settings).map((name) => `'${name}', current_setting('${name}', true)`);
  return [
    'begin isolation level read committed',
    ...Object.entries(settings).map(assignment),
    // Without this, a commit that the server has acknowledged could be lost when the server crashes.
    `select set_config('synchronous_commit', 'local', false) where current_setting('synchronous_commit') = 'off'`,
    ...(isDetermining ? [determined] : schema?.name == null ? [] : [path(schema.name)]),
    `select json_build_object(
      'encoding', current_setting('server_encoding'), 'version', current_setting('server_version_num')::int,
      'is_in_recovery', pg_is_in_recovery(), 'process_id', pg_backend_pid(), 'database', current_database(),
      'user', current_user, 'schema', current_schema(),
      'replication_role', current_setting('session_replication_role'),
      'settings', json_build_object(${shown.join(', ')})) as facts`,
    'commit',
  ].join('; ');
}

async function factsOf(
  client: pg.ClientBase,
  text: string,
  { connectionTimeoutMillis }: pg.ClientConfig,
): Promise<SessionFacts> {
  // Several statements have several results. The last but one selects the facts.
  const results: unknown = await client.query({ text, query_timeout: connectionTimeoutMillis } as pg.QueryConfig);
  const facts = (results as pg.QueryResult<{ facts: SessionFacts }>[]).at(-2)?.rows[0]?.facts;
  if (facts === undefined) throw new UnsuitableSession('The server returned no settings.');
  return facts;
}

/** The reason why the server or the database cannot be used, with its remedy. Null if there is none. */
function reasonAgainst(facts: SessionFacts, isReplica: boolean): string | null {
  const database = pg.escapeIdentifier(facts.database);
  const user = pg.escapeIdentifier(facts.user);
  if (facts.version < minVersion * 10_000) {
    return `The server has PostgreSQL ${Math.floor(facts.version / 10_000)}. It must have version ${minVersion} or later.`;
  }
  if (facts.encoding !== 'UTF8') {
    return `The encoding of the database (server_encoding) is ${facts.encoding}. It must be UTF8: create database ${database} encoding 'UTF8' template template0.`;
  }
  if (!isReplica && facts.is_in_recovery) {
    return 'The server is a replica (pg_is_in_recovery). It must be the primary: name the primary in the URL, or promote the server with select pg_promote().';
  }
  if (facts.replication_role !== 'origin') {
    return `session_replication_role is ${facts.replication_role}, which disables foreign keys. It must be origin: alter role ${user} reset session_replication_role.`;
  }
  return null;
}

function missingSchema({ user, database }: SessionFacts): UnsuitableSession {
  const name = pg.escapeIdentifier(user);
  return new UnsuitableSession(
    `The search_path contains no schema that exists and that the user ${user} can use. Create one: create schema gateway authorization ${name}; alter role ${name} in database ${pg.escapeIdentifier(database)} set search_path = gateway.`,
  );
}

export function sessionsOf(url: string, options: SessionOptions): Sessions {
  const { schema, isReplica = false } = options;
  const settings = settingsOf(options);
  const configuration: pg.ClientConfig = {
    connectionString: url,
    fallback_application_name: 'obp-customer-gateway',
    connectionTimeoutMillis: connectTimeout,
    keepAlive: true,
    keepAliveInitialDelayMillis: keepAliveDelay,
    ...options.connection,
  };
  const processIds = new WeakMap<pg.ClientBase, number>();
  let isPoolerChecked = false;

  async function prepare(client: pg.ClientBase): Promise<void> {
    const facts = await factsOf(client, preparation(settings, schema, isReplica), configuration);
    const reason = reasonAgainst(facts, isReplica);
    if (reason !== null) throw new UnsuitableSession(reason);
    for (const [name, value] of Object.entries(settings)) {
      const shown = facts.settings[name] ?? null;
      const isMissing = shown === null && laterSettings.has(name);
      if (shown !== value && !isMissing) {
        throw new UnsuitableSession(`${name} is ${shown}, although the session has set it to ${value}.`);
      }
    }
    await prepareSchema(client, facts);
    await checkPooler(client, facts);
    processIds.set(client, facts.process_id);
  }

  async function checkPooler(client: pg.ClientBase, facts: SessionFacts): Promise<void> {
    // A pooler has a process ID of its own.
    const { processID } = client as unknown as { processID: number };
    if (isPoolerChecked || facts.process_id === processID) return;
    const isOfTransactions = await poolsTransactions(client, configuration);
    if (isOfTransactions === true) {
      throw new UnsuitableSession(
        'A pooler assigns server connections to transactions, so that sessions lose their settings and prepared statements. It must assign them to sessions: pool_mode = session.',
      );
    }
    isPoolerChecked = isOfTransactions !== null;
  }

  async function prepareSchema(client: pg.ClientBase, facts: SessionFacts): Promise<void> {
    if (schema === null || (schema.name === null && isReplica)) return;
    if (facts.schema === null) throw missingSchema(facts);
    schema.name ??= facts.schema;
    // Another connection has determined the schema in the meantime.
    if (facts.schema === schema.name) return;
    await factsOf(client, preparation(settings, schema, isReplica), configuration);
  }

  return {
    configuration,
    prepare,
    processIdOf: (client) => processIds.get(client) ?? 0,
    async open() {
      const client = new pg.Client(configuration);
      // The statement that runs on a lost connection, or the next one, fails.
      client.on('error', () => undefined);
      await client.connect();
      try {
        await prepare(client);
      } catch (error) {
        await client.end();
        throw error;
      }
      return client;
    },
  };
}
