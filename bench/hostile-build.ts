import { chmod, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Attack } from '../test/hostile/attack.ts';
import { hostileEnvironment } from '../test/hostile/environment.ts';
import { type Issuer, startIssuer } from '../test/hostile/issuer.ts';
import { type Outcome, openTarget, type Target } from '../test/hostile/target.ts';
import { createWorld } from '../test/hostile/world.ts';
import type { DatabaseName } from './installation.ts';
import { type PostgresqlServer, startPostgresqlServer } from './postgresql-server.ts';
import { type RunningServer, startServer } from './processes.ts';

/** A build of the gateway under attack, with its own database and issuer. */
export interface HostileBuild {
  name: string;
  attack(attack: Attack): Promise<Outcome>;
  stop(): Promise<void>;
}

export interface HostileBuildOptions {
  name: string;
  /** The folder with `main.js`. */
  distFolder: string;
  database: DatabaseName;
  /** The folder of the database and the log. */
  folder: string;
  /** How long attacks on connections last. */
  seconds: number;
}

export async function openHostileBuild(options: HostileBuildOptions): Promise<HostileBuild> {
  const { name, distFolder, database, seconds } = options;
  const folder = join(options.folder, name);
  await mkdir(folder);
  await chmod(folder, 0o755);
  let postgresql: PostgresqlServer | undefined;
  let issuer: Issuer | undefined;
  let server: RunningServer | undefined;
  let target: Target | undefined;

  async function stop(): Promise<void> {
    await target?.stop();
    await server?.stop();
    await issuer?.stop();
    await postgresql?.stop();
  }

  try {
    if (database === 'postgresql') postgresql = await startPostgresqlServer(folder, 1_000);
    issuer = await startIssuer();
    const ownIssuer = issuer;
    const environment = hostileEnvironment(postgresql?.url ?? `file:${join(folder, 'gateway.db')}`, ownIssuer);
    const world = await createWorld(distFolder, environment);
    const serve = ['--max-semi-space-size=32', '--max-old-space-size=512', join(distFolder, 'main.js'), 'serve'];

    async function start(): Promise<Target> {
      const logFile = join(folder, 'gateway.log');
      server = await startServer({ arguments: [...serve, '--workers', '1'], environment, logFile });
      return openTarget({ pid: server.pid, port: server.port, world, issuer: ownIssuer, seconds });
    }

    return {
      name,
      stop,
      async attack(attack) {
        target ??= await start();
        const outcome = await target.attack(attack);
        if (outcome.hasDied) {
          await target.stop();
          target = undefined;
        }
        return outcome;
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
