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

/** Ends with the test run, however that ends: reading standard input ends then. */
const serverLife = `
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

/** Those that have ended, and that nobody has asked for, do not count. */
async function areRunning(ids: number[]): Promise<boolean> {
  const { stdout } = await run('ps', ['-o', 'stat=', '-p', ids.join()]).catch(() => ({ stdout: '' }));
  return /^[^Z\s]/m.test(stdout);
}

export interface PostgresqlServer {
  /** Of the database `postgres`, as its superuser. */
  url: string;
  start(): Promise<void>;
  stop(): Promise<void>;
  /** As if the power went: SIGKILL to its first process, on whose death the others end. */
  kill(): Promise<void>;
  /** What it has logged since it was started. */
  log(): Promise<string>;
  /** Stops or goes on with all of its processes, so that it keeps its connections and does not answer. */
  signal(signal: 'SIGSTOP' | 'SIGCONT'): Promise<void>;
}

export interface PostgresqlCluster {
  primary: PostgresqlServer;
  replicas: PostgresqlServer[];
  stop(): Promise<void>;
}

/**
 * A primary with streaming replicas, each a cold copy of it: one for each of `replicas`, with these settings. The data
 * is not flushed to the disk, unless the settings say so.
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
      ...['--encoding=UTF8', '--locale=C', '--no-sync', '--no-instructions'],
    ],
    { ...user, cwd: folder },
  );

  async function serverOf(ofData: string, own: Record<string, string>): Promise<PostgresqlServer> {
    const port = await freePort();
    const all = {
      port: String(port),
      listen_addresses: '127.0.0.1',
      unix_socket_directories: '',
      fsync: 'off',
      full_page_writes: 'off',
      ...settings,
      ...own,
    };
    const options = Object.entries(all).map(([name, value]) => `-c ${name}=${value}`);
    let life: ReturnType<typeof spawn> | null = null;
    /** The server's own process, and those that it has started. */
    async function processes(): Promise<number[]> {
      const first = (await readFile(join(ofData, 'postmaster.pid'), 'utf8')).split('\n')[0] ?? '';
      const { stdout } = await run('ps', ['-o', 'pid=', '--ppid', first]);
      return [first, ...stdout.trim().split(/\s+/)].map(Number);
    }

    async function start(): Promise<void> {
      const started = spawn('sh', ['-c', serverLife], {
        ...user,
        cwd: folder,
        env: { ...process.env, NATIVE: native, DATA: ofData, OPTIONS: options.join(' ') },
        detached: true,
        stdio: ['pipe', 'pipe', 'pipe'],
      });
      const errors = text(started.stderr);
      const ended = once(started, 'close').then(() => null);
      const answer = await Promise.race([once(createInterface(started.stdout), 'line'), ended]);
      if (answer === null) throw new Error(`A PostgreSQL server did not start:\n${await errors}`);
      life = started;
    }
    async function stop(): Promise<void> {
      if (life === null) return;
      const ended = once(life, 'close');
      life.stdin?.end();
      await ended;
      life = null;
    }
    return {
      url: `postgres://postgres:${password}@127.0.0.1:${port}/postgres`,
      start,
      stop,
      async kill() {
        const ids = await processes();
        process.kill(ids[0] ?? 0, 'SIGKILL');
        while (await areRunning(ids)) await sleep(10);
        await stop();
      },
      log: () => readFile(`${ofData}.log`, 'utf8'),
      async signal(signal) {
        for (const id of await processes()) {
          try {
            process.kill(id, signal);
          } catch (error) {
            // One that it had started for a moment has ended.
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
  for (const [index, own] of replicas.entries()) {
    const copy = join(folder, `replica${index}`);
    await run('cp', ['-a', data, copy]);
    await writeFile(join(copy, 'standby.signal'), '');
    servers.push(await serverOf(copy, own));
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
