/** Streams through the failover of PostgreSQL to a replica that has not received all transactions. */
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Gateway, startGateway } from '../support/gateway.ts';
import { createLiveCustomer, type LiveCustomer } from '../support/live-customer.ts';
import { endOf } from '../support/live-stream.ts';
import {
  type PostgresqlCluster,
  type PostgresqlServer,
  startPostgresqlCluster,
} from '../support/postgresql-cluster.ts';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts';

/** Evaluates an expression in a transaction of its own, several times. Returns the last value. */
async function evaluate(url: string, expression: string, times = 1): Promise<string> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    let value = '';
    for (let count = 0; count < times; count += 1) {
      value = (await client.query(`select (${expression})::text as value`)).rows[0].value;
    }
    return value;
  } finally {
    await client.end();
  }
}

describe('streams', () => {
  let cluster: PostgresqlCluster;
  let standby: PostgresqlServer;
  let proxy: TcpProxy;
  let gateway: Gateway;
  let customer: LiveCustomer;

  beforeAll(async () => {
    cluster = await startPostgresqlCluster([{}]);
    standby = cluster.replicas[0] as PostgresqlServer;
    proxy = await startTcpProxy(cluster.primary.url);
    gateway = await startGateway({ prepareDatabase: async () => proxy.url });
    customer = await createLiveCustomer(gateway);
  });
  afterAll(async () => {
    await gateway.stop();
    await proxy.stop();
    await cluster.stop();
  });

  /** The first change that succeeds after an outage. Those that fail are rolled back. */
  async function changeWhenPossible(): Promise<void> {
    const attempt = () =>
      customer.change().then(
        () => 'changed',
        (error: Error) => error.message,
      );
    await expect.poll(attempt, { timeout: 50_000 }).toBe('changed');
  }

  test('continue after the database was restarted', async () => {
    const stream = await customer.open(await customer.createReader());
    await cluster.primary.stop();
    await cluster.primary.start();
    await changeWhenPossible();
    await customer.change();

    const events = [await stream.next(), await stream.next()];
    expect(events.map((event) => event?.data?.customerChanged?.fields)).toEqual([
      ['Customer.email'],
      ['Customer.email'],
    ]);
    expect(new Set(events.map((event) => event?.id)).size).toBe(2);
    stream.close();
  });

  test('end when a replica is promoted, because it assigns the IDs of lost transactions to others', async () => {
    const reader = await customer.createReader();
    const poller = await gateway.createUser({ roles: [['CanGetChanges', customer.bankId]] });
    const changesDocument =
      'query ($bankId: ID!, $after: String) { changes(bankId: $bankId, after: $after) { pageInfo { endCursor } } }';
    const changesAfter = (after: string | null) =>
      gateway.query<{ changes: { pageInfo: { endCursor: string } } }>(poller.token, changesDocument, {
        bankId: customer.bankId,
        after,
      });
    const stream = await customer.open(reader);
    await customer.change();
    const replicated = await stream.next();
    const written = await evaluate(cluster.primary.url, 'pg_current_wal_lsn()');
    const hasReplayed = () => evaluate(standby.url, `pg_last_wal_replay_lsn() >= '${written}'`);
    await expect.poll(hasReplayed).toBe('true');
    await standby.stop();
    const { endCursor = null } = (await changesAfter(null)).data?.changes.pageInfo ?? {};
    await customer.change();
    const lost = await stream.next();
    const lastTransaction = BigInt(await evaluate(cluster.primary.url, 'pg_current_xact_id()', 50));

    await cluster.primary.kill();
    await standby.start();
    await evaluate(standby.url, 'pg_promote()');
    const other = await startGateway({ prepareDatabase: async () => standby.url });
    const transactionIds = [];
    while ((transactionIds.at(-1) ?? 0n) <= lastTransaction) {
      await customer.change(other);
      transactionIds.push(BigInt(await evaluate(standby.url, 'pg_current_xact_id()')));
    }
    await other.stop();
    // The new primary has used all IDs again, so they do not show that something is missing.
    expect(transactionIds[0]).toBeLessThan(lastTransaction);
    proxy.switchTo(standby.url);

    const end = [
      ['next', ['RESUME_IMPOSSIBLE']],
      ['complete', []],
    ];
    expect(await endOf(stream)).toEqual(end);
    for (const event of [replicated, lost]) {
      const resumed = await customer.open(reader, { headers: { 'last-event-id': event?.id ?? '' } });
      expect(await endOf(resumed)).toEqual(end);
    }
    const { errors } = await changesAfter(endCursor);
    expect(errors.map(({ extensions }) => extensions.key)).toEqual(['RESUME_IMPOSSIBLE']);
    const again = await customer.open(reader);
    await customer.change();
    expect((await again.next())?.data?.customerChanged?.fields).toEqual(['Customer.email']);
    again.close();
  });
});
