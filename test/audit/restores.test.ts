/** The audit trail after the database was restored from a backup: what was lost is accepted once it is recorded, and nothing else. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { auditCommand } from '../../src/audit/command-audit.ts';
import { pruneAuditTrail } from '../../src/audit/prune.ts';
import { type RestoreRecording, recordedRestore, recordRestore } from '../../src/audit/record-restore.ts';
import { loggedRestoreLine } from '../../src/audit/recorded-restore.ts';
import { InstallationSecret } from '../../src/base/installation-secret.ts';
import {
  type AuditWorld,
  auditSecret,
  auditSecretText,
  type Chain,
  createAuditWorld,
  logLine,
} from '../support/audit-world.ts';

let world: AuditWorld;
/** Began before the backup and was not closed: its first two seals are in the backup. */
let running: Chain;
/** The lines that were logged after the backup and before the restore. */
let lost: string[];

beforeEach(async () => {
  world = await createAuditWorld();
  const closed = await world.begin();
  await closed.recordEvents(3);
  await closed.close();
  running = await world.begin();
  for (let count = 0; count < 2; count += 1) {
    await running.recordEvents(4);
    await running.seal();
  }
  await running.recordEvents(1);
  await world.tamperer.save();

  const before = world.log.length;
  await running.recordEvents(5);
  await running.seal();
  const begunLater = await world.begin();
  await begunLater.recordEvents(2);
  await begunLater.seal();
  await begunLater.recordEvents(2);
  await begunLater.close();
  lost = world.log.slice(before);
  await world.tamperer.restore();
  // The record must be later than the lost seals, by the clock in milliseconds.
  await sleep(5);
});

afterEach(() => world.end());

/** Records a restore as the command does, and returns the number of its chain. */
async function record(options: Partial<RestoreRecording> = {}, secret = auditSecret): Promise<number> {
  const { database, log } = world;
  const onSeal = (seal: Parameters<typeof logLine>[0]) => log.push(logLine(seal));
  const reason = 'The disk failed';
  const chain = await auditCommand({ operationName: 'audit restored', database, secret, onSeal }, async (db, audit) => {
    await recordRestore(db, audit, { reason, ...options });
    return audit.chain;
  });
  const recorded = await recordedRestore(database, chain);
  if (recorded === null) throw new Error('The restore was not recorded.');
  log.push(loggedRestoreLine({ ...recorded, reason }));
  await sleep(5);
  return chain;
}

async function verify(log = world.log, secret = auditSecret) {
  let lostSeals = 0;
  const onRestore = (_restore: unknown, lostWithIt: number) => {
    lostSeals += lostWithIt;
  };
  const { findings } = await world.verify({ log, secret, onRestore });
  return { lostSeals, findings: findings.map(({ what, chain, seal }) => [what, chain, seal]) };
}

const truncated = [
  ['truncated', 2, 3],
  ['truncated', 3, 1],
  ['truncated', 3, 2],
];

test('seals that a restore removed look truncated until it is recorded', async () => {
  expect(lost).toHaveLength(3);
  expect(await verify()).toEqual({ lostSeals: 0, findings: truncated });

  await record();

  expect(await verify()).toEqual({ lostSeals: 3, findings: [] });
});

test('verification returns the restores with their reasons, and without a log too', async () => {
  const chain = await record({ reason: 'A wrong import' });
  const restores: unknown[] = [];
  await world.verify({
    onRestore: ({ chain, sequence, reason, state }, lostSeals) =>
      restores.push([chain, sequence, reason, state, lostSeals]),
  });
  const state = { firstChain: chain, openChains: [[2, 2, expect.any(String)]] };
  expect(restores).toEqual([[chain, 1, 'A wrong import', state, 0]]);
});

test('chains that begin after the restore have the numbers of lost chains', async () => {
  const number = await record();
  expect(number).toBe(3);
  const next = await world.begin();
  await next.recordEvents(3);
  await next.seal();
  await next.recordEvents(3);
  await next.close();
  expect(await verify()).toEqual({ lostSeals: 3, findings: [] });
});

