/** Chains whose process was killed between an event and its seal: another process seals them. */
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { sealAbandonedChains } from '../../src/audit/abandoned-chains.ts';
import { auditEvent, auditSeal } from '../../src/audit/audit.table.ts';
import { auditEventOf, parseAuditEvent } from '../../src/audit/audit-event.ts';
import { auditKey, auditKeys } from '../../src/audit/audit-key.ts';
import { type AuditTrail, openAuditTrail } from '../../src/audit/audit-trail.ts';
import { beginChain } from '../../src/audit/begin-chain.ts';
import { auditEventRow } from '../../src/audit/event-writer.ts';
import type { LoggedSeal } from '../../src/audit/logged-seal.ts';
import { pruneAuditTrail } from '../../src/audit/prune.ts';
import type { LaterSeal } from '../../src/audit/verify-chain.ts';
import { openTokens } from '../../src/auth/tokens.ts';
import { InstallationSecret } from '../../src/base/installation-secret.ts';
import { readConfig } from '../../src/config.ts';
import type { Database } from '../../src/database/database.ts';
import { openDatabase } from '../../src/database/open-database.ts';
import { auditSecret, logLine, openTamperer, type Tamperer, verifyTrail } from '../support/audit-world.ts';
import { createMigratedDatabaseUrl, type TestDatabase } from '../support/database-url.ts';
import { insertUser, testEnvironment } from '../support/gateway.ts';
import { buildProgram, runProgram, startProgram, workersIn } from '../support/program.ts';

let stored: TestDatabase;
let database: Database;
let tamperer: Tamperer;
/** The process that seals. */
let sealer: AuditTrail;
let seals: LoggedSeal[];

beforeEach(async () => {
  stored = await createMigratedDatabaseUrl();
  database = await openDatabase(stored.url);
  tamperer = await openTamperer(stored.url);
  sealer = await openTrail();
  seals = [];
});
afterEach(async () => {
  await tamperer.close();
  await database.close();
  await stored.drop();
});

/** Opens a trail that seals only when it is closed. */
function openTrail(): Promise<AuditTrail> {
  return openAuditTrail({ database, secret: auditSecret, sealIntervalMilliseconds: 3_600_000 });
}

const eventAt = (at: string) => auditEventOf({ kind: 'READ', outcome: 'SUCCEEDED', customerIds: ['customer'], at });
const noPause = async () => undefined;

function seal(pause: () => Promise<void> = noPause, secret = auditSecret): Promise<void> {
  const keys = auditKeys(secret);
  return sealAbandonedChains({ database, keys, sealedBy: sealer.chain, onSeal: (seal) => seals.push(seal) }, pause);
}

async function verify(secret = auditSecret) {
  const laterSeals: LaterSeal[] = [];
  const log = seals.map(logLine);
  const verified = await verifyTrail(database, { secret, log, onLaterSeal: (seal) => laterSeals.push(seal) });
  return { ...verified, laterSeals };
}

const prune = (before: Date) =>
  pruneAuditTrail({
    database,
    secret: auditSecret,
    before,
    sealedBy: sealer.chain,
    onSeal: (seal) => seals.push(seal),
  });

/** Leaves a chain as a killed process does: with events under these sequences, and without a seal. */
async function leaveChain(sequences: readonly number[]): Promise<number> {
  const key = auditKey(auditSecret);
  const chain = await beginChain(database, key);
  const event = auditEventOf({ kind: 'READ', outcome: 'SUCCEEDED', at: '2026-01-02T03:04:05.678Z' });
  await database.transaction(async (transaction) => {
    await transaction
      .insert(auditEvent)
      .values(sequences.map((sequence) => auditEventRow(chain, key, event, sequence)));
  });
  return chain.number;
}

