import { sql } from 'drizzle-orm';
import * as postgresql from 'drizzle-orm/pg-core';
import * as sqlite from 'drizzle-orm/sqlite-core';
import { dialect } from './dialect.ts';

/** Text in byte order, as on SQLite, so that `order by` and cursors do not depend on the locale of the server. */
const byteOrderedText = postgresql.customType<{ data: string; driverData: string }>({
  dataType: () => 'text collate "C"',
});

/**
 * Replaces Drizzle's own type, which passes a space and a short offset to `new Date`, so that the year 0001 becomes 2001. Sessions
 * are in UTC, so the offset is always +00. In JSON (`combined-statements.ts`), the value is a number: seconds since 1970.
 */
const utcTimestamp = postgresql.customType<{ data: Date; driverData: string | number }>({
  dataType: () => 'timestamp (3) with time zone',
  toDriver: (date) => date.toISOString(),
  fromDriver: (value) =>
    typeof value === 'number'
      ? new Date(Math.round(value * 1000))
      : new Date(`${value.slice(0, value.lastIndexOf('+')).replace(' ', 'T')}Z`),
});

/** The ID of a transaction, which PostgreSQL never reuses. Drizzle has no such type. */
const fullTransactionId = postgresql.customType<{ data: string; driverData: string }>({ dataType: () => 'xid8' });

const sqliteColumns = {
  table: sqlite.sqliteTable,
  index: sqlite.index,
  unique: sqlite.unique,
  uniqueIndex: sqlite.uniqueIndex,
  foreignKey: sqlite.foreignKey,
  primaryKey: sqlite.primaryKey,
  /** An opaque ID of at most 255 characters, which the program creates. */
  id: (name: string) => sqlite.text(name),
  text: (name: string) => sqlite.text(name),
  integer: (name: string) => sqlite.integer(name),
  /** A count that can exceed 32 bits. */
  bigInteger: (name: string) => sqlite.integer(name),
  boolean: (name: string) => sqlite.integer(name, { mode: 'boolean' }),
  /** A time, to the millisecond. */
  timestamp: (name: string) => sqlite.integer(name, { mode: 'timestamp_ms' }),
  /** A calendar day, `YYYY-MM-DD`. */
  date: (name: string) => sqlite.text(name),
  /** An exact decimal number, as a string. */
  decimal: (name: string) => sqlite.text(name),
  json: <T>(name: string) => sqlite.text(name, { mode: 'json' }).$type<T>(),
  /** A number that the database assigns to each row and never reuses. Search indexes refer to rows by it. */
  rowNumber: (name: string) => sqlite.integer(name).primaryKey({ autoIncrement: true }),
  /** On PostgreSQL, the ID of the transaction that inserts the row. Null on SQLite, where transactions run one after the other. */
  transactionId: (name: string) => sqlite.text(name),
};

const postgresqlColumns = {
  table: postgresql.pgTable,
  index: postgresql.index,
  unique: postgresql.unique,
  uniqueIndex: postgresql.uniqueIndex,
  foreignKey: postgresql.foreignKey,
  primaryKey: postgresql.primaryKey,
  id: (name: string) => byteOrderedText(name),
  text: (name: string) => byteOrderedText(name),
  integer: (name: string) => postgresql.integer(name),
  bigInteger: (name: string) => postgresql.bigint(name, { mode: 'number' }),
  boolean: (name: string) => postgresql.boolean(name),
  timestamp: (name: string) => utcTimestamp(name),
  date: (name: string) => postgresql.date(name, { mode: 'string' }),
  decimal: (name: string) => postgresql.numeric(name),
  json: <T>(name: string) => postgresql.jsonb(name).$type<T>(),
  rowNumber: (name: string) => postgresql.bigint(name, { mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
  transactionId: (name: string) => fullTransactionId(name).default(sql`pg_current_xact_id()`),
} satisfies Record<keyof typeof sqliteColumns, unknown>;

/**
 * The builders of tables and columns for the dialect of this process. Tables have the types of SQLite on both databases. This cast
 * is the only place that treats PostgreSQL's builders as SQLite's.
 */
export const columns = dialect === 'sqlite' ? sqliteColumns : (postgresqlColumns as unknown as typeof sqliteColumns);
