/** A gateway with its database on a disk that can fail. */
import { mkdir, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dialectUnderTest } from './database-url.ts';
import { type FaultyDisk, openFaultyDisk } from './faulty-disk.ts';
import { startPostgresqlCluster } from './postgresql-cluster.ts';
import { openRestartingServer, type RestartingServer } from './restarting-server.ts';
import { prepareWrites, type WriteTarget } from './writers.ts';

export interface FaultyMachine {
  databaseUrl: string;
  target: WriteTarget;
  server: RestartingServer;
  disk: FaultyDisk;
  /** Ends the gateway and its database as a power failure does. */
  cutPower(): Promise<void>;
  /** Starts them again. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

export interface FaultyMachineOptions {
  /** Whether the disk reports success without keeping anything. */
  ignoresSync?: boolean;
}

export const startFaultyMachine = dialectUnderTest === 'sqlite' ? startWithSqlite : startWithPostgresql;

async function startWithSqlite(options: FaultyMachineOptions = {}): Promise<FaultyMachine> {
  const folder = join(await mkdtemp(join(tmpdir(), 'machine-')), 'data');
  await mkdir(folder);
  const databaseUrl = `file:${join(folder, 'gateway.db')}`;
  const target = await prepareWrites(databaseUrl);
  const disk = await openFaultyDisk(folder, options);
  const server = await openRestartingServer(databaseUrl, disk.environment);
  await server.start(1);
  return {
    ...{ databaseUrl, target, server, disk },
    async cutPower() {
      await server.kill();
      await disk.loseUnsynced();
    },
    start: () => server.start(1),
    async stop() {
      await server.stop();
    },
  };
}

async function startWithPostgresql(options: FaultyMachineOptions = {}): Promise<FaultyMachine> {
  const cluster = await startPostgresqlCluster([], { fsync: 'on', full_page_writes: 'on' });
  const { primary } = cluster;
  const databaseUrl = primary.url;
  const target = await prepareWrites(databaseUrl);
  await primary.stop();
  const disk = await openFaultyDisk(primary.folder, options);
  const server = await openRestartingServer(databaseUrl);
  async function start(): Promise<void> {
    await primary.start(disk.environment);
    await server.start(2);
  }
  await start();
  return {
    ...{ databaseUrl, target, server, disk, start },
    async cutPower() {
      await Promise.all([server.kill(), primary.kill()]);
      await disk.loseUnsynced();
    },
    async stop() {
      await server.stop();
      await cluster.stop();
    },
  };
}