describe('an abandoned chain', () => {
  test('is sealed with a mark, which the MAC of the seal covers', async () => {
    const chain = await leaveChain([1, 2, 3]);
    await seal();
    expect(seals).toEqual([expect.objectContaining({ chain, number: 1, sequence: 3, sealedBy: sealer.chain })]);
    const { findings, unsealed, laterSeals } = await verify();
    expect({ findings, unsealed }).toEqual({ findings: [], unsealed: [] });
    expect(laterSeals).toEqual([{ chain, seal: 1, sealedBy: sealer.chain, events: { from: 1, to: 3 }, lost: 0 }]);

    await tamperer.execute('update audit_seal set sealed_by = null where chain = ?', chain);
    expect((await verify()).findings).toMatchObject([{ what: 'changed', chain, seal: 1 }]);
  });

  test('gets LOST events in its gaps, of the time of the next event', async () => {
    const chain = await leaveChain([2, 3, 6]);
    await seal();
    const { findings, laterSeals } = await verify();
    expect(findings).toEqual([]);
    expect(laterSeals).toMatchObject([{ chain, events: { from: 1, to: 6 }, lost: 3 }]);
    const rows = await database.read.select().from(auditEvent);
    const lost = rows.filter(({ event }) => parseAuditEvent(event).kind === 'LOST');
    expect(lost.map(({ sequence }) => sequence).sort()).toEqual([1, 4, 5]);
    expect(new Set(lost.map(({ at }) => at.toISOString()))).toEqual(new Set(['2026-01-02T03:04:05.678Z']));
  });

  test('is sealed once by two processes', async () => {
    const chain = await leaveChain([1, 3]);
    await Promise.all([seal(), seal()]);
    expect(await database.read.select().from(auditSeal)).toMatchObject([{ chain, number: 1, sequence: 3 }]);
    expect(seals).toHaveLength(1);
    expect((await verify()).findings).toEqual([]);
  });

  test('is not sealed if its events were tampered with, or without its secret', async () => {
    const chain = await leaveChain([1, 3]);
    await seal(noPause, new InstallationSecret('another secret of at least 32 characters'));
    await tamperer.execute("update audit_event set event = replace(event, 'READ', 'WRITE') where sequence = 3");
    await seal();
    expect(seals).toEqual([]);
    const { findings, counts } = await verify();
    expect(findings).toMatchObject([{ what: 'changed', chain, events: { from: 3, to: 3 } }]);
    expect(counts.events).toBe(2);
  });

  test('is pruned when its events are old enough, even if nothing sealed it before', async () => {
    await leaveChain([1, 3]);
    expect(await prune(new Date('2026-01-02T00:00:00Z'))).toEqual({ events: 0, chains: 0 });
    expect(seals).toEqual([]);
    expect(await prune(new Date('2026-01-03T00:00:00Z'))).toEqual({ events: 3, chains: 1 });
    expect(await database.read.select().from(auditEvent)).toEqual([]);
    expect((await verify()).findings).toEqual([]);
  });
});

describe('the chain of a running process', () => {
  test('is not sealed by another process if it gets an event during the pause', async () => {
    const trail = await openTrail();
    await trail.record([eventAt(new Date().toISOString())]);
    await seal(() => trail.record([eventAt(new Date().toISOString())]));
    expect(seals).toEqual([]);
    await trail.close();
  });

  test('continues after a seal of another process, which took it for killed', async () => {
    const trail = await openTrail();
    await trail.record([eventAt(new Date().toISOString())]);
    await seal();
    expect(seals).toMatchObject([{ chain: trail.chain, number: 1, sequence: 1 }]);
    await trail.record([eventAt(new Date().toISOString())]);
    await trail.close();
    const { findings, counts } = await verify();
    expect({ findings, unsealed: counts.unsealedEvents }).toEqual({ findings: [], unsealed: 0 });
  });
});

describe('the program', () => {
  beforeAll(buildProgram, 120_000);

  test('seals and prunes the events of a process that SIGKILL ended before their seal', async () => {
    const environment = testEnvironment(stored.url);
    const { secret, signing } = readConfig(environment);
    await tamperer.execute('delete from audit_chain');
    const { token } = await insertUser(database, await openTokens(signing), {});
    const { program, lines, match, ended } = await startProgram(
      ['serve', '--workers', '1'],
      /"url":"(http[^"]+)".*"workers":1.*"listening"/,
      { environment },
    );
    const body = JSON.stringify({ query: '{ me { username } }' });
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
    // A seal can precede the signal, so that another attempt is needed.
    for (let attempts = 0; ; attempts += 1) {
      await expect.poll(() => workersIn(lines).length, { timeout: 30_000 }).toBeGreaterThan(attempts);
      const response = await fetch(`${match[1]}/graphql`, { method: 'POST', headers, body });
      expect(response.status).toBe(200);
      const worker = workersIn(lines).at(-1) ?? 0;
      process.kill(worker, 'SIGKILL');
      await expect
        .poll(() => lines.join('\n'), { timeout: 30_000 })
        .toMatch(new RegExp(`"worker":${worker},.*worker ended`));
      if ((await verify(secret)).unsealed.length > 0) break;
    }
    program.kill('SIGTERM');
    await ended;

    sealer = await openAuditTrail({ database, secret });
    await seal(noPause, secret);
    await sealer.close();
    const { output, exitCode } = await runProgram(['audit', 'verify'], { environment });
    expect(output).toMatch(
      /^chain \d+, seal \d+: the process of chain \d+ sealed events? \d+.*, because their own process was killed\./m,
    );
    expect([exitCode, output]).toEqual([0, expect.stringContaining('(0 not sealed yet)')]);

    const later = new Date(Date.now() + 1_000);
    const pruned = await pruneAuditTrail({ database, secret, before: later });
    expect(pruned.events).toBeGreaterThan(0);
    expect(await database.read.select().from(auditEvent)).toEqual([]);
    expect((await verify(secret)).findings).toEqual([]);
  }, 120_000);
});
