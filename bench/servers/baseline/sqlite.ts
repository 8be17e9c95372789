import Sqlite from 'better-sqlite3';
import type { BaselineDatabase, EventRow, Lists } from './database.ts';

/** Opens a handle with the settings of the gateway's handles. */
export function openSqliteHandle(path: string, readonly: boolean): Sqlite.Database {
  const handle = new Sqlite(path, { readonly });
  handle.pragma('busy_timeout = 10000');
  handle.pragma('foreign_keys = ON');
  handle.pragma('synchronous = FULL');
  handle.pragma('cache_size = -65536');
  handle.pragma('mmap_size = 1073741824');
  handle.pragma('temp_store = MEMORY');
  return handle;
}

export function openSqlite(path: string): BaselineDatabase {
  const reader = openSqliteHandle(path, true);
  const writer = openSqliteHandle(path, false);
  const insertEvent = writer.prepare(
    'insert into audit_event (chain, sequence, at, bank_id, user_id, event, mac) values (?, ?, ?, ?, ?, ?, ?)',
  );
  const insertCustomers = writer.prepare(
    'insert into audit_event_customer (customer_id, at, chain, sequence) select value, ?, ?, ? from json_each(?)',
  );
  const insertAll = writer.transaction((events: readonly EventRow[]) => {
    for (const { chain, sequence, at, bankId, userId, event, mac, customerIds } of events) {
      const time = at.getTime();
      insertEvent.run(chain, sequence, time, bankId, userId, event, mac);
      if (customerIds.length > 0) insertCustomers.run(time, chain, sequence, JSON.stringify(customerIds));
    }
  });
  return {
    prepare<Row>(sql: string) {
      const statement = reader.prepare<unknown[], Row>(sql);
      return (...values) => statement.all(...values);
    },
    prepareBatch<Rows extends object>(statements: Record<keyof Rows & string, string>) {
      const texts: [string, string][] = Object.entries(statements);
      const prepared = texts.map(([name, sql]) => {
        const statement = reader.prepare<unknown[]>(sql);
        return { name, statement, takesLimit: sql.includes(':limit') };
      });
      return async (key, limit) => {
        const lists: Record<string, unknown[]> = {};
        for (const { name, statement, takesLimit } of prepared) {
          lists[name] = statement.all(takesLimit ? { key, limit } : { key });
        }
        return lists as Lists<Rows>;
      };
    },
    isOneOf: (column) => `${column} in (select value from json_each(:key))`,
    list: (ids) => JSON.stringify(ids),
    timeValue: (date) => date.getTime(),
    async beginChain({ id, keyId, mac }) {
      const chain = writer
        .prepare<unknown[], { number: number }>(
          `insert into audit_chain (number, id, started_at, key_id, known_seals, mac)
           select coalesce(max(number), 0) + 1, ?, ?, ?, '[]', ? from audit_chain returning number`,
        )
        .get(id, Date.now(), keyId, mac);
      if (chain === undefined) throw new Error('The chain of the audit trail was not stored.');
      return chain.number;
    },
    async insertEvents(events) {
      insertAll.immediate(events);
    },
  };
}
