import { and, desc, getTableColumns, isNull, lt, ne, or, type SQL, sql } from 'drizzle-orm';
import { type CustomerHistoryRow, customerHistory } from '../../changes/customer-history.table.ts';
import { CustomerHistoryObject } from '../../changes/customer-history-object.ts';
import { historyStart } from '../../changes/history-start.table.ts';
import { limitOfStatement, type MakeLoader } from '../../database/batch.ts';
import { jsonKeys, jsonTable } from '../../database/json-list.ts';
import { createLoader, maxStatementRows, readRows } from '../../database/loader.ts';
import { statement } from '../../database/statement.ts';
import { customerConnectionQuery } from '../../graph/connection-query.ts';
import type { Context } from '../../graph/context.ts';

const { customerId, object, objectId, number, changedAt, before, after } = customerHistory;

/** The condition that an entry is more than an update of the hidden columns of a customer. */
function showsMoreThan(hidden: readonly string[]): SQL | undefined {
  if (hidden.length === 0) return undefined;
  const names = sql.raw(hidden.map((name) => `'${name}'`).join(', '));
  const keys = jsonKeys(sql`${after}`, 'changed');
  return or(
    ne(object, CustomerHistoryObject.CUSTOMER),
    isNull(before),
    isNull(after),
    sql`exists (select 1 from ${keys} where changed.key not in (${names}))`,
  );
}

const queries = new Map<string, ReturnType<typeof customerConnectionQuery<typeof customerHistory>>>();

/**
 * The entries of customers, newest first, without updates of columns that are hidden from the caller. They are not read, so that neither
 * pages nor totals show that there are some. The hidden columns are names of columns in the code.
 */
export function historyWithout(hidden: readonly string[]) {
  const key = hidden.join(' ');
  const query = queries.get(key) ?? customerConnectionQuery(customerHistory, 'number', showsMoreThan(hidden));
  queries.set(key, query);
  return query;
}

/** The changes of a customer's objects of a kind after a time. */
interface LaterKey {
  customerId: string;
  object: CustomerHistoryObject;
  time: Date;
}

/**
 * The entries after the last one that is not later than the time, newest first. The condition compares numbers rather than times,
 * so that the order of the entries decides if the clocks of two machines differ.
 */
const laterStatement = statement<CustomerHistoryRow[]>((queries) => {
  const time = sql.param(sql.placeholder('time'), changedAt);
  const lastNumber = sql`(select earlier.number from ${customerHistory} as earlier where earlier.customer_id = requested.customer_id and earlier.changed_at <= ${time} order by earlier.number desc limit 1)`;
  const keys = jsonTable(sql.placeholder('keys'), 'requested', ['customer_id', 'object']);
  // The limit keeps PostgreSQL from looking for the last number again for each entry.
  const wanted = sql`(select requested.customer_id, requested.object, coalesce(${lastNumber}, 0) as last_number from ${keys} limit ${sql.raw(String(maxStatementRows))}) as wanted`;
  return queries
    .select(getTableColumns(customerHistory))
    .from(wanted)
    .innerJoin(
      customerHistory,
      and(
        sql`${customerId} = wanted.customer_id`,
        sql`${object} = wanted.object`,
        sql`${number} > wanted.last_number`,
        lt(number, sql.placeholder('below')),
      ),
    )
    .orderBy(desc(number))
    .limit(limitOfStatement);
});

function textOf({ customerId, object, time }: LaterKey): string {
  return `${customerId} ${object} ${time.getTime()}`;
}

