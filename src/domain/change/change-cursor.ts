import { gatewayError } from '../../base/errors.ts';
import type { ChangeRow } from '../../changes/change.table.ts';
import { changeByNumber } from '../../changes/change-order.ts';
import { type End, isLost, type Position } from '../../database/commit-order.ts';
import type { Database } from '../../database/database.ts';

/** A position in the changes, and what proves later that no change after it is missing. */
export interface ChangeCursor {
  position: Position;
  /** The time of the change with the number of the position. 0 if there was none. */
  changedAt: number;
  /** When the position was the end of what the client had read, in milliseconds since 1970. */
  issuedAt: number;
}

/** The values of a cursor. */
export function cursorValues({ position, changedAt, issuedAt }: ChangeCursor): unknown[] {
  const { timeline, since, upTo, number } = position;
  return [timeline ?? '', since ?? '', upTo ?? '', number, changedAt, issuedAt];
}

export function changeCursorOf(values: readonly unknown[]): ChangeCursor {
  const [timeline, since, upTo, number, changedAt, issuedAt] = values as [
    string,
    string,
    string,
    number,
    number,
    number,
  ];
  const position = { timeline: timeline || null, since: since || null, upTo: upTo || null, number };
  return { position, changedAt, issuedAt };
}

export function cursorOfChange(row: Pick<ChangeRow, 'at'>, position: Position, issuedAt: number): ChangeCursor {
  return { position, changedAt: row.at.getTime(), issuedAt };
}

export function cursorOfEnd({ position, newest }: End, issuedAt: number): ChangeCursor {
  return { position, changedAt: newest?.at.getTime() ?? 0, issuedAt };
}

/**
 * Changes after the cursor might have been deleted, or the database might have lost changes that the client has read, such as by a
 * restore or a failover: then it uses their numbers and transactions again.
 *
 * @throws RESUME_IMPOSSIBLE
 */
export async function requireComplete(
  database: Database,
  { position, changedAt, issuedAt }: ChangeCursor,
  { end, retentionSeconds }: { end: End; retentionSeconds: number },
): Promise<void> {
  const earliest = Date.now() - retentionSeconds * 1_000;
  if (issuedAt < earliest || isLost(position, end)) throw gatewayError('RESUME_IMPOSSIBLE');
  if (changedAt === 0) return;
  const [row] = await changeByNumber(database, { number: position.number });
  const isDeleted = row === undefined && changedAt < earliest;
  if (!isDeleted && row?.at.getTime() !== changedAt) throw gatewayError('RESUME_IMPOSSIBLE');
}
