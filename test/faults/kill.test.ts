/** Kills all processes of a server under writers, many times: each acknowledged write is in the database, once. */
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { createMigratedDatabaseUrl, type TestDatabase } from '../support/database-url.ts';
import { buildProgram } from '../support/program.ts';
import { openRestartingServer, type RestartingServer } from '../support/restarting-server.ts';
import { findLosses, prepareWrites, startWriters, type WriteTarget } from '../support/writers.ts';

const rounds = Number(process.env.ROUNDS ?? 10);

let database: TestDatabase;
let target: WriteTarget;
let server: RestartingServer;

beforeAll(buildProgram, 120_000);
beforeEach(async () => {
  database = await createMigratedDatabaseUrl();
  target = await prepareWrites(database.url);
  server = await openRestartingServer(database.url);
});
afterEach(async () => {
  await server.stop();
  await database.drop();
});

test.each([1, 2])('kill -9 with %i workers loses and doubles no acknowledged write', async (workers) => {
  await server.start(workers);
  const writers = startWriters(target, server.url);
  for (let round = 0; round < rounds; round += 1) {
    await writers.acknowledge(200);
    await server.kill();
    await server.start(workers);
  }
  await writers.stop();
  const losses = await findLosses(database.url, writers);
  const { exitCode, output } = await server.verifyAuditTrail();
  console.log(
    JSON.stringify({
      workers,
      rounds,
      acknowledged: writers.acknowledged.size,
      repeated: writers.failures(),
      ...losses,
    }),
  );
  expect(losses).toEqual({ lost: 0, doubled: 0 });
  expect(writers.unexpected).toEqual([]);
  expect(exitCode, output).toBe(0);
});

test('control: the losses and doubles of careless writers are found', async () => {
  await server.start(1);
  const writers = startWriters(target, server.url, { isCareless: true });
  await writers.acknowledge(200);
  await server.kill();
  await writers.stop();
  const { lost, doubled } = await findLosses(database.url, writers);
  console.log(JSON.stringify({ acknowledged: writers.acknowledged.size, lost, doubled }));
  expect(lost).toBeGreaterThan(0);
  expect(doubled).toBeGreaterThan(0);
});
