import type { ExecutionResult, GraphQLError } from 'graphql';
import type { AuthenticatedUser } from '../../auth/authenticated-user.ts';
import { GatewayError, gatewayError } from '../../base/errors.ts';
import { withDeadline } from '../../database/deadline.ts';
import { databaseOutage } from '../../database/errors.ts';
import { eventPlaces } from '../../domain/audit-event/event-places.ts';
import { cursorOfChange, cursorValues } from '../../domain/change/change-cursor.ts';
import { AnswerMeter } from '../../execution/answer-meter.ts';
import { largeListCost } from '../../execution/operation-queue.ts';
import { type Context, createContext } from '../../graph/context.ts';
import { encodeCursor } from '../../graph/cursor.ts';
import { answerText } from '../answer-text.ts';
import type { CostControl } from '../cost-control.ts';
import { formatError } from '../format-error.ts';
import type { LoadControl } from '../load-control.ts';
import { detailsOf, type FindCaller, recorded, type ServerParts, unavailable } from '../request.ts';
import type { DeliveryBatch } from './delivery-batch.ts';
import type { Delivery, LiveStream } from './live-stream.ts';

export interface DelivererParts {
  parts: Pick<ServerParts, 'config' | 'database' | 'tokens' | 'auditTrail' | 'failures' | 'logger' | 'maxUnreadBytes'>;
  findCaller: FindCaller;
  costControl: CostControl;
  loadControl: LoadControl;
}

/** The codes of errors that do not pass, so that the client must not resume the stream. The others end only the connection. */
const lasting: ReadonlySet<unknown> = new Set([
  'UNAUTHENTICATED',
  'FORBIDDEN',
  'NOT_FOUND',
  'BAD_USER_INPUT',
  'CONFLICT',
  'LIMIT_EXCEEDED',
]);

export function isLasting({ key, extensions }: GatewayError): boolean {
  return lasting.has(extensions.code) && key !== 'STREAM_TOO_SLOW';
}

/** Delivers changes to streams: judges the caller, executes the operation, records it, and then sends the result. */
export class Deliverer {
  readonly #given: DelivererParts;
  readonly #makeRoom: (bytes: number) => void;

  /** `makeRoom` is called before so much is written. */
  constructor(given: DelivererParts, makeRoom: (bytes: number) => void) {
    this.#given = given;
    this.#makeRoom = makeRoom;
  }

  /** Never fails: the stream ends with the error. */
  async deliver(stream: LiveStream, delivery: Delivery): Promise<void> {
    // The client might have disconnected while the delivery waited.
    if (!stream.output.isOpen) return;
    if (stream.output.isTooSlow) {
      this.fail(stream, gatewayError('STREAM_TOO_SLOW'));
      return;
    }
    const { config, failures } = this.#given.parts;
    const { limits } = config;
    const deadline = AbortSignal.timeout(limits.operationTimeoutMilliseconds);
    let context: Context | null = null;
    try {
      const { row, position, batch } = delivery;
      const user = await this.#callerOf(stream, batch);
      context = this.#contextOf(stream, user, batch, deadline);
      const { source, output } = stream;
      // Before the changed fields are looked at, so that a stream whose caller can read none of them any more ends, too.
      await source.judge(context);
      const { field, arguments: boundTo } = source.parts;
      const scope = { secret: config.secret, field, arguments: boundTo };
      const cursor = encodeCursor(scope, cursorValues(cursorOfChange(row, position, Date.now())));
      const event = await source.parts.eventOf(context, row, cursor);
      if (event === null) return;
      const result = await this.#execute(stream, { context, user, event, deadline });
      context.answer.assertRunning();
      const text = this.#textOf(stream, context, result);
      context.answer.assertRunning();
      await recorded(failures, stream.request, context.audit.finish());
      this.#makeRoom(text.length);
      output.send(text, cursor);
      const refusal = rootRefusal(result);
      if (refusal !== null) output.end({ isComplete: isLasting(refusal) });
    } catch (error) {
      await context?.audit.finish(error).catch(() => undefined);
      this.fail(stream, deadline.aborted ? gatewayError('OPERATION_TIMED_OUT') : error);
    }
  }

