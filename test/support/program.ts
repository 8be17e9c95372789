import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { mkdir, open, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { inject } from 'vitest';
import { loggedSeal } from '../../src/audit/logged-seal.ts';

const root = join(import.meta.dirname, '../..');
const lock = join(root, 'dist/.building');
/** The program under test. `TEST_PROGRAM` is that of another build. */
const main = process.env.TEST_PROGRAM ?? join(root, 'dist/main.js');

let building: Promise<void> | undefined;

/**
 * Builds the program, once per process. A lock file makes processes build one after the other; only the first has work to do.
 */
export function buildProgram(): Promise<void> {
  building ??= process.env.TEST_PROGRAM === undefined ? build() : Promise.resolve();
  return building;
}

async function build(): Promise<void> {
  await mkdir(join(root, 'dist'), { recursive: true });
  for (;;) {
    try {
      await (await open(lock, 'wx')).close();
      break;
    } catch {
      const { mtimeMs } = await stat(lock).catch(() => ({ mtimeMs: Date.now() }));
      // The lock file might remain from a run that was killed.
      if (Date.now() - mtimeMs > 60_000) await rm(lock, { force: true });
      await sleep(50);
    }
  }
  try {
    await promisify(execFile)(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json'], {
      cwd: root,
    });
  } finally {
    await rm(lock, { force: true });
  }
}

export interface ProgramOptions {
  environment?: Record<string, string>;
  /** Standard input. */
  input?: string;
  /** The file that is opened for standard output, such as a named pipe. Its text is not returned. */
  outputFile?: string;
  /** Whether the reader of standard output closes the pipe at once. */
  hasNoReader?: boolean;
}

export interface ProgramResult {
  exitCode: number | null;
  output: string;
  /** Standard error without the seals of the audit trail. */
  errors: string;
  /** The lines of standard error that are seals. */
  seals: string[];
}

/** Contains the compiled modules of the program, because a command takes longer to compile them than to run. */
const compileCache = join(inject('temporaryFolder'), 'compile-cache');

/** Starts the built program. Unlike `startProgram`, it does not read the output. */
export function spawnProgram(args: readonly string[], options: ProgramOptions = {}): ChildProcess {
  const { environment = {}, input = '', outputFile, hasNoReader = false } = options;
  const output = outputFile === undefined ? 'pipe' : openSync(outputFile, 'a');
  const program = spawn(process.execPath, [main, ...args], {
    cwd: process.env.TMPDIR,
    // The environment of the test is not inherited, in particular not its DATABASE_URL.
    env: { PATH: process.env.PATH, TMPDIR: process.env.TMPDIR, NODE_COMPILE_CACHE: compileCache, ...environment },
    stdio: ['pipe', output, 'pipe'],
  });
  if (typeof output === 'number') closeSync(output);
  if (hasNoReader) program.stdout?.destroy();
  program.stdin?.end(input);
  return program;
}

function textOf(output: Readable | null): Promise<string> | '' {
  return output === null || output.destroyed ? '' : text(output);
}

/** Runs a command of the built program, and waits until it exits. */
export async function runProgram(args: readonly string[], options: ProgramOptions = {}): Promise<ProgramResult> {
  const program = spawnProgram(args, options);
  const [output, standardError, [exitCode]] = await Promise.all([
    textOf(program.stdout),
    textOf(program.stderr),
    once(program, 'close'),
  ]);
  return resultOf(exitCode, output, standardError);
}

/** Separates the seals of the audit trail from the rest of standard error. */
export function resultOf(exitCode: number | null, output: string, standardError: string): ProgramResult {
  const isSeal = (line: string) => loggedSeal(line) !== null;
  const lines = standardError.split('\n');
  return {
    exitCode,
    output,
    errors: lines.filter((line) => !isSeal(line)).join('\n'),
    seals: lines.filter(isSeal),
  };
}

/** Starts a long-running command, and waits for the first line of its output that matches a pattern. */
export async function startProgram(
  args: string[],
  pattern: RegExp,
  options: ProgramOptions = {},
): Promise<{ program: ChildProcess; match: RegExpExecArray; lines: string[]; ended: Promise<number | null> }> {
  const program = spawnProgram(args, options);
  const { stdout } = program;
  if (stdout === null) throw new Error('The output of a program that is started cannot be a file.');
  const errors = textOf(program.stderr);
  const ended = once(program, 'close').then(([exitCode]) => exitCode as number | null);
  const lines: string[] = [];
  const firstMatch = new Promise<RegExpExecArray>((resolve) => {
    createInterface(stdout).on('line', (line) => {
      lines.push(line);
      const match = pattern.exec(line);
      if (match) resolve(match);
    });
  });
  const match = await Promise.race([
    firstMatch,
    ended.then(async (exitCode) => {
      throw new Error(`The program exited with ${exitCode}: ${await errors}`);
    }),
  ]);
  return { program, match, lines, ended };
}

/** The process IDs of the workers that have started to serve, by the lines of the log. */
export function workersIn(lines: readonly string[]): number[] {
  return lines.flatMap((line) => {
    const { msg, worker } = JSON.parse(line) as { msg: string; worker?: number };
    return msg === 'listening' && worker !== undefined ? [worker] : [];
  });
}
