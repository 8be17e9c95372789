/**
 * The baseline for writes: durable transactions with the insert of createCustomerAddress, without token, checks, and
 * audit event. `POST /` with `{ milliseconds, clients }` runs them and returns the latency of each.
 */
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { newAddress, writeBankId } from '../workloads.ts';
import { openPool } from './baseline/postgresql.ts';
import { openSqliteHandle } from './baseline/sqlite.ts';

interface LoadRequest {
  milliseconds: number;
  clients: number;
}

const { DATABASE_URL = '', PORT } = process.env;
const { line1, city, postcode, countryCode, tags, status } = newAddress;
const columns = 'id, bank_id, customer_id, line_1, city, postcode, country_code, tags, status, insert_date, updated_at';
const insertOf = (placeholders: string) => `insert into customer_address (${columns}) values (${placeholders})`;

/** Returns the values of one insert, with times as `timeValue` converts them. */
function valuesOf(customerId: string, timeValue: (now: Date) => unknown): unknown[] {
  const now = timeValue(new Date());
  const json = JSON.stringify(tags);
  return [randomUUID(), writeBankId, customerId, line1, city, postcode, countryCode, json, status, now, now];
}

/** Inserts one address of a customer. */
type Transaction = (customerId: string) => Promise<void>;

async function openTransactions(): Promise<{ customerIds: string[]; transact: Transaction }> {
  const findCustomers = 'select id from customer where bank_id =';
  if (DATABASE_URL.startsWith('postgres')) {
    const pool = openPool(DATABASE_URL);
    const { rows } = await pool.query<{ id: string }>(`${findCustomers} $1`, [writeBankId]);
    const parameters = columns.split(',').map((_, index) => `$${index + 1}`);
    const insert = { name: 'insert', text: insertOf(parameters.join(', ')) };
    return {
      customerIds: rows.map(({ id }) => id),
      async transact(customerId) {
        const client = await pool.connect();
        try {
          await client.query('begin');
          await client.query({ ...insert, values: valuesOf(customerId, (now) => now.toISOString()) });
          await client.query('commit');
        } finally {
          client.release();
        }
      },
    };
  }
  const handle = openSqliteHandle(DATABASE_URL.replace(/^file:/, ''), false);
  const rows = handle.prepare<unknown[], { id: string }>(`${findCustomers} ?`).all(writeBankId);
  const parameters = columns.split(',').map(() => '?');
  const insert = handle.prepare(insertOf(parameters.join(', ')));
  const transaction = handle.transaction((values: unknown[]) => insert.run(...values));
  return {
    customerIds: rows.map(({ id }) => id),
    async transact(customerId) {
      transaction.immediate(valuesOf(customerId, (now) => now.getTime()));
    },
  };
}

const { customerIds, transact } = await openTransactions();
let next = 0;

async function run({ milliseconds, clients }: LoadRequest): Promise<{ latencies: number[] }> {
  const latencies: number[] = [];
  const end = performance.now() + milliseconds;
  const client = async () => {
    for (let start = performance.now(); start < end; start = performance.now()) {
      const customerId = customerIds[next % customerIds.length];
      next += 1;
      await transact(customerId ?? '');
      latencies.push(performance.now() - start);
    }
  };
  await Promise.all(Array.from({ length: clients }, client));
  return { latencies };
}

createServer(async (request, response) => {
  const load: LoadRequest = JSON.parse(await text(request));
  response.end(JSON.stringify(await run(load)));
}).listen(Number(PORT), '127.0.0.1');
