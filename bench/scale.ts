/** Measures what grows with a bank: sends the same requests to a small and to a large database, alternately. */
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runProgram } from './command-line.ts';
import { type Installation, install } from './installation.ts';
import { rejectOnSignal } from './processes.ts';
import { taskRoles } from './scale-tasks.ts';
import { measureAlternately, renderScale } from './scale-workload.ts';
import { readSizes, type Sizes, sizeOptions } from './sizes.ts';
import { readBankId, readerRoles } from './workloads.ts';

const usage = `Usage: npm run bench:scale -- [options]

Sends the same requests to a small and to a large database, alternately, and prints the medians of both.

  --database NAME   sqlite or postgresql (default: sqlite)
  --small NUMBER    number of customers in the small database, at least 6000 (default: 10000)
  --large NUMBER    number of customers in the large database (default: 1000000)
  --help            print this text`;

async function measureScale({ database, small, large }: Sizes): Promise<void> {
  const interrupted = rejectOnSignal();
  const folder = await mkdtemp(join(tmpdir(), 'gateway-scale-'));
  const installations: Installation[] = [];
  const roles = new Set([...readerRoles(), ...taskRoles()]);
  try {
    for (const customers of [small, large]) {
      const databaseFolder = await mkdtemp(join(folder, 'database-'));
      // The PostgreSQL server runs as another user if this process runs as root.
      for (const path of [folder, databaseFolder]) await chmod(path, 0o755);
      const start = performance.now();
      const installation = await Promise.race([
        install(database, databaseFolder, customers, undefined, roles),
        interrupted,
      ]);
      installations.push(installation);
      const seconds = (performance.now() - start) / 1000;
      console.error(`${database}: generated ${customers} customers in ${seconds.toFixed(0)} s`);
      await Promise.race([setBankRules(installation), interrupted]);
      await Promise.race([installation.settle(), interrupted]);
    }
    console.log(renderScale(await Promise.race([measureAlternately(installations, folder), interrupted])));
  } finally {
    for (const installation of installations) await installation.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Sets the rules of the bank from which the work lists follow. */
async function setBankRules({ run }: Installation): Promise<void> {
  await run('bank', 'retention', readBankId, '1826d');
  await run('bank', 'review', readBankId, '365d');
}

await runProgram(usage, sizeOptions, async (values) => {
  await measureScale(readSizes(values, { small: 10_000, large: 1_000_000 }));
});
