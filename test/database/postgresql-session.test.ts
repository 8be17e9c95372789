/** Servers, databases, roles, URLs, and poolers with settings of their own. */
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { sql } from 'drizzle-orm';
import pg from 'pg';
import { afterEach, describe, expect, test } from 'vitest';
import { failureLine } from '../../src/cli/failure-line.ts';
import { openDatabase } from '../../src/database/open-database.ts';
import { bank } from '../../src/domain/bank/bank.table.ts';
import { verifyTrail } from '../support/audit-world.ts';
import {
  createDatabaseUrl,
  createMigratedDatabaseUrl,
  dialectUnderTest,
  type TestDatabase,
} from '../support/database-url.ts';
import { type Gateway, startGateway } from '../support/gateway.ts';
import { hasPgbouncer, type Pgbouncer, startPgbouncer } from '../support/pgbouncer.ts';
import { startPostgresqlCluster } from '../support/postgresql-cluster.ts';
import { insertCustomer, insertCustomerAddress } from '../support/rows.ts';

const bankId = 'gh.29.uk';

/** Each differs from what the gateway needs. */
const otherSettings = {
  TimeZone: 'Asia/Kolkata',
  DateStyle: 'German, DMY',
  IntervalStyle: 'iso_8601',
  client_encoding: 'LATIN1',
  bytea_output: 'escape',
  extra_float_digits: '-15',
  standard_conforming_strings: 'off',
  default_transaction_isolation: 'serializable',
  statement_timeout: '10s',
  lock_timeout: '1ms',
  idle_session_timeout: '10s',
  transaction_timeout: '20s',
  gin_fuzzy_search_limit: '1',
  row_security: 'on',
  synchronous_commit: 'off',
};

async function execute(url: string, ...statements: string[]): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    let rows: Record<string, unknown>[] = [];
    for (const statement of statements) ({ rows } = await client.query(statement));
    return rows;
  } finally {
    await client.end();
  }
}

const nameOf = (url: string) => new URL(url).pathname.slice(1);

function withOptions(url: string, settings: Record<string, string>): string {
  const changed = new URL(url);
  const options = Object.entries(settings).map(([name, value]) => `-c ${name}=${value.replaceAll(' ', '\\ ')}`);
  changed.searchParams.set('options', options.join(' '));
  // The driver decodes `%20`, but not `+`.
  return changed.href.replaceAll('+', '%20');
}

const cleanUps: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

async function newDatabase(create: () => Promise<TestDatabase>): Promise<string> {
  const { url, drop } = await create();
  cleanUps.push(drop);
  return url;
}

/** Creates a user with a password, and returns the URL of the user. */
async function newRole(url: string, attributes = ''): Promise<{ role: string; url: string }> {
  const role = `role_${randomBytes(6).toString('hex')}`;
  await execute(url, `create role ${role} login password 'secret' ${attributes}`);
  const server = new URL(url);
  server.pathname = '/postgres';
  cleanUps.push(() => execute(server.href, `drop role ${role}`));
  const ofRole = new URL(url);
  ofRole.username = role;
  ofRole.password = 'secret';
  return { role, url: ofRole.href };
}

/** Opens the database, and returns its failure in one line. */
async function failureOf(url: string, ownerUrl?: string): Promise<string> {
  try {
    await (await openDatabase(url, ownerUrl === undefined ? {} : { ownerUrl })).close();
    return 'no failure';
  } catch (error) {
    return failureLine(error);
  }
}

