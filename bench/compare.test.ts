import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compareRuns } from './compare.ts';
import type { Result, Run } from './results.ts';
import { figureOf } from './statistics.ts';

/** An overview on SQLite: of the gateway with these milliseconds of CPU a round, and of a floor that takes one. */
function runWith(cpuOfRounds: readonly number[], megabytesAtEnd = 200): Run {
  const floor = cpuOfRounds.map(() => 1);
  const result = (entry: 'gateway' | 'floor', cpu: readonly number[]): Result => {
    const steady = figureOf([1, 1, 1]);
    const figures = { cpu: figureOf(cpu), requestsPerSecond: steady, p50: steady, p99: steady };
    const rounds = cpu.map((of) => ({ cpu: of, requestsPerSecond: 1, p50: 1, p99: 1 }));
    return { database: 'sqlite', work: 'overview', entry, requests: 3, figures, toFloor: figures, rounds };
  };
  return {
    format: 1,
    startedAt: '2026-01-01T00:00:00.000Z',
    commit: null,
    node: 'v24.0.0',
    processors: '2 × any',
    settings: {
      customers: 1,
      rounds: 3,
      secondsOfRound: 1,
      secondsOfWarmUp: 1,
      works: ['overview'],
      databases: ['sqlite'],
    },
    results: [result('gateway', cpuOfRounds), result('floor', floor)],
    servers: [{ database: 'sqlite', entry: 'gateway', startMilliseconds: 1, megabytesAtRest: 100, megabytesAtEnd }],
  };
}

test('a gateway that takes more than both runs may err by is worse', () => {
  const { text, isGatewayWorse } = compareRuns(runWith([1.98, 2, 2.02]), runWith([2.48, 2.5, 2.52]));

  assert.equal(isGatewayWorse, true);
  assert.match(text, /gateway +CPU × floor +worse +2\.00 +2\.50 +\+25 %/);
});

test('a gateway that takes less is better', () => {
  const { text, isGatewayWorse } = compareRuns(runWith([2.48, 2.5, 2.52]), runWith([1.98, 2, 2.02]));

  assert.equal(isGatewayWorse, false);
  assert.match(text, /gateway +CPU × floor +better/);
});

test('the same change within the noise is none', () => {
  const { text, isGatewayWorse } = compareRuns(runWith([1.8, 2, 2.2]), runWith([2.3, 2.5, 2.7]));

  assert.equal(isGatewayWorse, false);
  assert.match(text, /Nothing moved beyond the noise\./);
});

test('a gateway that has grown is worse', () => {
  const { text, isGatewayWorse } = compareRuns(runWith([2, 2, 2], 200), runWith([2, 2, 2], 300));

  assert.equal(isGatewayWorse, true);
  assert.match(text, /gateway +MB at end +worse +200 +300/);
});
