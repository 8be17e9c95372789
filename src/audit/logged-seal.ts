import type { LoggedSeal } from './audit-trail.ts';

const message = 'audit seal';

/** A seal as a line of JSON, like those of the log: for what has no logger. */
export function sealLine(seal: LoggedSeal): string {
  return JSON.stringify({ level: 'info', time: new Date().toISOString(), ...seal, msg: message });
}

/** The seal that a line of the log tells of; null for any other line, or half of one. */
export function loggedSeal(line: string): LoggedSeal | null {
  if (!line.includes(`"${message}"`)) return null;
  try {
    // What collects logs may write something before each line.
    const { msg, chain, number, sequence, head, mac } = JSON.parse(line.slice(line.indexOf('{')));
    const isSeal = msg === message && [chain, number, sequence].every(Number.isSafeInteger);
    return isSeal ? { chain, number, sequence, head: String(head), mac: String(mac) } : null;
  } catch {
    return null;
  }
}
