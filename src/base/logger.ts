import { GraphQLError } from 'graphql';
import { type DestinationStream, type Logger, pino } from 'pino';
import { type LostLines, maxWaitingBytes, openLogDestination } from './log-destination.ts';

export type { Logger };

export interface LoggerOptions {
  /** The process ID of a worker, which every line contains. */
  worker?: number | undefined;
  /** Defaults to standard output. */
  destination?: DestinationStream;
}

/**
 * Creates a logger that writes a line of JSON for each event. Callers choose every field: bodies, variables, headers, query
 * strings and parameters of statements are never logged.
 */
export function createLogger(level: string, { worker, destination }: LoggerOptions = {}): Logger {
  const logger: Logger = pino(
    {
      level,
      base: worker === undefined ? undefined : { worker },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label: string) => ({ level: label }) },
    },
    destination ?? openStandardOutput((lost) => logger.child({}, { level: 'warn' }).warn({ lost }, 'log lines lost')),
  );
  return logger;
}

function openStandardOutput(onLost: (lost: LostLines) => void): DestinationStream {
  const { fd: descriptor } = process.stdout;
  const output = openLogDestination({ descriptor, maxWaitingBytes, onLost });
  process.once('exit', output.flush);
  return output;
}

export interface LoggedRequest {
  requestId: string;
  method: string;
  /** The pattern of the route, because the path can contain any text of the client. */
  route: string | undefined;
  status: number;
  durationInMilliseconds: number;
  operationName: string | undefined;
  /** How long a large operation waited for a slot. */
  waitedInMilliseconds: number | undefined;
}

export function logRequest(logger: Logger, request: LoggedRequest): void {
  // Monitoring sends health checks every few seconds.
  const level = request.route?.startsWith('/health/') && request.status < 400 ? 'debug' : 'info';
  logger[level](request, 'request');
}

export interface ErrorPlace {
  requestId?: string | undefined;
  /** The path in the response. */
  path?: readonly (string | number)[] | undefined;
}

/** Logs an unexpected failure. The client gets OBP-50000 with the same request ID. */
export function logUnexpected(logger: Logger, error: unknown, place: ErrorPlace): void {
  logger.error({ ...place, error: describeError(error) }, 'unexpected error');
}

export interface DescribedError {
  name: string;
  message?: string;
  /** The code of the database driver or of Node.js. */
  code?: string;
  /** The statement, with placeholders. */
  sql?: string;
  constraint?: string;
  stack?: string[];
  cause?: DescribedError;
}

/**
 * Returns the parts of an error that can be logged. Messages that quote values are omitted or cut: Drizzle quotes all
 * parameters of a statement, PostgreSQL and graphql-js quote an invalid value, and a SyntaxError quotes the parsed text.
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

/** The lines of the stack without the message, which can contain lines that look like stack lines. */
function stackOf({ message, stack = '' }: Error): string[] {
  const start = stack.indexOf(message);
  const places = start === -1 ? stack : stack.slice(start + message.length);
  const lines = places.split('\n').map((line) => line.trim());
  return lines.filter((line) => line.startsWith('at '));
}

function isOfPostgresql(error: Error): boolean {
  return 'severity' in error && 'routine' in error;
}
