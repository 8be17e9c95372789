/**
 * Reads the rows of a table in the order in which their transactions were committed, so that a reader that continues where it ended
 * misses none.
 *
 * On SQLite, transactions run one after the other, so their rows are numbered in this order. On PostgreSQL, a row can be committed
 * after another one with a higher number. So a position contains a snapshot: the rows after it are those that the snapshot does not
 * see. Rows that one snapshot adds to another are read in the order of their numbers. In this order, of two transactions that wrote
 * the same row, the first comes first, because the second has waited for its end before it inserted its own row.
 *
 * A replica that is promoted assigns the IDs of transactions that it never received to others, which a snapshot of the lost primary
 * seems to see. So a position also contains the timeline, which changes with each promotion, and is lost with it.
 */
import { type AnyColumn, and, asc, desc, gt, lte, type SQL, sql } from 'drizzle-orm';
import type { SQLiteColumn, SQLiteTable } from 'drizzle-orm/sqlite-core';
import type { Database } from './database.ts';
import { dialect } from './dialect.ts';
import { statement, statementByShape } from './statement.ts';

/** A table with the columns `rowNumber` and `transactionId`. */
export type OrderedTable = SQLiteTable & { number: SQLiteColumn; transactionId: SQLiteColumn; at: SQLiteColumn };

/**
 * The position after a row: after all rows that the snapshot `since` sees, and after those up to `number` of the rows that only the
 * snapshot `upTo` sees. Without snapshots, on SQLite or at the start of the table, after the rows up to `number`.
 */
export interface Position {
  /** The timeline of the server on which the snapshots were taken. Null without snapshots. */
  timeline: string | null;
  since: string | null;
  upTo: string | null;
  number: number;
}

export const startOfTable: Position = { timeline: null, since: null, upTo: null, number: 0 };

const isPostgresql = dialect === 'postgresql';

/** The first digits of the name of the file that the server writes its log to. */
const currentTimeline = sql`substr(pg_walfile_name(pg_current_wal_insert_lsn()), 1, 8)`;

/** The condition for rows that were inserted by another cluster, before its data was dumped and restored. */
export function isOfOtherCluster(transactionId: AnyColumn): SQL {
  return isPostgresql ? sql`${transactionId} >= pg_snapshot_xmax(pg_current_snapshot())` : sql`false`;
}

function sees(snapshotName: string, { transactionId }: OrderedTable): SQL {
  const snapshot = sql`${sql.placeholder(snapshotName)}::pg_snapshot`;
  return sql`pg_visible_in_snapshot(${transactionId}, ${snapshot})`;
}

function isUnseenBy(snapshotName: string, table: OrderedTable): SQL | undefined {
  // The index finds them, because the snapshot sees all earlier transactions.
  const earliest = sql`${table.transactionId} >= pg_snapshot_xmin(${sql.placeholder(snapshotName)}::pg_snapshot)`;
  return and(earliest, sql`not ${sees(snapshotName, table)}`);
}

interface Shape {
  /** Whether the rows must not be seen by a snapshot. */
  isAfterSnapshot: boolean;
  /** Whether the rows must be seen by a snapshot. Never on SQLite. */
  isInSnapshot: boolean;
}

/** The end of the table at a time. */
export interface End {
  position: Position;
  /** The row with the highest number. Null if there is none. */
  newest: { number: number; at: Date } | null;
}

export interface Rows<Row> {
  /** The rows, each with the position after it. */
  rows: { row: Row; position: Position }[];
  /** The end up to which the rows were read. No row is between the last one and the end if fewer than `limit` were read. */
  end: End;
}

/** Reads the rows of a table that meet a condition in the order of their commits. `values` are those of the placeholders in it. */
export function commitOrderOf<Table extends OrderedTable>(table: Table, condition?: SQL) {
  type Row = Table['$inferSelect'];

  const newestRow = statement((queries) =>
    queries
      .select({
        snapshot: sql<string | null>`${isPostgresql ? sql`pg_current_snapshot()::text` : sql`null`}`.as('snapshot'),
        timeline: sql<string | null>`${isPostgresql ? currentTimeline : sql`null`}`.as('timeline'),
        number: table.number,
        at: table.at,
      })
      .from(table as OrderedTable)
      .where(gt(table.number, 0))
      .orderBy(desc(table.number))
      .limit(1),
  );

  const page = statementByShape(
    ({ isAfterSnapshot, isInSnapshot }: Shape) => `${isAfterSnapshot} ${isInSnapshot}`,
    (queries, { isAfterSnapshot, isInSnapshot }) =>
      queries
        .select()
        .from(table as OrderedTable)
        .where(
          and(
            condition,
            gt(table.number, sql.placeholder('number')),
            isPostgresql ? undefined : lte(table.number, sql.placeholder('lastNumber')),
            isAfterSnapshot ? isUnseenBy('after', table) : undefined,
            isInSnapshot ? sees('in', table) : undefined,
          ),
        )
        .orderBy(asc(table.number))
        .limit(sql.placeholder('limit')),
  );

  async function readEnd(database: Database): Promise<End> {
    const [row] = await newestRow(database);
    if (row === undefined) return { position: startOfTable, newest: null };
    const newest = { number: Number(row.number), at: row.at as Date };
    const { timeline, snapshot } = row;
    return { position: { timeline, since: snapshot, upTo: snapshot, number: newest.number }, newest };
  }

  /** Reads the next rows after a position, up to `end`, by default the current end of the table. */
  async function read(
    database: Database,
    after: Position,
    { limit, values = {}, end: upTo }: { limit: number; values?: Record<string, unknown>; end?: End },
  ): Promise<Rows<Row>> {
    const last = upTo ?? (await readEnd(database));
    const rows: Rows<Row>['rows'] = [];
    if (last.newest === null) return { rows, end: last };
    async function add(number: number, after: string | null, seenBy: string | null): Promise<void> {
      const shape = { isAfterSnapshot: after !== null, isInSnapshot: seenBy !== null };
      const lastNumber = last.position.number;
      const bounds = { number, lastNumber, after, in: seenBy, limit: limit - rows.length };
      const found = (await page(database, shape, { ...values, ...bounds })) as Row[];
      const { timeline } = last.position;
      for (const row of found) {
        rows.push({ row, position: { timeline, since: after, upTo: seenBy, number: Number(row.number) } });
      }
    }
    const { since, upTo: seen, number } = after;
    // The rest of the rows that the snapshot sees. If the snapshots are equal, there is none.
    if (since !== seen) await add(number, since, seen);
    if (rows.length < limit) await add(seen === null ? number : 0, seen, last.position.upTo);
    return { rows, end: last };
  }

  return { readEnd, read };
}

/**
 * Whether nothing can be read after the position, because the database might have lost commits since: the position is after its end,
 * or a replica was promoted.
 */
export function isLost({ timeline, upTo, number }: Position, end: End): boolean {
  const current = end.position.upTo;
  if (upTo !== null && current !== null && timeline !== end.position.timeline) return true;
  if ((upTo === null) !== (current === null)) return number > 0;
  if (upTo === null || current === null) return number > end.position.number;
  return lastTransactionOf(upTo) > lastTransactionOf(current);
}

/** The end of a snapshot: the first transaction ID that was not assigned yet. */
function lastTransactionOf(snapshot: string): bigint {
  return BigInt(snapshot.split(':')[1] ?? 0);
}
