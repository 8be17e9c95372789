/** A database of the baseline: prepared statements, and the events of the audit trail. */
export interface BaselineDatabase {
  /** Prepares a statement with question marks as placeholders. On SQLite, it returns its rows synchronously. */
  prepare<Row>(sql: string): (...values: unknown[]) => Row[] | Promise<Row[]>;
  /**
   * Prepares statements with the placeholders `:key` and `:limit`, each of which returns a list of rows. On PostgreSQL,
   * all of them take one round trip, because round trips dominate the cost.
   */
  prepareBatch<Rows extends object>(statements: Record<keyof Rows & string, string>): StatementBatch<Rows>;
  /** Returns the condition that a column is one of the IDs that `list` converts to the value of `:key`. */
  isOneOf(column: string): string;
  list(ids: readonly string[]): unknown;
  /** Converts a time to a value for a placeholder. */
  timeValue(date: Date): unknown;
  /** Begins a chain of the audit trail, and returns its number. */
  beginChain(chain: { id: string; keyId: string; mac: string }): Promise<number>;
  /** Writes events in one transaction. Resolves when they are durable. */
  insertEvents(events: readonly EventRow[]): Promise<void>;
}

export type Lists<Rows> = { [Name in keyof Rows]: Rows[Name][] };
export type StatementBatch<Rows> = (key: unknown, limit: number) => Promise<Lists<Rows>>;

export interface EventRow {
  chain: number;
  sequence: number;
  at: Date;
  bankId: string | null;
  userId: string | null;
  event: string;
  mac: string;
  customerIds: readonly string[];
}

/** A time as the database returns it: milliseconds on SQLite, a string in the JSON of PostgreSQL. */
export type DatabaseTime = number | string | Date;
export type Flag = number | boolean;

export function isoTime(time: DatabaseTime): string {
  return new Date(time).toISOString();
}

export function isoTimeOrNull(time: DatabaseTime | null): string | null {
  return time === null ? null : isoTime(time);
}

/** Decodes a JSON array of strings, which SQLite returns as a string. */
export function stringList(json: string | string[]): string[] {
  return typeof json === 'string' ? JSON.parse(json) : json;
}
