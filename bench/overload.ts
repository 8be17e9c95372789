/** Measures what the gateway does at several times the load that it can process. */
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../test/support/postgresql-server.ts';
import { readDatabase, readInteger, runProgram } from './command-line.ts';
import { contenders } from './contenders.ts';
import { type HttpConnection, openConnection } from './http-client.ts';
import { type DatabaseName, type Installation, install, root } from './installation.ts';
import { planRequests, type Running } from './plan.ts';
import { maxResidentMegabytes, rejectOnSignal, startServer } from './processes.ts';
import { quantile } from './statistics.ts';

const usage = `Usage: npm run bench:overload -- [options]

Finds out how many requests a process of the gateway can process, and then sends several times as many, whether earlier ones were
answered or not. One request of 20 is a page of 100 customers, the others are overviews.

  --database NAME      sqlite or postgresql (default: sqlite)
  --customers NUMBER   number of generated customers (default: 3000)
  --times NUMBER       load as a multiple of what the gateway can process (default: 10)
  --wait               set GATEWAY_REFUSE_WHEN_OVERLOADED=off
  --main FILE          main file of another build to measure
  --help               print this text`;

const optionTypes = {
  database: { type: 'string' },
  customers: { type: 'string' },
  times: { type: 'string' },
  wait: { type: 'boolean' },
  main: { type: 'string' },
} as const;

const secondsOfWarmUp = 5;
/** The phases are repeated, so that other work of the machine affects all of them. */
const rounds = 3;
const secondsOfPhase = 4;
const secondsOfPause = 2;
const overviewsPerPage = 19;
const connectionsAtSaturation = 8;
/** The share of the saturated load at which requests hardly wait for each other. */
const unloadedShare = 0.2;
const maxConnections = 900;

interface Options {
  database: DatabaseName;
  customers: number;
  times: number;
  waits: boolean;
  main: string | undefined;
}

/** Times are in milliseconds. */
interface Phase {
  sent: number;
  /** Requests that were not sent, because all connections waited for responses. */
  notSent: number;
  failed: number;
  seconds: number;
  /** The number of accepted requests that were answered before the end of the phase. */
  acceptedInTime: number;
  /** The latencies, also of responses after the end of the phase. */
  accepted: number[];
  acceptedPages: number[];
  refused: number[];
}

interface TimedRequest {
  bytes: Buffer;
  isPage: boolean;
}

class Client {
  readonly #port: number;
  readonly #requests: readonly TimedRequest[];
  readonly #free: HttpConnection[] = [];
  #open = 0;
  #next = 0;

  constructor(port: number, requests: readonly TimedRequest[]) {
    this.#port = port;
    this.#requests = requests;
  }

  get isExhausted(): boolean {
    return this.#free.length === 0 && this.#open >= maxConnections;
  }

