import * as postgresql from 'drizzle-orm/pg-core';
import * as sqlite from 'drizzle-orm/sqlite-core';
import { dialect } from './dialect.ts';

/** Byte order on both databases, so that an `order by` and a cursor mean the same whatever locale the server has. */
const byteOrderedText = postgresql.customType<{ data: string; driverData: string }>({
  dataType: () => 'text collate "C"',
});

/**
 * Drizzle's own would give a space and a short offset to `new Date`, which takes the year 0001 for 2001. Sessions are in
 * UTC, so the offset is always +00. Within JSON (combined.ts) it is a number: seconds since 1970.
 */
const utcTimestamp = postgresql.customType<{ data: Date; driverData: string | number }>({
  dataType: () => 'timestamp (3) with time zone',
  toDriver: (date) => date.toISOString(),
  fromDriver: (given) =>
    typeof given === 'number'
      ? new Date(Math.round(given * 1000))
      : new Date(`${given.slice(0, given.lastIndexOf('+')).replace(' ', 'T')}Z`),
});

const sqliteColumns = {
  table: sqlite.sqliteTable,
  index: sqlite.index,
  unique: sqlite.unique,
  uniqueIndex: sqlite.uniqueIndex,
  foreignKey: sqlite.foreignKey,
  primaryKey: sqlite.primaryKey,
  /** An opaque id, made in code, of at most 255 characters. */
  id: (name: string) => sqlite.text(name),
  text: (name: string) => sqlite.text(name),
  integer: (name: string) => sqlite.integer(name),
  /** A count that may pass two thousand millions. */
  bigInteger: (name: string) => sqlite.integer(name),
  boolean: (name: string) => sqlite.integer(name, { mode: 'boolean' }),
  /** A moment, to the millisecond. */
  timestamp: (name: string) => sqlite.integer(name, { mode: 'timestamp_ms' }),
  /** A day without a time, `YYYY-MM-DD`. */
  date: (name: string) => sqlite.text(name),
  /** An exact decimal number, as a string. */
  decimal: (name: string) => sqlite.text(name),
  json: <T>(name: string) => sqlite.text(name, { mode: 'json' }).$type<T>(),
  /** A number that the database gives to each row and never again: what a search index points at. */
  rowNumber: (name: string) => sqlite.integer(name).primaryKey({ autoIncrement: true }),
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
} satisfies Record<keyof typeof sqliteColumns, unknown>;

/**
 * What tables are made of, for the dialect of this process. Tables are typed as SQLite's and built for whichever
 * database DATABASE_URL names: this cast is the only place where the two are taken for one another.
 */
export const columns = dialect === 'sqlite' ? sqliteColumns : (postgresqlColumns as unknown as typeof sqliteColumns);
