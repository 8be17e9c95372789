import { GraphQLError } from 'graphql';
import { type DestinationStream, type Logger, pino } from 'pino';

export type { Logger };

/**
 * A line of JSON for each event, on standard output unless a destination is given. What is logged is chosen field by
 * field: never a body, variables, headers, a query string, or the parameters of a statement.
 */
export function createLogger(level: string, destination?: DestinationStream): Logger {
  const options = {
    level,
    base: undefined,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
  };
  return destination === undefined ? pino(options) : pino(options, destination);
}

export interface LoggedRequest {
  requestId: string;
  method: string;
  /** The pattern that matched, not the address that was asked for. */
  route: string | undefined;
  status: number;
  durationInMilliseconds: number;
  operationName: string | undefined;
  /** For the turn of a large operation, where it had to wait. */
  waitedInMilliseconds: number | undefined;
}

export function logRequest(logger: Logger, request: LoggedRequest): void {
  // Whoever watches over the process asks every few seconds.
  const level = request.route?.startsWith('/health/') && request.status < 400 ? 'debug' : 'info';
  logger[level](request, 'request');
}

export interface ErrorPlace {
  requestId?: string | undefined;
  /** Where in the answer. */
  path?: readonly (string | number)[] | undefined;
}

/** A failure that nobody expected, which the client sees as OBP-50000 with the same request id. */
export function logUnexpected(logger: Logger, error: unknown, place: ErrorPlace): void {
  logger.error({ ...place, error: describeError(error) }, 'unexpected error');
}

export interface DescribedError {
  name: string;
  message?: string;
  /** Of the database's driver, or of Node. */
  code?: string;
  /** Its text, with placeholders. */
  sql?: string;
  constraint?: string;
  stack?: string[];
  cause?: DescribedError;
}

/**
 * What may be logged of an error. Some messages quote values: Drizzle's all parameters of the statement, PostgreSQL's the
 * one that it refused, graphql-js' the one that it could not represent, a SyntaxError the text that was parsed. Those are
 * left out.
 */
export function describeError(error: unknown, depth = 0): DescribedError {
  if (!(error instanceof Error)) return { name: typeof error };
  const described: DescribedError = { name: error.name };
  const { code, constraint } = error as { code?: unknown; constraint?: unknown };
  if (typeof code === 'string') described.code = code;
  if (typeof constraint === 'string') described.constraint = constraint;
  if ('query' in error && typeof error.query === 'string') described.sql = error.query;
  else if (error instanceof GraphQLError) described.message = error.message.replace(/:.*$/s, '');
  else if (!isOfPostgresql(error) && !(error instanceof SyntaxError)) described.message = error.message;
  described.stack = stackOf(error);
  if (error.cause !== undefined && depth < 5) described.cause = describeError(error.cause, depth + 1);
  return described;
}

/** Without its first lines, which are the message again: that may have lines of its own that begin like the others. */
function stackOf({ message, stack = '' }: Error): string[] {
  const start = stack.indexOf(message);
  const places = start === -1 ? stack : stack.slice(start + message.length);
  const lines = places.split('\n').map((line) => line.trim());
  return lines.filter((line) => line.startsWith('at '));
}

function isOfPostgresql(error: Error): boolean {
  return 'severity' in error && 'routine' in error;
}
