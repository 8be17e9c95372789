import { execFileSync } from 'node:child_process';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { entries } from './contenders.ts';
import { type DatabaseName, type Installation, install, root } from './installation.ts';
import { planRequests, type Running } from './plan.ts';
import { residentMegabytes, startServer, toldToEnd } from './processes.ts';
import type { Result, Run, ServerResult, Settings } from './results.ts';
import { measure } from './rounds.ts';
import { workTitles } from './workloads.ts';

/** Measures everything that the settings name. `say` is told what is being done. */
export async function runBenchmark(settings: Settings, say: (line: string) => void): Promise<Run> {
  const startedAt = new Date().toISOString();
  const results: Result[] = [];
  const servers: ServerResult[] = [];
  const ended = toldToEnd();
  for (const database of settings.databases) {
    const measured = await runOn(database, settings, say, ended);
    results.push(...measured.results);
    servers.push(...measured.servers);
  }
  const processors = cpus();
  return {
    format: 1,
    startedAt,
    commit: commitOf(root),
    node: process.version,
    processors: `${processors.length} × ${processors[0]?.model ?? 'unknown'}`,
    settings,
    results,
    servers,
  };
}

interface Measurements {
  results: Result[];
  servers: ServerResult[];
}

async function runOn(
  database: DatabaseName,
  settings: Settings,
  say: (line: string) => void,
  ended: Promise<never>,
): Promise<Measurements> {
  const folder = await mkdtemp(join(tmpdir(), 'gateway-bench-'));
  // The user of the PostgreSQL server is another one where this is root.
  await chmod(folder, 0o755);
  let installation: Installation | undefined;
  const all: Running[] = [];
  try {
    say(`${database}: ${settings.customers} customers are generated`);
    installation = await Promise.race([install(database, folder, settings.customers), ended]);
    return await Promise.race([measureAll(database, folder, installation, all, settings, say), ended]);
  } finally {
    for (const { server } of all) await server.stop();
    await installation?.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Starts the servers, which it adds to `all`, and measures them. */
async function measureAll(
  database: DatabaseName,
  folder: string,
  installation: Installation,
  all: Running[],
  settings: Settings,
  say: (line: string) => void,
): Promise<Measurements> {
  const { environment, token } = installation;
  const servers: ServerResult[] = [];
  for (const entry of entries) {
    if (!entry.databases.includes(database)) continue;
    if (entry.name !== 'gateway' && !entry.works.some((work) => settings.works.includes(work))) continue;
    const logFile = join(folder, `${entry.name}.log`);
    const server = await startServer({ arguments: entry.command, environment, logFile });
    all.push({ entry, server });
    await sleep(500);
    const megabytesAtRest = await residentMegabytes(server.pid);
    const { startMilliseconds } = server;
    servers.push({ database, entry: entry.name, startMilliseconds, megabytesAtRest, megabytesAtEnd: Number.NaN });
  }
  const plans = await planRequests(all, token);
  await installation.settle();
  const results: Result[] = [];
  for (const work of settings.works) {
    say(`${database}: ${workTitles[work]}`);
    results.push(...(await measure({ database, work, installation, all, plans, settings })));
  }
  for (const [index, { server }] of all.entries()) {
    const result = servers[index];
    if (result !== undefined) result.megabytesAtEnd = await residentMegabytes(server.pid);
  }
  return { results, servers };
}

function commitOf(folder: string): string | null {
  try {
    const git = (...given: string[]) => execFileSync('git', given, { cwd: folder, encoding: 'utf8', stdio: 'pipe' });
    return `${git('rev-parse', '--short=12', 'HEAD').trim()}${git('status', '--porcelain') === '' ? '' : '+'}`;
  } catch {
    return null;
  }
}
