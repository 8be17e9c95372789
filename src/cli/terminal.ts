import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { DatabaseUnavailable } from '../database/database-unavailable.ts';

/** Why a file could not be opened, in words; null for all else. */
function fileFailure({ code, syscall, path }: NodeJS.ErrnoException): string | null {
  if (syscall !== 'open' || path === undefined) return null;
  if (code === 'EEXIST') return `${path} is there already: nothing is ever written over it.`;
  if (code === 'ENOENT' && existsSync(dirname(path))) return `${path} is not there.`;
  if (code === 'ENOENT') return `${dirname(path)}, the folder for ${path}, is not there.`;
  if (code === 'ENOTDIR') return `${dirname(path)}, the folder for ${path}, is no folder.`;
  if (code === 'EACCES') return `${path} may not be opened by this user.`;
  return null;
}

/** The messages for connections that PostgreSQL refuses, by error code. */
const refusedConnections = new Map<unknown, string>([
  ['28000', 'The user cannot connect'],
  ['28P01', 'The user or the password is wrong'],
  ['3D000', 'The database does not exist'],
  ['53300', 'The server has too many connections'],
]);

/** The one line that a person gets of a failure: never a stack, and never the values of a statement. */
export function failureLine(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof DatabaseUnavailable) return `${error.message}: ${failureLine(error.cause)}`;
  const { code } = error as { code?: unknown };
  const refusedConnection = 'severity' in error ? refusedConnections.get(code) : undefined;
  if (refusedConnection !== undefined) return `${refusedConnection} (${String(code)}).`;
  // Drizzle's message quotes the statement with all its parameters, PostgreSQL's the value that it refused.
  if ('query' in error || 'severity' in error) {
    const cause = error.cause instanceof Error ? failureLine(error.cause) : `code ${String(code)}`;
    return 'query' in error ? cause : `The database refused a statement: ${cause}.`;
  }
  const reason = fileFailure(error);
  if (reason !== null) return reason;
  const [line = ''] = error.message.split('\n');
  // Connections to a name with several addresses fail all together, without a message.
  return line || (error instanceof AggregateError ? failureLine(error.errors[0]) : String(code ?? error.name));
}

/** A password: asked for twice, without showing it, on a terminal; otherwise the first line of standard input. */
export async function readPassword(): Promise<string> {
  const { stdin, stderr } = process;
  if (!stdin.isTTY) return (await text(stdin)).split(/\r?\n/, 1)[0] ?? '';
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const terminal = createInterface({ input: stdin, output: silent, terminal: true });
  try {
    terminal.once('SIGINT', () => process.exit(130));
    stderr.write('Password: ');
    const password = await terminal.question('');
    stderr.write('\nAgain: ');
    const again = await terminal.question('');
    stderr.write('\n');
    if (password !== again) throw new Error('The two passwords differ.');
    return password;
  } finally {
    terminal.close();
  }
}

/** A line on standard error, in place of what a terminal shows of the progress. */
export function printStatus(line: string): void {
  const { stderr } = process;
  stderr.write(`${stderr.isTTY ? '\r\x1b[K' : ''}${line}\n`);
}

export interface Progress {
  /** How far it is. */
  update(line: string): void;
  /** A line that stays. */
  print(line: string): void;
  end(): void;
}

/**
 * What long work tells while it goes on, on standard error. How far it is stands on one line that is written over, and only
 * where that is a terminal.
 */
export function showProgress(): Progress {
  const { stderr } = process;
  let lastUpdate = 0;
  return {
    update(line) {
      if (!stderr.isTTY || Date.now() - lastUpdate < 100) return;
      lastUpdate = Date.now();
      stderr.write(`\r\x1b[K${line}`);
    },
    print(line) {
      stderr.write(`${lastUpdate > 0 ? '\r\x1b[K' : ''}${line}\n`);
    },
    end() {
      if (lastUpdate > 0) stderr.write('\r\x1b[K');
    },
  };
}
