import { Readable } from 'node:stream';
import { format } from 'node:util';
import { vi } from 'vitest';
import { program } from '../../src/cli/program.ts';
import { reportFailure } from '../../src/cli/running.ts';
import { type ProgramOptions, type ProgramResult, resultOf } from './program.ts';

let isRunning = false;

/**
 * Runs a command of the program in this process, which takes a fraction of the time of a process of its own. Use `runProgram` for
 * tests of the process: its start, its signals, its pipes, and commands that run at the same time. The database must be of the kind
 * under test, because the tables of a process belong to one kind.
 */
export async function runCommand(
  args: readonly string[],
  { environment = {}, input = '' }: Pick<ProgramOptions, 'environment' | 'input'> = {},
): Promise<ProgramResult> {
  if (isRunning) throw new Error('Commands share the streams of the process, so they must run one after the other.');
  isRunning = true;
  const { env, exitCode } = process;
  const stdin = Object.getOwnPropertyDescriptor(process, 'stdin') ?? {};
  const texts = { output: '', errors: '' };
  const spies = [
    ...recording(texts, 'output', process.stdout, 'log'),
    ...recording(texts, 'errors', process.stderr, 'error'),
  ];
  process.env = { PATH: env.PATH, TMPDIR: env.TMPDIR, ...environment };
  process.exitCode = undefined;
  Object.defineProperty(process, 'stdin', { value: Readable.from([input]), configurable: true });
  try {
    await program.parseAsync(args, { from: 'user' }).catch(async (error) => {
      process.exitCode = await reportFailure(error);
    });
    return resultOf(Number(process.exitCode ?? 0), texts.output, texts.errors);
  } finally {
    Object.defineProperty(process, 'stdin', stdin);
    process.exitCode = exitCode;
    process.env = env;
    for (const spy of spies) spy.mockRestore();
    isRunning = false;
  }
}

/** Records what is written to a stream and with a method of the console, which Vitest does not write to the stream. */
function recording(
  texts: Record<'output' | 'errors', string>,
  name: 'output' | 'errors',
  stream: NodeJS.WriteStream,
  method: 'log' | 'error',
) {
  return [
    vi.spyOn(stream, 'write').mockImplementation((text, ...rest) => {
      texts[name] += String(text);
      for (const done of rest) if (typeof done === 'function') done();
      return true;
    }),
    vi.spyOn(console, method).mockImplementation((...values) => {
      texts[name] += `${format(...values)}\n`;
    }),
  ];
}
