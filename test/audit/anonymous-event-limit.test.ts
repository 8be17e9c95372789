import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { limitFailedAttempts } from '../../src/audit/anonymous-event-limit.ts';
import { auditEvent } from '../../src/audit/audit.table.ts';
import { type AuditEvent, auditEventOf, parseAuditEvent } from '../../src/audit/audit-event.ts';
import { type AuditTrail, openAuditTrail } from '../../src/audit/audit-trail.ts';
import { InstallationSecret } from '../../src/base/installation-secret.ts';
import type { Database } from '../../src/database/database.ts';
import { openDatabase } from '../../src/database/open-database.ts';
import { openTamperer } from '../support/audit-world.ts';
import { createMigratedDatabaseUrl, dialectUnderTest } from '../support/database-url.ts';

function refused(parts: Partial<AuditEvent>): AuditEvent {
  return auditEventOf({ kind: 'AUTHENTICATION', outcome: 'REFUSED', errors: ['INVALID_TOKEN'], ...parts });
}

let url: string;
let database: Database;
let drop: () => Promise<void>;
let trail: AuditTrail;

beforeEach(async () => {
  const created = await createMigratedDatabaseUrl();
  url = created.url;
  drop = created.drop;
  database = await openDatabase(url);
  trail = await openAuditTrail({
    database,
    secret: new InstallationSecret('a secret of the tests, at least 32 characters'),
  });
});
afterEach(async () => {
  vi.useRealTimers();
  await database.close();
  await drop();
});

async function storedEvents(): Promise<AuditEvent[]> {
  const rows = await database.read.select().from(auditEvent);
  return rows.map(({ event }) => parseAuditEvent(event));
}

/** Records events one after the other, closes the trail, and returns the stored events. */
async function recordAll(events: AuditEvent[]): Promise<AuditEvent[]> {
  const failures: unknown[] = [];
  const limited = limitFailedAttempts(trail, (error) => failures.push(error));
  for (const event of events) await limited.record([event]);
  await limited.close();
  expect(failures).toEqual([]);
  return storedEvents();
}

function repeat(count: number, parts: Partial<AuditEvent>): AuditEvent[] {
  return Array.from({ length: count }, () => refused({ clientAddress: '192.0.2.7', ...parts }));
}

function total(events: AuditEvent[]): number {
  return events.reduce((sum, { count }) => sum + count, 0);
}

test('further attempts from a network of anonymous callers are counted', async () => {
  const events = await recordAll(repeat(300, { requestId: 'one request' }));

  expect(events.length).toBeGreaterThanOrEqual(61);
  expect(events.length).toBeLessThan(200);
  expect(total(events)).toBe(300);
  expect(events.filter(({ count }) => count > 1)).toEqual([
    expect.objectContaining({
      clientAddress: '192.0.2.7',
      errors: ['INVALID_TOKEN'],
      outcome: 'REFUSED',
      requestId: 'one request',
    }),
  ]);
});

test('attempts of different callers, and operations that succeed at least partly, are recorded individually', async () => {
  const succeeded: Partial<AuditEvent> = { clientAddress: '198.51.100.2', errors: [] };
  const events = await recordAll([
    ...Array.from({ length: 100 }, (_, index) => refused({ clientAddress: `192.0.2.${index}` })),
    ...Array.from({ length: 100 }, (_, index) => refused({ clientAddress: '198.51.100.1', userId: `user ${index}` })),
    ...repeat(100, { ...succeeded, outcome: 'SUCCEEDED' }),
    ...repeat(100, { ...succeeded, outcome: 'SUCCEEDED', kind: 'READ', userId: 'a user' }),
    ...repeat(100, { ...succeeded, outcome: 'SUCCEEDED', kind: 'WRITE', userId: 'a user' }),
    ...repeat(100, { ...succeeded, outcome: 'PARTIAL', kind: 'READ', userId: 'a user' }),
  ]);

  expect(events).toHaveLength(600);
  expect(events.every(({ count }) => count === 1)).toBe(true);
});

test('further attempts of a user are counted by field and bank', async () => {
  const attempt = { kind: 'READ', userId: 'a user', provider: 'local', bankId: 'a bank' } as const;
  const refusal = { ...attempt, fieldsRefused: ['Query.kycChecks'], errors: ['OBP-20006'] };
  const failure: Partial<AuditEvent> = {
    ...attempt,
    outcome: 'FAILED',
    fieldsFailed: ['Query.user'],
    errors: ['OBP-20057'],
  };
  const events = await recordAll([
    ...repeat(500, refusal),
    ...repeat(500, { ...refusal, clientAddress: '203.0.113.9' }),
    ...repeat(500, { ...refusal, bankId: 'another bank' }),
    ...repeat(500, failure),
  ]);

  expect(events.length).toBeLessThan(120);
  expect(total(events)).toBe(2_000);
  expect(events.every(({ userId, provider }) => userId === 'a user' && provider === 'local')).toBe(true);
  const counted = events.filter(({ count }) => count > 1);
  expect(counted).toHaveLength(3);
  expect(counted).toMatchObject([
    { bankId: 'a bank', fieldsRefused: ['Query.kycChecks'], errors: ['OBP-20006'], clientAddress: null },
    { bankId: 'another bank', fieldsRefused: ['Query.kycChecks'], clientAddress: '192.0.2.7' },
    { bankId: 'a bank', outcome: 'FAILED', fieldsFailed: ['Query.user'], errors: ['OBP-20057'] },
  ]);
});

