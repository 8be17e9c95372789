import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { runProgram, UsageError } from './command-line.ts';
import { compareRuns } from './compare.ts';
import { optionTypes, readSettings, usage } from './options.ts';
import { renderRun } from './report.ts';
import { parseRun, type Run } from './results.ts';
import { runBenchmark } from './run.ts';

async function readRun(file: string): Promise<Run> {
  try {
    return parseRun(await readFile(file, 'utf8'));
  } catch (error) {
    throw new UsageError(`--compare must name a results file: ${error instanceof Error ? error.message : error}`);
  }
}

function defaultOutputFile(): string {
  return join(import.meta.dirname, 'results', `${new Date().toISOString().replaceAll(/[:.]/g, '-')}.json`);
}

await runProgram(usage, optionTypes, async (values) => {
  const settings = readSettings(values);
  const outputFile = values.output ?? defaultOutputFile();
  // Read before the run, which takes minutes, because the file might not exist.
  const before = values.compare === undefined ? null : await readRun(values.compare);
  const run = await runBenchmark(settings, (line) => console.error(line));
  await mkdir(dirname(outputFile), { recursive: true });
  await writeFile(outputFile, `${JSON.stringify(run, null, 2)}\n`);
  console.log(`\n${renderRun(run)}\n\nResults written to ${outputFile}`);
  if (before === null) return;
  const { text, isGatewayWorse } = compareRuns(before, run);
  console.log(`\n${text}`);
  if (isGatewayWorse) process.exitCode = 1;
});
