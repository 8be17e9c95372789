/** A statement with its values, as it is sent. */
export interface SentStatement {
  /** The name or the text. */
  readonly name: string;
  readonly values: readonly unknown[];
}

/** The use of a connection, by one statement or by a transaction. */
export class Lease {
  /** The statement that is running. Null between the statements of a transaction. */
  statement: SentStatement | null = null;
  /** When the statement began, as `performance.now()`. */
  since = 0;
  /** Whether it counts as slow. */
  isSlow = false;
  /** Whether it must not be stopped, because it commits. */
  isCommitting = false;

  constructor(
    /** The only statement, by which the queue recognises a slow one. Null for transactions, which begin quickly. */
    readonly onlyStatement: SentStatement | null,
    readonly deadline: AbortSignal | undefined,
    /** Whether the caller has another statement in place of this one if it is slow. Then it fails instead of being slow. */
    readonly isReplaceable = false,
  ) {}

  /** Whether nothing waits for the result any more. */
  get isOver(): boolean {
    return this.deadline?.aborted === true;
  }
}
