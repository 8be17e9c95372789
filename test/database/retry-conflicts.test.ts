/** Mutations that run at the same time and prevent each other: deadlocks and serialization failures of PostgreSQL. */
import { asc, eq } from 'drizzle-orm';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { auditEvent } from '../../src/audit/audit.table.ts';
import { maxAttempts } from '../../src/database/retry-conflicts.ts';
import { customer } from '../../src/domain/customer/customer.table.ts';
import { type AuditReader, auditReader } from '../support/audit-events.ts';
import { dialectUnderTest } from '../support/database-url.ts';
import { type Gateway, type GatewayResponse, startGateway, type TestUser } from '../support/gateway.ts';
import { insertCustomer } from '../support/rows.ts';

const bankId = 'gh.29.uk';

let url: string;
let gateway: Gateway;
let clerk: TestUser;
let audit: AuditReader;
/** The texts of all statements of the gateway. */
let statements: string[] = [];

beforeAll(async () => {
  gateway = await startGateway({
    onStatement: (text) => statements.push(text),
    async prepareDatabase(created) {
      url = created;
      return created;
    },
  });
  await gateway.createBank(bankId);
  const roles = ['CanUpdateCustomerBranch', 'CanCreateCustomerAddress'] as const;
  clerk = await gateway.createUser({ roles: roles.map((role) => [role, bankId]) });
  audit = auditReader(gateway.database);
});
beforeEach(async () => {
  await audit.skipExisting();
  statements = [];
});
afterAll(() => gateway.stop());

function updateBranch(customerId: string, branchId: string): Promise<GatewayResponse<Record<string, unknown>>> {
  return gateway.query(
    clerk.token,
    `mutation ($bankId: ID!, $customerId: ID!, $branchId: ID!) {
      updateCustomerBranch(bankId: $bankId, customerId: $customerId, input: { branchId: $branchId }) {
        customer { version }
      }
    }`,
    { bankId, customerId, branchId },
  );
}

function createAddress(customerId: string): Promise<GatewayResponse<Record<string, unknown>>> {
  return gateway.query(
    clerk.token,
    `mutation ($bankId: ID!, $customerId: ID!) {
      createCustomerAddress(bankId: $bankId, customerId: $customerId, input:
        { line1: "1 Hill Street", city: "Derby", postcode: "DE1 1AA", countryCode: "GB" }) { customerAddress { id } }
    }`,
    { bankId, customerId },
  );
}

async function customers(count: number): Promise<string[]> {
  const rows = Array.from({ length: count }, () => insertCustomer(gateway.database, { bankId }));
  return (await Promise.all(rows)).map(({ id }) => id);
}

/** The customers of the events of kind `WRITE`, sorted. */
async function writtenCustomers(): Promise<string[]> {
  const events = await audit.events();
  return events
    .filter(({ kind }) => kind === 'WRITE')
    .flatMap(({ customerIds }) => customerIds)
    .sort();
}

/** Expects that all events so far have consecutive numbers, and that none of them fills a gap. */
async function expectNoGaps(): Promise<void> {
  const rows = await gateway.database.read.select().from(auditEvent).orderBy(asc(auditEvent.sequence));
  expect(rows.map(({ sequence }) => sequence)).toEqual(rows.map((_, index) => index + 1));
  const kinds = (await audit.events()).map(({ kind }) => kind);
  expect(kinds).not.toContain('LOST');
}

test('mutations of one customer that run at the same time are applied and recorded once each', async () => {
  const [customerId = ''] = await customers(1);
  const branches = Array.from({ length: 12 }, (_, index) => `branch-${index}`);
  const responses = await Promise.all(branches.map((branch) => updateBranch(customerId, branch)));
  expect(responses.flatMap(({ errors }) => errors)).toEqual([]);
  const [row] = await gateway.database.read.select().from(customer).where(eq(customer.id, customerId));
  expect(row?.version).toBe(1 + branches.length);
  expect(await writtenCustomers()).toEqual(branches.map(() => customerId));
  await expectNoGaps();
});

