import SqliteDatabase from 'better-sqlite3';
import type { Row } from './fields.ts';
import type { NounName, Place, ReadRow } from './records.ts';

/** A row that waits to be written. */
export interface StagedRow {
  /** In the order of the files and of what is in them. */
  number: number;
  withoutId: boolean;
  bankId: string | null;
  customerId: string | null;
  username: string | null;
  provider: string | null;
  row: Row;
}

interface StagedColumns extends Omit<StagedRow, 'row' | 'withoutId'> {
  row: string;
}

/**
 * Everything that was read and found to be valid so far, in a temporary file: what is checked across records is asked of
 * it in SQL, so that memory is the same for ten rows and for ten million. SQLite deletes the file by itself, also when the
 * process is killed.
 */
export function openStaging() {
  const database = new SqliteDatabase('');
  database.pragma('page_size = 16384');
  database.pragma('journal_mode = OFF');
  database.pragma('synchronous = OFF');
  database.pragma('cache_size = -8192');
  database.exec(`
    create table staged (
      number integer primary key,
      noun text not null,
      without_id integer not null,
      key text not null,
      bank_id text,
      customer_id text,
      customer_number text,
      username text,
      provider text,
      row text not null,
      file integer not null,
      line integer not null,
      position text not null
    );
    create table claim (number integer not null, kind text not null, value text not null);
    create table user_reference (number integer not null, user_id text not null);
    create table refused_user (username text primary key) without rowid;
    create table user_stub (id text primary key) without rowid;
    create table placeholder_name (canonical text primary key, username text not null) without rowid;
    create table known_customer (
      id text primary key,
      bank_id text not null,
      customer_number text not null,
      is_staged integer not null,
      is_stored integer not null
    ) without rowid;
    begin;
  `);
  const insertRow = database.prepare('insert into staged values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)');
  const insertClaim = database.prepare('insert into claim values (?, ?, ?)');
  const insertUserReference = database.prepare('insert into user_reference values (?, ?)');
  const selectPlace = database.prepare<[number], Place & { noun: NounName }>(
    'select noun, file, line, position from staged where number = ?',
  );
  const deleteRow = database.prepare('delete from staged where number = ?');
  const insertRefusedUser = database.prepare(
    `insert or ignore into refused_user select row ->> 'username' from staged where number = ? and noun = 'user'`,
  );
  let staged = 0;

  return {
    /** For the checks across records, and for nothing else. */
    database,

    add(read: ReadRow, place: Place): void {
      staged += 1;
      insertRow.run(
        staged,
        read.noun,
        read.withoutId === true ? 1 : 0,
        read.key,
        read.bankId ?? null,
        read.customerId ?? null,
        read.customerNumber ?? null,
        read.username ?? null,
        read.provider ?? null,
        JSON.stringify(read.row),
        place.file,
        place.line,
        place.position,
      );
      for (const [kind, ...parts] of read.claims ?? []) {
        insertClaim.run(staged, `${read.noun}.${kind}`, JSON.stringify(parts));
      }
      for (const userId of read.userIds ?? []) {
        if (typeof userId === 'string') insertUserReference.run(staged, userId);
      }
    },

    /** After the last row: what the checks and the writing look rows up by. */
    index(): void {
      database.exec(`
        commit;
        create index staged_customer on staged (noun, without_id, customer_id, key);
        create index staged_user on staged (key) where noun = 'user';
        create index staged_username on staged (row ->> 'username') where noun = 'user';
        create index staged_account on staged (key) where noun = 'account';
        create index staged_document on staged (customer_id, key) where noun = 'kycDocument';
        create index staged_check on staged (customer_id, key) where noun = 'kycCheck';
        create index staged_meeting on staged (key) where noun = 'meeting';
        create index staged_by_number on staged (bank_id, customer_number)
          where customer_id is null and customer_number is not null;
        create index claim_value on claim (kind, value, number);
        create index user_reference_user on user_reference (user_id);
        insert or ignore into known_customer
          select customer_id, bank_id, customer_number, 1, 0 from staged where noun = 'customer';
        create index known_customer_number on known_customer (bank_id, customer_number);
        begin;
      `);
    },

    counts(): Map<NounName, number> {
      const rows = database.prepare<[], { noun: NounName; count: number }>(
        'select noun, count(*) as count from staged group by noun',
      );
      return new Map(rows.all().map(({ noun, count }) => [noun, count]));
    },

    /** Null for a row that was removed. */
    placeOf(number: number): (Place & { noun: NounName }) | null {
      return selectPlace.get(number) ?? null;
    },

    /** What hangs on a user by the username must not find another one of that name in the database. */
    remove(number: number): void {
      insertRefusedUser.run(number);
      deleteRow.run(number);
    },

    /**
     * The rows of a noun at the bank of their customer: first those that came with their ids. They are in the order of
     * their customers, so that the indexes of the database grow in one place at a time. Nothing is removed meanwhile.
     */
    *batches(noun: NounName, size: number): Generator<StagedRow[]> {
      const rows = database.prepare<[NounName, number], StagedColumns>(`
        select s.number, s.customer_id as customerId, s.username, s.provider, s.row, coalesce(s.bank_id, k.bank_id) as bankId
        from staged s left join known_customer k on k.id = s.customer_id
        where s.noun = ? and s.without_id = ?
        order by s.customer_id, s.number`);
      for (const withoutId of [0, 1]) {
        let batch: StagedRow[] = [];
        for (const row of rows.iterate(noun, withoutId)) {
          batch.push({ ...row, withoutId: withoutId === 1, row: JSON.parse(row.row) });
          if (batch.length < size) continue;
          yield batch;
          batch = [];
        }
        if (batch.length > 0) yield batch;
      }
    },

    /** Whether each row of a noun came with its id, and no two are of the same thing. */
    areDistinct(noun: NounName): boolean {
      const other = database
        .prepare<[NounName, NounName]>(
          `select 1 from staged where noun = ? and without_id = 1
          union all
          select 1 from (
            select 1 from staged where noun = ? and without_id = 0 group by customer_id, key having count(*) > 1
          ) limit 1`,
        )
        .get(noun, noun);
      return other === undefined;
    },

    /** The statuses that are staged for customers. */
    kycStatusesOf(customerIds: string[]): { customerId: string; row: Row }[] {
      return database
        .prepare<[string], { customerId: string; row: string }>(
          `select customer_id as customerId, row from staged
          where noun = 'kycStatus' and without_id = 0 and customer_id in (select value from json_each(?))`,
        )
        .all(JSON.stringify(customerIds))
        .map(({ customerId, row }) => ({ customerId, row: JSON.parse(row) }));
    },

    close(): void {
      database.close();
    },
  };
}

export type Staging = ReturnType<typeof openStaging>;
