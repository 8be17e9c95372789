import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { compareRuns } from './compare.ts';
import { parseRun, type Result, type Run } from './results.ts';
import { figureOf } from './statistics.ts';

/** A run of the overview on SQLite with the gateway's CPU time in each round. The baseline takes 1 ms in each round. */
function runWith(cpuOfRounds: readonly number[], megabytesAtEnd = 200): Run {
  const baselineCpu = cpuOfRounds.map(() => 1);
  const result = (contender: 'gateway' | 'baseline', cpu: readonly number[]): Result => {
    const steady = figureOf([1, 1, 1]);
    const figures = { cpu: figureOf(cpu), requestsPerSecond: steady, p50: steady, p99: steady };
    const rounds = cpu.map((milliseconds) => ({ cpu: milliseconds, requestsPerSecond: 1, p50: 1, p99: 1 }));
    return { database: 'sqlite', workload: 'overview', contender, requests: 3, figures, toBaseline: figures, rounds };
  };
  return {
    format: 2,
    startedAt: '2026-01-01T00:00:00.000Z',
    commit: null,
    node: 'v24.0.0',
    processors: '2 × any',
    settings: {
      customers: 1,
      rounds: 3,
      secondsOfRound: 1,
      secondsOfWarmUp: 1,
      workloads: ['overview'],
      databases: ['sqlite'],
    },
    results: [result('gateway', cpuOfRounds), result('baseline', baselineCpu)],
    servers: [{ database: 'sqlite', contender: 'gateway', startMilliseconds: 1, megabytesAtRest: 100, megabytesAtEnd }],
  };
}

describe('compareRuns', () => {
  test('reports a gateway as worse if its CPU time grew by more than the noise', () => {
    const { text, isGatewayWorse } = compareRuns(runWith([1.98, 2, 2.02]), runWith([2.48, 2.5, 2.52]));

    assert.equal(isGatewayWorse, true);
    assert.match(text, /gateway +CPU × baseline +worse +2\.00 +2\.50 +\+25 %/);
  });

  test('reports a gateway as better if its CPU time shrank by more than the noise', () => {
    const { text, isGatewayWorse } = compareRuns(runWith([2.48, 2.5, 2.52]), runWith([1.98, 2, 2.02]));

    assert.equal(isGatewayWorse, false);
    assert.match(text, /gateway +CPU × baseline +better/);
  });

  test('ignores a change within the noise', () => {
    const { text, isGatewayWorse } = compareRuns(runWith([1.8, 2, 2.2]), runWith([2.3, 2.5, 2.7]));

    assert.equal(isGatewayWorse, false);
    assert.match(text, /No figure changed by more than the noise\./);
  });

  test('reports a gateway as worse if its memory grew', () => {
    const { text, isGatewayWorse } = compareRuns(runWith([2, 2, 2], 200), runWith([2, 2, 2], 300));

    assert.equal(isGatewayWorse, true);
    assert.match(text, /gateway +MB at end +worse +200 +300/);
  });
});

describe('parseRun', () => {
  const run = runWith([2, 2, 2]);

  test('returns a run as it was written', () => {
    assert.deepEqual(parseRun(JSON.stringify(run)), run);
  });

  test('translates the names of format 1', () => {
    const results = run.results.map(({ workload, contender, toBaseline, ...rest }) => {
      return { ...rest, work: workload, entry: contender === 'baseline' ? 'floor' : contender, toFloor: toBaseline };
    });
    const servers = run.servers.map(({ contender, ...rest }) => ({ ...rest, entry: contender }));
    const { workloads, ...settings } = run.settings;
    const former = { ...run, format: 1, settings: { ...settings, works: workloads }, results, servers };

    const parsed = parseRun(JSON.stringify(former));

    assert.deepEqual(parsed, run);
  });

  test('fails for another format', () => {
    assert.throws(() => parseRun('{ "format": 3 }'), /The format of the file is unknown\./);
  });
});
