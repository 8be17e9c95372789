/** Kills or pauses the PostgreSQL server under writers. The gateway keeps running, and loses no acknowledged write. */
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { dialectUnderTest } from '../support/database-url.ts';
import { type PostgresqlCluster, startPostgresqlCluster } from '../support/postgresql-cluster.ts';
import { buildProgram } from '../support/program.ts';
import { openRestartingServer, type RestartingServer } from '../support/restarting-server.ts';
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
