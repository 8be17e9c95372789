/**
 * What grows with the bank: the same requests, one at a time, on a small database and on a large one.
 *
 *   npm run bench:scale -- --database sqlite --small 10000 --large 1000000
 */
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type HttpAnswer, openConnection, postRequest } from './http-client.ts';
import { type DatabaseName, databases, gatewayCommand, type Installation, install } from './installation.ts';
import { dataOf } from './plan.ts';
import { residentMegabytes, startServer, toldToEnd } from './processes.ts';
import { overviewDocument, readBankId } from './works.ts';

const customersOfPage = 100;
/** Of all banks together, as no bank has a million customers. */
const farPage = 10_000;
const requestsOfWork = 300;
const requestsBefore = 100;

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
  nodes: { id: string; legalName?: string }[];
  pageInfo: { hasNextPage: boolean; endCursor: string | null };
}

/** The names of what is measured, and the median time of an answer in milliseconds. */
type Medians = Map<string, number>;

/** Sends requests one after the other over one connection. */
async function openAsker(port: number, token: string) {
  const connection = await openConnection(port);
  const send = (query: string, variables: object): Promise<HttpAnswer> =>
    connection.send(postRequest('/graphql', token, { query, variables }));
  return {
    async page(query: string, variables: object): Promise<Page> {
      const [page] = Object.values(dataOf(await send(query, variables), 'The gateway')) as Page[];
      if (page === undefined) throw new Error('There is no page.');
      return page;
    },
    async median(requests: readonly [query: string, variables: object][]): Promise<number> {
      const times: number[] = [];
      for (let sent = -requestsBefore; sent < requestsOfWork; sent += 1) {
        const [query, variables] = requests[(sent + requestsBefore) % requests.length] ?? ['', {}];
        const begun = performance.now();
        const answer = await send(query, variables);
        if (sent >= 0) times.push(performance.now() - begun);
        dataOf(answer, 'The gateway');
      }
      return times.sort((one, other) => one - other)[requestsOfWork >> 1] ?? Number.NaN;
    },
    close: connection.close,
  };
}

/** Starts the gateway on a database that is there, and measures. */
async function measureScale({ environment, token, settle }: Installation, folder: string): Promise<Medians> {
  await settle();
  const server = await startServer({
    arguments: [...gatewayCommand, 'serve', '--workers', '1'],
    environment,
    logFile: join(folder, 'gateway.log'),
  });
  const asker = await openAsker(server.port, token);
  const medians: Medians = new Map();
  try {
    const atBank = { bankId: readBankId, first: customersOfPage };
    const { nodes } = await asker.page(pageDocument, atBank);
    const overviews = nodes.map(({ id }): [string, object] => [
      overviewDocument,
      { bankId: readBankId, customerId: id },
    ]);
    medians.set('overview', await asker.median(overviews));
    medians.set('first page', await asker.median([[pageDocument, atBank]]));

    let after: string | null = null;
    for (let page = 1; page < farPage; page += 1) {
      const { pageInfo } = await asker.page(anyBankDocument, { first: customersOfPage, after });
      if (!pageInfo.hasNextPage) break;
      after = pageInfo.endCursor;
    }
    const first: [string, object] = [anyBankDocument, { first: customersOfPage, after: null }];
    const far: [string, object] = [anyBankDocument, { first: customersOfPage, after }];
    medians.set('first page of all banks', await asker.median([first]));
    medians.set(`page ${farPage} of all banks, or the last`, await asker.median([far]));

    const [surname = ''] = nodes[0]?.legalName?.split(' ').slice(-1) ?? [];
    const filters = {
      'phone %381%': { mobilePhoneNumber: '%381%' },
      'phone %38123%': { mobilePhoneNumber: '%38123%' },
      'legal name contains a surname': { legalNameContains: surname },
      'legal name starts with': { legalNameStartsWith: nodes[0]?.legalName?.slice(0, 8) },
    };
    for (const [name, filter] of Object.entries(filters)) {
      medians.set(name, await asker.median([[pageDocument, { ...atBank, first: 50, filter }]]));
    }
    medians.set('memory of the process, MB', await residentMegabytes(server.pid));
    return medians;
  } finally {
    asker.close();
    await server.stop();
  }
}

async function measureNew(database: DatabaseName, customers: number, ended: Promise<never>): Promise<Medians> {
  const folder = await mkdtemp(join(tmpdir(), 'gateway-scale-'));
  // The user of the PostgreSQL server is another one where this is root.
  await chmod(folder, 0o755);
  let installation: Installation | undefined;
  try {
    const begun = performance.now();
    installation = await Promise.race([install(database, folder, customers), ended]);
    const seconds = (performance.now() - begun) / 1000;
    console.error(`${database}: ${customers} customers were generated in ${seconds.toFixed(0)} s`);
    return await Promise.race([measureScale(installation, folder), ended]);
  } finally {
    await installation?.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

function render(small: Medians, large: Medians): string {
  const lines = [...small].map(([name, before]) => {
    const after = large.get(name) ?? Number.NaN;
    const figures = [before.toFixed(2), after.toFixed(2), (after / before).toFixed(2)].map((text) => text.padStart(10));
    return `${name.padEnd(40)}${figures.join('')}`;
  });
  const head = `${'p50 in milliseconds, and memory'.padEnd(40)}${['small', 'large', '×'].map((text) => text.padStart(10)).join('')}`;
  return [head, ...lines].join('\n');
}

function numberOf(name: string, text: string): number {
  const number = Number(text);
  if (!Number.isSafeInteger(number) || number < 1) throw new Error(`--${name} takes a number of customers.`);
  return number;
}

const { values } = parseArgs({
  options: {
    database: { type: 'string', default: 'sqlite' },
    small: { type: 'string', default: '10000' },
    large: { type: 'string', default: '1000000' },
  },
});
const database = databases.find((name) => name === values.database);
if (database === undefined) throw new Error(`--database takes ${databases.join(' or ')}.`);
const [customersOfSmall, customersOfLarge] = [numberOf('small', values.small), numberOf('large', values.large)];
const ended = toldToEnd();
const small = await measureNew(database, customersOfSmall, ended);
const large = await measureNew(database, customersOfLarge, ended);
console.log(render(small, large));
