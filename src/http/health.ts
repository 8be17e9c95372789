import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import { describeError, type Logger } from '../base/logger.ts';
import type { Database } from '../database/database.ts';

const checkTimeout = 5_000;

/** The time for which a successful check is reused. */
const reuseMilliseconds = 250;

/** Whether the server can handle requests, and how many replicas it uses. */
export type Readiness =
  | { status: 'ready'; replicas?: { used: number; leftOut: number } }
  | { status: 'unavailable' | 'stopping' };

/**
 * Returns a function that checks whether the server can handle requests: the database responds, its migrations are applied,
 * and the server is not stopping. Anonymous callers can send as many requests as they like, so calls at about the same time
 * share a check.
 */
export function openReadiness(
  database: Database,
  { logger, isStopping }: { logger: Logger; isStopping(): boolean },
): () => Promise<Readiness> {
  let running: Promise<void> | null = null;
  let succeededAt = Number.NEGATIVE_INFINITY;
  let isAvailable = true;

  async function check(): Promise<void> {
    if (performance.now() - succeededAt < reuseMilliseconds) return;
    running ??= withinTimeout(database.check())
      .then(() => {
        succeededAt = performance.now();
      })
      .finally(() => {
        running = null;
      });
    await running;
  }

  return async () => {
    if (isStopping()) return { status: 'stopping' };
    try {
      await check();
    } catch (error) {
      if (isAvailable) logger.error({ error: describeError(error) }, 'not ready');
      isAvailable = false;
      return { status: 'unavailable' };
    }
    if (!isAvailable) logger.info('ready again');
    isAvailable = true;
    if (database.replicas === null) return { status: 'ready' };
    // Without any of them the primary answers.
    const states = database.replicas.states();
    const used = states.filter(({ isUsed }) => isUsed).length;
    return { status: 'ready', replicas: { used, leftOut: states.length - used } };
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

async function withinTimeout(check: Promise<void>): Promise<void> {
  const given = new AbortController();
  const tooLate = sleep(checkTimeout, undefined, { signal: given.signal }).then(() => {
    throw new Error('The database did not answer in time.');
  });
  try {
    await Promise.race([check, tooLate]);
  } finally {
    given.abort();
    tooLate.catch(() => undefined);
  }
}