  /** Ends the stream if its caller cannot access its field any more. Never fails. */
  async judge(stream: LiveStream, batch: DeliveryBatch): Promise<void> {
    let context: Context | null = null;
    try {
      const user = await this.#callerOf(stream, batch);
      context = this.#contextOf(stream, user, batch, undefined);
      await stream.source.judge(context);
    } catch (error) {
      await context?.audit.finish(error).catch(() => undefined);
      // If the database is unavailable, the caller is judged again before the next event.
      if (error instanceof GatewayError && isLasting(error)) this.fail(stream, error);
    }
  }

  /** Ends the stream with an error. */
  fail({ request, output }: LiveStream, error: unknown): void {
    if (!output.isOpen) return;
    const named = this.#namedError(error);
    if (named === null) this.#given.parts.failures.log(error, { request });
    const shown = named ?? gatewayError('OBP-50000');
    output.send(errorText(shown), null);
    output.end({ isComplete: isLasting(shown) });
  }

  #namedError(error: unknown): GatewayError | null {
    if (error instanceof GatewayError) return error;
    return databaseOutage(error) === null ? null : unavailable(error);
  }

  async #callerOf({ request }: LiveStream, batch: DeliveryBatch): Promise<AuthenticatedUser> {
    const user = await batch.callerOf(request);
    if (user === null) throw gatewayError('OBP-20001');
    return user;
  }

  #contextOf(
    { request, operation }: LiveStream,
    user: AuthenticatedUser,
    batch: DeliveryBatch,
    deadline: AbortSignal | undefined,
  ): Context {
    const { config, tokens, auditTrail, database } = this.#given.parts;
    const timeout = config.limits.operationTimeoutMilliseconds;
    const context = createContext({
      user,
      config,
      database: batch.database,
      tokens,
      auditTrail,
      eventPlaces: eventPlaces(database),
      request: detailsOf(request),
      deadline,
      answer: new AnswerMeter(config.limits, { deadline: performance.now() + timeout }),
      loaders: batch.loaders,
    });
    context.audit.nameOperation(operation);
    return context;
  }

  /** Executes the operation, which is charged and waits for a slot as that of a query would. */
  async #execute(
    { subscription, listCost }: LiveStream,
    given: { context: Context; user: AuthenticatedUser; event: object; deadline: AbortSignal },
  ): Promise<ExecutionResult> {
    const { costControl, loadControl } = this.#given;
    const { context, user, event, deadline } = given;
    costControl.admitEvent(user, listCost);
    const release =
      listCost < largeListCost
        ? null
        : await loadControl.large.acquire(() => user.id, { signal: deadline, isStarted: true });
    try {
      return await withDeadline(deadline, async () => subscription.execute(context, event));
    } finally {
      release?.();
    }
  }

  #textOf({ request }: LiveStream, context: Context, { data, errors = [] }: ExecutionResult): string {
    const { config, failures } = this.#given.parts;
    const format = formatError({
      onUnexpected: (error) => failures.log((error as GraphQLError).originalError ?? error, { request }),
      requestId: () => request.id,
      detail: config.errorDetail,
    });
    const formatted = errors.map((error) => format(error.toJSON(), error));
    return answerText(errors.length === 0 ? { data } : { data, errors: formatted }, { context });
  }
}

/** The text of a result that consists of an error. */
export function errorText(error: GatewayError): string {
  return JSON.stringify({ data: null, errors: [error] });
}

/** The error of the subscription field itself. */
function rootRefusal({ errors = [] }: ExecutionResult): GatewayError | null {
  const error = errors.find(({ path }) => path?.length === 1)?.originalError;
  return error instanceof GatewayError ? error : null;
}
