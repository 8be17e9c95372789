import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { auditCheckpoint } from '../../src/audit/audit.table.ts';
import { auditEventOf } from '../../src/audit/audit-event.ts';
import { type AuditFinding, findingLine } from '../../src/audit/audit-finding.ts';
import { auditKey } from '../../src/audit/audit-key.ts';
import { openAuditTrail } from '../../src/audit/audit-trail.ts';
import { eventParts } from '../../src/audit/mac-parts.ts';
import { pruneAuditTrail } from '../../src/audit/prune.ts';
import { InstallationSecret } from '../../src/base/installation-secret.ts';
import {
  type AuditWorld,
  auditSecret,
  auditSecretText,
  createAuditWorld,
  openTamperer,
  verifyTrail,
} from '../support/audit-world.ts';
import { dialectUnderTest } from '../support/database-url.ts';
import { startGateway } from '../support/gateway.ts';
import { insertCustomer } from '../support/rows.ts';

const laterBy1 = dialectUnderTest === 'sqlite' ? 'at + 1' : "at + interval '1 millisecond'";

test('verifyAuditTrail reports nothing for the operations of running and stopped gateways', async () => {
  const gateway = await startGateway();
  const { config, database } = gateway;
  const second = await openAuditTrail({ database, secret: config.secret });
  const third = await openAuditTrail({ database, secret: config.secret });
  await gateway.createBank('gh.29.uk');
  const { id } = await insertCustomer(database, { bankId: 'gh.29.uk' });
  const officer = await gateway.createUser({ roles: [['CanGetCustomer', 'gh.29.uk']] });
  const document = `{ customer(bankId: "gh.29.uk", customerId: "${id}") { legalName addresses { city } } }`;
  for (let count = 0; count < 5; count += 1) await gateway.query(officer.token, document);
  await gateway.query(null, document);
  await second.close();

  const { counts, findings, unsealed } = await verifyTrail(database, { secret: config.secret });
  expect(findings).toEqual([]);
  expect(counts).toMatchObject({ chains: 3, findings: 0, loggedSeals: 0 });
  expect(counts.events).toBeGreaterThanOrEqual(6);
  // Seals are written every second, so usually no event is sealed yet.
  expect(counts.unsealedEvents).toBe(unsealed.reduce((sum, { events }) => sum + events, 0));

  // A change of these events is found, so the expectations above can fail.
  const tamperer = await openTamperer(config.databaseUrl);
  await tamperer.execute(
    "update audit_event set event = replace(event, 'READ', 'WRITE') where chain = 1 and sequence = 1",
  );
  expect((await verifyTrail(database, { secret: config.secret })).findings).toMatchObject([
    { what: 'changed', events: { from: 1, to: 1 } },
  ]);
  await tamperer.close();
  await third.close();
  await gateway.stop();
});

