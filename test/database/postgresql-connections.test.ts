/** Connections that go silent, servers with few connections, slow statements, and locked tables. */
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { eq, sql } from 'drizzle-orm';
import pg from 'pg';
import { afterEach, describe, expect, inject, test, vi } from 'vitest';
import type { Database } from '../../src/database/database.ts';
import { withDeadline } from '../../src/database/deadline.ts';
import { statement } from '../../src/database/statement.ts';
import { bank } from '../../src/domain/bank/bank.table.ts';
import { createDatabaseUrl, dialectUnderTest } from '../support/database-url.ts';
import { type Gateway, type GatewayOptions, startGateway, type TestUser } from '../support/gateway.ts';
import { insertCustomer } from '../support/rows.ts';
import { startTcpProxy } from '../support/tcp-proxy.ts';

const bankId = 'gh.29.uk';

const cleanUps: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

interface World {
  gateway: Gateway;
  clerk: TestUser;
  customerId: string;
  /** The database without any proxy, as its superuser. */
  url: string;
  /** Sends a request, and returns the keys of its errors. */
  send(document: string, signal?: AbortSignal): Promise<string[]>;
}

async function startWorld(options: GatewayOptions = {}): Promise<World> {
  let url = '';
  const gateway = await startGateway({
    ...options,
    environment: {
      GATEWAY_OPERATION_TIMEOUT: '8s',
      GATEWAY_MAX_CONNECTIONS_PER_ADDRESS: '1000',
      ...options.environment,
    },
    async prepareDatabase(created) {
      url = created;
      return (await options.prepareDatabase?.(created)) ?? created;
    },
  });
  cleanUps.push(() => gateway.stop());
  await gateway.createBank(bankId);
  const { id: customerId } = await insertCustomer(gateway.database, { bankId });
  const clerk = await gateway.createUser({
    roles: [
      ['CanGetCustomer', bankId],
      ['CanGetCustomerAddress', bankId],
      ['CanCreateCustomerAddress', bankId],
      ['CanUpdateCustomerBranch', bankId],
    ],
  });
  return {
    gateway,
    clerk,
    customerId,
    url,
    async send(query, signal) {
      const response = await fetch(`${gateway.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${clerk.token}` },
        body: JSON.stringify({ query }),
        ...(signal === undefined ? {} : { signal }),
      });
      const { errors = [] } = (await response.json()) as { errors?: { extensions: { key: string } }[] };
      return errors.map(({ extensions }) => extensions.key);
    },
  };
}

const me = '{ me { username } }';
const customerOf = ({ customerId }: World) => `bankId: "${bankId}", customerId: "${customerId}"`;
const readAddresses = (world: World) => `{ customer(${customerOf(world)}) { addresses { id } } }`;
const readCustomer = (world: World) => `{ customer(${customerOf(world)}) { legalName branchId } }`;
const writeAddress = (world: World) => `mutation { createCustomerAddress(${customerOf(world)},
  input: { line1: "1", city: "Berlin", postcode: "13359", countryCode: "DE" }) { customerAddress { id } } }`;
const writeBranch = (world: World) =>
  `mutation { updateCustomerBranch(${customerOf(world)}, input: { branchId: "b" }) { customer { branchId } } }`;

async function connected(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  return client;
}

async function execute(url: string, text: string): Promise<void> {
  const client = await connected(url);
  await client.query(text);
  await client.end();
}

/** The number of statements that clients of the database run, and whose text matches the pattern. */
async function running(client: pg.Client, pattern: string): Promise<number> {
  const { rows } = await client.query(
    `select 1 from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()
      and state = 'active' and query ~ $1`,
    [pattern],
  );
  return rows.length;
}

async function allOf(count: number, send: (index: number) => Promise<string[]>): Promise<string[]> {
  return (await Promise.all(Array.from({ length: count }, (_, index) => send(index)))).flat();
}

/** Sends requests one after the other until it is stopped. */
function repeatedly(clients: number, send: (index: number) => Promise<string[]>): { stop(): Promise<void> } {
  let isStopped = false;
  const loops = Array.from({ length: clients }, async (_, index) => {
    for (let round = 0; !isStopped; round += 1) {
      await send(index + round * clients).catch(() => undefined);
      await sleep(5);
    }
  });
  return {
    async stop() {
      isStopped = true;
      await Promise.all(loops);
    },
  };
}

