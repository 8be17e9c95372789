import type { ChangeRow } from '../../changes/change.table.ts';
import { allChangesInOrder } from '../../changes/change-order.ts';
import { type End, isAhead, type Position } from '../../database/commit-order.ts';
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
  onChanges(changes: readonly PlacedChange[]): void;
  /** The database has lost changes that were read, such as by a failover to a replica that did not have them yet. */
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
  #end: End | null = null;
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
      this.#end = null;
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
    this.#timer ??= setTimeout(async () => {
      let pause = interval;
      try {
        await this.#read();
      } catch (error) {
        this.#events.onFailure(error);
        pause = retryInterval;
      }
      this.#timer = null;
      if (this.#isNeeded) this.#schedule(pause);
    }, milliseconds).unref();
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
    this.#end = end;
    for (const join of joining) join(end);
    // A later read would begin at an end that is long past.
    if (!this.#isNeeded) this.#end = null;
  }

  async #readRows(): Promise<End> {
    if (this.#end === null) return allChangesInOrder.readEnd(this.#database);
    let { position } = this.#end;
    for (;;) {
      const { rows, end } = await allChangesInOrder.read(this.#database, position, { limit: maxRows });
      if (isAhead(position, end)) {
        this.#events.onLoss();
        return end;
      }
      if (rows.length > 0) this.#events.onChanges(rows);
      if (rows.length < maxRows) return end;
      position = rows.at(-1)?.position ?? position;
    }
  }
}
