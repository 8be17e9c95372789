/**
 * Measures the cost of the corpus of hostile requests for one or two builds, or compares the CPU time of a workload.
 */
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type Attack, exceededBy, summaryOf } from '../test/hostile/attack.ts';
import { corpus } from '../test/hostile/corpus.ts';
import type { Outcome } from '../test/hostile/target.ts';
import { readDatabase, readInteger, readNames, runProgram, UsageError } from './command-line.ts';
import { compareBuilds } from './compare-builds.ts';
import { type ComparedMutationName, comparedMutations } from './compared-mutations.ts';
import { type HostileBuild, openHostileBuild } from './hostile-build.ts';

import { type DatabaseName, root } from './installation.ts';
import { rejectOnSignal } from './processes.ts';

const kinds = Object.keys(corpus);
const mutations = Object.keys(comparedMutations) as ComparedMutationName[];

const usage = `Usage: npm run bench:hostile -- [options]

Sends the corpus of hostile requests to this build and, with --before, to another one, one attack at a time.

  --before FOLDER      dist folder of another build
  --after FOLDER       dist folder of this build (default: dist)
  --database NAME      sqlite or postgresql (default: sqlite)
  --only KINDS         kinds of attacks, separated by commas (default: all of
                       ${kinds.slice(0, 6).join(', ')},
                       ${kinds.slice(6).join(', ')})
  --named TEXT         only attacks whose names contain this text
  --seconds NUMBER     duration of attacks on connections in seconds (default: 20)
  --json FILE          JSON file for the outcomes
  --overview           compare the CPU time of an overview instead
  --mutation NAME      compare the CPU time of a mutation instead:
                       ${mutations.slice(0, 3).join(', ')},
                       ${mutations.slice(3).join(', ')}
  --rounds NUMBER      number of rounds of half a second with --overview or --mutation (default: 40)
  --customers NUMBER   number of generated customers with --overview or --mutation (default: 2000)
  --help               print this text`;

const optionTypes = {
  before: { type: 'string' },
  after: { type: 'string' },
  database: { type: 'string' },
  only: { type: 'string' },
  named: { type: 'string' },
  seconds: { type: 'string' },
  json: { type: 'string' },
  overview: { type: 'boolean' },
  mutation: { type: 'string' },
  rounds: { type: 'string' },
  customers: { type: 'string' },
} as const;

type Builds = readonly [name: string, distFolder: string][];

interface CorpusOptions {
  builds: Builds;
  database: DatabaseName;
  /** The duration of attacks on connections. */
  seconds: number;
  attacks: readonly [kind: string, attack: Attack][];
  jsonFile: string | undefined;
}

interface Row {
  kind: string;
  name: string;
  outcomes: Record<string, Outcome>;
}

function cellsOf({ cpuMilliseconds, bytes, silentSeconds, maxMegabytes, hasDied, replies, problem }: Outcome): string {
  const silence = Number.isNaN(silentSeconds) ? '-' : silentSeconds.toFixed(2);
  const summary = hasDied ? 'the process died' : summaryOf(replies).slice(0, 60) || 'served';
  const cells = [cpuMilliseconds.toFixed(0), String(bytes), silence, maxMegabytes.toFixed(0), summary];
  return `${cells.join(' | ')}${problem === null || hasDied ? '' : ' (!)'}`;
}

const titles = ['CPU ms', 'bytes', 'silent s', 'max MB', 'outcome'];

function printHead(builds: Builds): void {
  const columns = builds.flatMap(([name]) => titles.map((title) => `${title} ${name}`));
  console.log(`| kind | attack | ${columns.join(' | ')} |`);
  console.log(`|${' --- |'.repeat(columns.length + 2)}`);
}

function printRow(builds: Builds, { kind, name, outcomes }: Row): void {
  console.log(`| ${kind} | ${name} | ${builds.map(([build]) => cellsOf(outcomes[build] as Outcome)).join(' | ')} |`);
}

/** Sends one attack at a time to each build, one build after the other. Adds the builds to `opened`. */
async function attackAll(
  { builds, database, seconds, attacks }: CorpusOptions,
  folder: string,
  opened: HostileBuild[],
): Promise<Row[]> {
  for (const [name, distFolder] of builds) {
    opened.push(await openHostileBuild({ name, distFolder, database, folder, seconds }));
  }
  const rows: Row[] = [];
  printHead(builds);
  for (const [kind, attack] of attacks) {
    const outcomes: Record<string, Outcome> = {};
    for (const build of opened) outcomes[build.name] = await build.attack(attack);
    const row = { kind, name: attack.name, outcomes };
    printRow(builds, row);
    for (const { name } of opened) {
      const outcome = outcomes[name];
      const problem = outcome && (outcome.problem ?? exceededBy(attack, outcome));
      if (problem) console.error(`${name}: ${attack.name}: ${problem.slice(0, 500)}`);
    }
    rows.push(row);
  }
  return rows;
}

/** Calls `measure` with a temporary folder, which is removed when it ends or is interrupted. */
async function withFolder(measure: (folder: string, interrupted: Promise<never>) => Promise<void>): Promise<void> {
  const interrupted = rejectOnSignal();
  const folder = await mkdtemp(join(tmpdir(), 'gateway-hostile-'));
  try {
    // The PostgreSQL server runs as another user if this process runs as root.
    await chmod(folder, 0o755);
    await measure(folder, interrupted);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function measureCorpus(options: CorpusOptions): Promise<void> {
  await withFolder(async (folder, interrupted) => {
    const opened: HostileBuild[] = [];
    try {
      const rows = await Promise.race([attackAll(options, folder, opened), interrupted]);
      if (options.jsonFile !== undefined) await writeFile(options.jsonFile, JSON.stringify(rows, null, 1));
    } finally {
      for (const build of opened) await build.stop();
    }
  });
}

await runProgram(usage, optionTypes, async ({ named = '', ...values }) => {
  const database = readDatabase(values.database);
  const seconds = readInteger('--seconds', values.seconds, 20);
  const rounds = readInteger('--rounds', values.rounds, 40);
  const customers = readInteger('--customers', values.customers, 2_000);
  const builds: Builds = [
    ...(values.before === undefined ? [] : [['before', resolve(values.before)] as [string, string]]),
    ['after', resolve(values.after ?? join(root, 'dist'))],
  ];
  const attacks = readNames('--only', values.only, kinds)
    .flatMap((kind) => (corpus[kind] ?? []).map((attack): [string, Attack] => [kind, attack]))
    .filter(([, { name }]) => name.includes(named));
  if (attacks.length === 0) throw new UsageError('--named must be part of the name of an attack.');
  const mutation = mutations.find((name) => name === values.mutation);
  if (values.mutation !== undefined && mutation === undefined) {
    throw new UsageError(`--mutation must be one of ${mutations.join(', ')}.`);
  }
  const workload = values.overview ? 'overview' : mutation;
  if (workload !== undefined) {
    await withFolder(async (folder, interrupted) => {
      await Promise.race([compareBuilds({ workload, builds, database, folder, rounds, customers }), interrupted]);
    });
  } else {
    await measureCorpus({ builds, database, seconds, attacks, jsonFile: values.json });
  }
});
