/** Stops and replaces processes of the real program, while clients send requests. `test/faults/stop.test.ts` does it often. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Gateway, startGateway, type TestUser, testEnvironment } from '../support/gateway.ts';
import { prepareLoad, startLoad } from '../support/load.ts';
import { buildProgram, startProgram, workersIn } from '../support/program.ts';

let gateway: Gateway;
let clerk: TestUser;

beforeAll(async () => {
  await buildProgram();
  gateway = await startGateway();
  clerk = await prepareLoad(gateway);
}, 120_000);
afterAll(() => gateway.stop());

async function startUnderLoad(workers: number) {
  const { program, match, lines, ended } = await startProgram(
    ['serve', '--workers', String(workers)],
    /"url":"([^"]+)"/,
    { environment: testEnvironment(gateway.config.databaseUrl) },
  );
  await expect.poll(() => workersIn(lines), { timeout: 60_000 }).toHaveLength(workers);
  const clients = { url: match[1] ?? '', keepAliveClients: 16, singleRequestClients: 4 };
  const load = await startLoad(gateway, clerk, clients);
  await expect.poll(load.answered, { timeout: 60_000 }).toBeGreaterThan(100);
  return { program, lines, ended, load };
}

describe.each([1, 2])('with %i workers', (workers) => {
  test('SIGTERM loses no request that was sent, and no response to a write', async () => {
    const { program, ended, load } = await startUnderLoad(workers);
    program.kill('SIGTERM');
    expect(await ended).toBe(0);
    const { reset, ...others } = await load.stop();
    expect(others).toMatchObject({ failed: [], committedWithoutResponse: 0 });
    // The kernel resets a connection that it completes between the last one that is accepted and the end of listening.
    expect(reset.filter((text) => !text.includes('new connection'))).toEqual([]);
    expect(reset.length).toBeLessThanOrEqual(1);
  });

  test('SIGTERM to each worker replaces it, and clients notice nothing', async () => {
    const { program, lines, ended, load } = await startUnderLoad(workers);
    for (let replaced = 1; replaced <= workers; replaced += 1) {
      process.kill(workersIn(lines)[replaced - 1] ?? 0, 'SIGTERM');
      await expect.poll(() => workersIn(lines), { timeout: 60_000 }).toHaveLength(workers + replaced);
      const answered = load.answered();
      await expect.poll(load.answered, { timeout: 60_000 }).toBeGreaterThan(answered + 50);
    }
    expect(await load.stop()).toMatchObject({ reset: [], refused: 0, failed: [], committedWithoutResponse: 0 });
    program.kill('SIGTERM');
    expect(await ended).toBe(0);
    expect(lines.filter((line) => line.includes('"worker replaced"'))).toHaveLength(workers);
  });
});
