/** Three gateways on a PostgreSQL server with two replicas, one of which lags by five seconds. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'drizzle-orm';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { localProvider } from '../../src/auth/password.ts';
import { openTokens, type Tokens } from '../../src/auth/tokens.ts';
import { type Role, roleScope } from '../../src/base/roles.ts';
import type { Database, ReplicaState } from '../../src/database/database.ts';
import { withDeadline } from '../../src/database/deadline.ts';
import { openDatabase } from '../../src/database/open-database.ts';
import { bank } from '../../src/domain/bank/bank.table.ts';
import { customer } from '../../src/domain/customer/customer.table.ts';
import { user } from '../../src/domain/user/user.table.ts';
import { createDatabaseUrl, dialectUnderTest } from '../support/database-url.ts';
import { insertBank, testEnvironment, testSigningKey } from '../support/gateway.ts';
import { openStream } from '../support/live-stream.ts';
import {
  type PostgresqlCluster,
  type PostgresqlServer,
  startPostgresqlCluster,
} from '../support/postgresql-cluster.ts';
import { buildProgram, startProgram } from '../support/program.ts';
import { insertCustomer, insertEntitlement, insertUserCustomerLink } from '../support/rows.ts';
import { startTcpProxy } from '../support/tcp-proxy.ts';

const bankId = 'gh.29.uk';
const delaySeconds = 5;

interface Answer {
  status: number;
  data: Record<string, unknown> | null;
  errors: { message: string; extensions: { code: string } }[];
}

type Process = Awaited<ReturnType<typeof startProgram>>;

async function query(url: string, token: string | null, document: string): Promise<Answer> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify({ query: document }),
  });
  const body = (await response.json()) as Partial<Answer>;
  return { status: response.status, data: body.data ?? null, errors: body.errors ?? [] };
}

/** Counts the statements in the log of the server that read customers, or what the pattern describes. */
async function readsOf(server: PostgresqlServer, read = 'from "customer" where'): Promise<number> {
  const statements = new RegExp(`execute (?:(?:gateway|shape)_\\d+|<unnamed>): select .* ${read}`, 'g');
  return [...(await server.log()).matchAll(statements)].length;
}

