import { GatewayError } from '../base/errors.ts';

interface DriverError {
  code: string;
  message: string;
  constraint?: string;
  detail?: string;
}

/** The driver's own error, which Drizzle wraps. */
function driverError(error: unknown): DriverError | null {
  // What was made of it already is an answer of its own.
  for (let current = error; current instanceof Error && !(current instanceof GatewayError); current = current.cause) {
    if ('code' in current && typeof current.code === 'string') return current as Error & DriverError;
  }
  return null;
}

/**
 * Whether the database refused a row because another has the same key. With `columns` (their names in the database)
 * only where it is that key: SQLite names them in its message, PostgreSQL in its detail.
 */
export function isUniqueViolation(error: unknown, columns?: string[]): boolean {
  const found = driverError(error);
  if (found === null) return false;
  const duplicate =
    found.code === '23505' ||
    found.code === 'SQLITE_CONSTRAINT_UNIQUE' ||
    found.code === 'SQLITE_CONSTRAINT_PRIMARYKEY';
  if (!duplicate || columns === undefined) return duplicate;
  return namesColumns(found, columns);
}

function namesColumns(found: DriverError, columns: string[]): boolean {
  const text = found.detail ?? found.message;
  const named = text.match(/^Key \(([^)]*)\)=/)?.[1] ?? text.split('failed: ')[1] ?? '';
  const violated = named.split(', ').map((name) => name.replace(/^.*\./, ''));
  return violated.length === columns.length && columns.every((column) => violated.includes(column));
}

/**
 * Whether the database refused a row because the row that it points at is not there. With `columns` only where it is that
 * key, which SQLite does not tell: there it is false.
 */
export function isForeignKeyViolation(error: unknown, columns?: string[]): boolean {
  const found = driverError(error);
  if (found?.code !== '23503' && found?.code !== 'SQLITE_CONSTRAINT_FOREIGNKEY') return false;
  return columns === undefined || namesColumns(found, columns);
}
