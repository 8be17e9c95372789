import type { AuditSealRow } from './audit.table.ts';

/** A seal in the log, so that the log can show what is missing in the database. */
export interface LoggedSeal extends Pick<AuditSealRow, 'chain' | 'number' | 'sequence' | 'head' | 'mac'> {
  /** The chain of the process that wrote the seal. Undefined if it is the process of `chain`. */
  sealedBy?: number | undefined;
  /** The time of the line, by the clock of the machine that wrote it. Null if the line has none. Undefined before it is logged. */
  loggedAt?: Date | null;
}

export function loggedSealOf({ chain, number, sequence, head, mac, sealedBy }: AuditSealRow): LoggedSeal {
  return { chain, number, sequence, head, mac, ...(sealedBy === null ? {} : { sealedBy }) };
}

const message = 'audit seal';

/** Formats a seal as a line of the log, for commands without a logger. */
export function sealLine(seal: LoggedSeal): string {
  return JSON.stringify({ level: 'info', time: new Date().toISOString(), ...seal, msg: message });
}

/** Parses the seal in a line of the log. Returns null for other and incomplete lines. */
export function loggedSeal(line: string): LoggedSeal | null {
  const fields = fieldsOfLine(line, message);
  if (fields === null) return null;
  const { chain, number, sequence, head, mac } = fields;
  if (![chain, number, sequence].every(Number.isSafeInteger)) return null;
  const places = { chain: Number(chain), number: Number(number), sequence: Number(sequence) };
  return { ...places, head: String(head), mac: String(mac), loggedAt: timeOfLine(fields) };
}

/** The fields of a line of the log with this message. Null for other and incomplete lines. */
export function fieldsOfLine(line: string, msg: string): Record<string, unknown> | null {
  if (!line.includes(`"${msg}"`)) return null;
  try {
    // Log collectors can prefix each line.
    const fields: unknown = JSON.parse(line.slice(line.indexOf('{')));
    const isObject = typeof fields === 'object' && fields !== null;
    return isObject && 'msg' in fields && fields.msg === msg ? { ...fields } : null;
  } catch {
    return null;
  }
}

export function timeOfLine({ time }: Record<string, unknown>): Date | null {
  const date = new Date(typeof time === 'string' || typeof time === 'number' ? time : Number.NaN);
  return Number.isNaN(date.getTime()) ? null : date;
}
