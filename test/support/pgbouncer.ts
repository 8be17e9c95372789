import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort, userOfRoot } from './postgresql-server.ts';

/** Debian's package installs it in `/usr/sbin`, which is not on every path. */
const program = ['pgbouncer', '/usr/sbin/pgbouncer'].find((path) => spawnSync(path, ['--version']).status === 0);

/** Whether PgBouncer is installed on this machine. */
export const hasPgbouncer = program !== undefined;

export interface Pgbouncer {
  /** The URL of the database through PgBouncer. */
  url: string;
  stop(): Promise<void>;
}

/** Starts PgBouncer in front of the database of `url`, with these settings. */
export async function startPgbouncer(url: string, settings: Record<string, string | number>): Promise<Pgbouncer> {
  const { hostname, port: serverPort, username, password } = new URL(url);
  const folder = await mkdtemp(join(tmpdir(), 'gateway-test-pgbouncer-'));
  // PgBouncer refuses to run as root.
  await chmod(folder, 0o755);
  const port = await freePort();
  await writeFile(join(folder, 'users.txt'), `"${username}" "${password}"\n`);
  const lines = Object.entries({
    listen_addr: '127.0.0.1',
    listen_port: port,
    unix_socket_dir: '',
    auth_type: 'scram-sha-256',
    auth_file: join(folder, 'users.txt'),
    ...settings,
  }).map(([name, value]) => `${name} = ${value}`);
  const target = `* = host=${hostname} port=${serverPort}`;
  await writeFile(join(folder, 'pgbouncer.ini'), ['[databases]', target, '[pgbouncer]', ...lines, ''].join('\n'));
  const user = process.getuid?.() === 0 ? userOfRoot : undefined;
  const pooler = spawn(program ?? '', [join(folder, 'pgbouncer.ini')], { ...user, stdio: 'ignore' });
  await isListening(port, pooler);
  const pooled = new URL(url);
  pooled.port = String(port);
  return {
    url: pooled.href,
    async stop() {
      const exited = once(pooler, 'exit');
      pooler.kill('SIGKILL');
      await exited;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function isListening(port: number, pooler: ChildProcess): Promise<void> {
  while (pooler.exitCode === null) {
    const socket = connect(port, '127.0.0.1');
    const isOpen = await Promise.race([
      once(socket, 'connect').then(() => true),
      once(socket, 'error').then(() => false),
    ])
      .catch(() => false)
      .finally(() => socket.destroy());
    if (isOpen) return;
    await sleep(20);
  }
  throw new Error(`PgBouncer exited with ${pooler.exitCode}.`);
}
