/**
 * Sends the corpus of hostile requests to the real program with a heap of 512 MB, and asserts the responses and the
 * cost of each attack. Every attack has its own users and client addresses.
 */
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createMigratedDatabaseUrl, dialectUnderTest } from '../support/database-url.ts';
import { buildProgram, startProgram } from '../support/program.ts';
import { type Attack, exceededBy, operation } from './attack.ts';
import { corpus } from './corpus.ts';
import { hostileEnvironment } from './environment.ts';
import { type Issuer, startIssuer } from './issuer.ts';
import { openTarget, type Target } from './target.ts';
import { createWorld } from './world.ts';

const heapMegabytes = 512;
/** Resident memory includes the heap, buffers, libraries, and the cache of the database. */
const maxMegabytes = 900;
/** The duration of attacks on connections. */
const seconds = 2;

/** A legitimate operation whose cost shows how slow the machine currently is. */
const control: Attack = operation(
  'control',
  ({ world }) => ({
    query: `{ customers(bankId: "${world.bankId}", first: 100) { nodes { legalName email branchId } } }`,
  }),
  { as: 'clerk', times: 20 },
);
const usualControlMilliseconds = 60;
/** A factor for all bounds, so that tests do not fail because of noise. */
const margin = 4;

let database: Awaited<ReturnType<typeof createMigratedDatabaseUrl>>;
let issuer: Issuer;
let server: Awaited<ReturnType<typeof startProgram>>;
let target: Target;
let slowness = margin;

beforeAll(async () => {
  [database, issuer] = await Promise.all([createMigratedDatabaseUrl(), startIssuer(), buildProgram()]);
  const environment = hostileEnvironment(database.url, issuer);
  const world = await createWorld(join(import.meta.dirname, '../../dist'), environment);
  server = await startProgram(['serve', '--workers', '1'], /"url":"http:\/\/[^":]+:(\d+)"/, {
    environment: { ...environment, NODE_OPTIONS: `--max-old-space-size=${heapMegabytes}` },
  });
  const { pid = 0 } = server.program;
  target = openTarget({ pid, port: Number(server.match[1]), world, issuer, seconds });
  const { cpuMilliseconds, problem } = await target.attack(control);
  expect(problem).toBeNull();
  slowness = margin * Math.max(1, cpuMilliseconds / usualControlMilliseconds);
}, 120_000);

afterAll(async () => {
  await target?.stop();
  server?.program.kill('SIGTERM');
  await server?.ended;
  await issuer?.stop();
  await database?.drop();
});

/** These kinds do not reach the database, so they are only tested with the default one. */
const kindsWithoutDatabase = new Set(['bodies', 'connections', 'documentIds', 'documents']);
const kinds = Object.entries(corpus).filter(
  ([kind]) => dialectUnderTest === 'sqlite' || !kindsWithoutDatabase.has(kind),
);

describe.each(kinds)('the gateway under attack, kind %s,', (_kind, attacks) => {
  test.each(attacks.filter(({ isLong }) => !isLong))(
    'withstands $name',
    async (attack) => {
      const outcome = await target.attack(attack);
      expect(outcome.problem).toBeNull();
      expect(exceededBy(attack, outcome, slowness)).toBeNull();
      expect(outcome.maxMegabytes).toBeLessThan(maxMegabytes);
    },
    120_000,
  );
});

describe('the gateway after the attacks', () => {
  test('is still the same process', () => {
    expect(server.program.exitCode).toBeNull();
    expect(server.program.signalCode).toBeNull();
  });

  test('serves a legitimate client at the usual cost', async () => {
    const { problem, cpuMilliseconds } = await target.attack(control);
    expect(problem).toBeNull();
    expect(cpuMilliseconds).toBeLessThan(usualControlMilliseconds * slowness);
  });

  test('has not logged an unexpected error', () => {
    expect(server.lines.filter((line) => /"msg":"unexpected/.test(line))).toEqual([]);
  });
});
