import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { DatabaseUnavailable } from '../database/database-unavailable.ts';
import { databaseOutage } from '../database/errors.ts';

/** Returns the reason why a file could not be opened, or null for any other error. */
function fileFailure({ code, syscall, path }: NodeJS.ErrnoException): string | null {
  if (syscall !== 'open' || path === undefined) return null;
  if (code === 'EEXIST') return `${path} already exists. Existing files are never overwritten; choose another path.`;
  if (code === 'ENOENT' && existsSync(dirname(path))) return `${path} does not exist.`;
  if (code === 'ENOENT') return `${path} cannot be opened: the folder ${dirname(path)} does not exist.`;
  if (code === 'ENOTDIR') return `${path} cannot be opened: ${dirname(path)} must be a folder.`;
  if (code === 'EACCES') return `${path} cannot be opened: the current user lacks the permission.`;
  return null;
}

/** The messages for connections that PostgreSQL refuses, by error code. */
const refusedConnections = new Map<unknown, string>([
  ['28000', 'The user cannot connect'],
  ['28P01', 'The user or the password is wrong'],
  ['3D000', 'The database does not exist'],
  ['53300', 'The server has too many connections'],
]);

/** Describes a failure in one line, without a stack and without the values of a statement. */
export function failureLine(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof DatabaseUnavailable) return `${error.message}: ${failureLine(error.cause)}`;
  const { code } = error as { code?: unknown };
  const refusedConnection = 'severity' in error ? refusedConnections.get(code) : undefined;
  if (refusedConnection !== undefined) return `${refusedConnection} (${String(code)}).`;
  const outage = databaseOutage(error);
  // The messages about connections name the address.
  if (outage !== null && outage.code !== null && !outage.code.startsWith('E')) {
    return `${outage.reason} (${outage.code}).`;
  }
  // Drizzle's message quotes the statement and its parameters, PostgreSQL's message the invalid value.
  if ('query' in error || 'severity' in error) {
    const cause = error.cause instanceof Error ? failureLine(error.cause) : `code ${String(code)}`;
    return 'query' in error ? cause : `A database statement failed: ${cause}.`;
  }
  const reason = fileFailure(error);
  if (reason !== null) return reason;
  const [line = ''] = error.message.split('\n');
  // If a host has several addresses, the error combines those of all connections and has no message.
  return line || (error instanceof AggregateError ? failureLine(error.errors[0]) : String(code ?? error.name));
}

/**
 * Reads a password. On a terminal, prompts for the password twice without showing it; otherwise reads the first line of
 * standard input.
 */
export async function readPassword(): Promise<string> {
  const { stdin, stderr } = process;
  if (!stdin.isTTY) return (await text(stdin)).split(/\r?\n/, 1)[0] ?? '';
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const terminal = createInterface({ input: stdin, output: silent, terminal: true });
  try {
    terminal.once('SIGINT', () => process.exit(130));
    stderr.write('Password: ');
    const password = await terminal.question('');
    stderr.write('\nRepeat the password: ');
    const again = await terminal.question('');
    stderr.write('\n');
    if (password !== again) throw new Error('The two passwords must be equal.');
    return password;
  } finally {
    terminal.close();
  }
}

/** Writes to standard output, and waits for a slow reader. @returns false if the text was not written. */
export function writeOutput(text: string): Promise<boolean> {
  return new Promise((resolve) => {
    process.stdout.write(text, (error) => resolve(!error));
  });
}

/** Prints a line on standard error. On a terminal, it replaces the progress. */
export function printStatus(line: string): void {
  const { stderr } = process;
  stderr.write(`${stderr.isTTY ? '\r\x1b[K' : ''}${line}\n`);
}

export interface Progress {
  /** Replaces the progress that is shown. */
  update(line: string): void;
  /** Prints a line that stays. */
  print(line: string): void;
  end(): void;
}

/**
 * Shows the progress of a long command on standard error. The progress is one line that is overwritten, and only on a
 * terminal.
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
