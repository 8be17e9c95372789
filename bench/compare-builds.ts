import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cpuMilliseconds, workerOf } from '../test/hostile/target.ts';
import { type ComparedMutationName, comparedMutations, mutatedBankId } from './compared-mutations.ts';
import { openConnection, postRequest } from './http-client.ts';
import { type DatabaseName, type Installation, install } from './installation.ts';
import { load } from './load.ts';
import { dataOf } from './plan.ts';
import { type RunningServer, startServer } from './processes.ts';
import { median, quantile } from './statistics.ts';
import { clientsOf, idsDocument, overviewDocument, readBankId } from './workloads.ts';

export interface ComparisonOptions {
  workload: 'overview' | ComparedMutationName;
  builds: readonly [name: string, distFolder: string][];
  database: DatabaseName;
  folder: string;
  rounds: number;
  customers: number;
}

const millisecondsOfRound = 500;
const millisecondsOfWarmUp = 5_000;
/** A customer can have 500 addresses, so that all rounds must be spread over many customers. */
const maxPages = 20;
/** Mutations are never repeated, because many of them have an effect only once. */
const maxMutations = 60_000;

interface Side {
  name: string;
  installation: Installation;
  server: RunningServer;
  requests: Buffer[];
  sent: number;
  /** The CPU time of the server and its database in milliseconds per request, by round. */
  costs: number[];
}

/** The IDs of the customers of the first pages, except for those whose `trial` fails, such as closed ones. */
async function customersOf(
  bankId: string,
  name: string,
  { port, token }: Access,
  trial?: (customerId: string) => Buffer,
): Promise<string[]> {
  const connection = await openConnection(port);
  const ids: string[] = [];
  let after: string | null = null;
  for (let page = 0; page < maxPages; page += 1) {
    const variables = { bankId, first: 100, after };
    const data = dataOf(await connection.send(postRequest('/graphql', token, { query: idsDocument, variables })), name);
    const { nodes, pageInfo } = data.customers as {
      nodes: { id: string }[];
      pageInfo: { hasNextPage: boolean; endCursor: string };
    };
    for (const { id } of nodes) {
      const response = trial && (await connection.send(trial(id)));
      if (response?.body.includes('"errors"') !== true) ids.push(id);
    }
    if (!pageInfo.hasNextPage) break;
    after = pageInfo.endCursor;
  }
  connection.close();
  return ids;
}

interface Access {
  port: number;
  token: string;
}

/** The requests of a workload: an overview of each customer, or mutations that are spread over all of them. */
async function requestsOf(workload: ComparisonOptions['workload'], name: string, access: Access): Promise<Buffer[]> {
  const post = (query: string, variables: object) => postRequest('/graphql', access.token, { query, variables });
  if (workload === 'overview') {
    const ids = await customersOf(readBankId, name, access);
    return ids.map((customerId) => post(overviewDocument, { bankId: readBankId, customerId }));
  }
  const { document, variables } = comparedMutations[workload];
  const mutate = (index: number, customerId: string) =>
    post(document, { bankId: mutatedBankId, ...variables(index, customerId) });
  const ids = await customersOf(mutatedBankId, name, access, (customerId) => mutate(maxMutations, customerId));
  return Array.from({ length: maxMutations }, (_, index) => mutate(index, ids[index % ids.length] ?? ''));
}

async function openSide(options: ComparisonOptions, name: string, distFolder: string): Promise<Side> {
  const folder = join(options.folder, name);
  await mkdir(folder, { mode: 0o755 });
  const main = join(distFolder, 'main.js');
  const installation = await install(options.database, folder, options.customers, main);
  const { token, environment } = installation;
  const server = await startServer({
    arguments: ['--max-semi-space-size=32', main, 'serve', '--workers', '1'],
    environment,
    logFile: join(folder, 'gateway.log'),
  });
  const requests = await requestsOf(options.workload, name, { port: server.port, token });
  return { name, installation, server, requests, sent: 0, costs: [] };
}

async function send(side: Side, connections: number, milliseconds: number): Promise<number> {
  const { latencies } = await load({
    port: side.server.port,
    requests: side.requests,
    from: side.sent,
    connections,
    milliseconds,
    check: (response) => {
      if (response.status !== 200 || response.body.includes('"errors"')) dataOf(response, side.name);
    },
  });
  side.sent += latencies.length;
  return latencies.length;
}

/** The CPU time of the server and of the database, including the processes that serve its connections. */
async function cpuOf({ server, installation }: Side): Promise<number> {
  const processes = new Set([server.pid, workerOf(server.pid)]);
  let total = [...processes].reduce((sum, pid) => sum + cpuMilliseconds(pid), 0);
  for (const pid of installation.databasePids) {
    for (const thread of await readdir(`/proc/${pid}/task`)) {
      const children = await readFile(`/proc/${pid}/task/${thread}/children`, 'utf8').catch(() => '');
      for (const child of children.split(' ').filter(Boolean)) total += cpuMilliseconds(Number(child)) || 0;
    }
    total += cpuMilliseconds(pid);
  }
  return total;
}

/** Compares the CPU time of a workload between two builds, which run at once and are measured alternately. */
export async function compareBuilds(options: ComparisonOptions): Promise<void> {
  const sides: Side[] = [];
  const { workload } = options;
  const connections = clientsOf[workload === 'overview' ? 'overview' : 'write'];
  try {
    for (const [name, distFolder] of options.builds) sides.push(await openSide(options, name, distFolder));
    for (const side of sides) await side.installation.settle();
    for (const side of sides) await send(side, connections, millisecondsOfWarmUp);
    for (let round = 0; round < options.rounds; round += 1) {
      // The order alternates, so that it does not favour any of them.
      for (const side of round % 2 === 0 ? sides : sides.toReversed()) {
        const before = await cpuOf(side);
        const count = await send(side, connections, millisecondsOfRound);
        side.costs.push(((await cpuOf(side)) - before) / count);
      }
    }
    for (const { name, costs, sent } of sides) {
      console.log(`${options.database} ${workload} ${name}: ${median(costs).toFixed(3)} ms of CPU (${sent} requests)`);
    }
    const [first, second] = sides;
    if (first === undefined || second === undefined) return;
    const ratios = second.costs.map((cost, round) => cost / (first.costs[round] ?? Number.NaN));
    const sorted = ratios.toSorted((a, b) => a - b);
    const [quarter, threeQuarters] = [quantile(sorted, 0.25), quantile(sorted, 0.75)].map((value) => value.toFixed(3));
    console.log(
      `${second.name} / ${first.name}: ${median(ratios).toFixed(3)} (quartiles ${quarter} to ${threeQuarters})`,
    );
  } finally {
    for (const { server, installation } of sides) {
      await server.stop();
      await installation.stop();
    }
  }
}
