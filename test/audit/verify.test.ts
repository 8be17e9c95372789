/** Whoever tampers with the audit trail is found: each way of it, and where. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { auditCheckpoint } from '../../src/audit/audit.table.ts';
import { auditEventOf } from '../../src/audit/audit-event.ts';
import { type AuditFinding, findingLine } from '../../src/audit/audit-finding.ts';
import { openAuditTrail } from '../../src/audit/audit-trail.ts';
import { pruneAuditTrail } from '../../src/audit/prune.ts';
import { type AuditWorld, auditSecret, createAuditWorld, openTamperer, verifyTrail } from '../support/audit-world.ts';
import { dialectUnderTest } from '../support/database-url.ts';
import { startGateway } from '../support/gateway.ts';
import { insertCustomer } from '../support/rows.ts';

const laterBy1 = dialectUnderTest === 'sqlite' ? 'at + 1' : "at + interval '1 millisecond'";

test('after real operations at two gateways on one database all is as it was written, whether they ended or run', async () => {
  const gateway = await startGateway();
  const { config, database } = gateway;
  const second = await openAuditTrail({ database, secret: config.secret });
  const third = await openAuditTrail({ database, secret: config.secret });
  await gateway.createBank('gh.29.uk');
  const { id } = await insertCustomer(database, { bankId: 'gh.29.uk' });
  const clerk = await gateway.createUser({ roles: [['CanGetCustomer', 'gh.29.uk']] });
  const document = `{ customer(bankId: "gh.29.uk", customerId: "${id}") { legalName addresses { city } } }`;
  for (let count = 0; count < 5; count += 1) await gateway.query(clerk.token, document);
  await gateway.query(null, document);
  await second.close();

  const { counts, findings, unsealed } = await verifyTrail(database, { secret: config.secret });
  expect(findings).toEqual([]);
  expect(counts).toMatchObject({ chains: 3, findings: 0, loggedSeals: 0 });
  expect(counts.events).toBeGreaterThanOrEqual(6);
  // Nothing else was sealed yet, unless this took a second.
  expect(counts.unsealedEvents).toBe(unsealed.reduce((sum, { events }) => sum + events, 0));

  // And these events can be tampered with: the same test would tell.
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

describe('of three chains', () => {
  let world: AuditWorld;
  let firstSealedAt: Date;
  let logLength: number;

  beforeAll(async () => {
    world = await createAuditWorld();
    // The first ended, with seals over 20, 40 and 45 events; the second ended; the third was killed.
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

  test('all is as it was written, and what no seal covers is told, without being a finding', async () => {
    const { counts, findings, unsealed } = await world.verify({ log: ['not of the log', ...world.log] });
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

  test('each page is read: with more events than one page has', async () => {
    const chain = await world.begin();
    await chain.recordEvents(2100);
    await chain.seal();
    const { counts, findings: none } = await world.verify();
    expect([none, counts.events]).toEqual([[], 2202]);
    await run('update audit_event set bank_id = ? where chain = 4 and sequence = 2050', 'bank-7');
    expect(await findings()).toMatchObject([{ what: 'changed', ...at(4, 2050) }]);
  });

  test.each<[string, string, Partial<AuditFinding>]>([
    ['the text of an event', "event = replace(event, 'READ', 'WRITE')", { message: 'It does not match its MAC.' }],
    ['the mac of an event', "mac = 'A' || substr(mac, 2) || 'A'", { message: 'It does not match its MAC.' }],
    ['its time', `at = ${laterBy1}`, { message: 'Its columns differ from its text: at.' }],
    ['its bank', 'bank_id = null', { message: 'Its columns differ from its text: bank_id.' }],
    ['its user', "user_id = 'somebody else'", { message: 'Its columns differ from its text: user_id.' }],
  ])('%s changed is found, and nothing else', async (_, change, finding) => {
    await run(`update audit_event set ${change} where chain = 1 and sequence = 17`);
    expect(await findings()).toMatchObject([{ what: 'changed', ...at(1, 17), ...finding }]);
  });

  test('all events changed are one finding', async () => {
    await run("update audit_event set event = replace(event, 'READ', 'WRITE') where chain = 2");
    const [finding, ...others] = await findings();
    expect(others).toEqual([]);
    expect(finding && findingLine(finding)).toMatch(
      /^chain 2, events 1 to 40, 20[\dT:.-]+Z: changed\. It does not match its MAC\.$/,
    );
  });

  test('an event that was changed where no seal is yet is found', async () => {
    await run("update audit_event set event = replace(event, 'READ', 'WRITE') where chain = 3 and sequence = 15");
    expect(await findings()).toMatchObject([{ what: 'changed', ...at(3, 15) }]);
  });

  test('events removed in the middle are found, with their customers', async () => {
    await run('delete from audit_event where chain = 1 and sequence in (22, 23, 24)');
    expect((await findings()).filter(({ what }) => what !== 'inserted')).toMatchObject([
      { what: 'removed', ...at(1, 22, 24), message: 'No event has this number.' },
    ]);
    await run('delete from audit_event_customer where chain = 1 and sequence in (22, 23, 24)');
    expect(await findings()).toMatchObject([{ what: 'removed', ...at(1, 22, 24) }]);
  });

  test('a tail that was cut off while its seals stayed is found', async () => {
    await run('delete from audit_event where chain = 2 and sequence > 33');
    await run('delete from audit_event_customer where chain = 2 and sequence > 33');
    expect(await findings()).toMatchObject([{ what: 'truncated', ...at(2, 34, 40) }]);
  });

  test('a tail that was cut off with its seals is found by what a later chain knew', async () => {
    await run('delete from audit_seal where chain = 1 and number > 1');
    await run('delete from audit_event where chain = 1 and sequence > 20');
    await run('delete from audit_event_customer where chain = 1 and sequence > 20');
    expect(await findings()).toMatchObject([
      { what: 'truncated', chain: 1, seal: 2, message: 'Chain 2 contains this seal, but the database does not.' },
      { what: 'truncated', chain: 1, seal: 3, message: 'Chain 3 contains this seal, but the database does not.' },
    ]);
  });

  test('a tail that no chain knew is found by the log alone', async () => {
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

  test('the last chain removed is found by the log, and by what is left of it', async () => {
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

  test('a chain removed from between others is found, although nothing of it is left', async () => {
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
  ])('the %s of a chain changed is found', async (column, value) => {
    await run(`update audit_chain set ${column} = ${value} where number = 3`);
    expect((await findings()).map(({ chain }) => chain)).toContain(3);
  });

  test('an event inserted with the mac of another is found, in the middle as at the end', async () => {
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

  test('two events that changed places are found, both', async () => {
    await run('update audit_event set sequence = -1 where chain = 1 and sequence = 30');
    await run('update audit_event set sequence = 30 where chain = 1 and sequence = 33');
    await run('update audit_event set sequence = 33 where chain = 1 and sequence = -1');
    expect((await findings()).filter(({ message }) => message.includes('MAC'))).toMatchObject([
      { what: 'changed', ...at(1, 30) },
      { what: 'changed', ...at(1, 33) },
    ]);
  });

  test('a seal removed, changed or inserted is found', async () => {
    await run('delete from audit_seal where chain = 1 and number = 1');
    expect(await findings()).toMatchObject([
      { what: 'removed', chain: 1, seal: 2, message: 'The seal 1 before it is missing.' },
    ]);
    await world.tamperer.restore();
    await run('update audit_seal set sequence = 19 where chain = 1 and number = 1');
    expect(await findings()).toMatchObject([{ what: 'changed', chain: 1, seal: 1 }]);
    await world.tamperer.restore();
    await run(
      'insert into audit_seal select 1, 4, sequence, head, at, is_last, mac from audit_seal where chain = 1 and number = 3',
    );
    expect(await findings()).toContainEqual(expect.objectContaining({ what: 'changed', chain: 1, seal: 4 }));
  });

  test('a seal that is not the one of the log is found', async () => {
    const other = world.log.map((line) =>
      line.includes('"chain":2,"number":1') ? line.replace('"head":"', '"head":"x') : line,
    );
    expect((await world.verify({ log: other })).findings).toMatchObject([
      { what: 'changed', chain: 2, seal: 1, message: 'The log contains another seal with this number.' },
    ]);
  });

  test('the row of a customer removed, added or moved is found', async () => {
    const customer = "customer_id = 'customer-1' and chain = 2 and sequence = 2";
    await run(`delete from audit_event_customer where ${customer}`);
    expect(await findings()).toMatchObject([{ what: 'removed', ...at(2, 2) }]);
    await world.tamperer.restore();
    await run(
      `insert into audit_event_customer select 'somebody', at, chain, sequence from audit_event_customer where ${customer}`,
    );
    expect(await findings()).toMatchObject([{ what: 'inserted', ...at(2, 2) }]);
    await world.tamperer.restore();
    await run(`update audit_event_customer set sequence = 999 where ${customer}`);
    expect(await findings()).toMatchObject([
      { what: 'removed', ...at(2, 2) },
      { what: 'inserted', ...at(2, 999) },
    ]);
  });

  test('a forged checkpoint is found, and covers nothing', async () => {
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

  test('a wrong secret is told for each chain; the former secrets are enough', async () => {
    const secret = 'another secret, as long as it has to be';
    const { findings } = await world.verify({ secret });
    expect(findings.map(({ what, chain }) => [what, chain])).toEqual([
      ['unknown key', 1],
      ['unknown key', 2],
      ['unknown key', 3],
    ]);
    const { findings: none } = await world.verify({ secret, formerSecrets: ['x'.repeat(32), auditSecret] });
    expect(none).toEqual([]);
  });

  describe('pruned up to the first seal', () => {
    const secret = 'the secret of the years after, for pruning';
    const prune = (before: Date) =>
      pruneAuditTrail({ database: world.database, secret, formerSecrets: [auditSecret], before });
    const verify = (log?: string[]) => world.verify({ secret, formerSecrets: [auditSecret], log });

    test('the rest stays verifiable, with another secret too, and the next time finds nothing to do', async () => {
      expect(await prune(firstSealedAt)).toEqual({ events: 20, chains: 1 });
      const { counts, findings } = await verify(world.log);
      expect(findings).toEqual([]);
      expect(counts).toMatchObject({ chains: 3, events: 82, seals: 5, loggedSeals: 6 });
      const [row] = await run('select count(*) as count from audit_event_customer where chain = 1 and sequence <= 20');
      expect(Number(row?.count)).toBe(0);
      expect(await prune(firstSealedAt)).toEqual({ events: 0, chains: 0 });
      // All that is sealed, once; what is not stays.
      expect(await prune(new Date())).toEqual({ events: 75, chains: 3 });
      const rest = await verify(world.log);
      expect(rest.findings).toEqual([]);
      expect(rest.counts).toMatchObject({ chains: 3, events: 7, seals: 0, unsealedEvents: 7 });
    });

    test('what a crash left behind is no finding, and goes the next time; what was changed in it is one', async () => {
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

    test('what was tampered with is not pruned', async () => {
      await run("update audit_event set event = replace(event, 'READ', 'WRITE') where chain = 1 and sequence = 15");
      await expect(prune(firstSealedAt)).rejects.toThrow(/tampered with .* chain 1, event 15, .* changed/);
      expect((await verify()).counts.events).toBe(102);
    });

    test('a checkpoint removed leaves a gap that is found', async () => {
      await prune(firstSealedAt);
      await run('delete from audit_checkpoint');
      expect((await verify()).findings).toMatchObject([
        { what: 'removed', chain: 1, seal: 2 },
        { what: 'removed', ...at(1, 1, 20) },
      ]);
    });
  });
});

test('what is younger than a seal over it, because a clock was set back, is not pruned', async () => {
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

test('while others write, seal and prune, nothing is found that is not there', async () => {
  const world = await createAuditWorld();
  const chain = await world.begin();
  const { database, log } = world;
  let isOver = false;
  async function write() {
    while (!isOver) {
      const single = auditEventOf({ kind: 'WRITE', outcome: 'SUCCEEDED', customerIds: ['customer-1', 'customer-2'] });
      const writes = Array.from({ length: 4 }, () => chain.write(async () => ({ result: null, event: single })));
      await Promise.all([chain.recordEvents(20), ...writes]);
      await chain.seal();
    }
  }
  async function prune() {
    while (!isOver) {
      await pruneAuditTrail({ database, secret: auditSecret, before: new Date() });
      await sleep(20);
    }
  }
  const others = [write(), prune()];
  const rounds: AuditFinding[][] = [];
  let events = 0;
  const until = Date.now() + 3000;
  while (rounds.length < 10 || Date.now() < until) {
    const { counts, findings } = await world.verify({ log: [...log] });
    rounds.push(findings);
    events += counts.events;
    // On SQLite nobody else has a turn while one verifies, in one process.
    await sleep(5);
  }
  isOver = true;
  await Promise.all(others);
  await chain.close();
  expect(rounds.flat()).toEqual([]);
  expect(events).toBeGreaterThan(0);
  const [checkpoints] = await world.tamperer.execute('select count(*) as count from audit_checkpoint');
  expect(Number(checkpoints?.count)).toBeGreaterThan(0);
  await world.end();
});
