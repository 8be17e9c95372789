/** What the floor asks of a database: statements that are prepared once, and the events of the audit trail. */
export interface FloorDatabase {
  /** The rows of a statement for the values of its question marks; at once on SQLite. */
  prepare<Row>(sql: string): (...values: unknown[]) => Row[] | Promise<Row[]>;
  /**
   * Several statements with the parameters `:key` and `:limit`, which are run together: on PostgreSQL in one round trip,
   * which is what they would cost there. Each gives a list of rows.
   */
  prepareTogether<Rows extends object>(statements: Record<keyof Rows & string, string>): Together<Rows>;
  /** The condition that a column holds one of the ids that `list` makes the value of `:key` of. */
  isOneOf(column: string): string;
  list(ids: readonly string[]): unknown;
  /** A moment as a value of a statement. */
  moment(date: Date): unknown;
  /** Begins a chain of the audit trail, and gives its number. */
  beginChain(chain: { id: string; keyId: string; mac: string }): Promise<number>;
  /** Writes events in one transaction, which is durable when it resolves. */
  insertEvents(events: readonly EventRow[]): Promise<void>;
}

export type Lists<Rows> = { [Name in keyof Rows]: Rows[Name][] };
export type Together<Rows> = (key: unknown, limit: number) => Promise<Lists<Rows>>;

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

/** A moment as the database gives it: milliseconds on SQLite, a text inside JSON on PostgreSQL. */
export type Moment = number | string | Date;
export type Flag = number | boolean;

export function isoMoment(moment: Moment): string {
  return new Date(moment).toISOString();
}

export function isoMomentOrNull(moment: Moment | null): string | null {
  return moment === null ? null : isoMoment(moment);
}

/** JSON as the database gives it: a text on SQLite. */
export function texts(json: string | string[]): string[] {
  return typeof json === 'string' ? JSON.parse(json) : json;
}
