import type { AuditEvent, RestoredState } from './audit-event.ts';
import { fieldsOfLine, type LoggedSeal, timeOfLine } from './logged-seal.ts';

/** A restore of the database that `audit restored` recorded, and whose event was verified. */
export interface RecordedRestore extends Pick<AuditEvent, 'at' | 'clientName' | 'reason'> {
  /** The chain and the sequence of the event. */
  chain: number;
  sequence: number;
  mac: string;
  state: RestoredState;
  /** The time at which the first chain after the restore began. */
  begunAt: Date;
}

/** The restores of one audit trail, and how many logged seals each of them explains. */
export class RecordedRestores {
  readonly #restores: { restore: RecordedRestore; lastSeals: ReadonlyMap<number, number>; lostSeals: number }[] = [];

  add(restore: RecordedRestore): void {
    const lastSeals = new Map(restore.state.openChains.map(([chain, seal]) => [chain, seal]));
    this.#restores.push({ restore, lastSeals, lostSeals: 0 });
  }

  /** The restores with the number of seals that were lost with each of them. */
  *[Symbol.iterator](): Generator<RecordedRestore & { lostSeals: number }> {
    for (const { restore, lostSeals } of this.#restores) yield { ...restore, lostSeals };
  }

  /** Whether the log contains this restore, and a later one has undone it. */
  hasUndone(chain: number, loggedAt: Date | null): boolean {
    return this.#restores.some(({ restore }) => chain >= restore.state.firstChain && isBefore(loggedAt, restore));
  }

  /**
   * Whether the seal was lost with a restore: it was logged before the first chain after the restore began, and its place is
   * beyond the state that was restored.
   */
  explains({ chain, number, loggedAt = null }: Pick<LoggedSeal, 'chain' | 'number' | 'loggedAt'>): boolean {
    const found = this.#restores.find(({ restore, lastSeals }) => {
      const lastSeal = lastSeals.get(chain);
      const isBeyond = chain >= restore.state.firstChain || (lastSeal !== undefined && number > lastSeal);
      return isBeyond && isBefore(loggedAt, restore);
    });
    if (found !== undefined) found.lostSeals += 1;
    return found !== undefined;
  }
}

function isBefore(loggedAt: Date | null, { begunAt }: RecordedRestore): boolean {
  return loggedAt !== null && loggedAt < begunAt;
}

export function restoreLine({ chain, sequence, at, clientName, reason }: RecordedRestore, lostSeals: number): string {
  const account = clientName === null ? '' : ` by ${clientName}`;
  const seals = lostSeals === 1 ? '1 seal in the log was' : `${lostSeals} seals in the log were`;
  const lost = lostSeals === 0 ? '' : ` ${seals} lost with it.`;
  return `chain ${chain}, event ${sequence}, ${at}: a restore of the database was recorded${account}. Reason: ${reason ?? ''}.${lost}`;
}

const message = 'audit restored';

/** A restore in the log, so that the removal of its event from the database is found. */
export type LoggedRestore = Pick<RecordedRestore, 'chain' | 'sequence' | 'mac'> & { loggedAt: Date | null };

/** Formats a recorded restore as a line of the log. */
export function loggedRestoreLine(restore: Pick<RecordedRestore, 'chain' | 'sequence' | 'mac' | 'reason'>): string {
  const { chain, sequence, mac, reason } = restore;
  const time = new Date().toISOString();
  return JSON.stringify({ level: 'warn', time, chain, event: sequence, mac, reason, msg: message });
}

/** Parses the restore in a line of the log. Returns null for other and incomplete lines. */
export function loggedRestore(line: string): LoggedRestore | null {
  const fields = fieldsOfLine(line, message);
  if (fields === null) return null;
  const { chain, event, mac } = fields;
  if (![chain, event].every(Number.isSafeInteger)) return null;
  return { chain: Number(chain), sequence: Number(event), mac: String(mac), loggedAt: timeOfLine(fields) };
}
