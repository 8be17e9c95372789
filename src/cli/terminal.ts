import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { text } from 'node:stream/consumers';

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