/** Reads and writes through the gateway, and checks that times are those that were written, in all representations. */
async function expectToWork(gateway: Gateway): Promise<void> {
  const createdAt = new Date('0099-03-28T01:30:00.123Z');
  await gateway.createBank(bankId);
  const { id: customerId } = await insertCustomer(gateway.database, {
    bankId,
    legalName: 'Zoë Müller 漢字',
    createdAt,
  });
  await insertCustomerAddress(gateway.database, { bankId, customerId, insertDate: createdAt });
  const clerk = await gateway.createUser({
    roles: [
      ['CanGetCustomer', bankId],
      ['CanGetCustomerAddress', bankId],
      ['CanUpdateCustomerBranch', bankId],
      ['CanCreateCustomerAddress', bankId],
    ],
  });
  const of = `bankId: "${bankId}", customerId: "${customerId}"`;

  const read = `{ customer(${of}) { legalName createdAt addresses { insertDate } } }`;
  const { data, errors } = await gateway.query(clerk.token, read);
  expect(errors).toEqual([]);
  const shown = createdAt.toISOString();
  expect(data?.customer).toEqual({
    legalName: 'Zoë Müller 漢字',
    createdAt: shown,
    addresses: [{ insertDate: shown }],
  });

  const writes = Array.from({ length: 8 }, (_, index) =>
    gateway.query(
      clerk.token,
      `mutation { updateCustomerBranch(${of}, input: { branchId: "${index}" }) { customer { branchId updatedAt } } }`,
    ),
  );
  for (const answer of await Promise.all(writes)) expect(answer.errors).toEqual([]);

  const [stored] = await execute(
    gateway.config.databaseUrl,
    `select extract(epoch from c.created_at) = ${createdAt.getTime() / 1000} as is_exact,
      abs(extract(epoch from now() - c.updated_at)) < 600 as is_now,
      (select bool_and(abs(extract(epoch from now() - at)) < 600) from audit_event) as is_recorded_now
    from customer c where id = '${customerId}'`,
  );
  expect(stored).toEqual({ is_exact: true, is_now: true, is_recorded_now: true });

  const setting = (name: string) => sql<string>`current_setting(${name})`;
  const sessions = await gateway.database.transaction(async (transaction) =>
    transaction
      .select({
        isolation: setting('transaction_isolation'),
        statementTimeout: setting('statement_timeout'),
        lockTimeout: setting('lock_timeout'),
        idleTimeout: setting('idle_session_timeout'),
        transactionTimeout: setting('transaction_timeout'),
        fuzzyLimit: setting('gin_fuzzy_search_limit'),
        rowSecurity: setting('row_security'),
        commit: setting('synchronous_commit'),
      })
      .from(bank),
  );
  expect(sessions[0]).toMatchObject({
    isolation: 'read committed',
    statementTimeout: '10min',
    lockTimeout: '10s',
    idleTimeout: '0',
    transactionTimeout: '0',
    fuzzyLimit: '0',
    rowSecurity: 'off',
    commit: 'local',
  });

  const { counts, findings } = await verifyTrail(gateway.database, { secret: gateway.config.secret });
  expect(findings).toEqual([]);
  expect(counts.events).toBeGreaterThan(8);
}

async function expectGatewayToWork(prepareDatabase: (url: string) => Promise<string>): Promise<void> {
  const gateway = await startGateway({ prepareDatabase });
  try {
    await expectToWork(gateway);
  } finally {
    await gateway.stop();
  }
}

const own = 'gateway tables';

/** Moves the tables of a migrated database to the schema `own`, and creates an empty decoy of each table in `public`. */
async function moveToOwnSchema(url: string): Promise<void> {
  const tables = await execute(url, "select tablename from pg_tables where schemaname = 'public'");
  await execute(
    url,
    `alter schema public rename to "${own}"`,
    'create schema public',
    'grant usage on schema public to public',
    ...tables.map(({ tablename }) => `create table public."${tablename}" (decoy int)`),
  );
}

