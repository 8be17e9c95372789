/** Cuts the power of the database under writers: what was not synced is lost, but no acknowledged write. Requires a compiler. */
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { hasCompiler } from '../support/faulty-disk.ts';
import { type FaultyMachine, startFaultyMachine } from '../support/faulty-machine.ts';
import { buildProgram } from '../support/program.ts';
import { findLosses, startWriters } from '../support/writers.ts';

const rounds = Number(process.env.ROUNDS ?? 5);

let machine: FaultyMachine | null = null;

beforeAll(buildProgram, 120_000);
afterEach(async () => {
  await machine?.stop();
  machine = null;
});

describe('a power failure', async () => {
  if (!(await hasCompiler())) {
    test('was not simulated, because there is no compiler', () => {
      process.stderr.write('The tests of power failures were not run: install cc to run them.\n');
    });
    return;
  }

  test('loses and doubles no acknowledged write', async () => {
    machine = await startFaultyMachine();
    const { databaseUrl, target, server, cutPower, start } = machine;
    const writers = startWriters(target, server.url);
    for (let round = 0; round < rounds; round += 1) {
      await writers.acknowledge(200);
      await cutPower();
      await start();
    }
    await writers.stop();
    const losses = await findLosses(databaseUrl, writers);
    const { exitCode, output } = await server.verifyAuditTrail();
    console.log(
      JSON.stringify({ rounds, acknowledged: writers.acknowledged.size, repeated: writers.failures(), ...losses }),
    );
    expect(losses).toEqual({ lost: 0, doubled: 0 });
    expect(writers.unexpected).toEqual([]);
    expect(exitCode, output).toBe(0);
  });

  test('control: a disk that ignores syncs loses acknowledged writes, which are found', async () => {
    machine = await startFaultyMachine({ ignoresSync: true });
    const { databaseUrl, target, server, cutPower, start } = machine;
    const writers = startWriters(target, server.url);
    await writers.acknowledge(200);
    await writers.stop();
    await cutPower();
    await start();
    const { lost } = await findLosses(databaseUrl, writers);
    console.log(JSON.stringify({ acknowledged: writers.acknowledged.size, lost }));
    expect(lost).toBeGreaterThan(0);
  });
});
