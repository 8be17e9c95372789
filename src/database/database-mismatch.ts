/** The exit codes of a process that ends because of a mismatch. A parent process starts no new worker after them. */
const exitCodes = { FILES_REPLACED: 3, NEWER_VERSION: 4 } as const;

/**
 * The database is not, or no longer, the one that this process can use: its files were replaced, or a newer version has migrated it.
 * The process must end. The message is for operators.
 */
export class DatabaseMismatch extends Error {
  readonly exitCode: number;

  constructor(kind: keyof typeof exitCodes, message: string) {
    super(message);
    this.name = 'DatabaseMismatch';
    this.exitCode = exitCodes[kind];
  }
}

/** Whether a process with this exit code has ended because of a mismatch. */
export function isMismatchExitCode(exitCode: number | null): exitCode is number {
  return Object.values<number | null>(exitCodes).includes(exitCode);
}
