import type { FastifyRequest } from 'fastify';
import type { AuthenticatedUser } from '../../auth/authenticated-user.ts';
import type { Database } from '../../database/database.ts';
import { AnswerMeter } from '../../execution/answer-meter.ts';
import type { SharedLoaders } from '../../graph/context.ts';
import type { FindCaller } from '../request.ts';

/** How long a caller counts as authenticated, in milliseconds. A delivery can wait for others. */
const maxCallerAge = 200;

const unlimited = { maxAnswerObjects: Number.POSITIVE_INFINITY, maxAnswerBytes: Number.POSITIVE_INFINITY };

/**
 * The deliveries of the same changes share the callers, each authenticated once and the data that was read, so that a change
 * costs little more for a thousand streams than for one. The limits of reads apply to each stream by its list cost.
 */
export class DeliveryBatch {
  readonly database: Database;
  readonly loaders: SharedLoaders = { byMaker: new Map(), meter: new AnswerMeter(unlimited) };
  readonly #findCaller: FindCaller;
  readonly #callers = new Map<string, { user: Promise<AuthenticatedUser | null>; at: number }>();

  constructor(database: Database, findCaller: FindCaller) {
    this.database = database;
    this.#findCaller = findCaller;
  }

  /** Authenticates the caller of a stream by the token of its request. @throws INVALID_TOKEN, USER_DISABLED */
  callerOf(request: FastifyRequest): Promise<AuthenticatedUser | null> {
    const { authorization = '' } = request.headers;
    const now = performance.now();
    const known = this.#callers.get(authorization);
    if (known !== undefined && now - known.at < maxCallerAge) return known.user;
    const user = this.#findCaller(request);
    this.#callers.set(authorization, { user, at: now });
    return user;
  }
}