describe('verification of three chains', () => {
  let world: AuditWorld;
  let firstSealedAt: Date;
  let logLength: number;

  beforeAll(async () => {
    world = await createAuditWorld();
    // The first chain was closed, with seals of 20, 40 and 45 events. The second was closed, and the third was not.
    const first = await world.begin();
    await first.recordEvents(20);
    await first.seal();
    await sleep(5);
    firstSealedAt = new Date();
    await sleep(5);
    await first.recordEvents(20);
    await first.seal();
    const second = await world.begin();
    await second.recordEvents(30);
    await second.seal();
    await first.recordEvents(5);
    await first.close();
    await second.recordEvents(10);
    await second.close();
    const third = await world.begin();
    await third.recordEvents(10);
    await third.seal();
    await third.recordEvents(7);
    await world.tamperer.save();
    logLength = world.log.length;
  });
  afterEach(async () => {
    await world.tamperer.restore();
    world.log.length = logLength;
  });
  afterAll(() => world.end());

  const run = (statement: string, ...values: unknown[]) => world.tamperer.execute(statement, ...values);
  const findings = async () => (await world.verify()).findings;
  const findingsOfLog = async () => (await world.verify({ log: world.log })).findings;
  const at = (chain: number, from: number, to = from) => ({ chain, events: { from, to } });

  test('reports nothing for an intact trail, and counts the events after the last seal', async () => {
    const { counts, findings, unsealed } = await world.verify({ log: ['a line of another program', ...world.log] });
    expect(findings).toEqual([]);
    expect(counts).toEqual({
      chains: 3,
      events: 102,
      seals: 6,
      unsealedEvents: 7,
      loggedSeals: 6,
      findings: 0,
    });
    expect(unsealed).toEqual([{ chain: 3, events: 7, missing: 0 }]);
  });

  test('reports a sealed event that was replaced with the secret, because its seal covers another hash', async () => {
    const [chain] = await run('select id from audit_chain where number = 1');
    const [row] = await run('select event from audit_event where chain = 1 and sequence = 15');
    const event = String(row?.event).replace('READ', 'WRITE');
    const mac = auditKey(auditSecret).mac('event', eventParts(String(chain?.id), 15, event));
    await run('update audit_event set event = ?, mac = ? where chain = 1 and sequence = 15', event, mac);

    expect(await findings()).toMatchObject([
      { what: 'changed', chain: 1, seal: 1, message: 'Its hash does not match the events that it covers.' },
    ]);
  });

  test('reads all pages of a long chain', async () => {
    const chain = await world.begin();
    await chain.recordEvents(2100);
    await chain.seal();
    const { counts, findings: findingsBefore } = await world.verify();
    expect([findingsBefore, counts.events]).toEqual([[], 2202]);
    await run('update audit_event set bank_id = ? where chain = 4 and sequence = 2050', 'bank-7');
    expect(await findings()).toMatchObject([{ what: 'changed', ...at(4, 2050) }]);
  });

  test.each<[string, string, Partial<AuditFinding>]>([
    ['the text of an event', "event = replace(event, 'READ', 'WRITE')", { message: 'It does not match its MAC.' }],
    ['the MAC of an event', "mac = 'A' || substr(mac, 2) || 'A'", { message: 'It does not match its MAC.' }],
    ['the time of an event', `at = ${laterBy1}`, { message: 'Its columns differ from its text: at.' }],
    ['the bank of an event', 'bank_id = null', { message: 'Its columns differ from its text: bank_id.' }],
    ['the user of an event', "user_id = 'another user'", { message: 'Its columns differ from its text: user_id.' }],
  ])('reports only the change of %s', async (_description, change, finding) => {
    await run(`update audit_event set ${change} where chain = 1 and sequence = 17`);
    expect(await findings()).toMatchObject([{ what: 'changed', ...at(1, 17), ...finding }]);
  });

  test('reports adjacent changed events as one finding', async () => {
    await run("update audit_event set event = replace(event, 'READ', 'WRITE') where chain = 2");
    const [finding, ...others] = await findings();
    expect(others).toEqual([]);
    expect(finding && findingLine(finding)).toMatch(
      /^chain 2, events 1 to 40, 20[\dT:.-]+Z: changed\. It does not match its MAC\.$/,
    );
  });

  test('reports a changed event after the last seal', async () => {
    await run("update audit_event set event = replace(event, 'READ', 'WRITE') where chain = 3 and sequence = 15");
    expect(await findings()).toMatchObject([{ what: 'changed', ...at(3, 15) }]);
  });

  test('reports events that were removed between others, with and without their rows of customers', async () => {
    await run('delete from audit_event where chain = 1 and sequence in (22, 23, 24)');
    expect((await findings()).filter(({ what }) => what !== 'inserted')).toMatchObject([
      { what: 'removed', ...at(1, 22, 24), message: 'No event has this number.' },
    ]);
    await run('delete from audit_event_customer where chain = 1 and sequence in (22, 23, 24)');
    expect(await findings()).toMatchObject([{ what: 'removed', ...at(1, 22, 24) }]);
  });

  test('reports a truncated chain whose seals were not removed', async () => {
    await run('delete from audit_event where chain = 2 and sequence > 33');
    await run('delete from audit_event_customer where chain = 2 and sequence > 33');
    expect(await findings()).toMatchObject([{ what: 'truncated', ...at(2, 34, 40) }]);
  });

  test('reports a chain that was truncated with its seals if later chains contain the seals', async () => {
    await run('delete from audit_seal where chain = 1 and number > 1');
    await run('delete from audit_event where chain = 1 and sequence > 20');
    await run('delete from audit_event_customer where chain = 1 and sequence > 20');
    expect(await findings()).toMatchObject([
      { what: 'truncated', chain: 1, seal: 2, message: 'Chain 2 contains this seal, but the database does not.' },
      { what: 'truncated', chain: 1, seal: 3, message: 'Chain 3 contains this seal, but the database does not.' },
    ]);
  });

  test('reports a truncated last chain only by the seals in the log', async () => {
    await run('delete from audit_seal where chain = 3');
    await run('delete from audit_event where chain = 3 and sequence > 5');
    await run('delete from audit_event_customer where chain = 3 and sequence > 5');
    expect(await findings()).toEqual([]);
    expect(await findingsOfLog()).toMatchObject([
      {
        what: 'truncated',
        chain: 3,
        seal: 1,
        message: 'The log contains this seal, which covers the events up to 10, but the database does not.',
      },
    ]);
  });

  test('reports a removed last chain by its remaining rows and by the seals in the log', async () => {
    await run('delete from audit_seal where chain = 3');
    await run('delete from audit_chain where number = 3');
    expect(await findings()).toContainEqual(
      expect.objectContaining({ what: 'removed', chain: 3, message: 'The chain is missing, but its rows are not.' }),
    );
    await run('delete from audit_event where chain = 3');
    await run('delete from audit_event_customer where chain = 3');
    expect(await findings()).toEqual([]);
    expect(await findingsOfLog()).toMatchObject([{ what: 'truncated', chain: 3, seal: 1 }]);
  });

  test('reports a chain that was removed between others with all its rows', async () => {
    for (const table of ['audit_seal', 'audit_event', 'audit_event_customer'])
      await run(`delete from ${table} where chain = 2`);
    await run('delete from audit_chain where number = 2');
    expect(await findings()).toContainEqual(
      expect.objectContaining({ what: 'removed', chain: 2, message: 'It is missing.' }),
    );
  });

  test.each([
    ['known_seals', "'[]'"],
    ['id', "'another'"],
    ['number', '4'],
  ])('reports a change of the %s of a chain', async (column, value) => {
    await run(`update audit_chain set ${column} = ${value} where number = 3`);
    expect((await findings()).map(({ chain }) => chain)).toContain(3);
  });

  test('reports an event that was inserted with the MAC of another event', async () => {
    await run(
      'insert into audit_event select 3, 18, at, bank_id, user_id, event, mac from audit_event where chain = 3 and sequence = 17',
    );
    expect(await findings()).toMatchObject([{ what: 'changed', ...at(3, 18) }]);
    await world.tamperer.restore();
    await run(
      'insert into audit_event select 2, 41, at, bank_id, user_id, event, mac from audit_event where chain = 2 and sequence = 40',
    );
    expect(await findings()).toMatchObject([
      { what: 'changed', ...at(2, 41) },
      { what: 'inserted', ...at(2, 41), message: 'The chain was closed before it.' },
    ]);
    await world.tamperer.restore();
    await run(
      'insert into audit_event select 2, 0, at, bank_id, user_id, event, mac from audit_event where chain = 2 and sequence = 40',
    );
    expect(await findings()).toMatchObject([{ what: 'changed', ...at(2, 0) }]);
  });

  test('reports both of two exchanged events', async () => {
    await run('update audit_event set sequence = -1 where chain = 1 and sequence = 30');
    await run('update audit_event set sequence = 30 where chain = 1 and sequence = 33');
    await run('update audit_event set sequence = 33 where chain = 1 and sequence = -1');
    expect((await findings()).filter(({ message }) => message.includes('MAC'))).toMatchObject([
      { what: 'changed', ...at(1, 30) },
      { what: 'changed', ...at(1, 33) },
    ]);
  });

  test('reports a removed, changed or inserted seal', async () => {
    await run('delete from audit_seal where chain = 1 and number = 1');
    expect(await findings()).toMatchObject([
      { what: 'removed', chain: 1, seal: 2, message: 'The seal 1 before it is missing.' },
    ]);
    await world.tamperer.restore();
    await run('update audit_seal set sequence = 19 where chain = 1 and number = 1');
    expect(await findings()).toMatchObject([{ what: 'changed', chain: 1, seal: 1 }]);
    await world.tamperer.restore();
    await run(
      'insert into audit_seal select 1, 4, sequence, head, at, is_last, mac, sealed_by from audit_seal where chain = 1 and number = 3',
    );
    expect(await findings()).toContainEqual(expect.objectContaining({ what: 'changed', chain: 1, seal: 4 }));
  });

  test('reports a seal that differs from the log', async () => {
    const other = world.log.map((line) =>
      line.includes('"chain":2,"number":1') ? line.replace('"head":"', '"head":"x') : line,
    );
    expect((await world.verify({ log: other })).findings).toMatchObject([
      { what: 'changed', chain: 2, seal: 1, message: 'The log contains another seal with this number.' },
    ]);
  });

  test('reports a removed, inserted or changed row of a customer', async () => {
    const customer = "customer_id = 'customer-1' and chain = 2 and sequence = 2";
    await run(`delete from audit_event_customer where ${customer}`);
    expect(await findings()).toMatchObject([{ what: 'removed', ...at(2, 2) }]);
    await world.tamperer.restore();
    await run(
      `insert into audit_event_customer select 'another customer', at, chain, sequence from audit_event_customer where ${customer}`,
    );
    expect(await findings()).toMatchObject([{ what: 'inserted', ...at(2, 2) }]);
    await world.tamperer.restore();
    await run(`update audit_event_customer set sequence = 999 where ${customer}`);
    expect(await findings()).toMatchObject([
      { what: 'removed', ...at(2, 2) },
      { what: 'inserted', ...at(2, 999) },
    ]);
  });

  test('reports a forged checkpoint, and the events that it seems to cover', async () => {
    await run('delete from audit_event where chain = 1 and sequence <= 20');
    await run('delete from audit_event_customer where chain = 1 and sequence <= 20');
    await run('delete from audit_seal where chain = 1 and number = 1');
    await world.database.transaction(async (transaction) => {
      const forged = { chain: 1, sequence: 20, sealNumber: 1, head: 'head', at: new Date(), mac: 'mac' };
      await transaction.insert(auditCheckpoint).values(forged);
    });
    expect(await findings()).toMatchObject([
      { what: 'changed', ...at(1, 20), message: 'None of the keys signed the checkpoint at this event.' },
      { what: 'removed', chain: 1, seal: 2 },
      { what: 'removed', ...at(1, 1, 20) },
    ]);
  });

  test('reports chains of another secret, unless it is a former secret', async () => {
    const text = 'another secret of at least 32 characters';
    const secret = new InstallationSecret(text);
    const { findings } = await world.verify({ secret });
    expect(findings.map(({ what, chain }) => [what, chain])).toEqual([
      ['unknown key', 1],
      ['unknown key', 2],
      ['unknown key', 3],
    ]);
    const { findings: findingsWithFormer } = await world.verify({
      secret: new InstallationSecret(text, ['x'.repeat(32), auditSecretText]),
    });
    expect(findingsWithFormer).toEqual([]);
  });

  describe('pruning up to the first seal', () => {
    const secret = new InstallationSecret('the secret of the years after, for pruning', [auditSecretText]);
    const prune = (before: Date) => pruneAuditTrail({ database: world.database, secret, before });
    const verify = (log?: string[]) => world.verify({ secret, log });

    test('keeps the remaining events verifiable, even with a new secret, and has no effect when it is repeated', async () => {
      expect(await prune(firstSealedAt)).toEqual({ events: 20, chains: 1 });
      const { counts, findings } = await verify(world.log);
      expect(findings).toEqual([]);
      expect(counts).toMatchObject({ chains: 3, events: 82, seals: 5, loggedSeals: 6 });
      const [row] = await run('select count(*) as count from audit_event_customer where chain = 1 and sequence <= 20');
      expect(Number(row?.count)).toBe(0);
      expect(await prune(firstSealedAt)).toEqual({ events: 0, chains: 0 });
      // All sealed events are deleted once, and the others remain.
      expect(await prune(new Date())).toEqual({ events: 75, chains: 3 });
      const remaining = await verify(world.log);
      expect(remaining.findings).toEqual([]);
      expect(remaining.counts).toMatchObject({ chains: 3, events: 7, seals: 0, unsealedEvents: 7 });
    });

    test('continues after an interruption, whose remaining events are only reported if they were changed', async () => {
      await prune(firstSealedAt);
      await run(
        'insert into audit_event select * from saved_audit_event where chain = 1 and sequence between 12 and 20',
      );
      await run(
        'insert into audit_event_customer select * from saved_audit_event_customer where chain = 1 and sequence between 12 and 20',
      );
      await run('insert into audit_seal select * from saved_audit_seal where chain = 1 and number = 1');
      expect((await verify()).findings).toEqual([]);
      await run("update audit_event set event = replace(event, 'READ', 'WRITE') where chain = 1 and sequence = 15");
      expect((await verify()).findings).toMatchObject([{ what: 'changed', ...at(1, 15) }]);
      await run("update audit_event set event = replace(event, 'WRITE', 'READ') where chain = 1 and sequence = 15");
      expect(await prune(firstSealedAt)).toEqual({ events: 9, chains: 1 });
      const { counts, findings } = await verify();
      expect([findings, counts.events]).toEqual([[], 82]);
    });

    test('fails for a chain that was tampered with', async () => {
      await run("update audit_event set event = replace(event, 'READ', 'WRITE') where chain = 1 and sequence = 15");
      await expect(prune(firstSealedAt)).rejects.toThrow(/tampered with .* chain 1, event 15, .* changed/);
      expect((await verify()).counts.events).toBe(102);
    });

    test('leaves a gap that is reported if the checkpoint is removed', async () => {
      await prune(firstSealedAt);
      await run('delete from audit_checkpoint');
      expect((await verify()).findings).toMatchObject([
        { what: 'removed', chain: 1, seal: 2 },
        { what: 'removed', ...at(1, 1, 20) },
      ]);
    });
  });
});

