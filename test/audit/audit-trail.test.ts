/** A trail by itself, beside one that goes on: what becomes of events at its end, and of an operation that is given up. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { auditEventOf } from '../../src/audit/audit-event.ts';
import { openAuditTrail } from '../../src/audit/audit-trail.ts';
import { OperationAudit } from '../../src/audit/operation-audit.ts';
import { gatewayError } from '../../src/base/errors.ts';
import { recorderOf } from '../../src/database/change-recorder.ts';
import type { Database } from '../../src/database/database.ts';
import { openDatabase } from '../../src/database/open-database.ts';
import { eventPlaces } from '../../src/domain/audit-event/event-places.ts';
import { bank } from '../../src/domain/bank/bank.table.ts';
import { type AuditReader, auditReader } from '../support/audit-events.ts';
import { createDatabaseUrl } from '../support/database-url.ts';

const secret = 'a secret of the tests, for the audit trail';

let database: Database;
let drop: () => Promise<void>;
let audit: AuditReader;

beforeAll(async () => {
  const created = await createDatabaseUrl();
  drop = created.drop;
  database = await openDatabase(created.url);
  audit = auditReader(database);
});
beforeEach(() => audit.skipExisting());
afterAll(async () => {
  await database.close();
  await drop();
});

test('a trail that is closed takes nothing more, and waits for what is being written', async () => {
  const trail = await openAuditTrail({ database: database, secret: secret });
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

test('a mutation that is given up while it is being committed has one event, which tells what became of it', async () => {
  const trail = await openAuditTrail({ database: database, secret: secret });
  const operation = new OperationAudit(trail, eventPlaces(database), {
    ...{ userId: null, provider: null, clientName: null, clientAddress: null, requestId: null },
    ...{ operationName: null, operationHash: null, reason: null },
  });
  operation.beginWrite('Mutation.createBank', {});
  const givenUp = operation.write(async (transaction) => {
    recorderOf(transaction)?.inserted(bank, [{ id: 'gh.29.uk', shortName: 'The bank' }]);
    await sleep(20);
  });

  await operation.finish(gatewayError('OPERATION_TIMED_OUT'));
  await givenUp;
  // The operation goes on to its next field, which fails at once.
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