/** The changes of a customer's objects of a kind after a time, newest first. */
export const laterChanges: MakeLoader<LaterKey, CustomerHistoryRow[]> = (database, meter) => {
  function read(keys: readonly LaterKey[], time: Date, below: number): Promise<CustomerHistoryRow[]> {
    return readRows(meter, keys, (some) => {
      const pairs = some.map((key) => [key.customerId, key.object]);
      return laterStatement(database, { keys: JSON.stringify(pairs), time, below });
    });
  }

  async function readAll(keys: readonly LaterKey[], time: Date): Promise<Map<string, CustomerHistoryRow[]>> {
    const rows = await read(keys, time, Number.MAX_SAFE_INTEGER);
    const byKey = Map.groupBy(rows, (row) => textOf({ ...row, time }));
    for (const key of keys) {
      const ofKey = byKey.get(textOf(key)) ?? [];
      // A statement returns at most this number of rows of one key. The meter limits the sum.
      for (let last = ofKey.at(maxStatementRows); last !== undefined; ) {
        const more = await read([key], time, last.number);
        ofKey.push(...more);
        last = more.at(maxStatementRows);
      }
    }
    return byKey;
  }

  return createLoader(async (keys) => {
    const found = new Map<string, CustomerHistoryRow[]>();
    for (const sameTime of Map.groupBy(keys, ({ time }) => time.getTime()).values()) {
      const [first] = sameTime;
      if (first === undefined) continue;
      for (const [text, rows] of await readAll(sameTime, first.time)) found.set(text, rows);
    }
    return keys.map((key) => found.get(textOf(key)) ?? []);
  }, textOf);
};

type EntryKey = Pick<CustomerHistoryRow, 'customerId' | 'number'>;

interface Replacement {
  number: number;
  field: string;
  until: Date | null;
}

/** Finds for each field of the requested entries the time of the next change of the field, or of the deletion of its object. */
const replacementStatement = statement<Replacement[]>((queries) => {
  const changes = queries
    .select({
      number,
      field: sql<string>`fields.key`.as('field'),
      until:
        sql<Date | null>`lead(${changedAt}) over (partition by ${customerId}, ${object}, ${objectId}, fields.key order by ${number})`
          .mapWith(changedAt)
          .as('until'),
    })
    .from(jsonTable(sql.placeholder('customers'), 'requested', ['customer_id', 'first_number']))
    .innerJoin(
      customerHistory,
      and(sql`${customerId} = requested.customer_id`, sql`${number} >= cast(requested.first_number as bigint)`),
    )
    .innerJoin(jsonKeys(sql`coalesce(${after}, ${before})`, 'fields'), sql`true`)
    .as('changes');
  return queries
    .select({ number: changes.number, field: changes.field, until: changes.until })
    .from(changes)
    .where(
      sql`${changes.number} in (select cast(entry.number as bigint) from ${jsonTable(sql.placeholder('numbers'), 'entry', ['number'])})`,
    )
    .limit(limitOfStatement);
});

/** The times when the new values of an entry were replaced, by field. */
export const replacements: MakeLoader<EntryKey, ReadonlyMap<string, Date | null>> = (database, meter) =>
  createLoader(
    async (keys) => {
      const rows = await readRows(meter, keys, (some) => {
        const firstNumbers = Map.groupBy(some, (key) => key.customerId);
        const customers = [...firstNumbers].map(([id, ofCustomer]) => [
          id,
          Math.min(...ofCustomer.map((key) => key.number)),
        ]);
        const numbers = some.map((key) => [key.number]);
        return replacementStatement(database, {
          customers: JSON.stringify(customers),
          numbers: JSON.stringify(numbers),
        });
      });
      const byNumber = Map.groupBy(rows, (row) => row.number);
      return keys.map((key) => new Map((byNumber.get(key.number) ?? []).map(({ field, until }) => [field, until])));
    },
    (key) => String(key.number),
  );

const startStatement = statement((queries) => queries.select().from(historyStart).limit(1));

/** The time from which on the history of customers is kept that an earlier version has stored. */
async function readHistoryStart(context: Context): Promise<Date> {
  const [row] = await startStatement(context.readDatabase());
  return row?.startedAt ?? new Date();
}

export function startOfHistory(context: Context): Promise<Date> {
  return context.once(readHistoryStart);
}