test('seals that another process writes later for a restored chain are accepted, and missed if they are removed', async () => {
  const number = await record();
  const { sealAbandonedChains } = await import('../../src/audit/abandoned-chains.ts');
  const { auditKeys } = await import('../../src/audit/audit-key.ts');
  const onSeal = (seal: Parameters<typeof logLine>[0]) => world.log.push(logLine(seal));
  const parts = { database: world.database, keys: auditKeys(auditSecret), sealedBy: number, onSeal };
  await sealAbandonedChains(parts, async () => undefined);
  // The third seal of the chain, as among those that were lost.
  expect(await verify()).toEqual({ lostSeals: 3, findings: [] });

  await world.tamperer.execute('delete from audit_seal where chain = 2 and number = 3');
  expect((await verify()).findings).toEqual([['truncated', 2, 3]]);
});

describe('verification after a recorded restore', () => {
  test('reports a removed seal of the restored state', async () => {
    await record();
    await world.tamperer.execute('delete from audit_event where chain = 2 and sequence > 4');
    await world.tamperer.execute('delete from audit_seal where chain = 2 and number > 1');
    const { findings } = await world.verify({ log: world.log });
    const ofSeal = findings.filter(({ what, chain, seal }) => what === 'truncated' && chain === 2 && seal === 2);
    // The second one is the record of the restore, the first one its chain.
    expect(ofSeal.map(({ message }) => message.replace(/ contains this seal.*/, ''))).toEqual([
      'Chain 3',
      'The restore that chain 3 contains',
      'The log',
    ]);
  });

  test('reports a removed chain of the restored state, which was closed', async () => {
    await record();
    await world.tamperer.execute('delete from audit_event where chain = 1 and sequence > 1');
    await world.tamperer.execute('delete from audit_seal where chain = 1');
    expect((await verify()).findings).toContainEqual(['truncated', 1, 1]);
  });

  test('reports removed events from after the restore', async () => {
    await record();
    const next = await world.begin();
    await next.recordEvents(3);
    await next.seal();
    await next.recordEvents(3);
    await next.close();
    const removed = 'chain = 4 and sequence > 3';
    for (const table of ['audit_event', 'audit_event_customer', 'audit_seal']) {
      await world.tamperer.execute(`delete from ${table} where ${removed}`);
    }
    expect((await verify()).findings).toEqual([['truncated', 4, 2]]);
    for (const table of ['audit_event', 'audit_event_customer', 'audit_seal']) {
      await world.tamperer.execute(`delete from ${table} where chain = 4`);
    }
    await world.tamperer.execute('delete from audit_chain where number = 4');
    expect((await verify()).findings).toEqual([
      ['truncated', 4, 1],
      ['truncated', 4, 2],
    ]);
  });

  test('reports a second restore of the same backup without a record', async () => {
    const number = await record();
    const next = await world.begin();
    await next.recordEvents(3);
    await next.close();
    await world.tamperer.restore();
    const { lostSeals, findings } = await verify();
    expect(lostSeals).toBe(0);
    expect(findings).toEqual([
      ...truncated,
      ['truncated', number, 1],
      ['truncated', 4, 1],
      ['removed', number, undefined],
    ]);
  });

  test('reports an older backup to which the record was added', async () => {
    await record();
    const rows = await Promise.all(
      ['audit_chain', 'audit_event', 'audit_seal'].map(async (table) => ({
        table,
        rows: await world.tamperer.execute(
          `select * from ${table} where ${table === 'audit_chain' ? 'number' : 'chain'} = 3`,
        ),
      })),
    );
    expect(rows.map(({ rows: { length } }) => length)).toEqual([1, 1, 1]);
    // The older backup does not contain the second seal of the running chain.
    await world.tamperer.execute('delete from audit_event where chain = 2 and sequence > 4');
    await world.tamperer.execute('delete from audit_seal where chain = 2 and number > 1');
    const { findings } = await world.verify({ log: world.log });
    expect(findings.map(({ message }) => message)).toContain(
      'The restore that chain 3 contains contains this seal, but the database does not.',
    );
  });

  test('reports seals whose time is unknown, or after the restore', async () => {
    await record();
    const withoutTime = lost.map((line) => JSON.stringify({ ...JSON.parse(line), time: undefined }));
    const reported = [
      ['truncated', 2, 3],
      ['changed', 3, 1],
      ['truncated', 3, 2],
    ];
    expect((await verify(withoutTime)).findings).toEqual(reported);
    const later = lost.map((line) => JSON.stringify({ ...JSON.parse(line), time: new Date().toISOString() }));
    expect((await verify(later)).findings).toEqual(reported);
  });
});

