import type { AuditSealRow } from './audit.table.ts';

/** A seal in the log, so that the log can show what is missing in the database. */
export interface LoggedSeal extends Pick<AuditSealRow, 'chain' | 'number' | 'sequence' | 'head' | 'mac'> {
  /** The chain of the process that wrote the seal. Undefined if it is the process of `chain`. */
  sealedBy?: number | undefined;
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
  if (!line.includes(`"${message}"`)) return null;
  try {
    // Log collectors can prefix each line.
    const { msg, chain, number, sequence, head, mac } = JSON.parse(line.slice(line.indexOf('{')));
    const isSeal = msg === message && [chain, number, sequence].every(Number.isSafeInteger);
    return isSeal ? { chain, number, sequence, head: String(head), mac: String(mac) } : null;
  } catch {
    return null;
  }
}
