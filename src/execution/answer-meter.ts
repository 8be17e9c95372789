import type { GraphQLError } from 'graphql';
import { type GatewayError, gatewayError, requestError } from '../base/errors.ts';

export interface AnswerLimits {
  /** The maximum number of objects in a response, and of rows that the operation reads. */
  maxAnswerObjects: number;
  /** The maximum size of a response as JSON. */
  maxAnswerBytes: number;
}

export const defaultAnswerLimits: Readonly<AnswerLimits> = {
  maxAnswerObjects: 100_000,
  maxAnswerBytes: 16 * 2 ** 20,
};

/** The largest value of `maxAnswerObjects` that can be configured. */
export const maxConfigurableObjects = 10_000_000;

/** The maximum number of errors in a response. Each null that an error causes has an error of its own. */
export const maxErrors = 10_000;

/** An estimate of the bytes of an error without its message and path. */
const bytesOfError = 200;

/** The number of objects between two checks of the clock. They take about a millisecond. */
const objectsBetweenChecks = 1_000;

/** The number of objects between two pauses. Completing them takes about 20 milliseconds. */
const objectsBetweenPauses = 10_000;

/** The number of rows from which an operation needs a slot for large operations. */
const largeRowCount = 2_000;

/** The rows of an operation can have this many times the bytes of a response, because a response omits columns. */
const rowBytesPerAnswerByte = 4;

/** The text of fewer rows is not measured, because it is small in any case. */
const minMeasuredRows = 100;

/** The maximum size of what `exportCustomerData` returns in one operation, in bytes of UTF-8. */
const maxExportBytes = 64 * 2 ** 20;

/** An estimate of the bytes that an exported row takes as JSON without its text. */
const bytesOfExportedRow = 64;

/** An estimate of the bytes that an item of a list takes as JSON without its text: a comma, and quotes or braces. */
export const bytesOfItem = 3;

interface MeterOptions {
  /** In the time of `performance.now()`. */
  deadline?: number;
  /** Resolves when the operation has a slot for large operations. */
  acquireSlot?: () => Promise<void>;
}

/** The counts of an operation at a point in time. */
interface Mark {
  objects: number;
  bytes: number;
  rows: number;
  rowBytes: number;
  errors: number;
}

/**
 * Counts what an operation reads and returns, and stops the operation when it exceeds a limit or its deadline. A stopped operation
 * reads and completes nothing more: executors return null for the remaining fields, and the response is discarded.
 */
export class AnswerMeter {
  /** The number of objects in the response. Executors must only change it through `addObject`. */
  objects = 0;
  /** An estimate of the size of the response as JSON, to which executors add keys, punctuation, and the length of each text. */
  bytes = 0;
  /** Whether resolvers count objects, because graphql-js executes the operation. */
  countsInResolvers = false;
  /** Whether a transaction is open, which must not wait for a slot. */
  holdsLocks = false;
  #stopped: GatewayError | null = null;
  #nextCheck: number;
  #nextPause = objectsBetweenPauses;
  #rows = 0;
  #rowBytes = 0;
  #exportBytes = 0;
  #errors = 0;
  #discardedObjects = 0;
  #mark: Mark = { objects: 0, bytes: 0, rows: 0, rowBytes: 0, errors: 0 };
  #slot: Promise<void> | null = null;
  #hasSlot = false;
  readonly #limits: Readonly<AnswerLimits>;
  readonly #deadline: number;
  readonly #acquireSlot: (() => Promise<void>) | null;

  constructor(limits: Readonly<AnswerLimits>, { deadline, acquireSlot }: MeterOptions = {}) {
    this.#limits = limits;
    this.#deadline = deadline ?? Number.POSITIVE_INFINITY;
    this.#acquireSlot = acquireSlot ?? null;
    this.#nextCheck = Math.min(objectsBetweenChecks, limits.maxAnswerObjects + 1);
  }

  /** The reason why the operation is stopped, or null. */
  get stopped(): GatewayError | null {
    return this.#stopped;
  }

  get isStopped(): boolean {
    return this.#stopped !== null;
  }

  /** The number of objects that were completed or rows that were read, whichever is larger, discarded ones included. */
  get work(): number {
    return this.#discardedObjects + Math.max(this.objects, this.#rows);
  }

  /** The maximum size of the JSON text, with what the operation exports. */
  get maxTextBytes(): number {
    return this.#limits.maxAnswerBytes + this.#exportBytes;
  }

  get maxAnswerBytes(): number {
    return this.#limits.maxAnswerBytes;
  }

  stop(reason: GatewayError): void {
    this.#stopped ??= reason;
    this.#nextCheck = 0;
  }

