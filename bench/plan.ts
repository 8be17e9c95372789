import { type Contender, contenders, idsPost, type Post } from './contenders.ts';
import { type HttpResponse, openConnection, postRequest } from './http-client.ts';
import { toGatewayShape, withoutUnsupportedFields } from './postgraphile-responses.ts';
import type { RunningServer } from './processes.ts';
import { firstDifference, isObject } from './response-difference.ts';
import { pageSize, readBankId, type Workload, writeBankId } from './workloads.ts';

/** The maximum numbers of customers and pages that the requests of a workload cycle through. */
const maxCustomers = 500;
const maxPages = 20;
/** The maximum number of responses of a workload that are compared field by field. */
const maxComparedResponses = 25;

export interface Running {
  contender: Contender;
  server: RunningServer;
}

/** The requests to one contender. Every contender gets them in the same order. */
export type Requests = Map<Workload, Buffer[]>;

async function sendPost(
  { contender, server }: Running,
  token: string,
  { path, body }: Post,
): Promise<Record<string, unknown>> {
  const connection = await openConnection(server.port);
  try {
    return dataOf(await connection.send(postRequest(path, token, body)), contender.name);
  } finally {
    connection.close();
  }
}

/** Returns the data of a response. @throws Error if the response contains errors. */
export function dataOf({ status, body }: HttpResponse, server: string): Record<string, unknown> {
  const response: { data?: unknown; errors?: unknown } = JSON.parse(body.toString());
  if (status !== 200 || response.errors !== undefined || !isObject(response.data)) {
    const detail = JSON.stringify(response.errors ?? response).slice(0, 2000);
    throw new Error(`${server} responded with HTTP ${status}: ${detail}`);
  }
  return response.data;
}

interface IdsPage {
  nodes: Record<string, string>[];
  pageInfo: { hasNextPage: boolean; endCursor: string | null };
}

/** Reads the first pages of a bank: returns their customers, and the cursors that are followed by a full page. */
async function readPages(running: Running, token: string, bankId: string) {
  const customerIds: string[] = [];
  const cursors: (string | null)[] = [];
  for (let after: string | null = null; cursors.length < maxPages; ) {
    const post = idsPost(running.contender, bankId, after);
    const [page] = Object.values(await sendPost(running, token, post)) as IdsPage[];
    if (page === undefined || page.nodes.length < pageSize) break;
    cursors.push(after);
    customerIds.push(...page.nodes.map(({ id, rowId }) => id ?? rowId ?? ''));
    after = page.pageInfo.endCursor;
    if (!page.pageInfo.hasNextPage) break;
  }
  return { customerIds, cursors };
}

/** Returns every n-th item, so that at most `max` items remain. */
function spread<Item>(items: readonly Item[], max: number): Item[] {
  const step = Math.ceil(items.length / max);
  return items.filter((_, index) => index % step === 0);
}

/** Prepares the requests to each contender from the customers that the gateway lists. */
export async function planRequests(all: readonly Running[], token: string): Promise<Map<Contender, Requests>> {
  const gateway = all.find(({ contender }) => contender.name === 'gateway');
  if (gateway === undefined) throw new Error('The contenders must include the gateway.');
  const read = await readPages(gateway, token, readBankId);
  const written = await readPages(gateway, token, writeBankId);
  const plans = new Map<Contender, Requests>();
  for (const running of all) {
    const { contender } = running;
    const { protocol } = contender;
    if (protocol === null) continue;
    const { cursors } = contender.hasOwnCursors ? await readPages(running, token, readBankId) : read;
    const posts: Record<Workload, () => Post[]> = {
      overview: () => spread(read.customerIds, maxCustomers).map(protocol.overview),
      page: () => cursors.map(protocol.page),
      me: () => [protocol.me()],
      write: () => written.customerIds.map(protocol.write),
    };
    const sentToken = contender.name === 'postgraphile' ? null : token;
    const requests = contender.workloads.map((workload): [Workload, Buffer[]] => [
      workload,
      posts[workload]().map(({ path, body }) => postRequest(path, sentToken, body)),
    ]);
    plans.set(contender, new Map(requests));
  }
  return plans;
}

/** Sends each request once. Returns the responses in the order of the requests. */
async function responsesTo({ port }: RunningServer, requests: readonly Buffer[]): Promise<HttpResponse[]> {
  const connection = await openConnection(port);
  const responses: HttpResponse[] = [];
  try {
    for (const request of requests) {
      const { status, body } = await connection.send(request);
      responses.push({ status, body: Buffer.from(body) });
    }
    return responses;
  } finally {
    connection.close();
  }
}

/** The length in bytes of each response of a contender. The rounds check only the length. */
export type ResponseLengths = Map<Contender, number[]>;

/**
 * Sends all requests of a workload to each contender once.
 *
 * @throws Error if a response contains errors, or if a field differs from the gateway's response.
 */
export async function compareResponses(
  workload: Workload,
  all: readonly Running[],
  plans: ReadonlyMap<Contender, Requests>,
): Promise<ResponseLengths> {
  const lengths: ResponseLengths = new Map();
  let expected: Record<string, unknown>[] = [];
  const inOrder = all.toSorted((a, b) => contenders.indexOf(a.contender) - contenders.indexOf(b.contender));
  for (const { contender, server } of inOrder) {
    const requests = plans.get(contender)?.get(workload);
    if (requests === undefined) continue;
    const responses = await responsesTo(server, requests);
    const data = responses.map((response) => dataOf(response, contender.name));
    if (contender.name === 'gateway') expected = data;
    for (const index of spread([...data.keys()], maxComparedResponses)) {
      const isPostgraphile = contender.name === 'postgraphile';
      const difference = isPostgraphile
        ? firstDifference(withoutUnsupportedFields(expected[index]), toGatewayShape(data[index]))
        : firstDifference(expected[index], data[index]);
      if (difference === null) continue;
      throw new Error(`The response of ${contender.name} to ${workload} differs from the gateway's: ${difference}`);
    }
    lengths.set(
      contender,
      responses.map(({ body }) => body.length),
    );
  }
  return lengths;
}