test('pruning keeps events that are newer than their seal because a clock was set back', async () => {
  const world = await createAuditWorld();
  const { database } = world;
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'Date'], now: new Date('2026-06-01') });
  const chain = await world.begin();
  await chain.recordEvents(10);
  await chain.seal();
  vi.setSystemTime(new Date('2026-06-03'));
  await chain.recordEvents(10);
  vi.setSystemTime(new Date('2015-01-01'));
  await chain.seal();
  vi.setSystemTime(new Date('2026-06-04'));
  await chain.close();

  const prune = (before: string) => pruneAuditTrail({ database, secret: auditSecret, before: new Date(before) });
  expect(await prune('2020-01-01')).toEqual({ events: 0, chains: 0 });
  expect(await prune('2026-06-02')).toEqual({ events: 10, chains: 1 });
  expect(await world.verify()).toMatchObject({ findings: [], counts: { events: 10 } });
  await world.end();
});

test('verifyAuditTrail reports nothing while events are written, sealed and pruned', async () => {
  const world = await createAuditWorld();
  const chain = await world.begin();
  const { database, log } = world;
  let isDone = false;
  async function write() {
    while (!isDone) {
      const single = auditEventOf({ kind: 'WRITE', outcome: 'SUCCEEDED', customerIds: ['customer-1', 'customer-2'] });
      const writes = Array.from({ length: 4 }, () => chain.write(async () => ({ result: null, event: single })));
      await Promise.all([chain.recordEvents(20), ...writes]);
      await chain.seal();
    }
  }
  async function prune() {
    while (!isDone) {
      await pruneAuditTrail({ database, secret: auditSecret, before: new Date() });
      await sleep(20);
    }
  }
  const writers = [write(), prune()];
  const rounds: AuditFinding[][] = [];
  let events = 0;
  const until = Date.now() + 3000;
  while (rounds.length < 10 || Date.now() < until) {
    const { counts, findings } = await world.verify({ log: [...log] });
    rounds.push(findings);
    events += counts.events;
    // On SQLite, verification blocks the process, so the writers need a pause.
    await sleep(5);
  }
  isDone = true;
  await Promise.all(writers);
  await chain.close();
  expect(rounds.flat()).toEqual([]);
  expect(events).toBeGreaterThan(0);
  const [checkpoints] = await world.tamperer.execute('select count(*) as count from audit_checkpoint');
  expect(Number(checkpoints?.count)).toBeGreaterThan(0);
  await world.end();
});
