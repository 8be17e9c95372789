/** A place where the audit trail was tampered with. */
export interface AuditFinding {
  what: 'changed' | 'removed' | 'inserted' | 'truncated' | 'unknown key';
  chain: number;
  /** The first and the last of the events. */
  events?: { from: number; to: number };
  seal?: number;
  /** The time of the event, seal or chain, or of the one next to it. Null if it is unknown. */
  at: Date | null;
  message: string;
}

export function findingLine({ what, chain, events, seal, at, message }: AuditFinding): string {
  const place = [`chain ${chain}`];
  if (events !== undefined) {
    place.push(events.from === events.to ? `event ${events.from}` : `events ${events.from} to ${events.to}`);
  }
  if (seal !== undefined) place.push(`seal ${seal}`);
  // A time that was tampered with can be invalid.
  if (at !== null && !Number.isNaN(at.getTime())) place.push(at.toISOString());
  return `${place.join(', ')}: ${what}. ${message}`;
}
