import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { GatewayError } from '../base/errors.ts';
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
  // The cause names the file.
  if (code === 'GATEWAY_TLS_FILE') return failureLine(error.cause);
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
  const [message = ''] = error.message.split('\n');
  const line = error instanceof GatewayError && error.hint !== undefined ? `${message} ${error.hint}` : message;
  // If a host has several addresses, the error combines those of all connections and has no message.
  return line || (error instanceof AggregateError ? failureLine(error.errors[0]) : String(code ?? error.name));
}