  /** @throws ANSWER_TOO_LARGE or OPERATION_TIMED_OUT if the operation is stopped. */
  assertRunning(): void {
    if (this.#stopped !== null) throw this.#stopped;
  }

  /** Counts an object and the bytes of its keys before its fields are executed. Returns false if the operation is stopped. */
  addObject(bytes: number): boolean {
    this.objects += 1;
    this.bytes += bytes;
    return (this.objects < this.#nextCheck && this.bytes <= this.#limits.maxAnswerBytes) || this.check();
  }

  /** Checks the length of a list before its items are completed. Returns false if the operation is stopped. */
  admitsItems(count: number): boolean {
    if (this.objects + count > this.#limits.maxAnswerObjects) this.stop(this.#tooManyObjects());
    return this.#stopped === null;
  }

  /** Counts an error of the response, and the bytes of its message and path. */
  addError({ message, path = [] }: Pick<GraphQLError, 'message' | 'path'>): void {
    this.#errors += 1;
    this.bytes += bytesOfError + message.length;
    for (const key of path) this.bytes += bytesOfItem + String(key).length;
    if (this.#errors > maxErrors) this.stop(tooManyErrors());
  }

  /** Checks all limits. Returns false if the operation is stopped. */
  check(): boolean {
    if (this.#stopped !== null) return false;
    const { maxAnswerObjects, maxAnswerBytes } = this.#limits;
    if (this.objects > maxAnswerObjects) this.stop(this.#tooManyObjects());
    else if (this.bytes > maxAnswerBytes) this.stop(answerTooLong(maxAnswerBytes));
    else if (this.isExpired()) this.stop(gatewayError('OPERATION_TIMED_OUT'));
    else this.#nextCheck = Math.min(this.objects + objectsBetweenChecks, maxAnswerObjects + 1);
    return this.#stopped === null;
  }

  /** Whether enough objects were counted since the last pause that other requests must be handled first. */
  takesLong(): boolean {
    if (this.objects < this.#nextPause) return false;
    this.#nextPause = this.objects + objectsBetweenPauses;
    return true;
  }

  isExpired(): boolean {
    return performance.now() > this.#deadline;
  }

  /** Null if the operation can continue to read at once. Otherwise, resolves when the operation has a slot for large operations. */
  admission(): Promise<void> | null {
    if (this.#rows < largeRowCount || this.#hasSlot || this.#acquireSlot === null || this.holdsLocks) return null;
    return this.slot();
  }

  /** Resolves when the operation has a slot for large operations. */
  async slot(): Promise<void> {
    this.#slot ??= this.#acquireSlot?.() ?? Promise.resolve();
    await this.#slot;
    this.#hasSlot = true;
  }

  /** Counts rows that were read. @throws ANSWER_TOO_LARGE if there are too many, or if their texts are too long. */
  addRows(rows: readonly object[]): void {
    const { maxAnswerObjects, maxAnswerBytes } = this.#limits;
    this.#rows += rows.length;
    if (rows.length >= minMeasuredRows) for (const row of rows) this.#rowBytes += sumOfTexts(row, textLength);
    if (this.#rows > maxAnswerObjects) this.stop(this.#tooManyObjects());
    else if (this.#rowBytes > rowBytesPerAnswerByte * maxAnswerBytes) this.stop(answerTooLong(maxAnswerBytes));
    this.assertRunning();
  }

  /** Counts rows that `exportCustomerData` returns, which has a limit of its own. @throws ANSWER_TOO_LARGE */
  addExported(rows: readonly object[]): void {
    for (const row of rows) this.#exportBytes += bytesOfExportedRow + sumOfTexts(row, byteLength);
    if (this.#exportBytes > maxExportBytes) {
      throw gatewayError('ANSWER_TOO_LARGE', { detail: 'EXPORT_BYTES', limit: maxExportBytes });
    }
  }

  /** Begins a field of a mutation. Returns an error if the field must not be executed. */
  beginField(): GatewayError | null {
    const { objects, bytes } = this;
    this.#mark = { objects, bytes, rows: this.#rows, rowBytes: this.#rowBytes, errors: this.#errors };
    return this.isExpired() ? gatewayError('OPERATION_TIMED_OUT') : null;
  }

  /**
   * Ends a field of a mutation. If the operation was stopped by this field, returns an error. The selection of the field is then
   * discarded and not counted, so that the following fields can be executed.
   */
  endField(): GatewayError | null {
    const stopped = this.check() ? null : this.#stopped;
    if (stopped === null) return null;
    this.#discardedObjects += Math.max(this.objects - this.#mark.objects, this.#rows - this.#mark.rows);
    ({ objects: this.objects, bytes: this.bytes, rows: this.#rows, rowBytes: this.#rowBytes } = this.#mark);
    this.#errors = this.#mark.errors;
    this.#stopped = null;
    this.#nextCheck = this.objects;
    return stopped;
  }

  #tooManyObjects(): GatewayError {
    return requestError('ANSWER_TOO_LARGE', { detail: 'OBJECTS', limit: this.#limits.maxAnswerObjects });
  }
}

export function tooManyErrors(): GatewayError {
  return requestError('ANSWER_TOO_LARGE', { detail: 'ERRORS', limit: maxErrors });
}

export function answerTooLong(limit: number): GatewayError {
  return requestError('ANSWER_TOO_LARGE', { detail: 'BYTES', limit });
}

/** The length of a text, which is a quick estimate of its bytes. */
function textLength(text: string): number {
  return text.length;
}

function byteLength(text: string): number {
  return Buffer.byteLength(text);
}

function sumOfTexts(row: object, sizeOf: (text: string) => number): number {
  let sum = 0;
  for (const value of Object.values(row)) {
    if (typeof value === 'string') sum += sizeOf(value);
    else if (typeof value === 'object' && value !== null) sum += sumOfTexts(value, sizeOf);
  }
  return sum;
}
