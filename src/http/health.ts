import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import type { UnconfirmedKeys } from '../auth/key-confirmation.ts';
import { describeError, type Logger } from '../base/logger.ts';
import type { Database } from '../database/database.ts';
import { DatabaseMismatch } from '../database/database-mismatch.ts';
import { databaseOutage } from '../database/errors.ts';
import { checkLargeWrite, checkWrite } from '../database/readiness-check.ts';
import type { FailureLog } from './failure-log.ts';

const checkTimeout = 5_000;

/** The pause between two checks, in milliseconds, and the one after a check that failed. */
export const checkInterval = 5_000;
const retryInterval = 1_000;

/** Whether the server can handle requests, how many replicas it uses, and which keys of tokens could not be read again. */
export type Readiness = { unconfirmedKeys?: UnconfirmedKeys[] } & (
  | { status: 'ready'; replicas?: { used: number; leftOut: number } }
  | { status: 'unavailable' | 'stopping' }
);

/** The keys that verify tokens. */
export interface MonitoredKeys {
  /** Reads the keys again, unless that has just happened. */
  confirm(): Promise<void>;
  unconfirmed(): UnconfirmedKeys[];
  /** Whether no token of this gateway is accepted. A provider's failure concerns every process, so it changes nothing. */
  areRefused(): boolean;
}

export interface ReadinessMonitor {
  /** Returns the readiness as of the last check, so that callers cause no checks. Waits for the first one. */
  readiness(): Promise<Readiness>;
  /** Resolves if the process must end, because it cannot use the database any more. */
  mismatch: Promise<DatabaseMismatch>;
  close(): void;
}

interface ReadinessParts {
  database: Database;
  logger: Logger;
  failures: FailureLog;
  keys: MonitoredKeys;
  isStopping(): boolean;
  checkIntervalMilliseconds?: number | undefined;
}

/**
 * Checks at intervals whether the server can handle requests: the database responds, has the migrations of this program, and commits
 * a row, unless it has just committed something else. If a request fails for lack of the database, the check is repeated at once.
 * If the database is damaged, the server is not ready until it is restarted, because most requests might still succeed. The keys of
 * tokens are read again with each check.
 */
export function openReadiness({
  database,
  logger,
  failures,
  keys,
  isStopping,
  checkIntervalMilliseconds = checkInterval,
}: ReadinessParts): ReadinessMonitor {
  const id = randomUUID();
  const mismatch = Promise.withResolvers<DatabaseMismatch>();
  let isAvailable = true;
  let isDamaged = false;
  /** Whether something has failed since the last successful check. */
  let isSuspect = false;
  let isClosed = false;
  let isChecking = false;
  let checkedAt = Number.NEGATIVE_INFINITY;
  let timer: NodeJS.Timeout | undefined;

  async function check(): Promise<void> {
    const hasFailed = isSuspect || !isAvailable;
    isSuspect = false;
    const begun = performance.now();
    const { statistics } = database;
    try {
      await withinTimeout(database.check());
      if (hasFailed) await withinTimeout(checkLargeWrite(database));
      else if (begun - statistics.committedAt > checkIntervalMilliseconds)
        await withinTimeout(checkWrite(database, id));
      setAvailable(!isDamaged);
    } catch (error) {
      if (error instanceof DatabaseMismatch) mismatch.resolve(error);
      const isBusy = error instanceof CheckTimeout && statistics.committedAt > begun;
      if (!isBusy) setAvailable(false, error);
    }
  }

  function setAvailable(newValue: boolean, error?: unknown): void {
    const isOutage = databaseOutage(error) !== null;
    if (isOutage) failures.log(error);
    if (newValue === isAvailable) return;
    isAvailable = newValue;
    if (isAvailable) logger.info('ready again');
    // The line `database unavailable` has the details of an outage.
    else logger.error(isOutage || error === undefined ? {} : { error: describeError(error) }, 'not ready');
  }

  async function run(): Promise<void> {
    clearTimeout(timer);
    isChecking = true;
    await Promise.all([check(), keys.confirm()]);
    isChecking = false;
    checkedAt = performance.now();
    const pause = isAvailable && !isSuspect ? checkIntervalMilliseconds : retryInterval;
    if (!isClosed) timer = setTimeout(run, pause).unref();
  }

  const first = run();
  failures.onOutage(({ kind }) => {
    if (kind === 'DAMAGED') {
      isDamaged = true;
      setAvailable(false);
    }
    if (!isAvailable || isSuspect || isClosed) return;
    isSuspect = true;
    if (isChecking) return;
    clearTimeout(timer);
    timer = setTimeout(run, Math.max(0, checkedAt + retryInterval - performance.now())).unref();
  });

  return {
    mismatch: mismatch.promise,
    async readiness() {
      if (isStopping()) return { status: 'stopping' };
      await first;
      const unconfirmedKeys = keys.unconfirmed();
      const details = unconfirmedKeys.length === 0 ? {} : { unconfirmedKeys };
      if (!isAvailable || keys.areRefused()) return { status: 'unavailable', ...details };
      if (database.replicas === null) return { status: 'ready', ...details };
      // Without any of them the primary answers.
      const states = database.replicas.states();
      const used = states.filter(({ isUsed }) => isUsed).length;
      return { status: 'ready', replicas: { used, leftOut: states.length - used }, ...details };
    },
    close() {
      isClosed = true;
      clearTimeout(timer);
    },
  };
}

/** `/health/live` succeeds if the process responds, `/health/ready` if the server can handle requests. */
export function addHealthRoutes(app: FastifyInstance, readiness: () => Promise<Readiness>): void {
  app.get('/health/live', () => ({ status: 'live' }));
  app.get('/health/ready', async (_request, reply) => {
    const state = await readiness();
    return reply.code(state.status === 'ready' ? 200 : 503).send(state);
  });
}

class CheckTimeout extends Error {
  constructor() {
    super('The database did not respond to a check in time.');
    this.name = 'CheckTimeout';
  }
}

async function withinTimeout(check: Promise<void>): Promise<void> {
  const given = new AbortController();
  const tooLate = sleep(checkTimeout, undefined, { signal: given.signal }).then(() => {
    throw new CheckTimeout();
  });
  try {
    await Promise.race([check, tooLate]);
  } finally {
    given.abort();
    tooLate.catch(() => undefined);
  }
}
