/**
 * Kills the primary under writers, promotes its standby, and leads the gateway to it, as a proxy or a virtual address does. Prints
 * how long the gateway acknowledged no write.
 */
import pg from 'pg';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { dialectUnderTest } from '../support/database-url.ts';
import {
  type PostgresqlCluster,
  type PostgresqlServer,
  startPostgresqlCluster,
} from '../support/postgresql-cluster.ts';
import { buildProgram } from '../support/program.ts';
import { openRestartingServer, type RestartingServer } from '../support/restarting-server.ts';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts';
import { findLosses, prepareWrites, startWriters, type Writers } from '../support/writers.ts';

const rounds = Number(process.env.ROUNDS ?? 2);
/** How long the gateway can take until it acknowledges a write, after the standby has been promoted. */
const maxRecoveryMilliseconds = 10_000;

async function execute(url: string, text: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}

describe.runIf(dialectUnderTest === 'postgresql')('a failover', () => {
  let cluster: PostgresqlCluster;
  let standby: PostgresqlServer;
  let proxy: TcpProxy;
  let server: RestartingServer;
  let writers: Writers;

  beforeAll(buildProgram, 120_000);

  afterEach(async () => {
    await server.stop();
    await proxy.stop();
    await cluster.stop();
  });

  async function start(synchronousStandbys: string): Promise<void> {
    // The standby has none of its own when it is the primary.
    cluster = await startPostgresqlCluster([{ synchronous_standby_names: '' }], {
      synchronous_standby_names: synchronousStandbys,
      wal_keep_size: '64MB',
    });
    standby = cluster.replicas[0] as PostgresqlServer;
    proxy = await startTcpProxy(cluster.primary.url);
    const target = await prepareWrites(cluster.primary.url);
    server = await openRestartingServer(proxy.url, { GATEWAY_OPERATION_TIMEOUT: '5s' });
    await server.start(2);
    writers = startWriters(target, server.url);
    await writers.acknowledge(400);
  }

  const promote = () => execute(standby.url, 'select pg_promote()');

  /** Waits until a write is acknowledged, and returns the milliseconds. */
  async function recovery(since: number): Promise<number> {
    await writers.acknowledge(1);
    return Math.round(performance.now() - since);
  }

  async function findings() {
    await writers.acknowledge(200);
    await writers.stop();
    const losses = await findLosses(standby.url, writers);
    const { exitCode, output } = await server.verifyAuditTrail();
    const facts = { acknowledged: writers.acknowledged.size, repeated: writers.failures(), ...losses };
    return { losses, exitCode, output, facts };
  }

  test.each(Array.from({ length: rounds }, (_, round) => round + 1))(
    'to a synchronous standby loses and doubles no acknowledged write (round %i)',
    async () => {
      await start('*');
      const [replication] = await execute(cluster.primary.url, 'select sync_state from pg_stat_replication');
      expect(replication).toEqual({ sync_state: 'sync' });

      await cluster.primary.kill();
      // The address leads to the standby before it is promoted, which happens.
      const known = writers.failures();
      proxy.switchTo(standby.url);
      await expect.poll(writers.failures, { timeout: 60_000 }).toBeGreaterThan(known + 16);
      await promote();
      const milliseconds = await recovery(performance.now());

      const { losses, exitCode, output, facts } = await findings();
      console.log(JSON.stringify({ ...facts, recoveryMilliseconds: milliseconds }));
      expect(losses).toEqual({ lost: 0, doubled: 0 });
      expect(writers.unexpected).toEqual([]);
      expect(exitCode, output).toBe(0);
      expect(milliseconds).toBeLessThan(maxRecoveryMilliseconds);
    },
  );

  test('control: a standby that was cut off loses acknowledged writes, which are found, also in the audit trail', async () => {
    await start('');
    await standby.stop();
    // The seals of these are logged.
    const seals = () => server.logged().filter(({ msg }) => msg === 'audit seal').length;
    const before = seals();
    await writers.acknowledge(400);
    await expect.poll(seals, { timeout: 120_000 }).toBeGreaterThan(before + 1);
    await cluster.primary.kill();
    await standby.start();
    await promote();
    proxy.switchTo(standby.url);

    const { losses, exitCode, output, facts } = await findings();
    console.log(JSON.stringify(facts));
    expect(losses.lost).toBeGreaterThan(300);
    expect(exitCode, output).not.toBe(0);
  });
});
