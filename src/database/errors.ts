import { GatewayError, gatewayError } from '../base/errors.ts';
import { DatabaseMismatch } from './database-mismatch.ts';
import { UnsuitableSession } from './unsuitable-session.ts';

interface DriverError {
  code: string;
  message: string;
  /** Only PostgreSQL has it. After FATAL and PANIC, the connection is closed. */
  severity?: string;
  constraint?: string;
  detail?: string;
  /** Only PostgreSQL has it: the function of the server. */
  routine?: string;
}

/** The error of the driver, which Drizzle wraps. Null if the error is of another kind. */
function driverError(error: unknown): DriverError | null {
  // An error of the gateway has its own meaning, whatever caused it.
  for (let current = error; current instanceof Error && !(current instanceof GatewayError); current = current.cause) {
    if ('code' in current && typeof current.code === 'string') return current as Error & DriverError;
  }
  return null;
}

/**
 * Whether a row violated a unique constraint or a primary key. If `columns` are provided (by their names in the database), only
 * a constraint on exactly these columns counts. SQLite names the columns in its message, PostgreSQL in its detail.
 */
export function isUniqueViolation(error: unknown, columns?: string[]): boolean {
  const violation = driverError(error);
  if (violation === null) return false;
  const isDuplicate =
    violation.code === '23505' ||
    violation.code === 'SQLITE_CONSTRAINT_UNIQUE' ||
    violation.code === 'SQLITE_CONSTRAINT_PRIMARYKEY';
  if (!isDuplicate || columns === undefined) return isDuplicate;
  return namesColumns(violation, columns);
}

function namesColumns({ detail, message }: DriverError, columns: string[]): boolean {
  const text = detail ?? message;
  // PostgreSQL translates the words around the columns.
  const named = text.match(/\(([^)]*)\)=\(/)?.[1] ?? text.split('failed: ')[1] ?? '';
  const violated = named.split(', ').map((name) => name.replace(/^.*\./, ''));
  return violated.length === columns.length && columns.every((column) => violated.includes(column));
}

/**
 * Whether a row violated a foreign key. If `columns` are provided, only the foreign key of exactly these columns counts. SQLite does
 * not report the columns, so the result is false there.
 */
export function isForeignKeyViolation(error: unknown, columns?: string[]): boolean {
  const violation = driverError(error);
  if (violation?.code !== '23503' && violation?.code !== 'SQLITE_CONSTRAINT_FOREIGNKEY') return false;
  return columns === undefined || namesColumns(violation, columns);
}

/** Whether a statement was stopped at its time limit or for the benefit of others, so that it must not be sent again. */
export function isStopped(error: unknown): boolean {
  return /^(57014|GATEWAY_(STOPPED|BUSY))$/.test(driverError(error)?.code ?? '');
}

/** Whether PostgreSQL rolled back a transaction because of concurrent ones: a serialization failure or a deadlock. */
export function isConflict(error: unknown): boolean {
  return /^(40001|40P01)$/.test(driverError(error)?.code ?? '');
}

/**
 * Whether PostgreSQL cannot run a prepared statement of the connection any more, because an operator has changed the type of a column
 * or a pooler has deleted the statement. It had no effect, and other connections can run it.
 */
export function isStalePlan(error: unknown): boolean {
  const { code, routine } = driverError(error) ?? {};
  return code === '26000' || (code === '0A000' && routine === 'RevalidateCachedQuery');
}

/** Why a database cannot do what was requested, although nothing is wrong with the request. */
const outageReasons = {
  BUSY: 'The database is locked by another process or transaction',
  CONFLICT: 'Concurrent transactions prevented each other',
  DAMAGED: 'The database is damaged',
  DISK_FAILED: 'The disk of the database failed',
  DISK_FULL: 'The disk of the database is full',
  MISMATCH: 'A newer version has migrated the database, or its files were replaced',
  NO_RESOURCES: 'The database has too little memory or too few connections',
  READ_ONLY: 'The database is read-only',
  REFUSED: 'The database refuses the connection',
  RESTARTING: 'The database is starting or stopping',
  SLOW: 'The database did not respond in time',
  TLS_FILE: 'A TLS file that the URL of the database names cannot be read',
  UNREACHABLE: 'The database cannot be reached',
  UNSUITABLE: 'The server cannot be used, for example because it is a replica',
} as const;

export type OutageKind = keyof typeof outageReasons;

export interface DatabaseOutage {
  kind: OutageKind;
  /** A message for operators, without a period if it is one sentence. */
  reason: string;
  /** The code of the driver or of Node.js. Null if the driver has none for the error. */
  code: string | null;
}

