import { execFileSync } from 'node:child_process';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { contenders } from './contenders.ts';
import { type DatabaseName, type Installation, install, root } from './installation.ts';
import { planRequests, type Running } from './plan.ts';
import { rejectOnSignal, residentMegabytes, startServer } from './processes.ts';
import type { Result, Run, ServerResult, Settings } from './results.ts';
import { measure } from './rounds.ts';
import { workloadTitles } from './workloads.ts';

/** Measures all workloads and databases of the settings. */
export async function runBenchmark(settings: Settings, printStatus: (line: string) => void): Promise<Run> {
  const startedAt = new Date().toISOString();
  const results: Result[] = [];
  const servers: ServerResult[] = [];
  const interrupted = rejectOnSignal();
  for (const database of settings.databases) {
    const measured = await runOn(database, settings, printStatus, interrupted);
    results.push(...measured.results);
    servers.push(...measured.servers);
  }
  const processors = cpus();
  return {
    format: 2,
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
  printStatus: (line: string) => void,
  interrupted: Promise<never>,
): Promise<Measurements> {
  const folder = await mkdtemp(join(tmpdir(), 'gateway-bench-'));
  // The PostgreSQL server runs as another user if this process runs as root.
  await chmod(folder, 0o755);
  let installation: Installation | undefined;
  const all: Running[] = [];
  try {
    printStatus(`${database}: generating ${settings.customers} customers`);
    installation = await Promise.race([install(database, folder, settings.customers), interrupted]);
    return await Promise.race([measureAll(database, folder, installation, all, settings, printStatus), interrupted]);
  } finally {
    for (const { server } of all) await server.stop();
    await installation?.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Starts the servers, adds them to `all`, and measures them. */
async function measureAll(
  database: DatabaseName,
  folder: string,
  installation: Installation,
  all: Running[],
  settings: Settings,
  printStatus: (line: string) => void,
): Promise<Measurements> {
  const { environment, token } = installation;
  const servers: ServerResult[] = [];
  for (const contender of contenders) {
    if (!contender.databases.includes(database)) continue;
    if (contender.name !== 'gateway' && !contender.workloads.some((workload) => settings.workloads.includes(workload)))
      continue;
    const logFile = join(folder, `${contender.name}.log`);
    const server = await startServer({ arguments: contender.command, environment, logFile });
    all.push({ contender, server });
    await sleep(500);
    const megabytesAtRest = await residentMegabytes(server.pid);
    const { startMilliseconds } = server;
    servers.push({
      database,
      contender: contender.name,
      startMilliseconds,
      megabytesAtRest,
      megabytesAtEnd: Number.NaN,
    });
  }
  const plans = await planRequests(all, token);
  await installation.settle();
  const results: Result[] = [];
  for (const workload of settings.workloads) {
    printStatus(`${database}: measuring ${workloadTitles[workload]}`);
    results.push(...(await measure({ database, workload, installation, all, plans, settings })));
  }
  for (const [index, { server }] of all.entries()) {
    const result = servers[index];
    if (result !== undefined) result.megabytesAtEnd = await residentMegabytes(server.pid);
  }
  return { results, servers };
}

function commitOf(folder: string): string | null {
  try {
    const git = (...args: string[]) => execFileSync('git', args, { cwd: folder, encoding: 'utf8', stdio: 'pipe' });
    return `${git('rev-parse', '--short=12', 'HEAD').trim()}${git('status', '--porcelain') === '' ? '' : '+'}`;
  } catch {
    return null;
  }
}
