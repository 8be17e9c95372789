/** A server on a port of its own that is killed and started again, as often as a test wants. */
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { testEnvironment } from './gateway.ts';
import { freePort } from './postgresql-server.ts';
import { runProgram, startProgram } from './program.ts';

export interface RestartingServer {
  url: string;
  start(workers: number): Promise<void>;
  /** Sends SIGKILL to all processes, and waits until they have ended. */
  kill(): Promise<void>;
  /** Sends SIGTERM, and returns the exit code. */
  stop(): Promise<number | null>;
  /** Returns what `audit verify` finds, also of the seals that the server has logged. */
  verifyAuditTrail(): Promise<{ exitCode: number | null; output: string }>;
  /** The lines of the log of all starts. */
  logged(): Record<string, unknown>[];
}

/** The variables override those of `testEnvironment`. */
export async function openRestartingServer(
  databaseUrl: string,
  variables: Record<string, string> = {},
): Promise<RestartingServer> {
  const port = await freePort();
  const environment = { ...testEnvironment(databaseUrl), PORT: String(port) };
  const former: string[] = [];
  let running: Awaited<ReturnType<typeof startProgram>> | null = null;
  const lines = () => [...former, ...(running?.lines ?? [])];

  async function ended(): Promise<number | null> {
    if (running === null) return null;
    const exitCode = await running.ended;
    former.push(...running.lines);
    running = null;
    return exitCode;
  }

  return {
    url: `http://127.0.0.1:${port}`,
    async start(workers) {
      running = await startProgram(['serve', '--workers', String(workers)], /"url"/, {
        environment: { ...environment, ...variables },
      });
    },
    async kill() {
      const parent = running?.program.pid ?? 0;
      const { stdout } = await promisify(execFile)('ps', ['-o', 'pid=', '--ppid', String(parent)]);
      for (const id of [parent, ...stdout.trim().split(/\s+/).map(Number)]) process.kill(id, 'SIGKILL');
      // The output is closed when all processes have ended, because the workers have inherited it.
      await ended();
    },
    async stop() {
      running?.program.kill('SIGTERM');
      return ended();
    },
    async verifyAuditTrail() {
      const log = join(tmpdir(), `${port}.log`);
      await writeFile(log, lines().join('\n'));
      const hasSeals = lines().some((line) => line.includes('"audit seal"'));
      const heads = hasSeals ? ['--heads', log] : [];
      const { exitCode, output } = await runProgram(['audit', 'verify', ...heads], { environment });
      return { exitCode, output };
    },
    logged: () => lines().map((line) => JSON.parse(line) as Record<string, unknown>),
  };
}
