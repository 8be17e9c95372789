/**
 * How fast the database alone takes what createCustomerAddress writes: transactions of one insert, durable when they are
 * committed, without a token, a check or an event. `POST /` with `{ milliseconds, clients }` runs them, and answers how
 * long each took.
 */
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { newAddress, writeBankId } from '../workloads.ts';
import { openPool } from './baseline/postgresql.ts';
import { openSqliteHandle } from './baseline/sqlite.ts';

interface Order {
  milliseconds: number;
  clients: number;
}

const { DATABASE_URL = '', PORT } = process.env;
const { line1, city, postcode, countryCode, tags, status } = newAddress;
const columns = 'id, bank_id, customer_id, line_1, city, postcode, country_code, tags, status, insert_date, updated_at';
const insertOf = (placeholders: string) => `insert into customer_address (${columns}) values (${placeholders})`;

/** The values of one insert; moments as `moment` makes them. */
function valuesOf(customerId: string, moment: (now: Date) => unknown): unknown[] {
  const now = moment(new Date());
  const json = JSON.stringify(tags);
  return [randomUUID(), writeBankId, customerId, line1, city, postcode, countryCode, json, status, now, now];
}

/** One transaction, of this customer. */
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

async function run({ milliseconds, clients }: Order): Promise<{ latencies: number[] }> {
  const latencies: number[] = [];
  const end = performance.now() + milliseconds;
  const client = async () => {
    for (let begun = performance.now(); begun < end; begun = performance.now()) {
      const customerId = customerIds[next % customerIds.length];
      next += 1;
      await transact(customerId ?? '');
      latencies.push(performance.now() - begun);
    }
  };
  await Promise.all(Array.from({ length: clients }, client));
  return { latencies };
}

createServer(async (request, response) => {
  const order: Order = JSON.parse(await text(request));
  response.end(JSON.stringify(await run(order)));
}).listen(Number(PORT), '127.0.0.1');
