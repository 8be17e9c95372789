import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { compareRuns } from './compare.ts';
import { type Options, readOptions, UsageError, usage } from './options.ts';
import { renderRun } from './report.ts';
import type { Run } from './results.ts';
import { runBenchmark } from './run.ts';

async function readRun(file: string): Promise<Run> {
  const run: Run = JSON.parse(await readFile(file, 'utf8'));
  if (run.format !== 1) throw new UsageError(`${file} is no run of this benchmark.`);
  return run;
}

async function main({ settings, outputFile, compareFile }: Options): Promise<void> {
  // Before the minutes that a run takes: the file may not be there.
  const before = compareFile === null ? null : await readRun(compareFile);
  const run = await runBenchmark(settings, (line) => console.error(line));
  await mkdir(dirname(outputFile), { recursive: true });
  await writeFile(outputFile, `${JSON.stringify(run, null, 2)}\n`);
  console.log(`\n${renderRun(run)}\n\nWritten to ${outputFile}`);
  if (before === null) return;
  const { text, isGatewayWorse } = compareRuns(before, run);
  console.log(`\n${text}`);
  if (isGatewayWorse) process.exitCode = 1;
}

try {
  const options = readOptions(process.argv.slice(2), join(import.meta.dirname, 'results'));
  if (options === 'help') console.log(usage);
  else await main(options);
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  console.error(`${error.message}\n\n${usage}`);
  process.exitCode = 2;
}
