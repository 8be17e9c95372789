import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { inArray } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { auditEventOf } from '../../src/audit/audit-event.ts';
import { openAuditTrail } from '../../src/audit/audit-trail.ts';
import { OperationAudit } from '../../src/audit/operation-audit.ts';
import { gatewayError } from '../../src/base/errors.ts';
import { InstallationSecret } from '../../src/base/installation-secret.ts';
import { change } from '../../src/changes/change.table.ts';
import { recorderOf } from '../../src/database/change-recorder.ts';
import type { Database } from '../../src/database/database.ts';
import { currentDeadline, withDeadline } from '../../src/database/deadline.ts';
import { insertRow } from '../../src/database/write-row.ts';
import { eventPlaces } from '../../src/domain/audit-event/event-places.ts';
import { bank } from '../../src/domain/bank/bank.table.ts';
import { type AuditReader, auditReader } from '../support/audit-events.ts';
import { openMigratedDatabase } from '../support/migrated-database.ts';

const secret = new InstallationSecret('a secret of the tests, for the audit trail');

let database: Database;
/** Called for each statement of the database. */
let onStatement: (text: string) => void = () => undefined;
let drop: () => Promise<void>;
let audit: AuditReader;

beforeAll(async () => {
  ({ database, drop } = await openMigratedDatabase({ onStatement: (text) => onStatement(text) }));
  audit = auditReader(database);
});
beforeEach(() => audit.skipExisting());
afterAll(() => drop());

test('close waits for running transactions, and then the trail accepts no events', async () => {
  const trail = await openAuditTrail({ database, secret });
  const event = auditEventOf({ kind: 'READ', outcome: 'SUCCEEDED', requestId: randomUUID() });
  const written = trail.write(async () => {
    await sleep(50);
    return { result: 'written', event };
  });

  await trail.close();

  expect(await written).toBe('written');
  expect((await audit.events()).map(({ requestId }) => requestId)).toEqual([event.requestId]);
  await expect(trail.record([event])).rejects.toThrow('closed');
  await expect(trail.write(async () => ({ result: null, event }))).rejects.toThrow('closed');
});

test('a mutation that is aborted during its commit has one event with its outcome', async () => {
  const trail = await openAuditTrail({ database, secret });
  const operation = new OperationAudit(trail, eventPlaces(database), {
    ...{ userId: null, provider: null, clientName: null, clientAddress: null, requestId: null },
    ...{ operationName: null, operationHash: null, documentId: null, reason: null },
  });
  operation.beginWrite('Mutation.createBank', {});
  const aborted = operation.write(async (transaction) => {
    recorderOf(transaction)?.inserted(bank, [{ id: 'gh.29.uk', shortName: 'The bank' }]);
    await sleep(20);
  });

  await operation.finish(gatewayError('OPERATION_TIMED_OUT'));
  await aborted;
  // The operation continues with its next field, which fails immediately.
  operation.failWrite(new Error('too late'));
  operation.beginWrite('Mutation.createUser', {});
  operation.failWrite(gatewayError('OPERATION_TIMED_OUT'));
  await expect.poll(async () => (await audit.events()).length).toBe(2);
  await trail.close();

  expect(await audit.events()).toMatchObject([
    { outcome: 'SUCCEEDED', fieldsReturned: ['Mutation.createBank'], changes: ['Bank.shortName'] },
    { outcome: 'FAILED', fieldsFailed: ['Mutation.createUser'], errors: ['OPERATION_TIMED_OUT'] },
  ]);
});

test('events are recorded together without the deadline of the operation that comes first', async () => {
  const trail = await openAuditTrail({ database, secret });
  const deadlines: unknown[] = [];
  onStatement = (text) => {
    if (text.startsWith('insert into "audit_event"') || text.startsWith('with "inserted_0"'))
      deadlines.push(currentDeadline());
  };
  const events = [1, 2].map(() => auditEventOf({ kind: 'READ', outcome: 'SUCCEEDED', requestId: randomUUID() }));

  await Promise.all(events.map((event) => withDeadline(AbortSignal.abort(), () => trail.record([event]))));
  onStatement = () => undefined;
  await trail.close();

  expect(deadlines).toEqual([undefined]);
  expect(await audit.events()).toHaveLength(2);
});

test('the changes of a transaction are stored with it, for each bank, or not at all', async () => {
  const trail = await openAuditTrail({ database, secret });
  const [id, otherId] = [randomUUID(), randomUUID()];
  const rows = [id, otherId].map((bankId) => ({ id: bankId, createdAt: new Date(), updatedAt: new Date() }));
  const [first] = rows;
  if (first === undefined) throw new Error('There is no row.');
  const stored = () =>
    database.read
      .select()
      .from(change)
      .where(inArray(change.bankId, [id, otherId]))
      .orderBy(change.number);

  const failed = trail.write(async (transaction) => {
    await insertRow(transaction, bank, first);
    throw new Error('rolled back');
  });
  await expect(failed).rejects.toThrow('rolled back');
  expect(await stored()).toEqual([]);

  // Without an event, too, because a mutation has only one event for all of its transactions.
  await trail.write(async (transaction) => {
    for (const row of rows) await insertRow(transaction, bank, { ...row, shortName: 'The bank' });
    return { result: undefined, event: null };
  });
  await trail.close();

  const written = { customerIds: [], userIds: [], fields: ['Bank.shortName'] };
  expect(await stored()).toMatchObject([
    { bankId: id, ...written },
    { bankId: otherId, ...written },
  ]);
});
