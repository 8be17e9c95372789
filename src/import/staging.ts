import SqliteDatabase from 'better-sqlite3';
import type { EntityName } from './entities.ts';
import type { Place, ReadRow } from './entity.ts';
import type { Row } from './row.ts';

/** A row that waits for the second pass, which writes it. */
export interface StagedRow {
  /** The position in the order of the files and their records. */
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

/** The place of a staged row, and its entity. */
export type PlaceOfEntity = Place & { entity: EntityName };

const tables = `
  create table staged (
    number integer primary key,
    entity text not null,
    without_id integer not null,
    key text not null,
    bank_id text,
    customer_id text,
    customer_number text,
    username text,
    provider text,
    row text not null,
    file integer not null,
    offset integer not null,
    line integer not null,
    "column" integer not null,
    position text not null
  );
  create table claim (number integer not null, kind text not null, value text not null);
  create table doubt (number integer primary key, doubts text not null);
  create table user_reference (number integer not null, user_id text not null);
  create table invalid_user (username text primary key) without rowid;
  create table user_placeholder (id text primary key) without rowid;
  create table placeholder_name (canonical text primary key, username text not null) without rowid;
  create table known_customer (
    id text primary key,
    bank_id text not null,
    customer_number text not null,
    is_stored integer not null
  ) without rowid;`;

const indexes = `
  create index staged_customer on staged (entity, without_id, customer_id, key);
  create index staged_user on staged (key) where entity = 'user';
  create index staged_username on staged (row ->> 'username') where entity = 'user';
  create index staged_account on staged (key) where entity = 'account';
  create index staged_document on staged (customer_id, key) where entity = 'kycDocument';
  create index staged_check on staged (customer_id, key) where entity = 'kycCheck';
  create index staged_meeting on staged (key) where entity = 'meeting';
  create index staged_by_number on staged (bank_id, customer_number)
    where customer_id is null and customer_number is not null;
  create index claim_value on claim (kind, value, number);
  create index user_reference_user on user_reference (user_id);
  insert or ignore into known_customer
    select customer_id, bank_id, customer_number, 0 from staged where entity = 'customer';
  create index known_customer_number on known_customer (bank_id, customer_number);`;

function openTemporaryDatabase(): SqliteDatabase.Database {
  const database = new SqliteDatabase('');
  database.pragma('page_size = 16384');
  database.pragma('journal_mode = OFF');
  database.pragma('synchronous = OFF');
  database.pragma('cache_size = -8192');
  database.exec(`${tables} begin;`);
  return database;
}

/**
 * A temporary database for the valid rows. The checks across records are SQL statements, so the use of memory does not depend
 * on the number of rows. SQLite deletes the file when the process ends, even if the process is killed.
 */
export class Staging {
  /** The database itself, which only the checks across records and the second pass use. */
  readonly database = openTemporaryDatabase();

  readonly #insertRow = this.database.prepare(
    'insert into staged values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
  );
  readonly #insertClaim = this.database.prepare('insert into claim values (?, ?, ?)');
  readonly #insertDoubts = this.database.prepare('insert into doubt values (?, ?)');
  readonly #insertUserReference = this.database.prepare('insert into user_reference values (?, ?)');
  readonly #selectPlace = this.database.prepare<[number], PlaceOfEntity>(
    'select entity, file, offset, line, "column", position from staged where number = ?',
  );
  readonly #deleteRow = this.database.prepare('delete from staged where number = ?');
  readonly #insertInvalidUser = this.database.prepare(
    `insert or ignore into invalid_user select row ->> 'username' from staged where number = ? and entity = 'user'`,
  );
  #lastNumber = 0;

  add(read: ReadRow, place: Place): void {
    this.#lastNumber += 1;
    const number = this.#lastNumber;
    this.#insertRow.run(
      number,
      read.entity.name,
      read.withoutId === true ? 1 : 0,
      read.key,
      read.bankId ?? null,
      read.customerId ?? null,
      read.customerNumber ?? null,
      read.username ?? null,
      read.provider ?? null,
      JSON.stringify(read.row),
      place.file,
      place.offset,
      place.line,
      place.column,
      place.position,
    );
    for (const [kind, ...parts] of read.claims ?? []) {
      this.#insertClaim.run(number, `${read.entity.name}.${kind}`, JSON.stringify(parts));
    }
    const { doubts = [] } = read;
    if (doubts.length > 0) this.#insertDoubts.run(number, JSON.stringify(doubts));
    for (const userId of read.userIds ?? []) {
      if (typeof userId === 'string') this.#insertUserReference.run(number, userId);
    }
  }

  /** Creates the indexes for the checks and the second pass. Must be called after the last row is added. */
  index(): void {
    this.database.exec(`commit; ${indexes} begin;`);
  }

  count(): number {
    return this.database.prepare<[], number>('select count(*) from staged').pluck().get() ?? 0;
  }

  /** Returns null for a row that was removed. */
  placeOf(number: number): PlaceOfEntity | null {
    return this.#selectPlace.get(number) ?? null;
  }

  /**
   * Removes an invalid row. The username of an invalid user is recorded, so that what belongs to the user is not written
   * for another user of that name in the database.
   */
  remove(number: number): void {
    this.#insertInvalidUser.run(number);
    this.#deleteRow.run(number);
  }

  /**
   * Returns the rows of an entity in batches, with the banks of their customers: first the rows with IDs, then those
   * without. The rows are sorted by customer, so that the indexes of the database grow in one place at a time. No row must
   * be removed meanwhile.
   */
  *batches(entity: string, size: number): Generator<StagedRow[]> {
    const rows = this.database.prepare<[string, number], StagedColumns>(`
      select s.number, s.customer_id as customerId, s.username, s.provider, s.row, coalesce(s.bank_id, k.bank_id) as bankId
      from staged s left join known_customer k on k.id = s.customer_id
      where s.entity = ? and s.without_id = ?
      order by s.customer_id, s.number`);
    for (const withoutId of [0, 1]) {
      let batch: StagedRow[] = [];
      for (const row of rows.iterate(entity, withoutId)) {
        batch.push({ ...row, withoutId: withoutId === 1, row: JSON.parse(row.row) });
        if (batch.length < size) continue;
        yield batch;
        batch = [];
      }
      if (batch.length > 0) yield batch;
    }
  }

  /** Whether all rows of an entity have an ID, and each row is of another object. */
  areDistinct(entity: string): boolean {
    const repeated = this.database
      .prepare<[string, string]>(
        `select 1 from staged where entity = ? and without_id = 1
        union all
        select 1 from (
          select 1 from staged where entity = ? and without_id = 0 group by customer_id, key having count(*) > 1
        ) limit 1`,
      )
      .get(entity, entity);
    return repeated === undefined;
  }

  /** Returns the staged KYC statuses of customers. */
  kycStatusesOf(customerIds: string[]): { customerId: string; row: Row }[] {
    return this.database
      .prepare<[string], { customerId: string; row: string }>(
        `select customer_id as customerId, row from staged
        where entity = 'kycStatus' and without_id = 0 and customer_id in (select value from json_each(?))`,
      )
      .all(JSON.stringify(customerIds))
      .map(({ customerId, row }) => ({ customerId, row: JSON.parse(row) }));
  }

  close(): void {
    this.database.close();
  }
}
