/**
 * What grows with the bank: the same requests, one at a time, of a small database and of a large one, in turns.
 *
 *   npm run bench:scale -- --database sqlite --small 10000 --large 1000000
 */
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Installation, install } from './installation.ts';
import { toldToEnd } from './processes.ts';
import { measureInTurns, renderScale } from './scale-workload.ts';
import { readSizes } from './sizes.ts';

const { database, small, large } = readSizes({ small: 10_000, large: 1_000_000 });
const ended = toldToEnd();
const folder = await mkdtemp(join(tmpdir(), 'gateway-scale-'));
const installations: Installation[] = [];
try {
  for (const customers of [small, large]) {
    const own = await mkdtemp(join(folder, 'database-'));
    // The user of the PostgreSQL server is another one where this is root.
    for (const each of [folder, own]) await chmod(each, 0o755);
    const begun = performance.now();
    const installation = await Promise.race([install(database, own, customers), ended]);
    installations.push(installation);
    const seconds = (performance.now() - begun) / 1000;
    console.error(`${database}: ${customers} customers were generated in ${seconds.toFixed(0)} s`);
    await Promise.race([installation.settle(), ended]);
  }
  console.log(renderScale(await Promise.race([measureInTurns(installations, folder), ended])));
} finally {
  for (const installation of installations) await installation.stop();
  await rm(folder, { recursive: true, force: true });
}