test('attempts of a user on many customers are counted by field and bank', async () => {
  const events = await recordAll(
    Array.from({ length: 2_000 }, (_, index) =>
      refused({
        kind: 'READ',
        userId: 'a user',
        clientAddress: '192.0.2.7',
        bankId: 'a bank',
        customerIds: [`customer ${index}`],
        fieldsRefused: ['Query.customer'],
      }),
    ),
  );

  expect(total(events)).toBe(2_000);
  expect(events.length).toBeLessThan(260);
  expect(events.every(({ fieldsRefused }) => fieldsRefused[0] === 'Query.customer')).toBe(true);
});

test('requests that exceed a rate limit are only counted', async () => {
  const events = await recordAll([
    ...repeat(1_000, { errors: ['RATE_LIMITED'], userId: 'a user' }),
    ...repeat(1_000, { errors: ['RATE_LIMITED'] }),
  ]);

  expect(events.map(({ userId, count }) => [userId, count])).toEqual([
    ['a user', 1_000],
    [null, 1_000],
  ]);
});

test('many networks that exceed a rate limit cause at most 10,100 events', async () => {
  const networks = 20_000;
  const events = await recordAll(
    Array.from({ length: networks }, (_, index) =>
      refused({ clientAddress: `2001:db8:0:${index.toString(16)}::1`, errors: ['RATE_LIMITED'] }),
    ),
  );

  expect(events.length).toBeLessThan(10_100);
  expect(total(events)).toBe(networks);
});

test('failed logins of existing users are limited like those of unknown names, and counted for each user', async () => {
  const failed: Partial<AuditEvent> = { outcome: 'FAILED', errors: ['OBP-20004'] };
  const unknown = await recordAll([...repeat(60, failed), ...repeat(200, failed)]);
  expect(total(unknown)).toBe(260);

  trail = await openAuditTrail({
    database,
    secret: new InstallationSecret('a secret of the tests, at least 32 characters'),
  });
  const all = await recordAll([
    ...repeat(60, failed),
    ...repeat(200, { ...failed, subjectUserIds: ['alice'] }),
    ...repeat(50, { ...failed, subjectUserIds: ['bob'] }),
  ]);
  const known = all.slice(unknown.length);
  expect(known.length).toBeLessThan(100);
  for (const [userId, count] of [
    ['alice', 200],
    ['bob', 50],
  ]) {
    expect(total(known.filter(({ subjectUserIds }) => subjectUserIds[0] === userId))).toBe(count);
  }
});

test('attempts are counted for each bank, with its errors, customers and fields', async () => {
  const events = [
    { bankId: 'bank-a', errors: ['OBP-20001'], fieldsRefused: ['Query.customer'], customerIds: ['of a'] },
    { bankId: 'bank-b', errors: ['OBP-20006'], fieldsRefused: ['Query.kycChecks'], customerIds: ['of b'] },
  ];
  const all = await recordAll(events.flatMap((event) => repeat(100, { kind: 'READ', ...event })));

  for (const event of events) {
    const eventsOfBank = all.filter(({ bankId }) => bankId === event.bankId);
    expect(total(eventsOfBank)).toBe(100);
    for (const counted of eventsOfBank) expect(counted).toMatchObject(event);
  }
});

test('a count contains the details that all its attempts share', async () => {
  const events = await recordAll(
    Array.from({ length: 200 }, (_, index) =>
      refused({
        clientAddress: `2001:db8::${index.toString(16)}`,
        requestId: `request-${index}`,
        clientName: 'one client',
      }),
    ),
  );

  expect(events.filter(({ count }) => count > 1)).toMatchObject([
    { clientAddress: '2001:db8:0:0::/64', requestId: null, clientName: 'one client' },
  ]);
});

test('a network causes at most 260 events, even if all its attempts differ', async () => {
  const events = await recordAll(
    Array.from({ length: 1000 }, (_, index) =>
      refused({ clientAddress: '192.0.2.7', fieldsRefused: [`Query.field${index}`], bankId: `bank-${index % 2}` }),
    ),
  );

  expect(events.length).toBeLessThan(260);
  for (const bankId of ['bank-0', 'bank-1']) expect(total(events.filter((event) => event.bankId === bankId))).toBe(500);
});

test('counts that could not be written are written later', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  const failures: unknown[] = [];
  const limited = limitFailedAttempts(trail, (error) => failures.push(error));
  for (const event of repeat(200, {})) await limited.record([event]);
  const tamperer = await openTamperer(url);
  const isSqlite = dialectUnderTest === 'sqlite';
  await tamperer.execute(
    isSqlite
      ? "create trigger no_event before insert on audit_event begin select raise(abort, 'out of order'); end"
      : 'alter table audit_event add constraint no_event check (sequence < 0) not valid',
  );
  vi.advanceTimersByTime(60_000);
  await expect.poll(() => failures.length).toBe(1);
  await tamperer.execute(isSqlite ? 'drop trigger no_event' : 'alter table audit_event drop constraint no_event');
  await tamperer.close();
  for (const event of repeat(10, {})) await limited.record([event]);
  await limited.close();

  expect(total((await storedEvents()).filter(({ kind }) => kind === 'AUTHENTICATION'))).toBe(210);
  expect(failures).toHaveLength(1);
});
