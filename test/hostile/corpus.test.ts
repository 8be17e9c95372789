/**
 * Sends the corpus of hostile requests to the real program with a heap of 512 MB. After each attack, asserts the responses
 * and their cost. Each attack has its own users and client addresses.
 */
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createDatabaseUrl } from '../support/database-url.ts';
import { buildProgram, startProgram } from '../support/program.ts';
import { type Attack, exceededBy, operation } from './attack.ts';
import { corpus } from './corpus.ts';
import { hostileEnvironment } from './environment.ts';
import { type Issuer, startIssuer } from './issuer.ts';
import { openTarget, type Target } from './target.ts';
import { layDownWorld } from './world.ts';

const heapMegabytes = 512;
/** Resident memory includes the heap, buffers, libraries and the cache of the database. */
const maxMegabytes = 900;
/** How long an attack on connections lasts. */
const seconds = 2;

/** An honest operation whose cost shows how slow the machine currently is. */
const control: Attack = operation(
  'control',
  ({ world }) => ({
    query: `{ customers(bankId: "${world.bankId}", first: 100) { nodes { legalName email branchId } } }`,
  }),
  { as: 'clerk', times: 20 },
);
const usualControlMilliseconds = 60;
/** Bounds are multiplied by this, so that no test fails because of noise. */
const margin = 4;

let database: Awaited<ReturnType<typeof createDatabaseUrl>>;
let issuer: Issuer;
let served: Awaited<ReturnType<typeof startProgram>>;
let target: Target;
let slowness = margin;

beforeAll(async () => {
  [database, issuer] = await Promise.all([createDatabaseUrl(), startIssuer(), buildProgram()]);
  const environment = hostileEnvironment(database.url, issuer);
  const world = await layDownWorld(join(import.meta.dirname, '../../dist'), environment);
  served = await startProgram(['serve', '--workers', '1'], /"url":"http:\/\/[^":]+:(\d+)"/, {
    environment: { ...environment, NODE_OPTIONS: `--max-old-space-size=${heapMegabytes}` },
  });
  const { pid = 0 } = served.program;
  target = openTarget({ pid, port: Number(served.match[1]), world, issuer, seconds });
  const { cpuMilliseconds, wrong } = await target.attack(control);
  expect(wrong).toBeNull();
  slowness = margin * Math.max(1, cpuMilliseconds / usualControlMilliseconds);
}, 120_000);

afterAll(async () => {
  await target?.stop();
  served?.program.kill('SIGTERM');
  await served?.ended;
  await issuer?.stop();
  await database?.drop();
});

describe.each(Object.entries(corpus))('the gateway under attack by %s', (_kind, attacks) => {
  test.each(attacks.filter(({ isLong }) => !isLong))(
    'withstands $name',
    async (attack) => {
      const outcome = await target.attack(attack);
      expect(outcome.wrong).toBeNull();
      expect(exceededBy(attack, outcome, slowness)).toBeNull();
      expect(outcome.peakMegabytes).toBeLessThan(maxMegabytes);
    },
    120_000,
  );
});

describe('the gateway after the attacks', () => {
  test('is the same process', () => {
    expect(served.program.exitCode).toBeNull();
    expect(served.program.signalCode).toBeNull();
  });

  test('serves an honest client at the usual cost', async () => {
    const { wrong, cpuMilliseconds } = await target.attack(control);
    expect(wrong).toBeNull();
    expect(cpuMilliseconds).toBeLessThan(usualControlMilliseconds * slowness);
  });

  test('has logged no unexpected error', () => {
    expect(served.lines.filter((line) => /"msg":"unexpected/.test(line))).toEqual([]);
  });
});
