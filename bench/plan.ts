import { firstDifference, isObject } from './answers.ts';
import { type Entry, entries, idsPost, type Post } from './contenders.ts';
import { type HttpAnswer, openConnection, postRequest } from './http-client.ts';
import { inGatewaysShape, whatPostgraphileGives } from './postgraphile-answers.ts';
import type { RunningServer } from './processes.ts';
import { customersOfPage, readBankId, type Work, writeBankId } from './workloads.ts';

/** How many customers and pages are asked for in turn. */
const mostCustomers = 500;
const mostPages = 20;
/** How many answers of a work are compared field by field. */
const mostCompared = 25;

/** An entry that runs. */
export interface Running {
  entry: Entry;
  server: RunningServer;
}

/** What one entry is asked for a work: in the same order as every other entry. */
export type Requests = Map<Work, Buffer[]>;

async function ask({ entry, server }: Running, token: string, { path, body }: Post): Promise<Record<string, unknown>> {
  const connection = await openConnection(server.port);
  try {
    return dataOf(await connection.send(postRequest(path, token, body)), entry.name);
  } finally {
    connection.close();
  }
}

/** The data of an answer; throws where it tells of errors. */
export function dataOf({ status, body }: HttpAnswer, who: string): Record<string, unknown> {
  const answer: { data?: unknown; errors?: unknown } = JSON.parse(body.toString());
  if (status !== 200 || answer.errors !== undefined || !isObject(answer.data)) {
    throw new Error(`${who} answers HTTP ${status}: ${JSON.stringify(answer.errors ?? answer).slice(0, 2000)}`);
  }
  return answer.data;
}

interface IdsPage {
  nodes: Record<string, string>[];
  pageInfo: { hasNextPage: boolean; endCursor: string | null };
}

/** Walks through the pages of a bank: its customers, and the cursors after which a full page follows. */
async function walk(running: Running, token: string, bankId: string) {
  const customerIds: string[] = [];
  const cursors: (string | null)[] = [];
  for (let after: string | null = null; cursors.length < mostPages; ) {
    const [page] = Object.values(await ask(running, token, idsPost(running.entry, bankId, after))) as IdsPage[];
    if (page === undefined || page.nodes.length < customersOfPage) break;
    cursors.push(after);
    customerIds.push(...page.nodes.map(({ id, rowId }) => id ?? rowId ?? ''));
    after = page.pageInfo.endCursor;
    if (!page.pageInfo.hasNextPage) break;
  }
  return { customerIds, cursors };
}

/** Every n-th, so that at most as many are left. */
function spread<Item>(items: readonly Item[], most: number): Item[] {
  const step = Math.ceil(items.length / most);
  return items.filter((_, index) => index % step === 0);
}

/** The requests of each entry, made of what the gateway answers when it is asked for its customers. */
export async function planRequests(all: readonly Running[], token: string): Promise<Map<Entry, Requests>> {
  const gateway = all.find(({ entry }) => entry.name === 'gateway');
  if (gateway === undefined) throw new Error('The gateway is always among the entries.');
  const toRead = await walk(gateway, token, readBankId);
  const toWrite = await walk(gateway, token, writeBankId);
  const plans = new Map<Entry, Requests>();
  for (const running of all) {
    const { entry } = running;
    const { protocol } = entry;
    if (protocol === null) continue;
    const { cursors } = entry.hasOwnCursors ? await walk(running, token, readBankId) : toRead;
    const posts: Record<Work, () => Post[]> = {
      overview: () => spread(toRead.customerIds, mostCustomers).map(protocol.overview),
      page: () => cursors.map(protocol.page),
      me: () => [protocol.me()],
      write: () => toWrite.customerIds.map(protocol.write),
    };
    const sentToken = entry.name === 'postgraphile' ? null : token;
    const planned = entry.works.map((work): [Work, Buffer[]] => [
      work,
      posts[work]().map(({ path, body }) => postRequest(path, sentToken, body)),
    ]);
    plans.set(entry, new Map(planned));
  }
  return plans;
}

/** Sends each request once, and gives the answers in their order. */
async function answersTo({ port }: RunningServer, requests: readonly Buffer[]): Promise<HttpAnswer[]> {
  const connection = await openConnection(port);
  const answers: HttpAnswer[] = [];
  try {
    for (const request of requests) {
      const { status, body } = await connection.send(request);
      answers.push({ status, body: Buffer.from(body) });
    }
    return answers;
  } finally {
    connection.close();
  }
}

/** How long each answer of an entry has to be, in bytes, by the work: the rounds check no more of it. */
export type AnswerLengths = Map<Entry, number[]>;

/**
 * Asks every entry for everything once. Throws where an answer has errors, or where it is not, field by field, the one
 * that the gateway gives.
 */
export async function compareAnswers(
  work: Work,
  all: readonly Running[],
  plans: ReadonlyMap<Entry, Requests>,
): Promise<AnswerLengths> {
  const lengths: AnswerLengths = new Map();
  let expected: Record<string, unknown>[] = [];
  for (const { entry, server } of all.toSorted((a, b) => entries.indexOf(a.entry) - entries.indexOf(b.entry))) {
    const requests = plans.get(entry)?.get(work);
    if (requests === undefined) continue;
    const answers = await answersTo(server, requests);
    const data = answers.map((answer) => dataOf(answer, entry.name));
    if (entry.name === 'gateway') expected = data;
    for (const index of spread([...data.keys()], mostCompared)) {
      const isPostgraphile = entry.name === 'postgraphile';
      const difference = isPostgraphile
        ? firstDifference(whatPostgraphileGives(expected[index]), inGatewaysShape(data[index]))
        : firstDifference(expected[index], data[index]);
      if (difference !== null)
        throw new Error(`${entry.name} answers ${work} otherwise than the gateway: ${difference}`);
    }
    lengths.set(
      entry,
      answers.map(({ body }) => body.length),
    );
  }
  return lengths;
}
