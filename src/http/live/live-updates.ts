import { getHeapStatistics } from 'node:v8';
import { leewaySeconds } from '../../auth/access-token.ts';
import { GatewayError, gatewayError } from '../../base/errors.ts';
import { changesOfBankInOrder } from '../../changes/change-order.ts';
import type { Config } from '../../config.ts';
import { type End, isLost } from '../../database/commit-order.ts';
import { type ChangeCursor, changeCursorOf, requireComplete } from '../../domain/change/change-cursor.ts';
import { customersOfChangedAccounts } from '../../domain/change/changed-accounts.ts';
import { decodeCursor } from '../../graph/cursor.ts';
import { operationNames } from '../request.ts';
import { ChangeReader, type PlacedChange } from './change-reader.ts';
import { Deliverer, type DelivererParts } from './deliverer.ts';
import { DeliveryBatch } from './delivery-batch.ts';
import { Limiter } from './limiter.ts';
import type { LiveStream } from './live-stream.ts';
import { UnreadLimit } from './unread-limit.ts';

const tickInterval = 1_000;
const heartbeatInterval = 12_000;
/** The milliseconds after which the access of a caller is judged again although nothing has changed. */
const judgementInterval = 60_000;
/** How many deliveries run at the same time, so that a change of interest to many does not delay all requests. */
const maxDeliveries = 64;
/** How many changes can wait for their delivery to one client. */
const maxQueued = 1_000;
/** How many changes a client that resumes reads at once. */
const resumedAtOnce = 100;
/** How many changes can have been committed since the position of a client that resumes. To read its data again costs less. */
const maxResumed = 10_000;

/** A stream before it is open. */
export type NewStream = Omit<LiveStream, 'output' | 'queue' | 'isBusy' | 'judgedAt' | 'isJudging'>;

/** The streams of this process. Each gets the changes that match its subscription, whichever process has committed them. */
export class LiveUpdates {
  readonly #config: Config;
  readonly #parts: DelivererParts;
  readonly #deliverer: Deliverer;
  readonly #reader: ChangeReader;
  readonly #limiter = new Limiter(maxDeliveries);
  readonly #streams = new Set<LiveStream>();
  /** The number of streams of each user, those that are not open yet included. */
  readonly #countOfUser = new Map<string, number>();
  #count = 0;
  readonly #timer: NodeJS.Timeout;
  #isClosed = false;

