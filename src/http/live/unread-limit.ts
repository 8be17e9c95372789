import type { LiveStream } from './live-stream.ts';

type Output = Pick<LiveStream['output'], 'isOpen' | 'unreadBytes' | 'destroy'>;

/** Limits what all streams of a process keep together for clients that have not read it yet. */
export class UnreadLimit<Stream extends { output: Output }> {
  readonly #maxBytes: number;
  readonly #streams: Iterable<Stream>;
  readonly #end: (stream: Stream) => void;
  /** The bytes that were unread when they were last added up, and all that were written since. */
  #bound = 0;

  /** `end` ends a stream with an error, which its client reads after the rest. */
  constructor(maxBytes: number, streams: Iterable<Stream>, end: (stream: Stream) => void) {
    this.#maxBytes = maxBytes;
    this.#streams = streams;
    this.#end = end;
  }

  /**
   * Called before so much is written to a stream. If it would be too much, ends the streams with the most unread bytes. Those that
   * have ended can keep as much again, so that their clients can read why, and are disconnected if they do not.
   */
  makeRoom(bytes: number): void {
    this.#bound += bytes;
    if (this.#bound <= this.#maxBytes) return;
    const streams = [...this.#streams];
    const open = streams.filter(({ output }) => output.isOpen);
    const unread = this.#release(open, this.#maxBytes - bytes, this.#end);
    const ended = streams.filter(({ output }) => !output.isOpen);
    this.#release(ended, this.#maxBytes, ({ output }) => output.destroy());
    this.#bound = unread + bytes;
  }

  /** Passes the streams with the most unread bytes to `release` until the others have left at most `max`. Returns how much these have. */
  #release(streams: readonly Stream[], max: number, release: (stream: Stream) => void): number {
    let unread = streams.reduce((sum, { output }) => sum + output.unreadBytes, 0);
    for (const stream of streams.toSorted((one, other) => other.output.unreadBytes - one.output.unreadBytes)) {
      const { unreadBytes } = stream.output;
      if (unread <= max || unreadBytes === 0) break;
      unread -= unreadBytes;
      release(stream);
    }
    return unread;
  }
}
