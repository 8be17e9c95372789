import { execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { freePort, isReachableByAll, nativePrograms, userOfRoot } from './postgresql-server.ts';

const run = promisify(execFile);

/** Runs a server until standard input closes, which also happens if the test run crashes. */
const serverScript = `
  rm -f "$DATA/postmaster.pid"
  "$NATIVE/bin/postgres" -D "$DATA" $OPTIONS >"$DATA.log" 2>&1 &
  trap "kill -QUIT $! 2>&-; wait" EXIT
  until grep -qs ready "$DATA/postmaster.pid"; do
    kill -0 $! 2>&- || { cat "$DATA.log" >&2; exit 1; }
    sleep 0.02
  done
  echo ready
  read -r end
`;

/** Whether one of the processes is running. Zombies do not count. */
async function areRunning(ids: number[]): Promise<boolean> {
  const { stdout } = await run('ps', ['-o', 'stat=', '-p', ids.join()]).catch(() => ({ stdout: '' }));
  return /^[^Z\s]/m.test(stdout);
}

export interface PostgresqlServer {
  /** The URL of the database `postgres`, with its superuser. */
  url: string;
  folder: string;
  /** The environment is that of its processes, in addition to that of the test. */
  start(environment?: Record<string, string>): Promise<void>;
  stop(): Promise<void>;
  /** Simulates a power failure: sends SIGKILL to the first process, after whose death the others exit. */
  kill(): Promise<void>;
  /** Returns its log since the start. */
  log(): Promise<string>;
  /** Pauses or resumes all of its processes. While paused, it keeps its connections but does not respond. */
  signal(signal: 'SIGSTOP' | 'SIGCONT'): Promise<void>;
}

export interface PostgresqlCluster {
  primary: PostgresqlServer;
  replicas: PostgresqlServer[];
  stop(): Promise<void>;
}

/**
 * Starts a primary and a streaming replica for each item of `replicas`, which contains its settings. Data is not
 * flushed to disk unless the settings require it.
 */
export async function startPostgresqlCluster(
  replicas: Record<string, string>[],
  settings: Record<string, string> = {},
): Promise<PostgresqlCluster> {
  const user = process.getuid?.() === 0 ? userOfRoot : undefined;
  const folder = await mkdtemp(join(tmpdir(), 'gateway-test-cluster-'));
  let native = await nativePrograms();
  if (user && !(await isReachableByAll(native))) {
    await cp(native, join(folder, 'native'), { recursive: true, verbatimSymlinks: true });
    native = join(folder, 'native');
  }
  const password = randomBytes(16).toString('hex');
  await writeFile(join(folder, 'password'), password);
  if (user) await run('chown', ['-R', `${user.uid}:${user.gid}`, folder]);
  const data = join(folder, 'primary');
  await run(
    join(native, 'bin/initdb'),
    [
      ...['-D', data, '--username=postgres', `--pwfile=${join(folder, 'password')}`, '--auth=scram-sha-256'],
      // Small files, because a test can copy each of them when it is synced.
      ...['--encoding=UTF8', '--locale=C', '--no-sync', '--no-instructions', '--wal-segsize=1'],
    ],
    { ...user, cwd: folder },
  );

  async function serverOf(dataFolder: string, ownSettings: Record<string, string>): Promise<PostgresqlServer> {
    const port = await freePort();
    const all = {
      port: String(port),
      listen_addresses: '127.0.0.1',
      unix_socket_directories: '',
      fsync: 'off',
      full_page_writes: 'off',
      ...settings,
      ...ownSettings,
    };
    const options = Object.entries(all).map(([name, value]) => `-c ${name}=${value}`);
    let shell: ReturnType<typeof spawn> | null = null;
    /** Returns the IDs of the server's process and of the processes that it has started. */
    async function processes(): Promise<number[]> {
      const first = (await readFile(join(dataFolder, 'postmaster.pid'), 'utf8')).split('\n')[0] ?? '';
      const { stdout } = await run('ps', ['-o', 'pid=', '--ppid', first]);
      return [first, ...stdout.trim().split(/\s+/)].map(Number);
    }

    async function start(environment: Record<string, string> = {}): Promise<void> {
      const started = spawn('sh', ['-c', serverScript], {
        ...user,
        cwd: folder,
        env: { ...process.env, ...environment, NATIVE: native, DATA: dataFolder, OPTIONS: options.join(' ') },
        detached: true,
        stdio: ['pipe', 'pipe', 'pipe'],
      });
      const errors = text(started.stderr);
      const closed = once(started, 'close').then(() => null);
      const line = await Promise.race([once(createInterface(started.stdout), 'line'), closed]);
      if (line === null) throw new Error(`A PostgreSQL server did not start:\n${await errors}`);
      shell = started;
    }
    async function stop(): Promise<void> {
      if (shell === null) return;
      const closed = once(shell, 'close');
      shell.stdin?.end();
      await closed;
      shell = null;
    }
    return {
      url: `postgres://postgres:${password}@127.0.0.1:${port}/postgres`,
      folder: dataFolder,
      start,
      stop,
      async kill() {
        const ids = await processes();
        process.kill(ids[0] ?? 0, 'SIGKILL');
        while (await areRunning(ids)) await sleep(10);
        await stop();
      },
      log: () => readFile(`${dataFolder}.log`, 'utf8'),
      async signal(signal) {
        for (const id of await processes()) {
          try {
            process.kill(id, signal);
          } catch (error) {
            // A short-lived process has exited in the meantime.
            if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
          }
        }
      },
    };
  }

  const primary = await serverOf(data, {});
  const { port } = new URL(primary.url);
  const connection = `host=127.0.0.1 port=${port} user=postgres password=${password}`;
  const servers: PostgresqlServer[] = [];
  for (const [index, ownSettings] of replicas.entries()) {
    const copy = join(folder, `replica${index}`);
    await run('cp', ['-a', data, copy]);
    await writeFile(join(copy, 'standby.signal'), '');
    servers.push(await serverOf(copy, ownSettings));
    await writeFile(join(copy, 'postgresql.auto.conf'), `primary_conninfo = '${connection}'\n`);
  }
  await primary.start();
  await Promise.all(servers.map((server) => server.start()));
  return {
    primary,
    replicas: servers,
    async stop() {
      await Promise.all([primary, ...servers].map((server) => server.stop()));
      await rm(folder, { recursive: true, force: true });
    },
  };
}
