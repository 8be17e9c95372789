import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import { describeError, type Logger } from '../base/logger.ts';
import type { Database } from '../database/database.ts';

const checkTimeout = 5_000;

/** The time for which a successful check is reused. */
const reuseMilliseconds = 250;

/**
 * `/health/live` succeeds if the process responds. `/health/ready` succeeds if the server can handle requests: the database
 * responds, its migrations are applied, and the server is not stopping.
 */
export function addHealthRoutes(
  app: FastifyInstance,
  { database, logger, isStopping }: { database: Database; logger: Logger; isStopping(): boolean },
): void {
  let running: Promise<void> | null = null;
  let succeededAt = Number.NEGATIVE_INFINITY;

  /** Anonymous callers can send as many requests as they like, so requests that arrive at about the same time share a check. */
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

  app.get('/health/live', () => ({ status: 'live' }));

  app.get('/health/ready', async (request, reply) => {
    if (isStopping()) return reply.code(503).send({ status: 'stopping' });
    try {
      await check();
    } catch (error) {
      logger.error({ requestId: request.id, error: describeError(error) }, 'not ready');
      return reply.code(503).send({ status: 'unavailable' });
    }
    if (database.replicas === null) return { status: 'ready' };
    // Without any of them the primary answers.
    const states = database.replicas.states();
    const used = states.filter(({ isUsed }) => isUsed).length;
    return { status: 'ready', replicas: { used, leftOut: states.length - used } };
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