describe('a forged restore', () => {
  test('is reported if it was recorded with another secret', async () => {
    await record({}, new InstallationSecret('the secret of an attacker, who guesses'));
    expect((await verify()).findings).toEqual([
      ['unknown key', 3, undefined],
      ['truncated', 2, 3],
      ['changed', 3, 1],
      ['truncated', 3, 2],
      ['removed', 3, undefined],
    ]);
  });

  test('is reported if an event was changed to a record', async () => {
    const next = await world.begin();
    await next.recordEvents(1);
    await next.close();
    const restore = JSON.stringify({ firstChain: 3, openChains: [[2, 2, '']] });
    await world.tamperer.execute(
      `update audit_event set event = replace(event, '"kind"', '"restore":${restore},"kind"') where chain = 3`,
    );
    const { findings, lostSeals } = await verify();
    expect(lostSeals).toBe(0);
    expect(findings).toContainEqual(['changed', 3, undefined]);
    expect(findings).toContainEqual(['truncated', 2, 3]);
  });

  test('is reported if the time of its chain was changed', async () => {
    await record();
    await world.tamperer.execute('update audit_chain set started_at = started_at where number = 3');
    expect((await verify()).findings).toEqual([]);
    const [row] = await world.tamperer.execute('select started_at from audit_chain where number = 3');
    const at = row?.started_at;
    const laterAt = at instanceof Date ? new Date(at.getTime() + 3_600_000) : Number(at) + 3_600_000;
    await world.tamperer.execute('update audit_chain set started_at = ? where number = 3', laterAt);
    expect((await verify()).findings).toContainEqual(['changed', 3, undefined]);
  });
});

test('a record is found with a former secret, and its removal is found', async () => {
  await record();
  const secret = new InstallationSecret('the secret of the years after', [auditSecretText]);
  expect(await verify(world.log, secret)).toEqual({ lostSeals: 3, findings: [] });
  for (const table of ['audit_event', 'audit_seal'])
    await world.tamperer.execute(`delete from ${table} where chain = 3`);
  await world.tamperer.execute('delete from audit_chain where number = 3');
  expect((await verify()).findings).toEqual([...truncated, ['truncated', 3, 1], ['removed', 3, undefined]]);
});

test('pruning keeps the record, without which logs of the time before would look truncated', async () => {
  await record();
  const next = await world.begin();
  await next.recordEvents(3);
  await next.close();
  await sleep(5);
  const { database } = world;
  expect(await pruneAuditTrail({ database, secret: auditSecret, before: new Date() })).toMatchObject({ chains: 3 });
  expect(await verify()).toEqual({ lostSeals: 3, findings: [] });
});

test('a second restore from a backup before the first record explains what both have lost', async () => {
  await record();
  const next = await world.begin();
  await next.recordEvents(3);
  await next.close();
  await world.tamperer.restore();
  await sleep(5);
  await record({ reason: 'Restored once more' });
  expect(await verify()).toEqual({ lostSeals: 5, findings: [] });
});

test('a restore can be recorded later, with its time', async () => {
  const at = new Date();
  await sleep(5);
  const next = await world.begin();
  await next.recordEvents(3);
  await next.close();
  expect(await record({ at })).toBe(next.number + 1);
  expect(await verify()).toEqual({ lostSeals: 3, findings: [] });
  await expect(record({ at: new Date(Date.now() + 60_000) })).rejects.toThrow('must be in the past');
});