/** The first part that matches decides. */
const outageCodes: readonly (readonly [pattern: RegExp, kind: OutageKind])[] = [
  // SQLite, whose codes can have a suffix.
  [/^SQLITE_(BUSY|LOCKED|PROTOCOL)(_|$)/, 'BUSY'],
  [/^SQLITE_FULL$/, 'DISK_FULL'],
  [/^SQLITE_IOERR(_|$)/, 'DISK_FAILED'],
  [/^SQLITE_READONLY(_|$)/, 'READ_ONLY'],
  [/^SQLITE_(CORRUPT(_|$)|NOTADB$)/, 'DAMAGED'],
  [/^SQLITE_CANTOPEN(_|$)/, 'UNREACHABLE'],
  [/^SQLITE_NOMEM$/, 'NO_RESOURCES'],
  // PostgreSQL.
  [/^08...$/, 'UNREACHABLE'],
  [/^25006$/, 'READ_ONLY'],
  [/^(25P03|25P04|57014)$/, 'SLOW'],
  [/^(28...|3D000|57P04)$/, 'REFUSED'],
  [/^(40001|40P01)$/, 'CONFLICT'],
  [/^53100$/, 'DISK_FULL'],
  [/^53...$/, 'NO_RESOURCES'],
  [/^55P03$/, 'BUSY'],
  [/^57P..$/, 'RESTARTING'],
  [/^58...$/, 'DISK_FAILED'],
  [/^XX00[12]$/, 'DAMAGED'],
  // The failures of `connectionFailure`.
  [/^GATEWAY_(BUSY|STOPPED)$/, 'BUSY'],
  [/^GATEWAY_NO_CONNECTION$/, 'NO_RESOURCES'],
  [/^GATEWAY_NO_RESPONSE$/, 'SLOW'],
  [/^GATEWAY_TLS_FILE$/, 'TLS_FILE'],
  // The connection to PostgreSQL.
  [/^E(CONN(REFUSED|RESET|ABORTED)|PIPE|HOSTUNREACH|HOSTDOWN|NETUNREACH|NETDOWN|AI_AGAIN)$/, 'UNREACHABLE'],
  [/^(ENOTFOUND|EADDRNOTAVAIL)$/, 'UNREACHABLE'],
  [/^ETIMEDOUT$/, 'SLOW'],
  [/^E[MN]FILE$/, 'NO_RESOURCES'],
  [/^(CERT_|ERR_TLS_|ERR_SSL_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_)/, 'REFUSED'],
];

/** The errors of pg that have no code, by their messages. */
const outageMessages: readonly (readonly [pattern: RegExp, kind: OutageKind])[] = [
  [/^(timeout exceeded when trying to connect|timeout expired|Query read timeout)$/, 'SLOW'],
  [/^Connection terminated due to connection timeout$/, 'SLOW'],
  [/^Connection terminated( unexpectedly)?$/, 'UNREACHABLE'],
  [/^Client (has encountered a connection error and|was closed and) is not queryable$/, 'UNREACHABLE'],
  [/^Cannot use a pool after calling end on the pool$/, 'UNREACHABLE'],
];

const connectionFailures = {
  BUSY: 'Statements of the same kind have been running for too long.',
  NO_CONNECTION: 'No connection to the database was free in time.',
  NO_RESPONSE: 'The connection to the database did not respond.',
  STOPPED: 'The statement was stopped, because it ran for too long.',
  TLS_FILE: 'A TLS file of the connection to the database cannot be read.',
} as const;

/** A failure of the pool of connections, which `databaseOutage` recognises by its code. */
export function connectionFailure(key: keyof typeof connectionFailures, cause?: unknown): Error {
  return Object.assign(new Error(connectionFailures[key], { cause }), { code: `GATEWAY_${key}` });
}

/** Names the failure to read a TLS file, which the driver reads for each connection. Returns other failures to connect unchanged. */
export function namedConnectionFailure(error: unknown): unknown {
  const isOfFile = error instanceof Error && 'syscall' in error && /^(open|read)$/.test(String(error.syscall));
  return isOfFile ? connectionFailure('TLS_FILE', error) : error;
}

/** The outage that an error reports. Null if the error has another cause, such as the request or a fault of the gateway. */
export function databaseOutage(error: unknown): DatabaseOutage | null {
  if (error instanceof GatewayError && error.key === 'SERVICE_UNAVAILABLE') return databaseOutage(error.cause);
  if (error instanceof DatabaseMismatch) return { kind: 'MISMATCH', reason: error.message, code: null };
  const unsuitable = unsuitableSession(error);
  if (unsuitable !== null) return { kind: 'UNSUITABLE', reason: unsuitable.message, code: null };
  const driver = driverError(error);
  if (driver !== null) {
    const { code, severity } = driver;
    const other = severity === 'FATAL' || severity === 'PANIC' ? 'REFUSED' : undefined;
    return outageOf(outageCodes, code, code, other);
  }
  for (let current = error; current instanceof Error && !(current instanceof GatewayError); current = current.cause) {
    const outage = outageOf(outageMessages, current.message, null);
    if (outage !== null) return outage;
  }
  return null;
}

function unsuitableSession(error: unknown): UnsuitableSession | null {
  for (let current = error; current instanceof Error && !(current instanceof GatewayError); current = current.cause) {
    if (current instanceof UnsuitableSession) return current;
  }
  return null;
}

function outageOf(
  patterns: typeof outageCodes,
  text: string,
  code: string | null,
  other?: OutageKind,
): DatabaseOutage | null {
  const kind = patterns.find(([pattern]) => pattern.test(text))?.[1] ?? other;
  return kind === undefined ? null : { kind, reason: outageReasons[kind], code };
}

/** The seconds after which a client can send a request again that failed because of an outage. */
export const retryAfterSeconds = 5;

/** SERVICE_UNAVAILABLE if an outage of the database caused the error; otherwise, the error itself. */
export function namedFailure(error: unknown): unknown {
  if (error instanceof GatewayError) return error;
  return databaseOutage(error) === null
    ? error
    : gatewayError('SERVICE_UNAVAILABLE', { cause: error, retryAfterSeconds });
}