if (dialectUnderTest === 'sqlite') {
  test('an SQLite database has no settings of a server', async () => {
    const { url, drop } = await createMigratedDatabaseUrl();
    const database = await openDatabase(url);
    expect(await database.read.select().from(bank)).toEqual([]);
    await database.close();
    await drop();
  });
} else {
  describe('a gateway reads and writes the same values', () => {
    test('whatever settings the database has', () =>
      expectGatewayToWork(async (url) => {
        const database = nameOf(url);
        await execute(
          url,
          ...Object.entries(otherSettings).map(
            ([name, value]) => `alter database ${database} set ${name} = '${value}'`,
          ),
        );
        return url;
      }));

    test('whatever settings the role has', () =>
      expectGatewayToWork(async (url) => {
        const { role, url: ofRole } = await newRole(url, 'superuser');
        await execute(
          url,
          ...Object.entries(otherSettings).map(([name, value]) => `alter role ${role} set ${name} = '${value}'`),
        );
        return ofRole;
      }));

    test('whatever settings the URL has', () =>
      expectGatewayToWork(async (url) => withOptions(url, { ...otherSettings, search_path: 'public' })));

    test.each(['America/Sao_Paulo', 'Pacific/Apia'])('in a database with the time zone %s', (zone) =>
      expectGatewayToWork(async (url) => {
        await execute(url, `alter database ${nameOf(url)} set timezone = '${zone}'`);
        return url;
      }),
    );
  });

  describe('the schema', () => {
    test.each([
      ['the URL', async (url: string) => withOptions(url, { search_path: `"${own}"` })],
      [
        'the database',
        async (url: string) => {
          await execute(url, `alter database ${nameOf(url)} set search_path = "missing", "${own}", public`);
          return url;
        },
      ],
      [
        'the role',
        async (url: string) => {
          const { role, url: ofRole } = await newRole(url, 'superuser');
          await execute(url, `alter role ${role} set search_path = "${own}", public`);
          return ofRole;
        },
      ],
    ])('is the first of the search_path that %s has', async (_, choose) => {
      await expectGatewayToWork(async (url) => {
        await moveToOwnSchema(url);
        return choose(url);
      });
    });

    test('is the same on connections that open after the search_path was changed', async () => {
      const url = await newDatabase(createMigratedDatabaseUrl);
      const database = await openDatabase(url);
      await execute(
        url,
        'create schema other',
        'create table other.bank (decoy int)',
        `alter database ${nameOf(url)} set search_path = other`,
        `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`,
      );
      const reads = Array.from({ length: 5 }, () =>
        database.transaction(async (transaction) => transaction.select().from(bank)),
      );
      expect(await Promise.all(reads)).toEqual([[], [], [], [], []]);
      await database.close();
    });

    test('can be another one than that of pg_trgm', async () => {
      const url = await newDatabase(createDatabaseUrl);
      await execute(
        url,
        'create schema extensions',
        'create extension pg_trgm schema extensions',
        'create schema tables',
        'create table extensions.migration (decoy int)',
        `alter database ${nameOf(url)} set search_path = tables`,
      );
      expect(await failureOf(url)).toBe('no failure');
      const [count] = await execute(url, 'select count(*)::int as migrations from tables.migration');
      expect(count?.migrations).toBeGreaterThan(10);
    });

    test('is that of the owner, who lets the user of the gateway use it', async () => {
      const url = await newDatabase(createDatabaseUrl);
      const [owner, gateway] = [await newRole(url), await newRole(url)];
      await execute(
        url,
        `create schema tables authorization ${owner.role}`,
        'create extension pg_trgm',
        `alter role ${owner.role} set search_path = tables, public`,
        `alter role ${gateway.role} set search_path = tables, public`,
      );
      expect(await failureOf(gateway.url, owner.url)).toBe('no failure');
      expect(await failureOf(gateway.url)).toBe('no failure');

      await execute(url, `alter role ${gateway.role} set search_path = public`);
      expect(await failureOf(gateway.url, owner.url)).toMatch(/must refer to the same database and schema/);
      cleanUps.push(() => execute(url, `drop owned by ${gateway.role}, ${owner.role} cascade`));
    });

    test('must exist', async () => {
      const url = await newDatabase(createDatabaseUrl);
      await execute(url, `alter database ${nameOf(url)} set search_path = missing`);
      expect(await failureOf(url)).toMatch(/search_path contains no schema that exists.*: create schema gateway/);
    });
  });

  describe('a database is refused, with a remedy', () => {
    test.each(['SQL_ASCII', 'LATIN1'])('if its encoding is %s', async (encoding) => {
      const url = await newDatabase(createDatabaseUrl);
      const name = `${nameOf(url)}_${encoding.toLowerCase()}`;
      await execute(
        url,
        `create database ${name} encoding '${encoding}' locale_provider libc locale 'C' template template0`,
      );
      cleanUps.push(() => execute(url, `drop database ${name} with (force)`));
      const other = new URL(url);
      other.pathname = `/${name}`;
      expect(await failureOf(other.href)).toBe(
        `The database of DATABASE_URL (${other.host}/${name}) cannot be opened: The encoding of the database (server_encoding) is ${encoding}. It must be UTF8: create database "${name}" encoding 'UTF8' template template0.`,
      );
    });

    test('if foreign keys are disabled', async () => {
      const url = await newDatabase(createMigratedDatabaseUrl);
      await execute(url, `alter database ${nameOf(url)} set session_replication_role = replica`);
      expect(await failureOf(url)).toMatch(/must be origin: alter role .* reset session_replication_role/);
    });

    test('if the server is a replica, whose settings the gateway can override otherwise', async () => {
      const cluster = await startPostgresqlCluster([{ default_transaction_isolation: 'serializable' }]);
      cleanUps.push(() => cluster.stop());
      expect(await failureOf(cluster.primary.url)).toBe('no failure');
      expect(await failureOf(cluster.replicas[0]?.url ?? '')).toMatch(
        /The server is a replica .* name the primary in the URL/,
      );
    });
  });

  describe('PgBouncer', () => {
    if (!hasPgbouncer) {
      test('was not run, because it is not installed', () => {
        process.stderr.write('The tests with PgBouncer were not run: install the package pgbouncer to run them.\n');
        expect(hasPgbouncer).toBe(false);
      });
      return;
    }

    async function pooled(url: string, settings: Record<string, string | number>): Promise<string> {
      const pooler: Pgbouncer = await startPgbouncer(url, settings);
      cleanUps.push(() => pooler.stop());
      return pooler.url;
    }

    test('can assign server connections to sessions', () =>
      expectGatewayToWork(async (url) => {
        const database = nameOf(url);
        await execute(
          url,
          `alter database ${database} set timezone = 'Asia/Kolkata'`,
          `alter database ${database} set default_transaction_isolation = 'serializable'`,
        );
        return pooled(url, { pool_mode: 'session' });
      }));

    test('can assign server connections to sessions without resetting them', () =>
      expectGatewayToWork((url) => pooled(url, { pool_mode: 'session', server_reset_query: '' })));

    test.each(['transaction', 'statement'])('must not assign server connections to each %s', async (mode) => {
      const url = await newDatabase(createMigratedDatabaseUrl);
      const through = await pooled(url, { pool_mode: mode });
      expect(await failureOf(through)).toMatch(/A pooler assigns server connections .*: pool_mode = session\./);
    });

    test('must not assign server connections to transactions if it has only one', async () => {
      const url = await newDatabase(createMigratedDatabaseUrl);
      const through = await pooled(url, { pool_mode: 'transaction', default_pool_size: 1 });
      expect(await failureOf(through)).toMatch(/A pooler assigns server connections/);
    });
  });

  test('all settings that the gateway relies on are documented', async () => {
    const text = await readFile(new URL('../../docs/operations.md', import.meta.url), 'utf8');
    for (const name of ['search_path', 'server_encoding', 'pool_mode', 'synchronous_commit'])
      expect(text).toContain(name);
  });
}
