import { join } from 'node:path';
import { type HttpAnswer, openConnection, postRequest } from './http-client.ts';
import { gatewayCommand, type Installation } from './installation.ts';
import { dataOf } from './plan.ts';
import { residentMegabytes, startServer } from './processes.ts';
import { quantile } from './statistics.ts';
import { customersOfPage, overviewDocument, readBankId } from './workloads.ts';

/** Of all banks together, as no bank has a million customers. */
const farPage = 10_000;
const requestsOfWork = 300;
const requestsBefore = 100;
/** Customers from anywhere in the list who are asked for again and again. The others are each asked for once. */
const customersAskedAgain = 50;
const customersAskedOnce = requestsBefore + requestsOfWork;
/** How many customers are taken from a page, so that a small database has enough. */
const mostOfPage = 10;

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

type Request = readonly [query: string, variables: object];

interface Connection {
  send(request: Request): Promise<HttpAnswer>;
  close(): void;
}

/** What is asked of one database. */
interface Side {
  /** Anew for the measurement: the server closes a connection that is not used while works are found for the others. */
  connect(): Promise<Connection>;
  works: ReadonlyMap<string, readonly Request[]>;
  residentMegabytes(): Promise<number>;
  stop(): Promise<void>;
}

/** A figure of each database, by what was measured. */
export type Scale = Map<string, number[]>;

/** Starts the gateway on a database that is there, and finds what to ask of it. */
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
    const finding = await connect();
    const works = await findWorks(finding.send);
    finding.close();
    return { connect, works, residentMegabytes: () => residentMegabytes(server.pid), stop: server.stop };
  } catch (error) {
    await server.stop();
    throw error;
  }
}

async function findWorks(send: Connection['send']): Promise<Map<string, Request[]>> {
  async function pageOf(request: Request): Promise<Page> {
    const [page] = Object.values(dataOf(await send(request), 'The gateway')) as Page[];
    if (page === undefined) throw new Error('There is no page.');
    return page;
  }

  const firstOfBank: Request = [pageDocument, { bankId: readBankId, first: customersOfPage }];
  const { nodes } = await pageOf(firstOfBank);
  const overviews: Request[] = [];
  let after: string | null = null;
  for (let page = 1; page < farPage; page += 1) {
    const { nodes: found, pageInfo } = await pageOf([anyBankDocument, { first: customersOfPage, after }]);
    const ofBank = found.filter(({ bankId }) => bankId === readBankId).slice(0, mostOfPage);
    for (const { id } of ofBank) overviews.push([overviewDocument, { bankId: readBankId, customerId: id }]);
    if (!pageInfo.hasNextPage) break;
    after = pageInfo.endCursor;
  }
  const step = Math.max(1, Math.floor(overviews.length / (customersAskedOnce + customersAskedAgain)));
  const spread = overviews.filter((_, index) => index % step === 0);
  const [surname = ''] = nodes[0]?.legalName?.split(' ').slice(-1) ?? [];
  const filtered = (filter: object): Request[] => [[pageDocument, { bankId: readBankId, first: 50, filter }]];
  return new Map([
    ['overview', spread.slice(0, customersAskedAgain)],
    ['overview of somebody else each time', spread.slice(customersAskedAgain)],
    ['first page of a bank', [firstOfBank]],
    ['first page of all banks', [[anyBankDocument, { first: customersOfPage, after: null }]]],
    [`page ${farPage} of all banks, or the last`, [[anyBankDocument, { first: customersOfPage, after }]]],
    ['phone %381%', filtered({ mobilePhoneNumber: '%381%' })],
    ['phone %38123%', filtered({ mobilePhoneNumber: '%38123%' })],
    ['legal name contains a surname', filtered({ legalNameContains: surname })],
    ['legal name starts with one letter', filtered({ legalNameStartsWith: nodes[0]?.legalName?.slice(0, 1) })],
    ['legal name starts with', filtered({ legalNameStartsWith: nodes[0]?.legalName?.slice(0, 8) })],
  ]);
}

/**
 * The median time of an answer in milliseconds, by work: one request of each database in turn, so that what disturbs the
 * machine disturbs all.
 */
export async function measureInTurns(installations: readonly Installation[], folder: string): Promise<Scale> {
  const sides: Side[] = [];
  const connections: Connection[] = [];
  try {
    for (const installation of installations) sides.push(await openSide(installation, folder));
    for (const side of sides) connections.push(await side.connect());
    const scale: Scale = new Map();
    for (const work of sides[0]?.works.keys() ?? []) {
      const times = sides.map((): number[] => []);
      for (let sent = -requestsBefore; sent < requestsOfWork; sent += 1) {
        for (const [index, { send }] of connections.entries()) {
          const requests = sides[index]?.works.get(work) ?? [];
          const request = requests[(sent + requestsBefore) % requests.length];
          if (request === undefined) throw new Error(`There is nothing to ask for: ${work}.`);
          const begun = performance.now();
          const answer = await send(request);
          if (sent >= 0) times[index]?.push(performance.now() - begun);
          dataOf(answer, 'The gateway');
        }
      }
      const medianOf = (each: number[]) =>
        quantile(
          each.toSorted((one, other) => one - other),
          0.5,
        );
      scale.set(work, times.map(medianOf));
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
