/**
 * Stops a server under load, many times. Prints what happened to the requests. `TEST_PROGRAM=…/dist/main.js` stops another
 * build.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Gateway, startGateway, type TestUser, testEnvironment } from '../support/gateway.ts';
import { type LoadResult, prepareLoad, startLoad } from '../support/load.ts';
import { buildProgram, startProgram, workersIn } from '../support/program.ts';

const rounds = Number(process.env.ROUNDS ?? 20);
const maxStopMilliseconds = 10_000;

let gateway: Gateway;
let clerk: TestUser;

beforeAll(async () => {
  await buildProgram();
  gateway = await startGateway();
  clerk = await prepareLoad(gateway);
}, 120_000);
afterAll(() => gateway.stop());

interface Summary {
  sent: number;
  reset: number;
  refused: number;
  failed: number;
  committedWithoutResponse: number;
  slowest: number;
  resets: string[];
}

const emptySummary = (): Summary => ({
  ...{ sent: 0, reset: 0, refused: 0, failed: 0, committedWithoutResponse: 0, slowest: 0, resets: [] },
});

function add(summary: Summary, { sent, reset, refused, failed, committedWithoutResponse, slowest }: LoadResult): void {
  summary.sent += sent;
  summary.reset += reset.length;
  summary.refused += refused;
  summary.failed += failed.length;
  summary.committedWithoutResponse += committedWithoutResponse;
  summary.slowest = Math.max(summary.slowest, Math.round(slowest));
  summary.resets.push(...reset, ...failed);
}

function start(workers: number) {
  return startProgram(['serve', '--workers', String(workers)], /"url":"([^"]+)"/, {
    environment: testEnvironment(gateway.config.databaseUrl),
  });
}

/** The lines of the log that report a failure. */
function failuresIn(lines: readonly string[]): string[] {
  return lines.filter((line) => /"level":"(warn|error|fatal)"/.test(line));
}

test.each([
  { workers: 1, singleRequestClients: 0 },
  { workers: 2, singleRequestClients: 0 },
  { workers: 1, singleRequestClients: 8 },
  { workers: 2, singleRequestClients: 8 },
])(
  'SIGTERM loses no request of 64 clients with $workers workers and $singleRequestClients clients without keep-alive',
  async ({ workers, singleRequestClients }) => {
    const summary = emptySummary();
    let longest = 0;
    for (let round = 0; round < rounds; round += 1) {
      const { program, match, lines, ended } = await start(workers);
      while (workersIn(lines).length < workers && workers > 1) await sleep(20);
      const load = await startLoad(gateway, clerk, { url: match[1] ?? '', keepAliveClients: 64, singleRequestClients });
      await expect.poll(load.answered, { timeout: 60_000 }).toBeGreaterThan(500);
      const stopping = performance.now();
      program.kill('SIGTERM');
      expect(await ended).toBe(0);
      longest = Math.max(longest, performance.now() - stopping);
      add(summary, await load.stop());
      summary.resets.push(...failuresIn(lines));
    }
    const { resets, ...counts } = summary;
    console.log(JSON.stringify({ workers, singleRequestClients, rounds, ...counts, longestStop: Math.round(longest) }));
    // The kernel resets a connection that it completes between the last one that is accepted and the end of listening.
    const isOfKernel = (reset: string) => singleRequestClients > 0 && reset.includes('new connection');
    expect(resets.filter((reset) => !isOfKernel(reset))).toEqual([]);
    expect(resets.length).toBeLessThanOrEqual(rounds);
    expect(summary.committedWithoutResponse).toBe(0);
    expect(longest).toBeLessThan(maxStopMilliseconds);
  },
);

test.each([
  { workers: 2, singleRequestClients: 0 },
  { workers: 2, singleRequestClients: 8 },
  { workers: 1, singleRequestClients: 8 },
])(
  'replacing $workers workers one by one loses no request with $singleRequestClients clients without keep-alive',
  async ({ workers, singleRequestClients }) => {
    const { program, match, lines, ended } = await start(workers);
    const listening = () => workersIn(lines);
    await expect.poll(listening, { timeout: 60_000 }).toHaveLength(workers);
    const load = await startLoad(gateway, clerk, { url: match[1] ?? '', keepAliveClients: 64, singleRequestClients });
    for (let round = 0; round < rounds; round += 1) {
      const answered = load.answered();
      await expect.poll(load.answered, { timeout: 60_000 }).toBeGreaterThan(answered + 300);
      process.kill(listening()[round] ?? 0, 'SIGTERM');
      await expect.poll(() => listening().length, { timeout: 60_000 }).toBe(workers + round + 1);
    }
    const summary = emptySummary();
    add(summary, await load.stop());
    summary.resets.push(...failuresIn(lines));
    const { resets, ...counts } = summary;
    console.log(JSON.stringify({ replaced: rounds, workers, singleRequestClients, ...counts }));
    program.kill('SIGTERM');
    expect(await ended).toBe(0);
    expect(resets).toEqual([]);
    expect(summary).toMatchObject({ refused: 0, committedWithoutResponse: 0 });
  },
);
