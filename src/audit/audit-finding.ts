/** What somebody did to the audit trail, and where. */
export interface AuditFinding {
  what: 'changed' | 'removed' | 'inserted' | 'cut off' | 'unknown key';
  chain: number;
  /** Which events, from the first to the last. */
  events?: { from: number; to: number };
  seal?: number;
  /** When: of what it is about, or of what is next to it. */
  at: Date | null;
  message: string;
}

export function findingLine({ what, chain, events, seal, at, message }: AuditFinding): string {
  const place = [`chain ${chain}`];
  if (events !== undefined) {
    place.push(events.from === events.to ? `event ${events.from}` : `events ${events.from} to ${events.to}`);
  }
  if (seal !== undefined) place.push(`seal ${seal}`);
  // A moment that was tampered with may be none.
  if (at !== null && !Number.isNaN(at.getTime())) place.push(at.toISOString());
  return `${place.join(', ')}: ${what}. ${message}`;
}
