import { GatewayError } from '../base/errors.ts';

interface DriverError {
  code: string;
  message: string;
  constraint?: string;
  detail?: string;
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
  const named = text.match(/^Key \(([^)]*)\)=/)?.[1] ?? text.split('failed: ')[1] ?? '';
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
