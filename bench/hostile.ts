/**
 * Measures the cost of the corpus of hostile requests for one or two builds, or compares the CPU time of an overview.
 *
 *   npm run bench:hostile -- --before ../baseline/dist --database sqlite --only text,answers
 *   npm run bench:hostile -- --before ../baseline/dist --overview
 */
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { type Attack, exceededBy, summaryOf } from '../test/hostile/attack.ts';
import { corpus } from '../test/hostile/corpus.ts';
import type { Outcome } from '../test/hostile/target.ts';
import { type HostileBuild, openHostileBuild } from './hostile-build.ts';
import { measureOverview } from './hostile-overview.ts';
import { root } from './installation.ts';
import { toldToEnd } from './processes.ts';
import { readDatabase, readNumber } from './sizes.ts';

const { values } = parseArgs({
  options: {
    before: { type: 'string' },
    after: { type: 'string', default: join(root, 'dist') },
    database: { type: 'string', default: 'sqlite' },
    /** Kinds of attacks, separated by commas. */
    only: { type: 'string' },
    /** A part of the name of an attack. */
    named: { type: 'string', default: '' },
    seconds: { type: 'string', default: '20' },
    json: { type: 'string' },
    overview: { type: 'boolean', default: false },
    rounds: { type: 'string', default: '40' },
    customers: { type: 'string', default: '2000' },
  },
});
const database = readDatabase(values.database);
const seconds = readNumber('seconds', values.seconds);
const builds: [name: string, distFolder: string][] = [
  ...(values.before === undefined ? [] : [['before', resolve(values.before)] as [string, string]]),
  ['after', resolve(values.after)],
];
const kinds = values.only?.split(',') ?? Object.keys(corpus);
const attacks = kinds
  .flatMap((kind) => (corpus[kind] ?? []).map((attack): [string, Attack] => [kind, attack]))
  .filter(([, { name }]) => name.includes(values.named));

interface Row {
  kind: string;
  name: string;
  outcomes: Record<string, Outcome>;
}

function cellsOf({ cpuMilliseconds, bytes, silentSeconds, peakMegabytes, hasDied, replies, wrong }: Outcome): string {
  const silence = Number.isNaN(silentSeconds) ? '-' : silentSeconds.toFixed(2);
  const answered = hasDied ? 'the process died' : summaryOf(replies).slice(0, 60) || 'served';
  const cells = [cpuMilliseconds.toFixed(0), String(bytes), silence, peakMegabytes.toFixed(0), answered];
  return `${cells.join(' | ')}${wrong === null || hasDied ? '' : ' (!)'}`;
}

const titles = ['CPU ms', 'bytes', 'silent s', 'peak MB', 'outcome'];

function printHead(): void {
  const columns = builds.flatMap(([name]) => titles.map((title) => `${title} ${name}`));
  console.log(`| kind | attack | ${columns.join(' | ')} |`);
  console.log(`|${' --- |'.repeat(columns.length + 2)}`);
}

function printRow({ kind, name, outcomes }: Row): void {
  console.log(`| ${kind} | ${name} | ${builds.map(([build]) => cellsOf(outcomes[build] as Outcome)).join(' | ')} |`);
}

/** Sends one attack at a time to each build in turn. */
async function attackAll(folder: string, opened: HostileBuild[]): Promise<Row[]> {
  for (const [name, distFolder] of builds) {
    opened.push(await openHostileBuild({ name, distFolder, database, folder, seconds }));
  }
  const rows: Row[] = [];
  printHead();
  for (const [kind, attack] of attacks) {
    const outcomes: Record<string, Outcome> = {};
    for (const build of opened) outcomes[build.name] = await build.attack(attack);
    const row = { kind, name: attack.name, outcomes };
    printRow(row);
    for (const { name } of opened) {
      const outcome = outcomes[name];
      const wrong = outcome && (outcome.wrong ?? exceededBy(attack, outcome));
      if (wrong) console.error(`${name}: ${attack.name}: ${wrong.slice(0, 500)}`);
    }
    rows.push(row);
  }
  return rows;
}

const ended = toldToEnd();
const folder = await mkdtemp(join(tmpdir(), 'gateway-hostile-'));
// The PostgreSQL server runs as another user if this process runs as root.
await chmod(folder, 0o755);
const opened: HostileBuild[] = [];
try {
  if (values.overview) {
    const rounds = readNumber('rounds', values.rounds);
    const customers = readNumber('customers', values.customers);
    await Promise.race([measureOverview({ builds, database, folder, rounds, customers }), ended]);
  } else {
    const rows = await Promise.race([attackAll(folder, opened), ended]);
    if (values.json !== undefined) await writeFile(values.json, JSON.stringify(rows, null, 1));
  }
} finally {
  for (const build of opened) await build.stop();
  await rm(folder, { recursive: true, force: true });
}
