import type { ChangeRow } from '../../changes/change.table.ts';
import { allChangesInOrder } from '../../changes/change-order.ts';
import { type End, isLost, type Position } from '../../database/commit-order.ts';
import type { Database } from '../../database/database.ts';

/** The milliseconds between two reads of the changes, and after a read that failed. */
const interval = 50;
const retryInterval = 1_000;

/** The maximum number of changes that are read at once. */
const maxRows = 500;

export interface PlacedChange {
  row: ChangeRow;
  /** The position after the change. */
  position: Position;
}

interface ReaderEvents {
  /** The changes after these are read when it resolves, and these again if it fails. */
  onChanges(changes: readonly PlacedChange[]): Promise<void>;
  /** The database might have lost changes that were read, such as by a failover to a replica that did not have them yet. */
  onLoss(): void;
  onFailure(error: unknown): void;
}

/**
 * Reads the changes of all processes while something needs them. It asks the database for them, because notifications of each commit
 * would cost more than these reads.
 */
export class ChangeReader {
  readonly #database: Database;
  readonly #events: ReaderEvents;
  /** Called at the end of the next read, with the end of the changes that were read. */
  #joining: ((end: End) => void)[] = [];
  /** The position up to which the changes were passed on. Null if they are not read regularly. */
  #position: Position | null = null;
  #reading: Promise<void> | null = null;
  #timer: NodeJS.Timeout | null = null;
  #isNeeded = false;

  constructor(database: Database, events: ReaderEvents) {
    this.#database = database;
    this.#events = events;
  }

  /** Starts or stops to read the changes regularly. */
  set isNeeded(isNeeded: boolean) {
    this.#isNeeded = isNeeded;
    if (isNeeded) this.#schedule(interval);
    else {
      if (this.#timer !== null) clearTimeout(this.#timer);
      this.#timer = null;
      this.#position = null;
    }
  }

  /**
   * Reads the changes up to now. Calls `join` with their end, so that what it adds gets all changes from there on, and no others.
   * @throws if the database is unavailable
   */
  async join(join: (end: End) => void): Promise<void> {
    this.#joining.push(join);
    // A read that is running might have begun before a change that the new reader has seen elsewhere.
    await this.#reading?.catch(() => undefined);
    await this.#read();
    if (this.#isNeeded) this.#schedule(interval);
  }

  #schedule(milliseconds: number): void {
    if (this.#timer !== null) return;
    const timer = setTimeout(async () => {
      let pause = interval;
      try {
        await this.#read();
      } catch (error) {
        this.#events.onFailure(error);
        pause = retryInterval;
      }
      // Otherwise, the reads were stopped in the meantime, and perhaps started again by another timer.
      if (this.#timer !== timer) return;
      this.#timer = null;
      this.#schedule(pause);
    }, milliseconds).unref();
    this.#timer = timer;
  }

  #read(): Promise<void> {
    this.#reading ??= this.#readOnce().finally(() => {
      this.#reading = null;
    });
    return this.#reading;
  }

  async #readOnce(): Promise<void> {
    const joining = this.#joining.splice(0);
    const end = await this.#readRows();
    for (const join of joining) join(end);
    // A later read would begin at a position that is long past.
    if (!this.#isNeeded) this.#position = null;
  }

  async #readRows(): Promise<End> {
    let position = this.#position;
    if (position === null) {
      const end = await allChangesInOrder.readEnd(this.#database);
      this.#position = end.position;
      return end;
    }
    for (;;) {
      const { rows, end } = await allChangesInOrder.read(this.#database, position, { limit: maxRows });
      const hasLost = isLost(position, end);
      if (hasLost) this.#events.onLoss();
      else if (rows.length > 0) await this.#events.onChanges(rows);
      const isAtEnd = hasLost || rows.length < maxRows;
      position = isAtEnd ? end.position : (rows.at(-1)?.position ?? position);
      // After each page, because the next read begins here if that of the next page fails.
      this.#position = position;
      if (isAtEnd) return end;
    }
  }
}
