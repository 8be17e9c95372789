/** Clients that write and read without a pause, to see what happens to their requests when a server stops. */
import { randomUUID } from 'node:crypto';
import { Agent, type ClientRequest, type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { inArray } from 'drizzle-orm';
import type { Database } from '../../src/database/database.ts';
import { customerAddress } from '../../src/domain/address/address.table.ts';
import type { Gateway, TestUser } from './gateway.ts';
import { insertCustomer } from './rows.ts';

const bankId = 'gh.29.uk';
const create = /* GraphQL */ `mutation ($bankId: ID!, $customerId: ID!, $line1: String!) {
  createCustomerAddress(bankId: $bankId, customerId: $customerId, input: {
    line1: $line1, city: "Berlin", postcode: "13359", countryCode: "DE" }) { customerAddress { id } } }`;
const read = /* GraphQL */ `query ($bankId: ID!, $customerId: ID!) {
  customerAddresses(bankId: $bankId, customerId: $customerId) { id line1 city } }`;

/** The maximum number of addresses of a customer is 500. */
const writesPerCustomer = 300;

export interface LoadOptions {
  url: string;
  /** The number of clients that keep their connection open. */
  keepAliveClients: number;
  /** The number of clients that open a connection for each request. */
  singleRequestClients: number;
}

export interface LoadResult {
  sent: number;
  answered: number;
  /** The requests that were sent, and whose connection was closed or reset before the response. */
  reset: string[];
  /** The connections that the server did not accept. No request was sent on them. */
  refused: number;
  /** The responses with another status than 200, and those with errors. */
  failed: string[];
  /** The writes that were committed although their client received no response. */
  committedWithoutResponse: number;
  /** The milliseconds until the response, of the slowest request. */
  slowest: number;
}

export interface Load {
  answered(): number;
  /** Ends the clients after their current request, and returns what happened. */
  stop(): Promise<LoadResult>;
}

/** The bank, and a user who can write to its customers. */
export async function prepareLoad(gateway: Gateway): Promise<TestUser> {
  await gateway.createBank(bankId);
  return gateway.createUser({
    roles: [
      ['CanCreateCustomerAddress', bankId],
      ['CanGetCustomerAddress', bankId],
    ],
  });
}

/** Starts clients that send requests until the server refuses their connection, or `stop` is called. */
export async function startLoad(
  { database }: { database: Database },
  { token }: TestUser,
  { url, keepAliveClients, singleRequestClients }: LoadOptions,
): Promise<Load> {
  const result = { sent: 0, answered: 0, reset: [] as string[], refused: 0, failed: [] as string[], slowest: 0 };
  const customerIds: string[] = [];
  const written = new Set<string>();
  let isOver = false;

  async function run(agent: Agent): Promise<void> {
    let customerId = '';
    let answeredAt = performance.now();
    for (let number = 0; !isOver; number += 1) {
      if (number % (2 * writesPerCustomer) === 0) {
        customerId = (await insertCustomer(database, { bankId })).id;
        customerIds.push(customerId);
      }
      const line1 = randomUUID();
      const isWrite = number % 2 === 0;
      const variables = { bankId, customerId, ...(isWrite ? { line1 } : {}) };
      const start = performance.now();
      const sent = post(url, agent, token, JSON.stringify({ query: isWrite ? create : read, variables }));
      result.sent += 1;
      try {
        const response = await responseTo(sent);
        const body = await text(response);
        result.answered += 1;
        answeredAt = performance.now();
        result.slowest = Math.max(result.slowest, answeredAt - start);
        if (isWrite) written.add(line1);
        if (response.statusCode !== 200 || body.includes('"errors"')) result.failed.push(body);
      } catch (error) {
        const { code, message } = error as NodeJS.ErrnoException;
        const connection = sent.reusedSocket
          ? `connection, ${Math.round(start - answeredAt)} ms idle`
          : 'new connection';
        if (code === 'ECONNREFUSED') result.refused += 1;
        else
          result.reset.push(
            `${code ?? message}, ${connection}, ${Math.round(performance.now() - start)} ms after sending`,
          );
        return;
      }
    }
  }

  const clients = [
    ...Array.from({ length: keepAliveClients }, () => new Agent({ keepAlive: true, maxSockets: 1 })),
    ...Array.from({ length: singleRequestClients }, () => new Agent({ maxSockets: 1 })),
  ].map((agent) => run(agent).finally(() => agent.destroy()));

  return {
    answered: () => result.answered,
    async stop() {
      isOver = true;
      await Promise.all(clients);
      const stored = await database.read
        .select({ line1: customerAddress.line1 })
        .from(customerAddress)
        .where(inArray(customerAddress.customerId, customerIds));
      return { ...result, committedWithoutResponse: stored.filter(({ line1 }) => !written.has(line1)).length };
    },
  };
}

function post(url: string, agent: Agent, token: string, body: string): ClientRequest {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
  const sent = request(`${url}/graphql`, { method: 'POST', agent, headers, timeout: 30_000 });
  sent.once('timeout', () => sent.destroy(new Error('no response')));
  sent.end(body);
  return sent;
}

function responseTo(sent: ClientRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    sent.once('response', resolve);
    sent.once('error', reject);
  });
}
