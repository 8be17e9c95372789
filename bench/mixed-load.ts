/**
 * What one overview takes while many others ask for pages of a hundred customers, and what memory the server takes for them.
 *
 *   npm run bench:mixed -- --database sqlite --customers 3000 --clients 16
 */
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { entries } from './contenders.ts';
import { type Installation, install } from './installation.ts';
import { load } from './load.ts';
import { dataOf, planRequests, type Requests, type Running } from './plan.ts';
import { mostMegabytes, startServer, toldToEnd } from './processes.ts';
import { readDatabase, readNumber } from './sizes.ts';
import { median, quantile } from './statistics.ts';
import type { Work } from './workloads.ts';

const rounds = 5;
const secondsOfRound = 3;
const secondsOfWarmUp = 5;

interface Round {
  alone: number;
  beside: number;
  slowest: number;
  pagesPerSecond: number;
}

const { values } = parseArgs({
  options: {
    database: { type: 'string', default: 'sqlite' },
    customers: { type: 'string', default: '3000' },
    clients: { type: 'string', default: '16' },
  },
});
const database = readDatabase(values.database);
const customers = readNumber('customers', values.customers);
const clients = readNumber('clients', values.clients);

function send({ entry, server }: Running, requests: Requests, work: Work, connections: number, seconds: number) {
  return load({
    port: server.port,
    requests: requests.get(work) ?? [],
    from: 0,
    connections,
    milliseconds: seconds * 1000,
    check: (answer) => {
      if (answer.status !== 200 || answer.body.includes('"errors"')) dataOf(answer, entry.name);
    },
  });
}

async function measureRound(running: Running, requests: Requests): Promise<Round> {
  const alone = await send(running, requests, 'overview', 1, secondsOfRound);
  const [pages, beside] = await Promise.all([
    send(running, requests, 'page', clients, secondsOfRound),
    send(running, requests, 'overview', 1, secondsOfRound),
  ]);
  return {
    alone: quantile(alone.latencies, 0.5),
    beside: quantile(beside.latencies, 0.5),
    slowest: quantile(beside.latencies, 0.99),
    pagesPerSecond: pages.latencies.length / pages.seconds,
  };
}

async function measureAll({ environment, token, settle }: Installation, folder: string, all: Running[]): Promise<void> {
  for (const entry of entries) {
    if (!entry.databases.includes(database) || !entry.works.includes('page')) continue;
    const logFile = join(folder, `${entry.name}.log`);
    all.push({ entry, server: await startServer({ arguments: entry.command, environment, logFile }) });
  }
  const plans = await planRequests(all, token);
  await settle();
  const measured = all.map((running) => ({
    running,
    requests: plans.get(running.entry) ?? new Map(),
    rounds: [] as Round[],
  }));
  for (const { running, requests } of measured) {
    await send(running, requests, 'page', clients, secondsOfWarmUp);
    await send(running, requests, 'overview', 1, secondsOfRound);
  }
  for (let round = 0; round < rounds; round += 1) {
    // Another one begins each time: who comes after whom is no advantage.
    for (const one of [...measured.slice(round % measured.length), ...measured.slice(0, round % measured.length)]) {
      one.rounds.push(await measureRound(one.running, one.requests));
    }
  }
  console.log(
    `${database}, ${customers} customers, ${clients} clients ask for pages; p50 and p99 of an overview in ms`,
  );
  console.log('entry              alone    beside   × alone       p99   pages/s   most MB');
  for (const { running, rounds: measuredRounds } of measured) {
    const of = (figure: (round: Round) => number) => median(measuredRounds.map(figure));
    const figures: [figure: number, digits: number][] = [
      [of(({ alone }) => alone), 1],
      [of(({ beside }) => beside), 1],
      [of(({ alone, beside }) => beside / alone), 1],
      [of(({ slowest }) => slowest), 0],
      [of(({ pagesPerSecond }) => pagesPerSecond), 1],
      [await mostMegabytes(running.server.pid), 0],
    ];
    const cells = figures.map(([figure, digits]) => figure.toFixed(digits).padStart(10));
    console.log(running.entry.name.padEnd(14) + cells.join(''));
  }
}

const ended = toldToEnd();
const folder = await mkdtemp(join(tmpdir(), 'gateway-beside-'));
// The user of the PostgreSQL server is another one where this is root.
await chmod(folder, 0o755);
const all: Running[] = [];
let installation: Installation | undefined;
try {
  installation = await Promise.race([install(database, folder, customers), ended]);
  await Promise.race([measureAll(installation, folder, all), ended]);
} finally {
  for (const { server } of all) await server.stop();
  await installation?.stop();
  await rm(folder, { recursive: true, force: true });
}
