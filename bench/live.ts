/** Measures live updates: the latency of events, the memory of idle streams, and the cost of a change that many of them show. */
import { execFile } from 'node:child_process';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { type ClientRequest, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { readDatabase, readInteger, runProgram } from './command-line.ts';
import { type HttpConnection, openConnection, postRequest } from './http-client.ts';
import { type DatabaseName, gatewayCommand, type Installation, install, root } from './installation.ts';
import { cpuSeconds, type RunningServer, rejectOnSignal, residentMegabytes, startServer } from './processes.ts';
import { quantile } from './statistics.ts';
import { idsDocument, newAddress, writeBankId, writeDocument } from './workloads.ts';

const usage = `Usage: npm run bench:live -- [options]

Streams the changes of customers from one process of the gateway, while another one changes the customers.

  --database NAME     sqlite or postgresql (default: sqlite)
  --streams NUMBER    number of streams (default: 1000)
  --changes NUMBER    number of changes whose latency is measured (default: 200)
  --help              print this text`;

const optionTypes = {
  database: { type: 'string' },
  streams: { type: 'string' },
  changes: { type: 'string' },
} as const;

interface Options {
  database: DatabaseName;
  streams: number;
  changes: number;
}

const subscription = `subscription ($bankId: ID!, $customerId: ID!) {
  customerChanged(bankId: $bankId, customerId: $customerId) { fields cursor customer { id legalName email kycStatus } } }`;

/** The streams that are opened at the same time: fewer than an address can have connections. */
const streamsAtOnce = 50;
const warmUpChanges = 50;
const idleSeconds = 5;
const fanOutRounds = 5;

/** Opens a stream. Calls `onEvent` with each result. */
async function openStream(
  port: number,
  token: string,
  customerId: string,
  onEvent: () => void,
): Promise<ClientRequest> {
  const body = JSON.stringify({ query: subscription, variables: { bankId: writeBankId, customerId } });
  const headers = {
    accept: 'text/event-stream',
    'content-type': 'application/json',
    authorization: `Bearer ${token}`,
  };
  const sent = request({ host: '127.0.0.1', port, path: '/graphql', method: 'POST', headers, agent: false });
  await new Promise<void>((resolve, reject) => {
    sent.once('error', reject);
    sent.once('response', (response) => {
      response.setEncoding('utf8');
      response.on('data', (text: string) => {
        if (text.includes('"errors"')) reject(new Error(text));
        else if (text.includes('event: next')) onEvent();
        else resolve();
      });
    });
    sent.end(body);
  });
  sent.on('error', () => undefined);
  return sent;
}

class Writer {
  readonly #port: number;
  readonly #token: string;
  #connection: HttpConnection | null = null;

  constructor(port: number, token: string) {
    this.#port = port;
    this.#token = token;
  }

  /** The server closes a connection that was idle for some seconds. */
  async connect(): Promise<HttpConnection> {
    this.#connection?.close();
    this.#connection = await openConnection(this.#port);
    return this.#connection;
  }

  async post(query: string, variables: object): Promise<Record<string, unknown>> {
    const connection = this.#connection ?? (await this.connect());
    const { body } = await connection.send(postRequest('/graphql', this.#token, { query, variables }));
    const { data, errors } = JSON.parse(body.toString()) as { data: Record<string, unknown>; errors?: unknown };
    if (errors !== undefined) throw new Error(JSON.stringify(errors));
    return data;
  }

  close(): void {
    this.#connection?.close();
  }

  async change(customerId: string): Promise<void> {
    await this.post(writeDocument, { bankId: writeBankId, customerId, input: newAddress });
  }

  async customerIds(): Promise<string[]> {
    const data = await this.post(idsDocument, { bankId: writeBankId, first: 100 });
    return (data.customers as { nodes: { id: string }[] }).nodes.map(({ id }) => id);
  }
}

function print(name: string, unsorted: readonly number[]): void {
  const times = unsorted.toSorted((one, other) => one - other);
  const at = (share: number) => quantile(times, share).toFixed(1).padStart(7);
  console.log(`${name.padEnd(44)} p50 ${at(0.5)} ms  p95 ${at(0.95)} ms  max ${at(1)} ms`);
}

async function measureLatency(writer: Writer, port: number, token: string, changes: number): Promise<void> {
  const customerIds = await writer.customerIds();
  const fromSent: number[] = [];
  const fromCommitted: number[] = [];
  const streams: ClientRequest[] = [];
  let received: (() => void) | null = null;
  for (const id of customerIds) streams.push(await openStream(port, token, id, () => received?.()));
  for (let count = 0; count < warmUpChanges + changes; count += 1) {
    const event = new Promise<number>((resolve) => {
      received = () => resolve(performance.now());
    });
    const sent = performance.now();
    await writer.change(customerIds[count % customerIds.length] ?? '');
    const committed = performance.now();
    const at = await event;
    if (count >= warmUpChanges) {
      fromSent.push(at - sent);
      fromCommitted.push(Math.max(0, at - committed));
    }
    // Not in step with the reads of the changes.
    await sleep(Math.random() * 50);
  }
  for (const stream of streams) stream.destroy();
  print('answer of the mutation to event', fromCommitted);
  print('mutation sent to event', fromSent);
}

async function measureStreams(writer: Writer, server: RunningServer, token: string, count: number): Promise<void> {
  const { pid, port } = server;
  await writer.connect();
  const [customerId = ''] = (await writer.customerIds()).slice(-1);
  let events = 0;
  let onAll: (() => void) | null = null;
  const onEvent = () => {
    events += 1;
    if (events === count) onAll?.();
  };
  await sleep(2_000);
  const before = await residentMegabytes(pid);
  const streams: ClientRequest[] = [];
  while (streams.length < count) {
    const next = Math.min(streamsAtOnce, count - streams.length);
    streams.push(
      ...(await Promise.all(Array.from({ length: next }, () => openStream(port, token, customerId, onEvent)))),
    );
  }
  await sleep(2_000);
  const megabytes = (await residentMegabytes(pid)) - before;
  console.log(`memory of ${count} idle streams: ${megabytes.toFixed(0)} MB (${before.toFixed(0)} MB before)`);
  const idleFrom = await cpuSeconds([pid]);
  await sleep(idleSeconds * 1_000);
  const idle = ((await cpuSeconds([pid])) - idleFrom) / idleSeconds;
  console.log(`CPU time with ${count} idle streams: ${(idle * 1_000).toFixed(0)} ms per second`);
  const last: number[] = [];
  const cpuFrom = await cpuSeconds([pid]);
  for (let round = 0; round < fanOutRounds; round += 1) {
    events = 0;
    await writer.connect();
    const all = new Promise<void>((resolve) => {
      onAll = resolve;
    });
    const sent = performance.now();
    await writer.change(customerId);
    await all;
    last.push(performance.now() - sent);
  }
  const cpu = ((await cpuSeconds([pid])) - cpuFrom) / fanOutRounds;
  print(`mutation sent to the last of ${count} events`, last);
  console.log(`CPU time of a change with ${count} events: ${(cpu * 1_000).toFixed(0)} ms`);
  for (const stream of streams) stream.destroy();
}

async function measure(options: Options, installation: Installation, folder: string, servers: RunningServer[]) {
  const environment = {
    ...installation.environment,
    GATEWAY_MAX_STREAMS: String(options.streams + 100),
    GATEWAY_MAX_STREAMS_PER_USER: String(options.streams + 100),
  };
  for (const role of ['CanGetCustomer', 'CanGetCustomerAddress']) {
    const command = [join(root, 'dist/main.js'), 'grant', 'bench.clerk', role, '--bank', writeBankId];
    await promisify(execFile)(process.execPath, command, { env: { PATH: process.env.PATH, ...environment } });
  }
  const start = async (name: string) => {
    const command = [...gatewayCommand, 'serve'];
    const server = await startServer({ arguments: command, environment, logFile: join(folder, `${name}.log`) });
    servers.push(server);
    return server;
  };
  const [writing, streaming] = [await start('writing'), await start('streaming')];
  const writer = new Writer(writing.port, installation.token);
  console.log(`${options.database}, one process that writes and one with the streams`);
  await measureLatency(writer, streaming.port, installation.token, options.changes);
  await measureStreams(writer, streaming, installation.token, options.streams);
  writer.close();
}

async function measureLive(options: Options): Promise<void> {
  const interrupted = rejectOnSignal();
  const folder = await mkdtemp(join(tmpdir(), 'gateway-live-'));
  // The PostgreSQL server runs as another user if this process runs as root.
  await chmod(folder, 0o755);
  const servers: RunningServer[] = [];
  let installation: Installation | undefined;
  try {
    installation = await Promise.race([install(options.database, folder, 300), interrupted]);
    await Promise.race([measure(options, installation, folder, servers), interrupted]);
  } finally {
    for (const server of servers) await server.stop();
    await installation?.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

await runProgram(usage, optionTypes, async (values) => {
  await measureLive({
    database: readDatabase(values.database),
    streams: readInteger('--streams', values.streams, 1_000),
    changes: readInteger('--changes', values.changes, 200),
  });
});