  constructor(parts: DelivererParts) {
    const { config, database, failures, maxUnreadBytes = getHeapStatistics().heap_size_limit / 16 } = parts.parts;
    this.#config = config;
    this.#parts = parts;
    const unread = new UnreadLimit<LiveStream>(maxUnreadBytes, this.#streams, (stream) =>
      this.#deliverer.fail(stream, gatewayError('STREAM_TOO_SLOW')),
    );
    this.#deliverer = new Deliverer(parts, (bytes) => unread.makeRoom(bytes));
    this.#reader = new ChangeReader(database, {
      onChanges: (changes) => this.#distribute(changes),
      onLoss: () => this.#endAll(gatewayError('RESUME_IMPOSSIBLE')),
      onFailure: (error) => failures.log(error),
    });
    this.#timer = setInterval(() => this.#tick(), tickInterval).unref();
  }

  get size(): number {
    return this.#streams.size;
  }

  /**
   * Opens a stream, from now on or from the position that the client sends.
   * @throws TOO_MANY_STREAMS, INVALID_CURSOR, RESUME_IMPOSSIBLE, SERVICE_UNAVAILABLE before anything is sent
   */
  async open(stream: NewStream, openOutput: () => LiveStream['output']): Promise<void> {
    const leave = this.#enter(stream.user.id);
    try {
      const cursor = this.#cursorOf(stream);
      const { database } = this.#parts.parts;
      if (cursor !== null) {
        const { changeRetentionSeconds: retentionSeconds } = this.#config;
        const end = await changesOfBankInOrder.readEnd(database);
        await requireComplete(database, cursor, { end, retentionSeconds });
        // Those at all banks, as far as their numbers show, so that nothing has to be read.
        if (end.position.number - cursor.position.number > maxResumed) throw gatewayError('RESUME_IMPOSSIBLE');
      }
      await this.#reader.join((end) => this.#add(stream, openOutput, { cursor, end, leave }));
    } catch (error) {
      leave();
      throw error;
    }
  }

  /** Ends all streams, so that their clients connect to another process. */
  close(): void {
    this.#isClosed = true;
    clearInterval(this.#timer);
    for (const { output } of this.#streams) output.end({ isComplete: false });
    this.#reader.isNeeded = false;
  }

  /** Closes the connections of clients that have not read the end of their streams. */
  closeAll(): void {
    for (const { output } of this.#streams) output.destroy();
  }

  /** Counts a stream. Returns the function that must be called when the stream has ended. */
  #enter(userId: string): () => void {
    const { maxStreams, maxStreamsPerUser } = this.#config.limits;
    const ofUser = this.#countOfUser.get(userId) ?? 0;
    if (this.#isClosed) throw gatewayError('SERVICE_UNAVAILABLE');
    if (ofUser >= maxStreamsPerUser) throw gatewayError('TOO_MANY_STREAMS', { limit: maxStreamsPerUser });
    if (this.#count >= maxStreams) throw gatewayError('TOO_MANY_STREAMS', { limit: maxStreams });
    this.#count += 1;
    this.#countOfUser.set(userId, ofUser + 1);
    let hasLeft = false;
    return () => {
      if (hasLeft) return;
      hasLeft = true;
      this.#count -= 1;
      const rest = (this.#countOfUser.get(userId) ?? 1) - 1;
      if (rest > 0) this.#countOfUser.set(userId, rest);
      else this.#countOfUser.delete(userId);
    };
  }

  #cursorOf({ request, source }: NewStream): ChangeCursor | null {
    const id = request.headers['last-event-id'];
    if (typeof id !== 'string' || id === '') return null;
    const { field, arguments: boundTo } = source.parts;
    try {
      return changeCursorOf(decodeCursor({ secret: this.#config.secret, field, arguments: boundTo }, id));
    } catch (error) {
      // INVALID_CURSOR is the error of an argument, and its remedy is the first page.
      if (error instanceof GatewayError && error.key === 'INVALID_CURSOR') throw gatewayError('RESUME_IMPOSSIBLE');
      throw error;
    }
  }

  #add(
    added: NewStream,
    openOutput: () => LiveStream['output'],
    { cursor, end, leave }: { cursor: ChangeCursor | null; end: End; leave: () => void },
  ): void {
    const output = openOutput();
    const state = { queue: [], isBusy: cursor !== null, judgedAt: performance.now(), isJudging: false };
    const stream: LiveStream = { ...added, output, ...state };
    this.#streams.add(stream);
    this.#reader.isNeeded = true;
    output.onClose(() => {
      leave();
      // Fastify logs only responses that were sent as a whole.
      if (!output.isSent) this.#logDisconnect(stream);
      stream.queue.length = 0;
      this.#streams.delete(stream);
      if (this.#streams.size === 0) this.#reader.isNeeded = false;
    });
    if (this.#isClosed) output.end({ isComplete: false });
    // A failover since the position was checked.
    else if (cursor !== null && isLost(cursor.position, end))
      this.#deliverer.fail(stream, gatewayError('RESUME_IMPOSSIBLE'));
    else if (cursor !== null) void this.#resume(stream, cursor, end);
  }

  #logDisconnect({ request }: LiveStream): void {
    const { logger } = this.#parts.parts;
    logger.info({ requestId: request.id, operationName: operationNames.get(request) }, 'stream closed by client');
  }

  /** Delivers the changes after the cursor up to the end from which on the queue contains them. */
  async #resume(stream: LiveStream, { position: start }: ChangeCursor, end: End): Promise<void> {
    const { source, output } = stream;
    const { database } = this.#parts.parts;
    const values = { bankId: source.parts.bankId };
    try {
      for (let position = start; output.isOpen; ) {
        const { rows } = await changesOfBankInOrder.read(database, position, { limit: resumedAtOnce, values, end });
        this.#parts.costControl.chargeResumption(stream.user);
        const batch = this.#batchOf(rows);
        const linkedBy = await this.#customersLinkedBy(rows, [stream]);
        for (const placed of rows) {
          if (source.parts.matches(placed.row, linkedBy(placed.row))) await this.#deliver(stream, { ...placed, batch });
        }
        const last = rows.at(-1);
        if (last === undefined || rows.length < resumedAtOnce) break;
        position = last.position;
      }
    } catch (error) {
      this.#deliverer.fail(stream, error);
    }
    stream.isBusy = false;
    void this.#deliverQueue(stream);
  }

  /** Finds the customers of the streams to whom accounts of a change are linked. */
  #customersLinkedBy(changes: readonly PlacedChange[], streams: Iterable<LiveStream>) {
    const { database } = this.#parts.parts;
    const customerIds = [...streams].flatMap(({ source }) => source.parts.customerId ?? []);
    const rows = changes.map(({ row }) => row);
    return customersOfChangedAccounts(database, rows, [...new Set(customerIds)]);
  }

  #batchOf(changes: readonly PlacedChange[]): DeliveryBatch {
    const { database } = this.#parts.parts;
    const ids = changes.flatMap(({ row: { transactionId } }) =>
      transactionId === null ? [] : [BigInt(transactionId)],
    );
    const latest = ids.reduce((max, id) => (id > max ? id : max), 0n);
    // A replica that has replayed all of the transactions, or the primary.
    const replica = database.replicas?.databaseWith(String(latest)) ?? null;
    return new DeliveryBatch(replica ?? database, this.#parts.findCaller);
  }

  async #distribute(changes: readonly PlacedChange[]): Promise<void> {
    const linkedBy = await this.#customersLinkedBy(changes, this.#streams);
    const batch = this.#batchOf(changes);
    const userIds = new Set(changes.flatMap(({ row }) => row.userIds));
    const byBank = Map.groupBy(changes, ({ row }) => row.bankId);
    for (const stream of this.#streams) {
      const { source, user, queue } = stream;
      const ofBank = byBank.get(source.parts.bankId) ?? [];
      for (const placed of ofBank) {
        if (source.parts.matches(placed.row, linkedBy(placed.row))) queue.push({ ...placed, batch });
      }
      if (queue.length > maxQueued) this.#deliverer.fail(stream, gatewayError('STREAM_TOO_SLOW'));
      else if (queue.length > 0) void this.#deliverQueue(stream);
      if (userIds.has(user.id)) void this.#judge(stream, batch);
    }
  }

  async #deliverQueue(stream: LiveStream): Promise<void> {
    if (stream.isBusy) return;
    stream.isBusy = true;
    for (let next = stream.queue.shift(); next !== undefined && stream.output.isOpen; next = stream.queue.shift()) {
      const delivery = next;
      await this.#deliver(stream, delivery);
    }
    stream.isBusy = false;
  }

  /** Never fails: the stream ends with the error. */
  #deliver(stream: LiveStream, delivery: LiveStream['queue'][number]): Promise<void> {
    return this.#limiter.run(() => this.#deliverer.deliver(stream, delivery));
  }

  #tick(): void {
    const now = performance.now();
    let batch: DeliveryBatch | null = null;
    for (const stream of this.#streams) {
      const { output, user, judgedAt } = stream;
      output.beat(heartbeatInterval);
      if (output.isStalled) {
        if (output.isOpen) this.#deliverer.fail(stream, gatewayError('STREAM_TOO_SLOW'));
        else output.destroy();
      }
      if (!output.isOpen) continue;
      const isExpired = user.token.expiresAt.getTime() + leewaySeconds * 1_000 <= Date.now();
      if (!isExpired && now - judgedAt < judgementInterval) continue;
      batch ??= new DeliveryBatch(this.#parts.parts.database, this.#parts.findCaller);
      void this.#judge(stream, batch);
    }
  }

  async #judge(stream: LiveStream, batch: DeliveryBatch): Promise<void> {
    if (stream.isJudging) return;
    stream.isJudging = true;
    stream.judgedAt = performance.now();
    try {
      await this.#limiter.run(() => this.#deliverer.judge(stream, batch));
    } finally {
      stream.isJudging = false;
    }
  }

  #endAll(error: GatewayError): void {
    for (const stream of this.#streams) this.#deliverer.fail(stream, error);
  }
}