  /** Sends the next request on a connection that is free, or on a new one. */
  async sendNext(phase: Phase): Promise<void> {
    const request = this.#requests[this.#next++ % this.#requests.length];
    if (request === undefined) throw new Error('There are no requests.');
    const sentAt = performance.now();
    phase.sent += 1;
    try {
      const free = this.#free.pop();
      if (free === undefined) this.#open += 1;
      const connection = free ?? (await openConnection(this.#port));
      const { status, body } = await connection.send(request.bytes);
      const latency = performance.now() - sentAt;
      if (status === 200 && !body.includes('"errors"')) {
        phase.accepted.push(latency);
        if (request.isPage) phase.acceptedPages.push(latency);
      } else if (status === 503) phase.refused.push(latency);
      else phase.failed += 1;
      this.#free.push(connection);
    } catch {
      this.#open -= 1;
      phase.failed += 1;
    }
  }

  /** Opens all connections again, so that the time to open them is not a part of the latencies. The server closes idle ones. */
  async openAll(): Promise<void> {
    this.close();
    for (; this.#open < maxConnections; this.#open += 1) this.#free.push(await openConnection(this.#port));
    // The server accepts them later than the operating system.
    await sleep(500);
  }

  close(): void {
    this.#open -= this.#free.length;
    for (const connection of this.#free.splice(0)) connection.close();
  }
}

function newPhase(): Phase {
  return {
    sent: 0,
    notSent: 0,
    failed: 0,
    seconds: 0,
    acceptedInTime: 0,
    accepted: [],
    acceptedPages: [],
    refused: [],
  };
}

/** Each of the connections sends the next request when the last one is answered. */
async function saturate(client: Client, phase: Phase, seconds: number): Promise<void> {
  const start = performance.now();
  const acceptedBefore = phase.accepted.length;
  const send = async () => {
    while (performance.now() < start + seconds * 1_000) await client.sendNext(phase);
  };
  await Promise.all(Array.from({ length: connectionsAtSaturation }, send));
  phase.seconds += (performance.now() - start) / 1_000;
  phase.acceptedInTime += phase.accepted.length - acceptedBefore;
}

/** Sends requests at a rate, whether earlier ones were answered or not. */
async function sendAtRate(client: Client, phase: Phase, perSecond: number, seconds: number): Promise<void> {
  const pending = new Set<Promise<void>>();
  const start = performance.now();
  const acceptedBefore = phase.accepted.length;
  for (let due = 0; ; await sleep(1)) {
    const elapsed = performance.now() - start;
    if (elapsed > seconds * 1_000) break;
    for (; due < (elapsed / 1_000) * perSecond; due += 1) {
      if (client.isExhausted) {
        phase.notSent += 1;
        continue;
      }
      const sending = client.sendNext(phase).finally(() => pending.delete(sending));
      pending.add(sending);
    }
  }
  phase.seconds += (performance.now() - start) / 1_000;
  phase.acceptedInTime += phase.accepted.length - acceptedBefore;
  await Promise.race([Promise.all(pending), sleep(20_000)]);
}

/** Returns the times that health checks take on new connections while `work` runs, in milliseconds. */
async function healthTimes(port: number, work: Promise<unknown>): Promise<number[]> {
  const times: number[] = [];
  const request = Buffer.from('GET /health/live HTTP/1.1\r\nhost: localhost\r\n\r\n');
  let isRunning = true;
  const ended = work.finally(() => {
    isRunning = false;
  });
  while (isRunning) {
    const start = performance.now();
    const connection = await openConnection(port);
    const { status } = await connection.send(request);
    if (status !== 200) throw new Error(`The health check returned ${status}.`);
    times.push(performance.now() - start);
    connection.close();
    await sleep(20);
  }
  await ended;
  return times;
}

function at(values: readonly number[], share: number): number {
  return quantile(
    values.toSorted((a, b) => a - b),
    share,
  );
}

function printPhase(name: string, phase: Phase): void {
  const { sent, notSent, failed, seconds, acceptedInTime, accepted, acceptedPages, refused } = phase;
  const perSecond = (count: number) => (count / seconds).toFixed(0).padStart(7);
  const times = (values: readonly number[]) =>
    [0.5, 0.99].map((share) => (values.length === 0 ? '–' : at(values, share).toFixed(0)).padStart(6)).join('');
  console.log(
    name.padEnd(10) + perSecond(sent + notSent) + perSecond(acceptedInTime) + times(accepted),
    perSecond(acceptedPages.length) + times(acceptedPages) + perSecond(refused.length) + times(refused),
    `${failed}`.padStart(6) + `${notSent}`.padStart(8),
  );
}

async function measure(options: Options, { environment, token, settle }: Installation, folder: string, all: Running[]) {
  const [contender] = contenders;
  if (contender === undefined) throw new Error('There is no contender.');
  const ownMain = join(root, 'dist/main.js');
  const healthPort = await freePort();
  const server = await startServer({
    arguments: contender.command.map((argument) => (argument === ownMain ? (options.main ?? ownMain) : argument)),
    environment: {
      ...environment,
      GATEWAY_MAX_CONNECTIONS_PER_ADDRESS: '1000',
      // Older builds fail with an unknown variable.
      ...(options.main === undefined && {
        GATEWAY_HEALTH_PORT: String(healthPort),
        GATEWAY_REFUSE_WHEN_OVERLOADED: options.waits ? 'off' : 'on',
      }),
    },
    logFile: join(folder, 'gateway.log'),
  });
  const running = { contender, server };
  all.push(running);
  const requests = (await planRequests([running], token)).get(contender);
  await settle();
  const overviews = requests?.get('overview') ?? [];
  const pages = requests?.get('page') ?? [];
  const mixed = overviews.flatMap((bytes, index): TimedRequest[] => {
    const page = pages[Math.floor(index / overviewsPerPage) % pages.length];
    const overview = { bytes, isPage: false };
    return index % overviewsPerPage === 0 && page !== undefined
      ? [{ bytes: page, isPage: true }, overview]
      : [overview];
  });
  const client = new Client(server.port, mixed);
  await saturate(client, newPhase(), secondsOfWarmUp);
  const [saturated, unloaded, overloaded, recovered] = [newPhase(), newPhase(), newPhase(), newPhase()];
  const health: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    await client.openAll();
    await saturate(client, saturated, secondsOfPhase);
    await sleep(secondsOfPause * 1_000);
    const capacity = saturated.acceptedInTime / saturated.seconds;
    await client.openAll();
    await sendAtRate(client, unloaded, capacity * unloadedShare, secondsOfPhase);
    await client.openAll();
    const overloading = sendAtRate(client, overloaded, capacity * options.times, secondsOfPhase);
    health.push(...(await healthTimes(options.main === undefined ? healthPort : server.port, overloading)));
    await sleep(secondsOfPause * 1_000);
    await sendAtRate(client, recovered, capacity * unloadedShare, secondsOfPause);
  }
  client.close();

  console.log(`${options.database}, ${options.customers} customers, one process, ${rounds} rounds; times in ms`);
  console.log('           load/s   good   p50   p99   pages   p50   p99 refused  p50   p99 failed not sent');
  printPhase('saturated', saturated);
  printPhase('unloaded', unloaded);
  printPhase(`${options.times} times`, overloaded);
  printPhase(`after ${secondsOfPause} s`, recovered);
  const goodput = overloaded.acceptedInTime / overloaded.seconds / (saturated.acceptedInTime / saturated.seconds);
  console.log(`goodput: ${goodput.toFixed(2)} of the saturated one`);
  const ratio = at(overloaded.accepted, 0.99) / at(unloaded.accepted, 0.99);
  console.log(`p99 of accepted requests: ${ratio.toFixed(1)} × unloaded`);
  console.log(`health checks on new connections: p99 ${at(health, 0.99).toFixed(0)} ms`);
  console.log(`memory: at most ${(await maxResidentMegabytes(server.pid)).toFixed(0)} MB`);
}

async function measureOverload(options: Options): Promise<void> {
  const interrupted = rejectOnSignal();
  const folder = await mkdtemp(join(tmpdir(), 'gateway-overload-'));
  // The PostgreSQL server runs as another user if this process runs as root.
  await chmod(folder, 0o755);
  const all: Running[] = [];
  let installation: Installation | undefined;
  try {
    installation = await Promise.race([install(options.database, folder, options.customers), interrupted]);
    await Promise.race([measure(options, installation, folder, all), interrupted]);
  } finally {
    for (const { server } of all) await server.stop();
    await installation?.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

await runProgram(usage, optionTypes, async (values) => {
  await measureOverload({
    database: readDatabase(values.database),
    customers: readInteger('--customers', values.customers, 3_000),
    times: readInteger('--times', values.times, 10),
    waits: values.wait === true,
    main: values.main,
  });
});
