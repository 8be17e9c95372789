import { join } from 'node:path';
import { type HttpResponse, openConnection, postRequest } from './http-client.ts';
import { gatewayCommand, type Installation } from './installation.ts';
import { dataOf } from './plan.ts';
import { residentMegabytes, startServer } from './processes.ts';
import { planTasks, type Request } from './scale-tasks.ts';
import { median } from './statistics.ts';
import { overviewDocument, pageSize, readBankId } from './workloads.ts';

/** The number of a late page of all banks together, because a single bank does not have a million customers. */
const latePage = 10_000;
const requestsPerWorkload = 300;
const warmUpRequests = 100;
/** The numbers of customers whose overview is requested repeatedly or only once. */
const repeatedCustomers = 50;
const singleCustomers = warmUpRequests + requestsPerWorkload;
/** The maximum number of customers from one page, so that they are spread over the list. */
const maxCustomersOfPage = 10;

const pageDocument = `
  query Page($bankId: ID!, $first: Int!, $filter: CustomerFilter) {
    customers(bankId: $bankId, first: $first, filter: $filter) {
      nodes { id legalName customerNumber mobilePhoneNumber kycStatus lastOkDate }
      pageInfo { hasNextPage endCursor }
    }
  }`;

const anyBankDocument = `
  query AnyBank($first: Int!, $after: String) {
    customersAtAnyBank(first: $first, after: $after) {
      nodes { id bankId legalName }
      pageInfo { hasNextPage endCursor }
    }
  }`;

interface Page {
  nodes: { id: string; bankId?: string; legalName?: string }[];
  pageInfo: { hasNextPage: boolean; endCursor: string | null };
}

interface Connection {
  send(request: Request): Promise<HttpResponse>;
  close(): void;
}

/** The gateway on one of the compared databases. */
interface Side {
  /** Opens a connection for the measurement. An earlier one would be closed as idle while the other sides start. */
  connect(): Promise<Connection>;
  workloads: ReadonlyMap<string, readonly Request[]>;
  residentMegabytes(): Promise<number>;
  stop(): Promise<void>;
}

/** The figures of each database by the name of the measurement. */
export type Scale = Map<string, number[]>;

/** Starts the gateway on an existing database, and plans the requests to it. */
async function openSide({ environment, token }: Installation, folder: string): Promise<Side> {
  const server = await startServer({
    arguments: [...gatewayCommand, 'serve', '--workers', '1'],
    environment,
    logFile: join(folder, 'gateway.log'),
  });
  async function connect() {
    const connection = await openConnection(server.port);
    const send = ([query, variables]: Request) => connection.send(postRequest('/graphql', token, { query, variables }));
    return { send, close: connection.close };
  }

  try {
    const connection = await connect();
    const workloads = await planWorkloads(connection.send);
    connection.close();
    return { connect, workloads, residentMegabytes: () => residentMegabytes(server.pid), stop: server.stop };
  } catch (error) {
    await server.stop();
    throw error;
  }
}

async function planWorkloads(send: Connection['send']): Promise<Map<string, readonly Request[]>> {
  async function pageOf(request: Request): Promise<Page> {
    const [page] = Object.values(dataOf(await send(request), 'The gateway')) as Page[];
    if (page === undefined) throw new Error('The response does not contain a page.');
    return page;
  }

  const firstPageOfBank: Request = [pageDocument, { bankId: readBankId, first: pageSize }];
  const { nodes } = await pageOf(firstPageOfBank);
  const customerIds: string[] = [];
  let after: string | null = null;
  for (let page = 1; page < latePage; page += 1) {
    const { nodes: customers, pageInfo } = await pageOf([anyBankDocument, { first: pageSize, after }]);
    const customersOfBank = customers.filter(({ bankId }) => bankId === readBankId).slice(0, maxCustomersOfPage);
    customerIds.push(...customersOfBank.map(({ id }) => id));
    if (!pageInfo.hasNextPage) break;
    after = pageInfo.endCursor;
  }
  const step = Math.floor(customerIds.length / (singleCustomers + repeatedCustomers));
  if (step === 0) throw new Error('The small database needs at least 6,000 customers.');
  const spreadIds = customerIds.filter((_, index) => index % step === 0);
  const spread = spreadIds.map((customerId): Request => [overviewDocument, { bankId: readBankId, customerId }]);
  const singleIds = spreadIds.slice(repeatedCustomers);
  const tasks = await planTasks(
    async (request) => dataOf(await send(request), 'The gateway'),
    singleIds,
    singleCustomers,
  );
  const [surname = ''] = nodes[0]?.legalName?.split(' ').slice(-1) ?? [];
  const filtered = (filter: object): Request[] => [[pageDocument, { bankId: readBankId, first: 50, filter }]];
  return new Map([
    ['overview', spread.slice(0, repeatedCustomers)],
    ['overview of another customer each time', spread.slice(repeatedCustomers)],
    ['first page of a bank', [firstPageOfBank]],
    ['first page of all banks', [[anyBankDocument, { first: pageSize, after: null }]]],
    [`page ${latePage} of all banks, or the last`, [[anyBankDocument, { first: pageSize, after }]]],
    ['phone %381%', filtered({ mobilePhoneNumber: '%381%' })],
    ['phone %38123%', filtered({ mobilePhoneNumber: '%38123%' })],
    ['legal name contains a surname', filtered({ legalNameContains: surname })],
    ['legal name starts with one letter', filtered({ legalNameStartsWith: nodes[0]?.legalName?.slice(0, 1) })],
    ['legal name starts with', filtered({ legalNameStartsWith: nodes[0]?.legalName?.slice(0, 8) })],
    ...tasks,
  ]);
}

/**
 * Measures the median latency of each workload in milliseconds. The databases get one request each, alternately, so
 * that other load of the machine affects all of them.
 */
export async function measureAlternately(installations: readonly Installation[], folder: string): Promise<Scale> {
  const sides: Side[] = [];
  const connections: Connection[] = [];
  try {
    for (const installation of installations) sides.push(await openSide(installation, folder));
    for (const side of sides) connections.push(await side.connect());
    const scale: Scale = new Map();
    for (const workload of sides[0]?.workloads.keys() ?? []) {
      const times = sides.map((): number[] => []);
      for (let sent = -warmUpRequests; sent < requestsPerWorkload; sent += 1) {
        for (const [index, { send }] of connections.entries()) {
          const requests = sides[index]?.workloads.get(workload) ?? [];
          const request = requests[(sent + warmUpRequests) % requests.length];
          if (request === undefined) throw new Error(`The workload has no requests: ${workload}.`);
          const start = performance.now();
          const response = await send(request);
          if (sent >= 0) times[index]?.push(performance.now() - start);
          dataOf(response, 'The gateway');
        }
      }
      scale.set(workload, times.map(median));
    }
    scale.set('memory of the process, MB', await Promise.all(sides.map((side) => side.residentMegabytes())));
    return scale;
  } finally {
    for (const connection of connections) connection.close();
    for (const side of sides) await side.stop();
  }
}

export function renderScale(scale: Scale): string {
  const cells = (texts: readonly string[]) => texts.map((text) => text.padStart(10)).join('');
  const lines = [...scale].map(([name, [small = Number.NaN, large = Number.NaN]]) => {
    const figures = [small, large, large / small].map((figure) => figure.toFixed(2));
    return `${name.padEnd(40)}${cells(figures)}`;
  });
  return [`${'p50 in milliseconds, and memory'.padEnd(40)}${cells(['small', 'large', '×'])}`, ...lines].join('\n');
}
