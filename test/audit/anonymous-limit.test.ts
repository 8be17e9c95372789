import { expect, test } from 'vitest';
import { limitAnonymousEvents } from '../../src/audit/anonymous-limit.ts';
import { auditEvent } from '../../src/audit/audit.table.ts';
import { type AuditEvent, auditEventOf, parseAuditEvent } from '../../src/audit/audit-event.ts';
import { openAuditTrail } from '../../src/audit/audit-trail.ts';
import { openDatabase } from '../../src/database/database.ts';
import { createDatabaseUrl } from '../support/database-url.ts';

function refused(told: Partial<AuditEvent>): AuditEvent {
  return auditEventOf({ kind: 'AUTHENTICATION', outcome: 'REFUSED', errors: ['INVALID_TOKEN'], ...told });
}

/** What is in the database after these were recorded one after the other, and the trail was closed. */
async function writtenOf(events: AuditEvent[]): Promise<AuditEvent[]> {
  const { url, drop } = await createDatabaseUrl();
  const database = await openDatabase(url);
  const failures: unknown[] = [];
  const trail = await openAuditTrail({ database, secret: 'a secret of the tests, at least 32 characters' });
  const limited = limitAnonymousEvents(trail, (error) => failures.push(error));
  for (const event of events) await limited.record([event]);
  await limited.close();
  const rows = await database.read.select().from(auditEvent);
  await database.close();
  await drop();
  expect(failures).toEqual([]);
  return rows.map(({ event }) => parseAuditEvent(event));
}

test('whoever is not logged in cannot fill the audit trail: after some attempts from a network the rest is counted', async () => {
  const written = await writtenOf(Array.from({ length: 300 }, () => refused({ clientAddress: '192.0.2.7' })));

  expect(written.length).toBeGreaterThanOrEqual(61);
  expect(written.length).toBeLessThan(200);
  expect(written.reduce((total, { count }) => total + count, 0)).toBe(300);
  expect(written.filter(({ count }) => count > 1)).toEqual([
    expect.objectContaining({ clientAddress: '192.0.2.7', errors: ['INVALID_TOKEN'], outcome: 'REFUSED' }),
  ]);
});

test('other networks, users who are logged in, and attempts on a known user are written one by one', async () => {
  const events = [
    ...Array.from({ length: 100 }, (_, index) => refused({ clientAddress: `192.0.2.${index}` })),
    ...Array.from({ length: 100 }, () => refused({ clientAddress: '198.51.100.1', userId: 'a user' })),
    ...Array.from({ length: 100 }, () => refused({ clientAddress: '198.51.100.2', subjectUserIds: ['a user'] })),
  ];

  const written = await writtenOf(events);

  expect(written).toHaveLength(300);
  expect(written.every(({ count }) => count === 1)).toBe(true);
});
