/**
 * Reads the events of the audit trail.
 *
 *   const audit = auditReader(gateway.database);
 *   await audit.skipExisting();
 *   …
 *   expect(await audit.events()).toEqual([expect.objectContaining({ kind: 'READ' })]);
 */
import { asc } from 'drizzle-orm';
import { auditEvent } from '../../src/audit/audit.table.ts';
import { type AuditEvent, parseAuditEvent } from '../../src/audit/audit-event.ts';
import type { Database } from '../../src/database/database.ts';

export interface AuditReader {
  /** Excludes the existing events from now on. */
  skipExisting(): Promise<void>;
  /** Returns the events since then, in the order of the trail. */
  events(): Promise<AuditEvent[]>;
}

export function auditReader(database: Database): AuditReader {
  let skipped = 0;
  const read = () => database.read.select().from(auditEvent).orderBy(asc(auditEvent.chain), asc(auditEvent.sequence));
  return {
    async skipExisting() {
      skipped = (await read()).length;
    },
    async events() {
      return (await read()).slice(skipped).map(({ event }) => parseAuditEvent(event));
    },
  };
}
