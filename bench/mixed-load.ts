/** Measures overviews, alone and while other clients request pages, and the maximum memory of the server. */
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readDatabase, readInteger, runProgram } from './command-line.ts';
import { contenders } from './contenders.ts';
import { type DatabaseName, type Installation, install } from './installation.ts';
import { load } from './load.ts';
import { dataOf, planRequests, type Requests, type Running } from './plan.ts';
import { maxResidentMegabytes, rejectOnSignal, startServer } from './processes.ts';
import { median, quantile } from './statistics.ts';
import type { Workload } from './workloads.ts';

const usage = `Usage: npm run bench:mixed -- [options]

Requests overviews from each contender, one at a time, alone and while other clients request pages of 100 customers.

  --database NAME      sqlite or postgresql (default: sqlite)
  --customers NUMBER   number of generated customers (default: 3000)
  --clients NUMBER     number of clients that request pages (default: 16)
  --help               print this text`;

const optionTypes = {
  database: { type: 'string' },
  customers: { type: 'string' },
  clients: { type: 'string' },
} as const;

const rounds = 5;
const secondsOfRound = 3;
const secondsOfWarmUp = 5;

interface Options {
  database: DatabaseName;
  customers: number;
  clients: number;
}

/** Times are in milliseconds. */
interface Round {
  /** The median of overviews without other requests. */
  alone: number;
  /** The median of overviews during requests for pages. */
  mixed: number;
  /** The 99th percentile of overviews during requests for pages. */
  mixedP99: number;
  pagesPerSecond: number;
}

interface Measured {
  running: Running;
  requests: Requests;
  rounds: Round[];
}

function send({ running, requests }: Measured, workload: Workload, connections: number, seconds: number) {
  return load({
    port: running.server.port,
    requests: requests.get(workload) ?? [],
    from: 0,
    connections,
    milliseconds: seconds * 1000,
    check: (response) => {
      if (response.status !== 200 || response.body.includes('"errors"')) dataOf(response, running.contender.name);
    },
  });
}

async function measureRound(measured: Measured, clients: number): Promise<Round> {
  const alone = await send(measured, 'overview', 1, secondsOfRound);
  const [pages, mixed] = await Promise.all([
    send(measured, 'page', clients, secondsOfRound),
    send(measured, 'overview', 1, secondsOfRound),
  ]);
  return {
    alone: quantile(alone.latencies, 0.5),
    mixed: quantile(mixed.latencies, 0.5),
    mixedP99: quantile(mixed.latencies, 0.99),
    pagesPerSecond: pages.latencies.length / pages.seconds,
  };
}

/** Starts the servers, adds them to `all`, and measures them. */
async function measureAll(
  { database, clients }: Options,
  { environment, token, settle }: Installation,
  folder: string,
  all: Running[],
): Promise<Measured[]> {
  for (const contender of contenders) {
    if (!contender.databases.includes(database) || !contender.workloads.includes('page')) continue;
    const logFile = join(folder, `${contender.name}.log`);
    all.push({ contender, server: await startServer({ arguments: contender.command, environment, logFile }) });
  }
  const plans = await planRequests(all, token);
  await settle();
  const measured = all.map(
    (running): Measured => ({ running, requests: plans.get(running.contender) ?? new Map(), rounds: [] }),
  );
  for (const contender of measured) {
    await send(contender, 'page', clients, secondsOfWarmUp);
    await send(contender, 'overview', 1, secondsOfRound);
  }
  for (let round = 0; round < rounds; round += 1) {
    // Another contender starts each round, so that the order does not favour any of them.
    const first = round % measured.length;
    for (const contender of [...measured.slice(first), ...measured.slice(0, first)]) {
      contender.rounds.push(await measureRound(contender, clients));
    }
  }
  return measured;
}

async function printRounds({ database, customers, clients }: Options, measured: readonly Measured[]): Promise<void> {
  console.log(`${database}, ${customers} customers, ${clients} clients request pages; p50 and p99 of overviews in ms`);
  console.log('contender          alone     mixed   × alone       p99   pages/s    max MB');
  for (const { running, rounds } of measured) {
    const medianOf = (figureOf: (round: Round) => number) => median(rounds.map(figureOf));
    const figures: [figure: number, digits: number][] = [
      [medianOf(({ alone }) => alone), 1],
      [medianOf(({ mixed }) => mixed), 1],
      [medianOf(({ alone, mixed }) => mixed / alone), 1],
      [medianOf(({ mixedP99 }) => mixedP99), 0],
      [medianOf(({ pagesPerSecond }) => pagesPerSecond), 1],
      [await maxResidentMegabytes(running.server.pid), 0],
    ];
    const cells = figures.map(([figure, digits]) => figure.toFixed(digits).padStart(10));
    console.log(running.contender.name.padEnd(14) + cells.join(''));
  }
}

async function measureMixedLoad(options: Options): Promise<void> {
  const interrupted = rejectOnSignal();
  const folder = await mkdtemp(join(tmpdir(), 'gateway-mixed-'));
  // The PostgreSQL server runs as another user if this process runs as root.
  await chmod(folder, 0o755);
  const all: Running[] = [];
  let installation: Installation | undefined;
  try {
    installation = await Promise.race([install(options.database, folder, options.customers), interrupted]);
    const measured = await Promise.race([measureAll(options, installation, folder, all), interrupted]);
    await printRounds(options, measured);
  } finally {
    for (const { server } of all) await server.stop();
    await installation?.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

await runProgram(usage, optionTypes, async (values) => {
  await measureMixedLoad({
    database: readDatabase(values.database),
    customers: readInteger('--customers', values.customers, 3_000),
    clients: readInteger('--clients', values.clients, 16),
  });
});
