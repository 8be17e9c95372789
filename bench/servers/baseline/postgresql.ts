import pg from 'pg';
import type { BaselineDatabase, Lists } from './database.ts';

// Like in the gateway, dates remain strings.
const dateType = 1082;
pg.types.setTypeParser(dateType, (date: string) => date);

/** Opens a pool with the settings of the gateway's pool. */
export function openPool(url: string): pg.Pool {
  return new pg.Pool({ connectionString: url, max: 10, options: '-c TimeZone=UTC' });
}

/** Replaces the question marks of a statement with PostgreSQL's numbered placeholders. */
function numberPlaceholders(sql: string): string {
  let count = 0;
  return sql.replaceAll('?', () => {
    count += 1;
    return `$${count}`;
  });
}

export function openPostgresql(url: string): BaselineDatabase {
  const pool = openPool(url);
  let statements = 0;
  return {
    prepare<Row>(sql: string) {
      statements += 1;
      const statement = { name: `baseline_${statements}`, text: numberPlaceholders(sql) };
      return async (...values) => (await pool.query({ ...statement, values })).rows as Row[];
    },
    prepareBatch<Rows extends object>(statements: Record<keyof Rows & string, string>) {
      const lists = Object.entries<string>(statements).map(([name, sql]) => {
        const text = sql.replaceAll(':key', '$1').replaceAll(':limit', '$2');
        return `(select coalesce(json_agg(row), '[]') from (${text}) as row) as "${name}"`;
      });
      const run = this.prepare<Lists<Rows>>(`select ${lists.join(', ')}`);
      return async (key, limit) => {
        const [row] = await run(key, limit);
        if (row === undefined) throw new Error('The statement must return one row.');
        return row;
      };
    },
    isOneOf: (column) => `${column} = any(:key::text[])`,
    list: (ids) => ids,
    timeValue: (date) => date.toISOString(),
    async beginChain({ id, keyId, mac }) {
      const { rows } = await pool.query<{ number: number }>(
        `insert into audit_chain (number, id, started_at, key_id, known_seals, mac)
         select coalesce(max(number), 0) + 1, $1, now(), $2, '[]', $3 from audit_chain returning number`,
        [id, keyId, mac],
      );
      const [chain] = rows;
      if (chain === undefined) throw new Error('The chain of the audit trail was not stored.');
      return chain.number;
    },
    // A single statement, so that no explicit transaction is necessary.
    async insertEvents(events) {
      const customers = events.flatMap(({ customerIds, at, chain, sequence }) =>
        customerIds.map((customerId) => ({ customerId, at, chain, sequence })),
      );
      await pool.query({
        name: 'baseline_insert_events',
        text: `with customer as (
            insert into audit_event_customer (customer_id, at, chain, sequence)
            select * from unnest($8::text[], $9::timestamptz[], $10::int[], $11::bigint[])
          )
          insert into audit_event (chain, sequence, at, bank_id, user_id, event, mac)
          select * from unnest($1::int[], $2::bigint[], $3::timestamptz[], $4::text[], $5::text[], $6::text[], $7::text[])`,
        values: [
          events.map(({ chain }) => chain),
          events.map(({ sequence }) => sequence),
          events.map(({ at }) => at),
          events.map(({ bankId }) => bankId),
          events.map(({ userId }) => userId),
          events.map(({ event }) => event),
          events.map(({ mac }) => mac),
          customers.map(({ customerId }) => customerId),
          customers.map(({ at }) => at),
          customers.map(({ chain }) => chain),
          customers.map(({ sequence }) => sequence),
        ],
      });
    },
  };
}
