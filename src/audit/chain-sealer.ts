import { and, eq } from 'drizzle-orm';
import type { Database } from '../database/database.ts';
import { insertRow } from '../database/write-row.ts';
import { type AuditChainRow, type AuditSealRow, auditSeal } from './audit.table.ts';
import type { AuditKey } from './audit-key.ts';
import type { EventWriter } from './event-writer.ts';
import { type LoggedSeal, loggedSealOf } from './logged-seal.ts';
import { sealParts } from './mac-parts.ts';

/** Seals the committed events of one chain. */
export class ChainSealer {
  readonly #database: Database;
  readonly #chain: AuditChainRow;
  readonly #key: AuditKey;
  readonly #events: EventWriter;
  readonly #onSeal: (seal: LoggedSeal) => void;
  #sealed = { number: 0, sequence: 0 };
  #sealing: Promise<void> = Promise.resolve();

  constructor(
    database: Database,
    chain: AuditChainRow,
    key: AuditKey,
    events: EventWriter,
    onSeal: (seal: LoggedSeal) => void,
  ) {
    this.#database = database;
    this.#chain = chain;
    this.#key = key;
    this.#events = events;
    this.#onSeal = onSeal;
  }

  /** Writes a seal after the previous one is written. Does nothing if no event was committed since, unless it is the last seal. */
  seal(isLast = false): Promise<void> {
    this.#sealing = this.#sealing.catch(() => undefined).then(() => this.#writeSeal(isLast));
    return this.#sealing;
  }

  async #writeSeal(isLast: boolean): Promise<void> {
    const { sequence, head } = this.#events.settled;
    // If this process was suspended, another one might have sealed events whose commit this one has not noticed yet.
    if (sequence < this.#sealed.sequence || (sequence === this.#sealed.sequence && !isLast)) return;
    const number = this.#sealed.number + 1;
    const seal = { number, sequence, head, at: new Date(), isLast, sealedBy: null };
    const row = {
      chain: this.#chain.number,
      ...seal,
      mac: this.#key.mac('seal', sealParts(this.#chain.id, seal)),
    };
    const stored = await this.#storedSeal(row);
    this.#sealed = { number, sequence: stored.sequence };
    this.#onSeal(loggedSealOf(stored));
    // A seal whose transaction seemed to fail, or one of another process, can be stored under this number. Later events get the next seal.
    if (stored.mac !== row.mac) await this.#writeSeal(isLast);
  }

  /** Inserts the seal, or returns the stored seal with its number. */
  #storedSeal(row: AuditSealRow): Promise<AuditSealRow> {
    return this.#database.transaction(async (transaction) => {
      const [inserted] = await insertRow(transaction, auditSeal, row, 'ignore');
      if (inserted !== undefined) return inserted;
      const hasNumber = and(eq(auditSeal.chain, row.chain), eq(auditSeal.number, row.number));
      const [stored] = await transaction.select().from(auditSeal).where(hasNumber);
      if (stored === undefined) throw new Error('The seal of the audit trail was not stored.');
      return stored;
    });
  }
}
