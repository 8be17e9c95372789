/** Fills the disk of the database under writers, and frees it again. Requires a compiler. */
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { hasCompiler } from '../support/faulty-disk.ts';
import { type FaultyMachine, startFaultyMachine } from '../support/faulty-machine.ts';
import { buildProgram } from '../support/program.ts';
import { findLosses, startWriters } from '../support/writers.ts';

const rounds = Number(process.env.ROUNDS ?? 3);

let machine: FaultyMachine | null = null;

beforeAll(buildProgram, 120_000);
afterEach(async () => {
  await machine?.stop();
  machine = null;
});

describe('a full disk', async () => {
  if (!(await hasCompiler())) {
    test('was not simulated, because there is no compiler', () => {
      process.stderr.write('The tests of a full disk were not run: install cc to run them.\n');
    });
    return;
  }

  test('makes the gateway unready, and loses and doubles no acknowledged write', async () => {
    machine = await startFaultyMachine();
    const { databaseUrl, target, server, disk } = machine;
    const statusOf = async () => (await fetch(`${server.url}/health/ready`)).status;
    const writers = startWriters(target, server.url);
    for (let round = 0; round < rounds; round += 1) {
      await writers.acknowledge(200);
      await disk.fill();
      await expect.poll(statusOf, { timeout: 60_000 }).toBe(503);
      await disk.free();
      await expect.poll(statusOf, { timeout: 60_000 }).toBe(200);
    }
    await writers.stop();
    const losses = await findLosses(databaseUrl, writers);
    const { exitCode, output } = await server.verifyAuditTrail();
    const reasons = server.logged().flatMap(({ msg, reason }) => (msg === 'database unavailable' ? [reason] : []));
    console.log(
      JSON.stringify({
        rounds,
        acknowledged: writers.acknowledged.size,
        repeated: writers.failures(),
        reasons,
        ...losses,
      }),
    );
    expect(losses).toEqual({ lost: 0, doubled: 0 });
    expect(writers.unexpected).toEqual([]);
    expect(exitCode, output).toBe(0);
    expect(reasons[0]).toBe('The disk of the database is full');
  });
});
