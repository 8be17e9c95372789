/** Three gateways on a PostgreSQL with two replicas, of which one is five seconds behind. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'drizzle-orm';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { localProvider } from '../../src/auth/password.ts';
import { openTokens, type Tokens } from '../../src/auth/tokens.ts';
import { type Role, roleScope } from '../../src/base/roles.ts';
import type { Database, ReplicaState } from '../../src/database/database.ts';
import { openDatabase } from '../../src/database/open-database.ts';
import { bank } from '../../src/domain/bank/bank.table.ts';
import { customer } from '../../src/domain/customer/customer.table.ts';
import { user } from '../../src/domain/user/user.table.ts';
import { createDatabaseUrl, dialectUnderTest } from '../support/database-url.ts';
import { testEnvironment, testSigningKey } from '../support/gateway.ts';
import {
  type PostgresqlCluster,
  type PostgresqlServer,
  startPostgresqlCluster,
} from '../support/postgresql-cluster.ts';
import { buildProgram, startProgram } from '../support/program.ts';
import { insertCustomer, insertEntitlement, insertUserCustomerLink } from '../support/rows.ts';

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

/** How many statements of queries have read customers there, or what else the pattern tells of. */
async function readsOf(server: PostgresqlServer, read = 'from "customer" where'): Promise<number> {
  const statements = new RegExp(`execute (?:(?:gateway|shape)_\\d+|<unnamed>): select .* ${read}`, 'g');
  return [...(await server.log()).matchAll(statements)].length;
}

