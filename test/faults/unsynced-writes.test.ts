/** Cuts the power of the database under writers: what was not synced is lost, but no acknowledged write. Requires a compiler. */
import { mkdir, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { dialectUnderTest } from '../support/database-url.ts';
import { type FaultyDisk, hasCompiler, openFaultyDisk } from '../support/faulty-disk.ts';
import { startPostgresqlCluster } from '../support/postgresql-cluster.ts';
import { buildProgram } from '../support/program.ts';
import { openRestartingServer, type RestartingServer } from '../support/restarting-server.ts';
import { findLosses, prepareWrites, startWriters, type WriteTarget } from '../support/writers.ts';

const rounds = Number(process.env.ROUNDS ?? 5);

interface Machine {
  databaseUrl: string;
  target: WriteTarget;
  server: RestartingServer;
  /** Ends the gateway and its database as a power failure does. */
  cutPower(): Promise<void>;
  start(): Promise<void>;
}

let stop: () => Promise<unknown> = async () => undefined;

beforeAll(buildProgram, 120_000);
afterEach(() => stop());

async function startSqlite(ignoresSync: boolean): Promise<Machine> {
  const folder = join(await mkdtemp(join(tmpdir(), 'power-')), 'data');
  await mkdir(folder);
  const databaseUrl = `file:${join(folder, 'gateway.db')}`;
  const target = await prepareWrites(databaseUrl);
  const disk = await openFaultyDisk(folder, { ignoresSync });
  const server = await openRestartingServer(databaseUrl, disk.environment);
  stop = server.stop;
  const machine: Machine = {
    ...{ databaseUrl, target, server },
    async cutPower() {
      await server.kill();
      await disk.loseUnsynced();
    },
    // Another process cannot write for the disk to know what was synced.
    start: () => server.start(1),
  };
  await machine.start();
  return machine;
}

async function startPostgresql(ignoresSync: boolean): Promise<Machine> {
  const cluster = await startPostgresqlCluster([], { fsync: 'on', full_page_writes: 'on' });
  const { primary } = cluster;
  stop = cluster.stop;
  const databaseUrl = primary.url;
  const target = await prepareWrites(databaseUrl);
  await primary.stop();
  const disk: FaultyDisk = await openFaultyDisk(primary.folder, { ignoresSync });
  const server = await openRestartingServer(databaseUrl);
  stop = async () => {
    await server.stop();
    await cluster.stop();
  };
  const machine: Machine = {
    ...{ databaseUrl, target, server },
    async cutPower() {
      await Promise.all([server.kill(), primary.kill()]);
      await disk.loseUnsynced();
    },
    async start() {
      await primary.start(disk.environment);
      await server.start(2);
    },
  };
  await machine.start();
  return machine;
}

const startMachine = dialectUnderTest === 'sqlite' ? startSqlite : startPostgresql;

describe('a power failure', async () => {
  if (!(await hasCompiler())) {
    test('was not simulated, because there is no compiler', () => {
      process.stderr.write('The tests of power failures were not run: install cc to run them.\n');
    });
    return;
  }

  test('loses and doubles no acknowledged write', async () => {
    const { databaseUrl, target, server, cutPower, start } = await startMachine(false);
    const writers = startWriters(target, server.url);
    for (let round = 0; round < rounds; round += 1) {
      await writers.acknowledge(200);
      await cutPower();
      await start();
    }
    await writers.stop();
    const losses = await findLosses(databaseUrl, writers);
    const { exitCode, output } = await server.verifyAuditTrail();
    console.log(
      JSON.stringify({ rounds, acknowledged: writers.acknowledged.size, repeated: writers.failures(), ...losses }),
    );
    expect(losses).toEqual({ lost: 0, doubled: 0 });
    expect(writers.unexpected).toEqual([]);
    expect(exitCode, output).toBe(0);
  });

  test('control: a disk that ignores syncs loses acknowledged writes, which are found', async () => {
    const { databaseUrl, target, server, cutPower, start } = await startMachine(true);
    const writers = startWriters(target, server.url);
    await writers.acknowledge(200);
    await writers.stop();
    await cutPower();
    await start();
    const { lost } = await findLosses(databaseUrl, writers);
    console.log(JSON.stringify({ acknowledged: writers.acknowledged.size, lost }));
    expect(lost).toBeGreaterThan(0);
  });
});