if (dialectUnderTest === 'sqlite') {
  test('an SQLite database has no connections', async () => {
    const { url, drop } = await createDatabaseUrl();
    expect(url).toMatch(/^file:/);
    await drop();
  });
} else {
  describe('connections that go silent', () => {
    test('are replaced, whether they are idle or in use', async () => {
      let proxy: Awaited<ReturnType<typeof startTcpProxy>> | undefined;
      const world = await startWorld({
        async prepareDatabase(url) {
          proxy = await startTcpProxy(url);
          cleanUps.push(proxy.stop);
          return proxy.url;
        },
      });
      expect(await allOf(30, () => world.send(readAddresses(world)))).toEqual([]);
      expect(proxy?.openConnections()).toBeGreaterThan(3);

      proxy?.silence();
      const begun = performance.now();
      // The first requests get silent connections.
      const failures = await allOf(4, () => world.send(me));
      for (const key of failures)
        expect(key).toMatch(/^(SERVICE_UNAVAILABLE|AUDIT_UNAVAILABLE|OPERATION_TIMED_OUT|OBP-50000)$/);
      expect(performance.now() - begun).toBeLessThan(8_000);
      // The others are not tried any more, neither by reads nor by transactions.
      expect(await allOf(30, () => world.send(readAddresses(world)))).toEqual([]);
      expect(await allOf(10, () => world.send(writeBranch(world)))).toEqual([]);
    });
  });

  describe('a server with few connections', () => {
    /** Lets the gateway connect as a user with a limited number of connections. */
    async function startLimited(limit: number): Promise<World & { setLimit(limit: number): Promise<void> }> {
      const role = `role_${randomBytes(6).toString('hex')}`;
      const server = inject('databaseUrl') ?? '';
      await execute(server, `create role ${role} login password 'secret' connection limit ${limit}`);
      cleanUps.push(() => execute(server, `drop role ${role}`));
      const world = await startWorld({
        async prepareDatabase(url) {
          for (const objects of ['tables', 'sequences']) {
            await execute(url, `grant all on all ${objects} in schema public to ${role}`);
          }
          const limited = new URL(url);
          limited.username = role;
          limited.password = 'secret';
          return limited.href;
        },
      });
      return { ...world, setLimit: (newLimit) => execute(server, `alter role ${role} connection limit ${newLimit}`) };
    }

    async function connectionsOf(world: World): Promise<number> {
      const client = await connected(world.url);
      const { rows } = await client.query(
        "select count(*)::int as count from pg_stat_activity where datname = current_database() and usename like 'role_%'",
      );
      await client.end();
      return rows[0].count;
    }

    test('serves all requests with those, and more connections once it has them', async () => {
      const world = await startLimited(2);
      const mixed = (index: number) =>
        world.send([me, readAddresses(world), writeBranch(world), readCustomer(world)][index % 4] ?? me);
      expect(await allOf(120, mixed)).toEqual([]);
      expect(await connectionsOf(world)).toBeLessThanOrEqual(2);

      await world.setLimit(-1);
      await vi.waitFor(
        async () => {
          expect(await allOf(60, mixed)).toEqual([]);
          expect(await connectionsOf(world)).toBeGreaterThan(5);
        },
        { timeout: 30_000, interval: 100 },
      );
    });

    test('delays requests while it has none', async () => {
      const world = await startLimited(5);
      await world.setLimit(0);
      await execute(world.url, "select pg_terminate_backend(pid) from pg_stat_activity where usename like 'role_%'");
      // Until the gateway has learned that its connections are lost, it would use them.
      await vi.waitFor(async () => expect(await connectionsOf(world)).toBe(0), { timeout: 10_000 });
      const answer = world.send(me);
      await sleep(500);
      await world.setLimit(5);
      expect(await answer).toEqual([]);
    });
  });

  describe('slow statements', () => {
    /** Makes every statement that reads CRM events run for as long as they have seconds. */
    async function slowCrmEvents(world: World, seconds: number): Promise<void> {
      const client = await connected(world.url);
      await client.query('alter table crm_event rename to crm_event_rows');
      await client.query(
        `create view crm_event as select * from crm_event_rows where (select pg_sleep(${seconds})::text) is not null`,
      );
      await client.end();
    }

    test('delay no requests that do not need them, and are stopped at the deadline', async () => {
      const world = await startWorld({ environment: { GATEWAY_OPERATION_TIMEOUT: '4s' } });
      const officer = await world.gateway.createUser({ roles: [['CanGetCrmEvents', bankId]] });
      await slowCrmEvents(world, 60);
      const slow = `{ crmEvents(bankId: "${bankId}") { nodes { id } } }`;
      const observer = await connected(world.url);
      cleanUps.push(() => observer.end());

      const slowAnswers = Array.from({ length: 30 }, () => world.gateway.query(officer.token, slow));
      await vi.waitFor(async () => expect(await running(observer, 'crm_event')).toBeGreaterThan(3), {
        timeout: 10_000,
      });
      const latencies: number[] = [];
      for (let count = 0; count < 10; count += 1) {
        const begun = performance.now();
        expect(await world.send([me, readAddresses(world), writeBranch(world)][count % 3] ?? me)).toEqual([]);
        latencies.push(performance.now() - begun);
      }
      // The first one might have waited until the slow statements counted as slow.
      expect(Math.max(...latencies.slice(1))).toBeLessThan(2_000);

      for (const { errors } of await Promise.all(slowAnswers)) {
        expect(errors.map(({ extensions }) => extensions.key)).toEqual(['OPERATION_TIMED_OUT']);
      }
      await vi.waitFor(async () => expect(await running(observer, 'crm_event')).toBe(0), { timeout: 3_000 });
      expect(world.gateway.logged.filter(({ msg }) => msg === 'unexpected error')).toEqual([]);
    });

    test('are stopped when their client disconnects', async () => {
      const world = await startWorld({ environment: { GATEWAY_OPERATION_TIMEOUT: '1m' } });
      await slowCrmEvents(world, 60);
      const officer = await world.gateway.createUser({ roles: [['CanGetCrmEvents', bankId]] });
      const observer = await connected(world.url);
      cleanUps.push(() => observer.end());
      const client = new AbortController();
      const answer = fetch(`${world.gateway.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${officer.token}` },
        body: JSON.stringify({ query: `{ crmEvents(bankId: "${bankId}") { nodes { id } } }` }),
        signal: client.signal,
      }).catch(() => null);
      await vi.waitFor(async () => expect(await running(observer, 'crm_event')).toBe(1), { timeout: 10_000 });
      client.abort();
      expect(await answer).toBeNull();
      await vi.waitFor(async () => expect(await running(observer, 'crm_event')).toBe(0), { timeout: 10_000 });
    });
  });

  describe('a locked table', () => {
    test.each(['customer_address', 'customer'])('delays only the requests that need %s', async (table) => {
      const world = await startWorld();
      const { gateway } = world;
      // The row of the other customer is locked by those who wait to write an address.
      const another = { ...world, customerId: (await insertCustomer(gateway.database, { bankId })).id };
      const roles = [
        ['CanGetCustomers', bankId],
        ['CanGetCustomerAddress', bankId],
      ] as const;
      const reader = await gateway.createUser({ roles });
      const locking = await connected(world.url);
      cleanUps.push(() => locking.end());
      const listCustomers = async (filter: string) => {
        const { errors } = await gateway.query(
          reader.token,
          `{ customers(bankId: "${bankId}", ${filter}) { nodes { id addresses { id } } } }`,
        );
        return errors.map(({ extensions }) => String(extensions.key));
      };
      // Statements of several kinds: alone, combined, and in transactions.
      const needing = [
        () => world.send(readAddresses(world)),
        () => world.send(writeAddress(world)),
        () => listCustomers('sortBy: CREATED'),
        () => listCustomers('filter: { legalNameStartsWith: "a" }'),
        () => listCustomers('filter: { branchId: "1" }'),
      ];
      const others = [
        () => world.send(me),
        () => world.send('{ banks { id } }'),
        ...(table === 'customer'
          ? []
          : [() => world.send(readCustomer(world)), () => world.send(writeBranch(another))]),
      ];
      const keys = await Promise.all([...needing, ...others].map((send) => send()));
      expect(keys.flat()).toEqual([]);

      await locking.query(`begin; lock table ${table} in access exclusive mode`);
      const load = repeatedly(30, (index) => needing[index % needing.length]?.() ?? Promise.resolve([]));
      cleanUps.push(load.stop);
      const latencies: number[] = [];
      for (let count = 0; count < 24; count += 1) {
        const begun = performance.now();
        expect(await others[count % others.length]?.()).toEqual([]);
        latencies.push(performance.now() - begun);
      }
      // The first ones wait until the others are known to be slow.
      expect(Math.max(...latencies.slice(4))).toBeLessThan(4_000);

      await locking.query('rollback');
      await load.stop();
      for (const send of needing) expect(await send()).toEqual([]);
    });
  });

  test('prepared statements continue to work after an operator has changed the type of a column', async () => {
    const world = await startWorld({ environment: { GATEWAY_OPERATION_TIMEOUT: '1m' } });
    const send = (index: number) => world.send(index % 2 === 0 ? readAddresses(world) : writeAddress(world));
    expect(await allOf(30, send)).toEqual([]);
    await execute(world.url, 'alter table customer_address alter column line_1 type varchar(2000)');
    expect(await allOf(30, send)).toEqual([]);
    await execute(world.url, 'alter table customer_address alter column line_1 type text');
    for (let index = 0; index < 4; index += 1) expect(await send(index)).toEqual([]);
  });

  test('a write that an administrator cancels fails as a whole, and is not sent again', async () => {
    const world = await startWorld({ environment: { GATEWAY_OPERATION_TIMEOUT: '5m' } });
    const [locking, observer] = [await connected(world.url), await connected(world.url)];
    cleanUps.push(
      () => locking.end(),
      () => observer.end(),
    );
    await locking.query('begin; lock table customer_address in exclusive mode');
    const answer = world.send(writeAddress(world));
    const insert = 'insert into "customer_address"';
    await vi.waitFor(async () => expect(await running(observer, insert)).toBe(1), { timeout: 30_000 });
    await observer.query(
      "select pg_cancel_backend(pid) from pg_stat_activity where state = 'active' and query like $1",
      [`${insert}%`],
    );
    expect(await answer).toEqual(['SERVICE_UNAVAILABLE']);
    await locking.query('commit');
    const { rows } = await observer.query('select from customer_address');
    expect(rows).toEqual([]);
    expect(await world.send(writeAddress(world))).toEqual([]);
  });

  describe('a read', () => {
    const sleeping = statement((queries) =>
      queries
        .select({ slept: sql<string>`pg_sleep(0.8)::text` })
        .from(bank)
        .where(eq(bank.id, sql.placeholder('id'))),
    );
    const other = statement((queries) =>
      queries
        .select({ id: bank.id })
        .from(bank)
        .where(eq(bank.id, sql.placeholder('id'))),
    );

    test('is not stopped while another operation waits for a statement that was sent with it', async () => {
      const { gateway } = await startWorld();
      const first = new AbortController();
      const second = new AbortController();
      const reads = [
        withDeadline(first.signal, () => other(gateway.database, { id: bankId })),
        withDeadline(second.signal, () => sleeping(gateway.database, { id: bankId })),
      ];
      setTimeout(() => first.abort(new Error('late')), 100);
      expect(await Promise.allSettled(reads)).toMatchObject([{ status: 'fulfilled' }, { status: 'fulfilled' }]);
    });

    const slept = sql<string>`pg_sleep(60)::text`;
    const nested = statement((queries) => queries.select({ bank, of: { slept } }).from(bank));

    test.each<[string, (database: Database) => PromiseLike<unknown>]>([
      ['that is built for one use', ({ read }) => read.select({ slept }).from(bank)],
      ['whose rows contain objects', (database) => nested(database)],
    ])('%s is stopped at its deadline', async (_description, read) => {
      const { gateway, url } = await startWorld({ environment: { GATEWAY_OPERATION_TIMEOUT: '5m' } });
      const observer = await connected(url);
      cleanUps.push(() => observer.end());
      const deadline = new AbortController();
      const outcome = withDeadline(deadline.signal, async () => read(gateway.database)).then(
        () => 'read',
        () => 'failed',
      );
      await vi.waitFor(async () => expect(await running(observer, 'pg_sleep')).toBe(1), { timeout: 30_000 });
      deadline.abort(new Error('late'));
      expect(await outcome).toBe('failed');
      await vi.waitFor(async () => expect(await running(observer, 'pg_sleep')).toBe(0), { timeout: 30_000 });
    });

    test('fails with the reason of its deadline, and is not sent again', async () => {
      const { gateway, url } = await startWorld();
      const deadline = new AbortController();
      const reads = withDeadline(deadline.signal, () => [
        other(gateway.database, { id: bankId }),
        sleeping(gateway.database, { id: bankId }),
      ]);
      setTimeout(() => deadline.abort(new Error('late')), 100);
      const outcomes = await Promise.allSettled(reads);
      expect(outcomes).toMatchObject([{ reason: { message: 'late' } }, { reason: { message: 'late' } }]);
      const observer = await connected(url);
      expect(await running(observer, 'pg_sleep')).toBe(0);
      await observer.end();
    });
  });
}
