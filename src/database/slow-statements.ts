import type { Lease, SentStatement } from './connection-lease.ts';

/** The milliseconds for which a slow statement is remembered after it has ended. */
const memory = 5_000;

/** The observed uses of a statement that was slow. */
interface SlowStatement {
  /** The beginning of its latest use that was slow. */
  slowSince: number;
  /** The beginning of its latest use that was quick. */
  quickSince: number;
  /** When it was last slow, by its values, as `performance.now()`. */
  readonly slowAt: Map<string, number>;
  /** The use that shows whether it is still slow. */
  probe: object | null;
}

function keyOf({ values }: SentStatement): string {
  return values.join('\0');
}

/**
 * The statements that are slow, or were a short time ago. A statement is slow as a whole if its latest use was slow, for example because
 * a table is locked. Otherwise, it is only slow with the values with which it was slow, for example because a row is locked.
 */
export class SlowStatements {
  readonly #statements = new Map<string, SlowStatement>();

  has(statement: SentStatement): boolean {
    const known = this.#statements.get(statement.name);
    return known !== undefined && (known.slowSince > known.quickSince || known.slowAt.has(keyOf(statement)));
  }

  /** Whether one more use can show if the statement is still slow. There is one such use at a time, with other values. */
  canProbe(statement: SentStatement): boolean {
    const known = this.#statements.get(statement.name);
    return known !== undefined && known.probe === null && !known.slowAt.has(keyOf(statement));
  }

  /** Adds a statement that has been slow since this time. */
  add(statement: SentStatement, since: number): void {
    let known = this.#statements.get(statement.name);
    if (known === undefined) {
      known = { slowSince: since, quickSince: Number.NEGATIVE_INFINITY, slowAt: new Map(), probe: null };
      this.#statements.set(statement.name, known);
    }
    known.slowSince = Math.max(known.slowSince, since);
    known.slowAt.set(keyOf(statement), performance.now());
  }

  /** Called when a lease begins to use the statement. Returns whether the statement is slow. */
  begin(lease: Lease, statement: SentStatement): boolean {
    const known = this.#statements.get(statement.name);
    if (known !== undefined && !known.slowAt.has(keyOf(statement))) known.probe ??= lease;
    return this.has(statement);
  }

  /** Called when the statement of a lease has ended, or a lease whose statement has not begun. */
  end(lease: Lease, isQuick: boolean): void {
    const statement = lease.statement ?? lease.onlyStatement;
    const known = statement === null ? undefined : this.#statements.get(statement.name);
    if (statement === null || known === undefined) return;
    if (known.probe === lease) known.probe = null;
    if (!isQuick) return;
    known.quickSince = Math.max(known.quickSince, lease.since);
    known.slowAt.delete(keyOf(statement));
  }

  /** Forgets what was slow a longer time ago. */
  forget(): void {
    const now = performance.now();
    for (const [name, { slowAt }] of this.#statements) {
      for (const [key, at] of slowAt) if (now - at > memory) slowAt.delete(key);
      if (slowAt.size === 0) this.#statements.delete(name);
    }
  }
}
