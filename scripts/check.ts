#!/usr/bin/env node
/**
 * Checks everything that CI checks before the tests: style, English, types, and that the generated files are up to date.
 * `npm run check` runs all checks, `npm run check -- docs codegen` only these. Exits with 1 if a check fails.
 */
import { spawn } from 'node:child_process';
import { cp, mkdtemp, readdir, readFile, rm, symlink } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import installClients from './install-clients.ts';

const project = fileURLToPath(new URL('..', import.meta.url));

interface Check {
  readonly name: string;
  /** Returns the output of a failed check, or null. */
  run(): Promise<string | null>;
  readonly remedy: string;
}

/** Runs a program of `node_modules`, or a script, with Node.js. Returns its output and whether it succeeded. */
async function node(args: string[], cwd = project): Promise<{ stdout: string; output: string; succeeded: boolean }> {
  const child = spawn(process.execPath, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text) => {
    stdout += text;
    output += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text) => {
    output += text;
  });
  const exitCode = await new Promise((resolve) => child.on('close', resolve));
  return { stdout, output, succeeded: exitCode === 0 };
}

async function outputIfFailed(...args: string[]): Promise<string | null> {
  const { output, succeeded } = await node(args);
  return succeeded ? null : output;
}

async function staleSchema(): Promise<string | null> {
  const built = await outputIfFailed('node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json');
  if (built !== null) return built;
  for (const [command, file] of [
    ['print', 'schema/schema.graphql'],
    ['access', 'schema/access.json'],
  ] as const) {
    const { stdout, output, succeeded } = await node(['dist/main.js', 'schema', command]);
    if (!succeeded) return output;
    const isCurrent = stdout === (await readFile(join(project, file), 'utf8'));
    if (!isCurrent) return `${file} is not what the code prints.\n`;
  }
  return null;
}

/** Generates migrations in a copy of the project, where a changed table adds a file. */
async function staleMigrations(dialect: string): Promise<string | null> {
  const copy = await mkdtemp(join(tmpdir(), `migrations-${dialect}-`));
  try {
    for (const part of ['drizzle', 'package.json', 'tsconfig.json', 'src']) {
      await cp(join(project, part), join(copy, part), { recursive: true });
    }
    await symlink(join(project, 'node_modules'), join(copy, 'node_modules'));
    const migrations = join(copy, 'drizzle', dialect);
    const committed = await readdir(migrations);
    const drizzleKit = join(project, 'node_modules/drizzle-kit/bin.cjs');
    const { output, succeeded } = await node(
      [drizzleKit, 'generate', '--config', `drizzle/${dialect}.config.ts`],
      copy,
    );
    const added = (await readdir(migrations)).filter((file) => !committed.includes(file));
    if (succeeded && added.length === 0) return null;
    const sql = await Promise.all(added.map((file) => readFile(join(migrations, file), 'utf8')));
    return succeeded ? `A migration for ${dialect} is missing:\n${sql.join('\n')}\n` : output;
  } finally {
    await rm(copy, { recursive: true, force: true });
  }
}

async function wrongTypes(): Promise<string | null> {
  await installClients();
  return outputIfFailed('node_modules/typescript/bin/tsc', '--noEmit');
}

/** The slow checks are first, so that the others run next to them. */
const checks: Check[] = [
  {
    name: 'codegen',
    run: () => outputIfFailed('node_modules/@graphql-codegen/cli/esm/bin.js', '--config', 'codegen.yml', '--check'),
    remedy: 'npm run codegen',
  },
  { name: 'types', run: wrongTypes, remedy: 'correct the types' },
  { name: 'schema', run: staleSchema, remedy: 'npm run schema:print' },
  ...['sqlite', 'postgresql'].map((dialect) => ({
    name: `migrations:${dialect}`,
    run: () => staleMigrations(dialect),
    remedy: 'npm run migrations -- <name>',
  })),
  {
    name: 'style',
    run: () => outputIfFailed('node_modules/@biomejs/biome/bin/biome', 'check', '.'),
    remedy: 'npm run format',
  },
  { name: 'english', run: () => outputIfFailed('docs/english/check.ts'), remedy: 'rewrite the sentences' },
  { name: 'docs', run: () => outputIfFailed('docs/generate.ts', '--check'), remedy: 'npm run docs' },
];

const names = process.argv.slice(2);
const unknown = names.filter((name) => !checks.some((check) => check.name === name));
if (unknown.length > 0) {
  console.error(`Unknown checks: ${unknown.join(', ')}. Known checks: ${checks.map(({ name }) => name).join(', ')}.`);
  process.exit(2);
}

const pending = checks.filter(({ name }) => names.length === 0 || names.includes(name));
const failed: string[] = [];
const started = performance.now();
const secondsSince = (time: number) => `${((performance.now() - time) / 1000).toFixed(1)} s`;

async function runPending(): Promise<void> {
  for (let check = pending.shift(); check !== undefined; check = pending.shift()) {
    const checkStarted = performance.now();
    const output = await check.run();
    console.log(`${output === null ? 'ok' : 'FAILED'}  ${check.name} (${secondsSince(checkStarted)})`);
    if (output === null) continue;
    failed.push(check.name);
    console.error(`${output.trimEnd()}\nRemedy: ${check.remedy}\n`);
  }
}

await Promise.all(Array.from({ length: Math.max(2, availableParallelism()) }, runPending));
console.log(failed.length === 0 ? `All checks passed in ${secondsSince(started)}.` : `Failed: ${failed.join(', ')}.`);
process.exitCode = failed.length === 0 ? 0 : 1;