// There is nothing to replicate of an SQLite file.
if (dialectUnderTest === 'sqlite') {
  test('an SQLite file has no replicas', async () => {
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
    /** What every replica has, once `everywhere` resolves. */
    let customerId: string;
    let linkId: string;
    let everywhere: Promise<void>;
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
      const found = cluster.replicas[index];
      if (found === undefined) throw new Error('There is no such replica.');
      return found;
    };
    const ready = async () => {
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
      await vi.waitFor(async () => expect(await ready()).toEqual([2, 2, 2]), { timeout: 20_000, interval: 50 });
      [reader, owner] = [await newUser('CanGetCustomer'), await newUser()];
      customerId = (await insertCustomer(database, { bankId, branchId: 'before' })).id;
      linkId = (await insertUserCustomerLink(database, { bankId, customerId, userId: owner.id })).id;
      everywhere = sleep(delaySeconds * 1000 + 500);
    });

    afterAll(async () => {
      for (const { process } of gateways) process.program.kill('SIGKILL');
      await database?.close();
      await cluster?.stop();
    });

    test('who changes a customer finds the change through every one of them, 200 times', async () => {
      const clerk = await newUser('CanUpdateCustomerBranch', 'CanGetCustomer');
      const { id: customerId } = await insertCustomer(database, { bankId });

      for (let turn = 0; turn < 200; turn++) {
        await changeBranch(urlOf(turn), clerk.token, customerId, `branch-${turn}`);
        // By then one of the replicas has the change, and answers.
        if (turn % 20 === 0) await sleep(250);
        const read = await Promise.all(gateways.map(({ url }) => branchOf(url, clerk.token, customerId)));
        expect(read).toEqual([`branch-${turn}`, `branch-${turn}`, `branch-${turn}`]);
      }
    });

    test('somebody else reads from the replicas, and not from the primary', async () => {
      const clerk = await newUser('CanUpdateCustomerBranch');
      await everywhere;
      await changeBranch(urlOf(0), clerk.token, customerId, 'after');
      const servers = [cluster.primary, ...cluster.replicas];
      await sleep(500);
      const before = await Promise.all(servers.map((server) => readsOf(server)));

      const read = [];
      for (let turn = 0; turn < 60; turn++) read.push(await branchOf(urlOf(turn), reader.token, customerId));

      // One is the old version, which the replica that is behind has: this is how the other tests can fail.
      expect(new Set(read)).toEqual(new Set(['before', 'after']));
      const after = await Promise.all(servers.map((server) => readsOf(server)));
      const [atPrimary = 0, ...atReplicas] = after.map((reads, index) => reads - (before[index] ?? 0));
      expect(atPrimary).toBe(0);
      for (const reads of atReplicas) expect(reads).toBe(30);
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

    test.each(lists)('$field is read from the replicas, too', async ({ field, role, read }) => {
      const clerk = await newUser(role);
      await everywhere;
      const servers = [cluster.primary, ...cluster.replicas];
      const readThere = () => Promise.all(servers.map((server) => readsOf(server, read)));
      const before = await readThere();

      for (let turn = 0; turn < 6; turn++) {
        const { data, errors } = await query(urlOf(turn), clerk.token, `{ list: ${field} { nodes { id } } }`);
        expect(errors).toEqual([]);
        expect(data?.list).toMatchObject({ nodes: expect.any(Array) });
      }

      const [atPrimary, ...atReplicas] = (await readThere()).map((reads, index) => reads - (before[index] ?? 0));
      expect(atPrimary).toBe(0);
      expect(atReplicas).toEqual([3, 3]);
    });

    test('a link that is taken away counts at once, also for who did not do it', async () => {
      const admin = await newUser('CanDeleteUserCustomerLink');
      await everywhere;
      const own = `{ myCustomer(customerId: "${customerId}") { id } }`;
      for (const { url } of gateways) expect((await query(url, owner.token, own)).errors).toEqual([]);

      const removal = `mutation { deleteUserCustomerLink(bankId: "${bankId}", id: "${linkId}") { userCustomerLink { id } } }`;
      expect((await query(urlOf(0), admin.token, removal)).errors).toEqual([]);

      for (let turn = 0; turn < 12; turn++) {
        const { data } = await query(urlOf(turn), owner.token, own);
        expect(data).toEqual({ myCustomer: null });
      }
    });

    test('who has just become a user is found', async () => {
      const username = `new${randomUUID().replaceAll('-', '')}`;
      const input = `{ username: "${username}", email: "${username}@example.org", firstName: "A", lastName: "B", password: "long enough, and secret" }`;
      const created = await query(urlOf(0), null, `mutation { createUser(input: ${input}) { token } }`);
      expect(created.errors).toEqual([]);
      const { token } = (created.data?.createUser ?? {}) as { token?: string };
      for (let turn = 0; turn < 6; turn++) {
        expect(await query(urlOf(turn), token ?? null, '{ me { username } }')).toMatchObject({
          data: { me: { username } },
        });
      }
    });

    test('when a replica is killed no request fails, and when it is back it is used again', async () => {
      await everywhere;
      let isDone = false;
      const read = Promise.all(
        gateways.map(async ({ url }) => {
          let requests = 0;
          for (; !isDone; requests++) expect(await branchOf(url, reader.token, customerId)).toMatch(/before|after/);
          return requests;
        }),
      );
      await sleep(200);

      await replica(0).kill();
      await expect.poll(ready).toEqual([1, 1, 1]);
      await replica(0).start();
      await expect.poll(ready).toEqual([2, 2, 2]);
      // One that hangs keeps its connections, and answers nothing.
      await replica(0).signal('SIGSTOP');
      await expect.poll(ready, { timeout: 5_000 }).toEqual([1, 1, 1]);
      await replica(0).signal('SIGCONT');
      await expect.poll(ready, { timeout: 5_000 }).toEqual([2, 2, 2]);
      isDone = true;

      for (const requests of await read) expect(requests).toBeGreaterThan(50);
      const { port } = new URL(replica(0).url);
      for (const { process } of gateways) {
        const told = process.lines.map((line) => JSON.parse(line)).filter(({ replica }) => replica?.includes(port));
        const twice = ['replica excluded', 'replica included', 'replica excluded', 'replica included'];
        expect(told.map(({ msg }) => msg).slice(-5)).toEqual(['replica included', ...twice]);
        expect(process.lines.join()).not.toContain(new URL(replica(0).url).password);
      }
    });

    describe('in one process', () => {
      async function openWithReplica(urls: string[], options = {}) {
        const opened = await openDatabase(cluster.primary.url, { migrate: false, replicaUrls: urls, ...options });
        const told: ReplicaState[] = [];
        opened.replicas?.watch((state) => told.push(state));
        await expect.poll(() => told.length).toBeGreaterThan(0);
        return { opened, told };
      }
      const used = (opened: Database) => expect.poll(() => opened.replicas?.databaseWith(null) ?? null).not.toBeNull();

      test('a statement that the replica cancels is answered by the primary', async () => {
        const { opened } = await openWithReplica([replica(0).url]);
        try {
          await database.transaction(async (transaction) => {
            await transaction.insert(bank).values({ id: 'one.row', createdAt: new Date(), updatedAt: new Date() });
          });
          await used(opened);
          const onReplica = opened.replicas?.databaseWith(null);
          const primaryStatements = opened.statistics.statements;
          const answer = onReplica?.read.select({ slept: sql`pg_sleep(1)::text` }).from(bank).limit(1);
          const given = Promise.resolve(answer).then((rows) => rows?.length);
          await sleep(300);
          await cancelEverything(replica(0).url);
          expect(await given).toBe(1);
          expect(opened.statistics.statements).toBe(primaryStatements + 1);
        } finally {
          await opened.close();
        }
      });

      test('a statement that is wrong fails as it does at the primary', async () => {
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

      test('one that has not replayed the position is not asked', async () => {
        const { opened } = await openWithReplica([replica(0).url]);
        try {
          await used(opened);
          expect(opened.replicas?.databaseWith('3')).not.toBeNull();
          expect(opened.replicas?.databaseWith('99999999')).toBeNull();
        } finally {
          await opened.close();
        }
      });

      test('one that is too far behind is left out', async () => {
        const { id } = await insertCustomer(database, { bankId });
        const { opened, told } = await openWithReplica([replica(1).url], { replicaMaxLagMilliseconds: 1_000 });
        try {
          await expect
            .poll(async () => {
              await database.transaction(async (transaction) => {
                await transaction.update(customer).set({ branchId: randomUUID() }).where(sql`${customer.id} = ${id}`);
              });
              return told.at(-1);
            })
            .toMatchObject({ isUsed: false, reason: 'It is too far behind.' });
        } finally {
          await opened.close();
        }
      });

      test('the primary itself is no replica', async () => {
        const { opened, told } = await openWithReplica([cluster.primary.url]);
        try {
          expect(told).toMatchObject([{ isUsed: false, reason: expect.stringContaining('no replica') }]);
          expect(opened.replicas?.databaseWith(null)).toBeNull();
        } finally {
          await opened.close();
        }
      });

      test('a replica of another database is left out', async () => {
        const url = new URL(replica(0).url);
        url.pathname = '/template1';
        const { opened, told } = await openWithReplica([url.href]);
        try {
          expect(told).toMatchObject([{ isUsed: false, reason: expect.stringContaining('DATABASE_URL') }]);
        } finally {
          await opened.close();
        }
      });
    });
  });
}

async function cancelEverything(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(
      "select pg_cancel_backend(pid) from pg_stat_activity where query like '%pg_sleep%' and pid <> pg_backend_pid()",
    );
  } finally {
    await client.end();
  }
}
