import { CommanderError } from 'commander';
import type { CommandAudit } from '../audit/command-audit.ts';
import type { LoggedSeal } from '../audit/logged-seal.ts';
import type { Config, Secrets, Settings } from '../config.ts';
import type { Database, DatabaseOptions } from '../database/database.ts';
import { DatabaseMismatch } from '../database/database-mismatch.ts';
import { printStatus } from './terminal.ts';

export type DatabaseSettings = Pick<Settings, 'databaseUrl' | 'databaseOwnerUrl'> & Pick<DatabaseOptions, 'variable'>;

/** Reads the configuration of `serve`. @throws ConfigurationError if any variable is invalid. */
export async function configuration(): Promise<Config> {
  const { readConfig } = await import('../config.ts');
  return readConfig(process.env);
}

/** Reads the settings of a command, and the named secrets. @throws ConfigurationError if any variable is invalid. */
export async function settings<Name extends keyof Secrets = never>(
  ...secrets: readonly Name[]
): Promise<Settings & Pick<Secrets, Name>> {
  const { readSettings } = await import('../config.ts');
  return readSettings(process.env, secrets);
}

/** Opens the database, and closes it when the work has ended. Only an empty database is migrated, unless the options say otherwise. */
export async function withDatabase<Result>(
  { databaseUrl, databaseOwnerUrl: ownerUrl, variable }: DatabaseSettings,
  work: (database: Database) => Promise<Result>,
  options: DatabaseOptions = {},
): Promise<Result> {
  const { openDatabase } = await import('../database/open-database.ts');
  const database = await openDatabase(databaseUrl, { ownerUrl, variable, ...options });
  try {
    if (options.migrate === 'upgrade') {
      const { fillColumns } = await import('./fill-columns.ts');
      await fillColumns(database);
    }
    return await work(database);
  } finally {
    await database.close();
  }
}

/**
 * Runs a command that reads or changes guarded data, and records it in the audit trail. If it cannot be recorded, the
 * command fails. Prints the last seal over its events on standard error: with a copy of the seal, an operator can prove
 * later that events were removed.
 */
export function audited<Result>(
  operationName: string,
  configured: DatabaseSettings & Pick<Secrets, 'secret'>,
  work: (database: Database, audit: CommandAudit) => Promise<Result>,
): Promise<Result> {
  return withDatabase(configured, async (database) => {
    const { auditCommand } = await import('../audit/command-audit.ts');
    const { sealLine } = await import('../audit/logged-seal.ts');
    let lastSeal: LoggedSeal | undefined;
    const onSeal = (seal: LoggedSeal) => {
      lastSeal = seal;
    };
    return auditCommand({ operationName, database, secret: configured.secret, onSeal }, work).finally(() => {
      if (lastSeal !== undefined) printStatus(sealLine(lastSeal));
    });
  });
}

/**
 * Prints why a command failed, and returns its exit code: 2 if the caller must change an option, a variable or an
 * argument, that of `DatabaseMismatch` if this program cannot use the database, otherwise 1.
 */
export async function reportFailure(error: unknown): Promise<number> {
  // Commander has printed its own message.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  const { ConfigurationError } = await import('../config.ts');
  const { GatewayError } = await import('../base/errors.ts');
  const { failureLine } = await import('./failure-line.ts');
  if (error instanceof ConfigurationError) {
    for (const problem of error.problems) console.error(problem);
    return 2;
  }
  console.error(failureLine(error));
  const mismatch = error instanceof Error && error.cause instanceof DatabaseMismatch ? error.cause : error;
  if (mismatch instanceof DatabaseMismatch) return mismatch.exitCode;
  return error instanceof GatewayError && error.extensions.code === 'BAD_USER_INPUT' ? 2 : 1;
}

/**
 * Logs an uncaught exception and exits with 1. Node.js would print every property of the error, such as the parameters of
 * a statement or the options of a connection.
 */
export async function exitOnUncaughtException(error: unknown): Promise<never> {
  const { describeError } = await import('../base/logger.ts');
  console.error(JSON.stringify({ level: 'fatal', error: describeError(error), msg: 'uncaught exception' }));
  process.exit(1);
}

/**
 * Handles a failure to write to standard output. If the reader closed the pipe, for example `| head`, the command continues,
 * because its exit code states whether it succeeded. Otherwise, the command fails, because its output is incomplete.
 */
export function onOutputFailure({ code }: NodeJS.ErrnoException): void {
  if (code === 'EPIPE') return;
  console.error(`Standard output cannot be written (${code}).`);
  process.exit(1);
}
