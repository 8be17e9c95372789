/**
 * Kills or pauses the PostgreSQL server under writers, and silences the connections to a replica under readers. The gateway keeps
 * running, loses no acknowledged write, and returns no wrong answer.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { openTokens } from '../../src/auth/tokens.ts';
import { readConfig } from '../../src/config.ts';
import { openDatabase } from '../../src/database/open-database.ts';
import { dialectUnderTest } from '../support/database-url.ts';
import { insertBank, insertUser, testEnvironment } from '../support/gateway.ts';
import { type PostgresqlCluster, startPostgresqlCluster } from '../support/postgresql-cluster.ts';
import { buildProgram } from '../support/program.ts';
import { openRestartingServer, type RestartingServer } from '../support/restarting-server.ts';
import { insertCustomer } from '../support/rows.ts';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts';
import { findLosses, prepareWrites, startWriters, type Writers, type WriteTarget } from '../support/writers.ts';

const rounds = Number(process.env.ROUNDS ?? 5);

let cluster: PostgresqlCluster;
let server: RestartingServer;
let target: WriteTarget;

describe.runIf(dialectUnderTest === 'postgresql')('no acknowledged write is lost or doubled', () => {
  beforeAll(buildProgram, 120_000);

  afterEach(async () => {
    await server.stop();
    await cluster.stop();
  });

  async function start(): Promise<void> {
    cluster = await startPostgresqlCluster([]);
    target = await prepareWrites(cluster.primary.url);
    server = await openRestartingServer(cluster.primary.url, { GATEWAY_OPERATION_TIMEOUT: '3s' });
    await server.start(2);
  }

  async function expectNoLosses(fault: (writers: Writers) => Promise<void>): Promise<void> {
    await start();
    const writers = startWriters(target, server.url);
    for (let round = 0; round < rounds; round += 1) {
      await writers.acknowledge(200);
      await fault(writers);
    }
    await writers.acknowledge(200);
    await writers.stop();
    const losses = await findLosses(cluster.primary.url, writers);
    const { exitCode, output } = await server.verifyAuditTrail();
    console.log(
      JSON.stringify({ rounds, acknowledged: writers.acknowledged.size, repeated: writers.failures(), ...losses }),
    );
    expect(losses).toEqual({ lost: 0, doubled: 0 });
    expect(writers.unexpected).toEqual([]);
    expect(exitCode, output).toBe(0);
  }

  test('when the server is killed and started again', () =>
    expectNoLosses(async () => {
      await cluster.primary.kill();
      await cluster.primary.start();
    }));

  test('when the server does not respond for a time', () =>
    expectNoLosses(async (writers) => {
      const failures = writers.failures();
      await cluster.primary.signal('SIGSTOP');
      await expect.poll(writers.failures, { timeout: 60_000 }).toBeGreaterThan(failures + 16);
      await cluster.primary.signal('SIGCONT');
    }));
});

const bankId = 'gh.29.uk';
const clerks = 8;
/** A read waits for at most two time limits: that of a statement, and that of the connections that went silent. */
const maxReadMilliseconds = 10_000;

interface Clerk {
  token: string;
  customerId: string;
}

async function prepareClerks(databaseUrl: string): Promise<Clerk[]> {
  const database = await openDatabase(databaseUrl);
  const tokens = await openTokens(readConfig(testEnvironment(databaseUrl)).signing);
  await insertBank(database, bankId);
  const prepared: Clerk[] = [];
  for (let count = 0; count < clerks; count += 1) {
    const { token } = await insertUser(database, tokens, {
      roles: [
        ['CanGetCustomer', bankId],
        ['CanUpdateCustomerBranch', bankId],
      ],
    });
    prepared.push({ token, customerId: (await insertCustomer(database, { bankId, branchId: '0' })).id });
  }
  await database.close();
  return prepared;
}

interface Readers {
  reads(): number;
  /** The milliseconds of the slowest read. */
  slowest(): number;
  /** Failed requests, and branches that are not those that the clerk has written. */
  wrong: readonly string[];
  stop(): Promise<void>;
}

/** Lets each clerk change the branch of a customer and read it, several times after each change, without a pause. */
function startReaders(url: string, prepared: readonly Clerk[]): Readers {
  const wrong: string[] = [];
  let [reads, slowest] = [0, 0];
  let isOver = false;

  async function send(token: string, query: string): Promise<string> {
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({ query }),
    });
    const body = await response.text();
    if (response.status !== 200 || body.includes('"errors"')) wrong.push(`${response.status} ${body}`);
    return body;
  }

  const running = prepared.map(async ({ token, customerId }) => {
    const of = `bankId: "${bankId}", customerId: "${customerId}"`;
    for (let branch = 1; !isOver; branch += 1) {
      const change = `updateCustomerBranch(${of}, input: { branchId: "${branch}" })`;
      await send(token, `mutation { ${change} { customer { branchId } } }`);
      for (let count = 0; count < 20; count += 1) {
        const begun = performance.now();
        const body = await send(token, `{ customer(${of}) { branchId } }`);
        if (!body.includes(`"branchId":"${branch}"`)) wrong.push(`${branch} was written: ${body}`);
        slowest = Math.max(slowest, performance.now() - begun);
        reads += 1;
      }
    }
  });
  return {
    wrong,
    reads: () => reads,
    slowest: () => Math.round(slowest),
    async stop() {
      isOver = true;
      await Promise.all(running);
    },
  };
}

describe.runIf(dialectUnderTest === 'postgresql')('reads continue with right answers', () => {
  let proxy: TcpProxy;

  beforeAll(buildProgram, 120_000);

  afterEach(async () => {
    await server.stop();
    await proxy.stop();
    await cluster.stop();
  });

  test.each<[string, () => void, () => void]>([
    ['the connections to a replica go silent', () => proxy.silence(), () => undefined],
    [
      'the connections to a replica go silent, except for that of the checks',
      () => proxy.silence({ except: 'pg_last_wal_replay_lsn' }),
      () => undefined,
    ],
    ['a replica cannot be reached', () => proxy.setUnreachable(true), () => proxy.setUnreachable(false)],
  ])('when %s', async (_fault, breakReplica, mend) => {
    cluster = await startPostgresqlCluster([{}]);
    const prepared = await prepareClerks(cluster.primary.url);
    proxy = await startTcpProxy(cluster.replicas[0]?.url ?? '');
    server = await openRestartingServer(cluster.primary.url, { DATABASE_REPLICA_URLS: proxy.url });
    await server.start(2);
    const readers = startReaders(server.url, prepared);
    const more = () => {
      const read = readers.reads();
      return expect.poll(readers.reads, { timeout: 120_000 }).toBeGreaterThan(read + 500);
    };
    for (let round = 0; round < rounds; round += 1) {
      await more();
      expect(proxy.openConnections()).toBeGreaterThan(2);
      breakReplica();
      await more();
      mend();
      await expect.poll(proxy.silentConnections, { timeout: 60_000 }).toBe(0);
      // The replica is used again after a check.
      await sleep(1_000);
    }
    await readers.stop();
    console.log(JSON.stringify({ rounds, reads: readers.reads(), slowest: readers.slowest() }));
    expect(readers.wrong).toEqual([]);
    expect(readers.slowest()).toBeLessThan(maxReadMilliseconds);
  });
});
