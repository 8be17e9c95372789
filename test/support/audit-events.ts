/**
 * What the audit trail holds.
 *
 *   const audit = auditReader(gateway.database);
 *   await audit.passOver();
 *   …
 *   expect(await audit.events()).toEqual([expect.objectContaining({ kind: 'READ' })]);
 */
import { asc } from 'drizzle-orm';
import { auditEvent } from '../../src/audit/audit.table.ts';
import { type AuditEvent, parseAuditEvent } from '../../src/audit/audit-event.ts';
import type { Database } from '../../src/database/database.ts';

export interface AuditReader {
  /** From now on, what is there already is left out. */
  passOver(): Promise<void>;
  /** Since then, in their order. */
  events(): Promise<AuditEvent[]>;
}

export function auditReader(database: Database): AuditReader {
  let passed = 0;
  const read = () => database.read.select().from(auditEvent).orderBy(asc(auditEvent.chain), asc(auditEvent.sequence));
  return {
    async passOver() {
      passed = (await read()).length;
    },
    async events() {
      return (await read()).slice(passed).map(({ event }) => parseAuditEvent(event));
    },
  };
}

/** For `everythingStored`: all but the audit trail, which grows with each operation. */
export function isNoAudit(_row: unknown, table: string): boolean {
  return !table.startsWith('audit_');
}
