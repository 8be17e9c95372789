/**
 * Clients that write to a real server without a pause, and know which of their writes it has acknowledged. After a fault, the
 * database must contain each of these exactly once.
 *
 *   const target = await prepareWrites(databaseUrl);
 *   const writers = startWriters(target, url);
 *   …the fault…
 *   await writers.stop();
 *   expect(await findLosses(databaseUrl, writers)).toEqual({ lost: 0, doubled: 0 });
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { openTokens } from '../../src/auth/tokens.ts';
import { readConfig } from '../../src/config.ts';
import { openDatabase } from '../../src/database/open-database.ts';
import { customerAddress } from '../../src/domain/address/address.table.ts';
import { insertBank, insertUser, testEnvironment } from './gateway.ts';
import { insertCustomers } from './rows.ts';

const bankId = 'gh.29.uk';
const document = /* GraphQL */ `mutation ($bankId: ID!, $customerId: ID!, $line1: String!, $idempotencyKey: String) {
  createCustomerAddress(bankId: $bankId, customerId: $customerId, idempotencyKey: $idempotencyKey, input: {
    line1: $line1, city: "Berlin", postcode: "13359", countryCode: "DE" }) { customerAddress { line1 } } }`;

const customers = 200;
/** A customer can have 500 addresses. */
const writesPerCustomer = 400;
const retryPause = 50;
const maxResponseMilliseconds = 20_000;

export interface WriteTarget {
  token: string;
  customerIds: string[];
}

export interface WriterOptions {
  /** The number of writes at the same time. Defaults to 16. */
  concurrency?: number;
  /**
   * Makes losses and doubles, to show that they are found: a write counts as acknowledged before it is sent, and is sent twice,
   * without an idempotency key.
   */
  isCareless?: boolean;
}

export interface Writers {
  /** The first address line of each acknowledged write. */
  acknowledged: ReadonlySet<string>;
  /** The number of calls that failed because the server or its database was down. They are repeated. */
  failures(): number;
  /** The responses that neither acknowledge the write nor say that the service is unavailable. */
  unexpected: readonly string[];
  /** Waits until the server has acknowledged so many further writes. */
  acknowledge(writes: number): Promise<void>;
  /** Begins no write any more, and waits until those that have begun are acknowledged. */
  stop(): Promise<void>;
}

/** Inserts the customers of the writes, and a user who can write to them. Nothing keeps the database open. */
export async function prepareWrites(databaseUrl: string): Promise<WriteTarget> {
  const database = await openDatabase(databaseUrl);
  try {
    const tokens = await openTokens(readConfig(testEnvironment(databaseUrl)).signing);
    await insertBank(database, bankId);
    const { token } = await insertUser(database, tokens, { roles: [['CanCreateCustomerAddress', bankId]] });
    const rows = await insertCustomers(
      database,
      Array.from({ length: customers }, () => ({ bankId })),
    );
    return { token, customerIds: rows.map(({ id }) => id) };
  } finally {
    await database.close();
  }
}

export function startWriters(
  { token, customerIds }: WriteTarget,
  url: string,
  { concurrency = 16, isCareless = false }: WriterOptions = {},
): Writers {
  const acknowledged = new Set<string>();
  const unexpected: string[] = [];
  let started = 0;
  let failures = 0;
  let isOver = false;

  async function isAcknowledged(variables: Record<string, unknown>): Promise<boolean> {
    try {
      const response = await fetch(`${url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
        body: JSON.stringify({ query: document, variables }),
        signal: AbortSignal.timeout(maxResponseMilliseconds),
      });
      const body = await response.text();
      // The result of a committed mutation can be omitted.
      if (body.includes('"committed":true')) return true;
      if (response.status === 200 && !body.includes('"errors"')) return true;
      if (response.status !== 503) unexpected.push(`${response.status} ${body}`);
    } catch {
      // The connection was refused or closed, or the response is late.
    }
    failures += 1;
    return false;
  }

  async function write(): Promise<void> {
    const line1 = randomUUID();
    const customerId = customerIds[Math.floor(started++ / writesPerCustomer) % customers];
    const variables = { bankId, customerId, line1, idempotencyKey: isCareless ? null : line1 };
    if (isCareless) {
      acknowledged.add(line1);
      await Promise.all([isAcknowledged(variables), isAcknowledged(variables)]);
      return;
    }
    while (!(await isAcknowledged(variables))) await sleep(retryPause);
    acknowledged.add(line1);
  }

  const writers = Array.from({ length: concurrency }, async () => {
    while (!isOver) await write();
  });

  return {
    acknowledged,
    unexpected,
    failures: () => failures,
    async acknowledge(writes) {
      const enough = acknowledged.size + writes;
      while (acknowledged.size < enough) await sleep(10);
    },
    async stop() {
      isOver = true;
      await Promise.all(writers);
    },
  };
}

/** Counts the acknowledged writes that the database does not contain, and those that it contains several times. */
export async function findLosses(
  databaseUrl: string,
  { acknowledged }: Pick<Writers, 'acknowledged'>,
): Promise<{ lost: number; doubled: number }> {
  const database = await openDatabase(databaseUrl, { migrate: 'never' });
  try {
    const rows = await database.read.select({ line1: customerAddress.line1 }).from(customerAddress);
    const counts = new Map<string, number>();
    for (const { line1 } of rows) counts.set(line1, (counts.get(line1) ?? 0) + 1);
    const times = Array.from(acknowledged, (line1) => counts.get(line1) ?? 0);
    return { lost: times.filter((count) => count === 0).length, doubled: times.filter((count) => count > 1).length };
  } finally {
    await database.close();
  }
}