if (dialectUnderTest === 'sqlite') {
  test('an SQLite database has no replicas', async () => {
    const { url, drop } = await createDatabaseUrl();
    const opened = await openDatabase(url, { replicaUrls: ['postgres://replica/gateway'] });
    expect(opened.replicas).toBeNull();
    await opened.close();
    await drop();
  });
} else {
  describe('three gateways with two replicas', () => {
    let cluster: PostgresqlCluster;
    let database: Database;
    let tokens: Tokens;
    let reader: { id: string; token: string };
    let owner: { id: string; token: string };
    /** Both replicas have this customer when `isReplayed` resolves. */
    let customerId: string;
    let linkId: string;
    let isReplayed: Promise<void>;
    let gateways: { url: string; process: Process }[] = [];

    async function newUser(...roles: Role[]): Promise<{ id: string; token: string }> {
      const id = randomUUID();
      const now = new Date();
      await database.transaction(async (transaction) => {
        await transaction.insert(user).values({
          id,
          username: id,
          email: `${id}@example.org`,
          provider: localProvider,
          providerId: id,
          createdAt: now,
          updatedAt: now,
        });
      });
      for (const roleName of roles) {
        const at = roleScope(roleName) === 'bank' ? bankId : null;
        await insertEntitlement(database, { userId: id, roleName, bankId: at });
      }
      return { id, token: (await tokens.sign({ userId: id }, 3600)).token };
    }

    const urlOf = (index: number) => gateways[index % gateways.length]?.url ?? '';
    const replica = (index: number) => {
      const server = cluster.replicas[index];
      if (server === undefined) throw new Error('There is no such replica.');
      return server;
    };
    const usedReplicas = async () => {
      const answers = await Promise.all(gateways.map(async ({ url }) => (await fetch(`${url}/health/ready`)).json()));
      return answers.map((answer) => (answer as { replicas: { used: number } }).replicas.used);
    };
    const branchOf = async (url: string, token: string, customerId: string) => {
      const document = `{ customer(bankId: "${bankId}", customerId: "${customerId}") { branchId } }`;
      const { data, errors } = await query(url, token, document);
      expect(errors).toEqual([]);
      return (data?.customer as { branchId: string | null } | null)?.branchId;
    };
    const changeBranch = async (url: string, token: string, customerId: string, branchId: string) => {
      const of = `bankId: "${bankId}", customerId: "${customerId}", input: { branchId: "${branchId}" }`;
      const { errors } = await query(url, token, `mutation { updateCustomerBranch(${of}) { customer { branchId } } }`);
      expect(errors).toEqual([]);
    };

    beforeAll(async () => {
      const behind = { recovery_min_apply_delay: `${delaySeconds}s` };
      [cluster] = await Promise.all([startPostgresqlCluster([{}, behind], { log_statement: 'all' }), buildProgram()]);
      database = await openDatabase(cluster.primary.url);
      tokens = await openTokens({ key: testSigningKey });
      const now = new Date();
      await database.transaction(async (transaction) => {
        await transaction.insert(bank).values({ id: bankId, createdAt: now, updatedAt: now });
      });
      const environment = {
        ...testEnvironment(cluster.primary.url),
        DATABASE_REPLICA_URLS: cluster.replicas.map(({ url }) => url).join(', '),
      };
      const started = [0, 1, 2].map(() =>
        startProgram(['serve', '--workers', '1'], /"url":"([^"]+)"/, { environment }),
      );
      gateways = (await Promise.all(started)).map((process) => ({ url: process.match[1] ?? '', process }));
      await vi.waitFor(async () => expect(await usedReplicas()).toEqual([2, 2, 2]), { timeout: 20_000, interval: 50 });
      [reader, owner] = [await newUser('CanGetCustomer'), await newUser()];
      customerId = (await insertCustomer(database, { bankId, branchId: 'before' })).id;
      linkId = (await insertUserCustomerLink(database, { bankId, customerId, userId: owner.id })).id;
      isReplayed = sleep(delaySeconds * 1000 + 500);
    });

    afterAll(async () => {
      for (const { process } of gateways) process.program.kill('SIGKILL');
      await database?.close();
      await cluster?.stop();
    });

    test('show a user their own changes of a customer through each gateway, 200 times', async () => {
      const clerk = await newUser('CanUpdateCustomerBranch', 'CanGetCustomer');
      const { id: customerId } = await insertCustomer(database, { bankId });

      for (let round = 0; round < 200; round++) {
        await changeBranch(urlOf(round), clerk.token, customerId, `branch-${round}`);
        // After this time, one of the replicas has the change.
        if (round % 20 === 0) await sleep(250);
        const read = await Promise.all(gateways.map(({ url }) => branchOf(url, clerk.token, customerId)));
        expect(read).toEqual([`branch-${round}`, `branch-${round}`, `branch-${round}`]);
      }
    });

    test('read from the replicas for other users, and not from the primary', async () => {
      const clerk = await newUser('CanUpdateCustomerBranch');
      await isReplayed;
      await changeBranch(urlOf(0), clerk.token, customerId, 'after');
      await sleep(500);
      const read = new Set<string | null | undefined>();
      const readsOfRounds = async () => {
        const servers = [cluster.primary, ...cluster.replicas];
        const before = await Promise.all(servers.map((server) => readsOf(server)));
        for (let round = 0; round < 60; round++) read.add(await branchOf(urlOf(round), reader.token, customerId));
        const after = await Promise.all(servers.map((server) => readsOf(server)));
        return after.map((reads, index) => reads - (before[index] ?? 0));
      };

      // A gateway whose replica answers late under load rightly reads from the primary for some time.
      await vi.waitFor(async () => expect(await readsOfRounds()).toEqual([0, 30, 30]), { timeout: 30_000 });

      // The lagging replica had the old version, so the other tests would fail if it were used for them.
      expect(read).toEqual(new Set(['before', 'after']));
    });

    const lists: { field: string; role: Role; read: string }[] = [
      { field: `customers(bankId: "${bankId}")`, role: 'CanGetCustomers', read: 'from "customer" where' },
      { field: 'users', role: 'CanGetAnyUser', read: 'from "user" order by' },
      {
        field: `auditEvents(bankId: "${bankId}")`,
        role: 'CanGetAuditEvents',
        read: 'from "audit_event" where .* order by',
      },
      {
        field: `entitlementRequests(bankId: "${bankId}")`,
        role: 'CanGetCustomers',
        read: 'from "entitlement_request" where',
      },
      { field: `meetings(bankId: "${bankId}")`, role: 'CanGetMeetings', read: 'from "meeting" where' },
    ];

    test.each(lists)('read $field from the replicas', async ({ field, role, read }) => {
      const clerk = await newUser(role);
      await isReplayed;
      const servers = [cluster.primary, ...cluster.replicas];
      const readCounts = () => Promise.all(servers.map((server) => readsOf(server, read)));
      const before = await readCounts();

      for (let round = 0; round < 6; round++) {
        const { data, errors } = await query(urlOf(round), clerk.token, `{ list: ${field} { nodes { id } } }`);
        expect(errors).toEqual([]);
        expect(data?.list).toMatchObject({ nodes: expect.any(Array) });
      }

      const [atPrimary, ...atReplicas] = (await readCounts()).map((reads, index) => reads - (before[index] ?? 0));
      expect(atPrimary).toBe(0);
      expect(atReplicas).toEqual([3, 3]);
    });

    test('apply the removal of a link at once, for the linked user too', async () => {
      const admin = await newUser('CanDeleteUserCustomerLink');
      await isReplayed;
      const own = `{ myCustomer(customerId: "${customerId}") { id } }`;
      for (const { url } of gateways) expect((await query(url, owner.token, own)).errors).toEqual([]);

      const removal = `mutation { deleteUserCustomerLink(bankId: "${bankId}", id: "${linkId}") { userCustomerLink { id } } }`;
      expect((await query(urlOf(0), admin.token, removal)).errors).toEqual([]);

      for (let round = 0; round < 12; round++) {
        const { data } = await query(urlOf(round), owner.token, own);
        expect(data).toEqual({ myCustomer: null });
      }
    });

    test('authenticate a user who was just created', async () => {
      const username = `new${randomUUID().replaceAll('-', '')}`;
      const input = `{ username: "${username}", email: "${username}@example.org", firstName: "A", lastName: "B", password: "long enough, and secret" }`;
      const created = await query(urlOf(0), null, `mutation { createUser(input: ${input}) { token } }`);
      expect(created.errors).toEqual([]);
      const { token } = (created.data?.createUser ?? {}) as { token?: string };
      for (let round = 0; round < 6; round++) {
        expect(await query(urlOf(round), token ?? null, '{ me { username } }')).toMatchObject({
          data: { me: { username } },
        });
      }
    });

    test('stream each change with the data after it, and read a resumed stream from a replica', async () => {
      const clerk = await newUser('CanUpdateCustomerBranch');
      const { id: customerId } = await insertCustomer(database, { bankId });
      const open = (url: string, headers = {}) => {
        const field = `customerChanged(bankId: "${bankId}", customerId: "${customerId}") { customer { branchId } }`;
        return openStream(url, reader.token, `subscription { ${field} }`, { headers });
      };
      const streams = await Promise.all(gateways.map(({ url }) => open(url)));
      const ids: (string | null | undefined)[] = [];
      for (let round = 0; round < 6; round++) {
        await changeBranch(urlOf(round), clerk.token, customerId, `branch-${round}`);
        const events = await Promise.all(streams.map((stream) => stream.next()));
        const shown = { customer: { branchId: `branch-${round}` } };
        expect(events.map((event) => event?.data?.customerChanged)).toEqual([shown, shown, shown]);
        ids.push(events[0]?.id);
      }
      for (const stream of streams) stream.close();

      const readsOfReplicas = async () => (await Promise.all(cluster.replicas.map((server) => readsOf(server)))).join();
      const before = await readsOfReplicas();
      // Until a replica has replayed the changes.
      for (let read = before; read === before; read = await readsOfReplicas()) {
        const resumed = await open(urlOf(0), { 'last-event-id': ids[4] ?? '' });
        const event = await resumed.next();
        expect(event?.data?.customerChanged).toEqual({ customer: { branchId: 'branch-5' } });
        resumed.close();
      }
    });

    test('fail no request when a replica is killed or hangs, and use the replica again when it is back', async () => {
      await isReplayed;
      let isDone = false;
      const read = Promise.all(
        gateways.map(async ({ url }) => {
          let requests = 0;
          for (; !isDone || requests <= 50; requests++)
            expect(await branchOf(url, reader.token, customerId)).toMatch(/before|after/);
        }),
      );
      await sleep(200);

      await replica(0).kill();
      await expect.poll(usedReplicas).toEqual([1, 1, 1]);
      await replica(0).start();
      await expect.poll(usedReplicas).toEqual([2, 2, 2]);
      // A stopped process keeps its connections, but does not respond.
      await replica(0).signal('SIGSTOP');
      await expect.poll(usedReplicas, { timeout: 5_000 }).toEqual([1, 1, 1]);
      await replica(0).signal('SIGCONT');
      await expect.poll(usedReplicas, { timeout: 5_000 }).toEqual([2, 2, 2]);
      isDone = true;

      await read;
      const { port } = new URL(replica(0).url);
      for (const { process } of gateways) {
        const changes = process.lines.map((line) => JSON.parse(line)).filter(({ replica }) => replica?.includes(port));
        const twice = ['replica excluded', 'replica included', 'replica excluded', 'replica included'];
        expect(changes.map(({ msg }) => msg).slice(-5)).toEqual(['replica included', ...twice]);
        expect(process.lines.join()).not.toContain(new URL(replica(0).url).password);
      }
    });

    describe('in a single process', () => {
      async function openWithReplica(urls: string[], options = {}) {
        const opened = await openDatabase(cluster.primary.url, { migrate: 'never', replicaUrls: urls, ...options });
        const states: ReplicaState[] = [];
        opened.replicas?.watch((state) => states.push(state));
        await expect.poll(() => states.length).toBeGreaterThan(0);
        return { opened, states };
      }
      const used = (opened: Database) =>
        expect.poll(() => opened.replicas?.databaseWith(null) ?? null, { timeout: 30_000 }).not.toBeNull();

      /** Interrupts a read of the replica, and returns the number of its rows, and of the statements that the primary got. */
      async function readInterruptedBy(functionName: string) {
        const { opened } = await openWithReplica([replica(0).url]);
        try {
          await insertBank(database, 'one.row');
          await used(opened);
          const onReplica = opened.replicas?.databaseWith(null);
          const primaryStatements = opened.statistics.statements;
          const sleeping = onReplica?.read.select({ slept: sql`pg_sleep(2)::text` }).from(bank).limit(1);
          const outcome = Promise.resolve(sleeping).then(
            (rows) => rows?.length,
            (error: Error) => (error.cause as { code?: string }).code,
          );
          await vi.waitFor(async () => expect(await interruptSleep(replica(0).url, functionName)).toBe(1), {
            timeout: 30_000,
          });
          return { outcome: await outcome, onPrimary: opened.statistics.statements - primaryStatements };
        } finally {
          await opened.close();
        }
      }

      test('send a statement whose connection the replica ends to the primary', async () => {
        expect(await readInterruptedBy('pg_terminate_backend')).toEqual({ outcome: 1, onPrimary: 1 });
      });

      test('do not send a statement again that was cancelled', async () => {
        expect(await readInterruptedBy('pg_cancel_backend')).toEqual({ outcome: '57014', onPrimary: 0 });
      });

      const tenTimes = Array(10).fill(bankId);
      const textOfChecks = 'pg_last_wal_replay_lsn';

      /** Opens a database whose replica is behind a proxy, and at least ten connections to the replica. */
      async function openBehindProxy() {
        const proxy = await startTcpProxy(replica(0).url);
        const { opened, states } = await openWithReplica([proxy.url]);
        await used(opened);
        const read = () => {
          const onReplica = opened.replicas?.databaseWith(null) ?? opened;
          const selected = { id: bank.id, slept: sql`pg_sleep(0.1)::text` };
          return onReplica.read.select(selected).from(bank).where(sql`${bank.id} = ${bankId}`);
        };
        const readMany = async () => (await Promise.all(Array.from({ length: 10 }, read))).flat().map(({ id }) => id);
        /** Returns the number of statements that the primary got in the meantime. */
        const countOnPrimary = async (work: () => Promise<unknown>) => {
          const before = opened.statistics.statements;
          await work();
          return opened.statistics.statements - before;
        };
        await expect.poll(() => countOnPrimary(readMany), { timeout: 30_000 }).toBe(0);
        expect(proxy.openConnections()).toBeGreaterThan(10);
        const stop = async () => {
          await opened.close();
          await proxy.stop();
        };
        return { proxy, opened, states, readMany, countOnPrimary, stop };
      }

      test.each([
        ['all connections go silent', {}],
        ['all connections but that of the checks go silent', { except: textOfChecks }],
      ])('read from the primary when %s, and then from the replica again', async (_description, options) => {
        const { proxy, opened, readMany, countOnPrimary, stop } = await openBehindProxy();
        proxy.silence(options);
        expect(proxy.silentConnections()).toBeGreaterThan(9);

        expect(await readMany()).toEqual(tenTimes);

        await expect.poll(proxy.silentConnections, { timeout: 30_000 }).toBe(0);
        await used(opened);
        await expect.poll(() => countOnPrimary(readMany), { timeout: 30_000 }).toBe(0);
        await stop();
      });

      test('read from the primary while the replica cannot be reached', async () => {
        const { proxy, opened, states, readMany, stop } = await openBehindProxy();
        proxy.setUnreachable(true);
        expect(await readMany()).toEqual(tenTimes);
        await expect.poll(() => states.at(-1), { timeout: 30_000 }).toMatchObject({ isUsed: false });
        expect(await readMany()).toEqual(tenTimes);
        proxy.setUnreachable(false);
        await used(opened);
        expect(await readMany()).toEqual(tenTimes);
        await stop();
      });

      test('do not send a statement again whose deadline ends on a silent connection', async () => {
        const { proxy, opened, states, countOnPrimary, stop } = await openBehindProxy();
        proxy.silence({ except: textOfChecks });
        const changes = states.length;
        const deadline = new AbortController();
        const onPrimary = await countOnPrimary(async () => {
          const reading = withDeadline(deadline.signal, async () =>
            opened.replicas?.databaseWith(null)?.read.select().from(bank),
          );
          deadline.abort(new Error('late'));
          await reading.catch(() => undefined);
        });
        // On a slow machine, a check of the replica can fail.
        if (states.length === changes) expect(onPrimary).toBe(0);
        await stop();
      });

      test('report the error of an invalid statement as the primary does', async () => {
        const { opened } = await openWithReplica([replica(0).url]);
        try {
          await used(opened);
          const onReplica = opened.replicas?.databaseWith(null);
          const wrong = onReplica?.read.select({ fails: sql`1 / 0` }).from(bank);
          await expect(wrong).rejects.toMatchObject({ cause: { code: '22012' } });
        } finally {
          await opened.close();
        }
      });

      test('use no replica that has not replayed the position', async () => {
        const { opened } = await openWithReplica([replica(0).url]);
        try {
          await used(opened);
          expect(opened.replicas?.databaseWith('3')).not.toBeNull();
          expect(opened.replicas?.databaseWith('99999999')).toBeNull();
        } finally {
          await opened.close();
        }
      });

      test('use no replica whose lag is too long', async () => {
        const { id } = await insertCustomer(database, { bankId });
        const { opened, states } = await openWithReplica([replica(1).url], { replicaMaxLagMilliseconds: 1_000 });
        try {
          await expect
            .poll(async () => {
              await database.transaction(async (transaction) => {
                await transaction.update(customer).set({ branchId: randomUUID() }).where(sql`${customer.id} = ${id}`);
              });
              return states.at(-1);
            })
            .toMatchObject({ isUsed: false, reason: 'The replication lag is too long.' });
        } finally {
          await opened.close();
        }
      });

      test('use no replica URL that refers to the primary', async () => {
        const { opened, states } = await openWithReplica([cluster.primary.url]);
        try {
          expect(states).toMatchObject([{ isUsed: false, reason: expect.stringContaining('not a replica') }]);
          expect(opened.replicas?.databaseWith(null)).toBeNull();
        } finally {
          await opened.close();
        }
      });

      test('use no replica of another database', async () => {
        const url = new URL(replica(0).url);
        url.pathname = '/template1';
        const { opened, states } = await openWithReplica([url.href]);
        try {
          expect(states).toMatchObject([{ isUsed: false, reason: expect.stringContaining('DATABASE_URL') }]);
        } finally {
          await opened.close();
        }
      });
    });
  });
}

/** Calls a function of PostgreSQL with the process of each statement that sleeps. Returns their number. */
async function interruptSleep(url: string, functionName: string): Promise<number | null> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rowCount } = await client.query(
      `select ${functionName}(pid) from pg_stat_activity where state = 'active' and query like 'select pg_sleep%'`,
    );
    return rowCount;
  } finally {
    await client.end();
  }
}