if (dialectUnderTest === 'postgresql') {
  describe('on PostgreSQL', () => {
    /** The number of the advisory lock at which transactions wait for the test. */
    const barrier = 42;

    let operator: pg.Client;
    beforeEach(async () => {
      operator = new pg.Client({ connectionString: url });
      await operator.connect();
      await operator.query('create sequence attempt');
    });
    afterEach(async () => {
      await operator.query('rollback; drop sequence attempt; drop function if exists interfere() cascade');
      await operator.end();
    });

    /** Runs the statements before each insert into the table. The number of its runs includes those that are rolled back. */
    async function interfere(table: string, body: string): Promise<void> {
      await operator.query(`create function interfere() returns trigger language plpgsql as $$ begin
        ${body}
        return new;
      end $$`);
      await operator.query(
        `create trigger interfere before insert on ${table} for each row execute function interfere()`,
      );
    }

    async function attempts(): Promise<number> {
      const { rows } = await operator.query(
        'select case when is_called then last_value else 0 end::int as n from attempt',
      );
      return rows[0].n;
    }

    /** Waits until so many sessions wait for locks. */
    async function untilWaiting(count: number): Promise<void> {
      await vi.waitFor(
        async () => {
          // Within a transaction, the activity would always be that of the first look.
          await operator.query('select pg_stat_clear_snapshot()');
          const { rows } = await operator.query(
            `select count(*)::int as n from pg_stat_activity
              where datname = current_database() and wait_event_type = 'Lock'`,
          );
          expect(rows[0].n).toBe(count);
        },
        { timeout: 20_000, interval: 20 },
      );
    }

    test('a deadlock is resolved: each mutation is applied and recorded once', async () => {
      const both = (await customers(2)).sort();
      // Each transaction has locked its own customer, and locks that of the other one, when it records its event.
      await interfere(
        'audit_event',
        `if new.event::jsonb ->> 'kind' = 'WRITE' then
          perform nextval('attempt');
          perform pg_advisory_xact_lock_shared(${barrier});
          perform 1 from customer where id in ('${both.join("', '")}')
            and not new.event::jsonb -> 'customerIds' ? id for update;
        end if;`,
      );
      await operator.query('select pg_advisory_lock($1)', [barrier]);
      const pending = Promise.all(both.map(createAddress));
      await untilWaiting(2);
      await operator.query('select pg_advisory_unlock($1)', [barrier]);

      const responses = await pending;
      expect(responses.flatMap(({ errors }) => errors)).toEqual([]);
      // Two that ended in the deadlock, and one that was repeated, or both: PostgreSQL can end both transactions.
      expect([3, 4]).toContain(await attempts());
      const { rows } = await operator.query('select customer_id from customer_address order by customer_id');
      expect(rows.map(({ customer_id }) => customer_id)).toEqual(both);
      expect(await writtenCustomers()).toEqual(both);
      await expectNoGaps();
    });

    test('serialization failures are resolved: each mutation is applied and recorded once', async () => {
      const [customerId = ''] = await customers(1);
      const branches = Array.from({ length: 6 }, (_, index) => `branch-${index}`);
      // The sessions of transactions that record an event execute their next ones in another isolation.
      await interfere('audit_event', `perform set_config('default_transaction_isolation', 'repeatable read', false);`);
      /** Updates the branch at the same time, after all transactions have waited for the row of the customer. */
      async function updateTogether(): Promise<void> {
        await operator.query('begin');
        await operator.query('update customer set dependants = 0 where id = $1', [customerId]);
        const pending = Promise.all(branches.map((branch) => updateBranch(customerId, branch)));
        await untilWaiting(branches.length);
        await operator.query('commit');
        const responses = await pending;
        expect(responses.flatMap(({ errors }) => errors)).toEqual([]);
      }

      await updateTogether();
      statements = [];
      await audit.skipExisting();
      await updateTogether();
      const locks = statements.filter((text) => /from "customer" .*for no key update/.test(text));
      expect(locks.length).toBeGreaterThanOrEqual(2 * branches.length);
      expect(await writtenCustomers()).toEqual(branches.map(() => customerId));
      await expectNoGaps();
    });

    test('a conflict that remains ends as SERVICE_UNAVAILABLE, and writes nothing', async () => {
      const [customerId = ''] = await customers(1);
      await interfere(
        'customer_address',
        `perform nextval('attempt');
        raise exception 'a conflict' using errcode = '40001';`,
      );
      const { status, headers, errors } = await createAddress(customerId);
      expect(status).toBe(503);
      expect(headers.get('retry-after')).toBe('5');
      expect(errors.map(({ extensions }) => extensions.key)).toEqual(['SERVICE_UNAVAILABLE']);
      expect(await attempts()).toBe(maxAttempts);
      await expect.poll(() => audit.events()).toHaveLength(1);
      expect(await audit.events()).toMatchObject([
        { kind: 'WRITE', outcome: 'FAILED', errors: ['SERVICE_UNAVAILABLE'] },
      ]);
    });
  });
}
