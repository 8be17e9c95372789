import type { ServerResponse } from 'node:http';
import type { FastifyReply } from 'fastify';
import type { StreamFormat } from './stream-format.ts';

/** How much of a stream a client can leave unread when the next event follows, in bytes. */
const maxUnreadBytes = 1_048_576;
/** The milliseconds after which it is too much although no event follows. */
const maxUnreadMilliseconds = 60_000;
/** The milliseconds in which a client must read the end of its stream. */
const maxEndingMilliseconds = 15_000;

/** The headers of a stream. Its connection is closed afterwards, because it does not count as one of the others. */
function headersOf({ contentType }: StreamFormat): Record<string, string> {
  return {
    'content-type': contentType,
    'cache-control': 'no-store',
    // nginx would collect events before it passes them on.
    'x-accel-buffering': 'no',
    connection: 'close',
  };
}

/** A response that is written result by result. */
export class EventStream {
  readonly #response: ServerResponse;
  readonly #format: StreamFormat;
  #writtenAt = performance.now();
  #sentAt = performance.now();
  #endedAt: number | null = null;

  constructor(reply: FastifyReply, format: StreamFormat) {
    this.#response = reply.raw;
    this.#format = format;
    reply.hijack();
    const headers = { ...reply.getHeaders(), ...headersOf(format) };
    reply.raw.writeHead(200, headers as Record<string, string>);
    this.#write(format.opening);
  }

  get isOpen(): boolean {
    return !this.#response.writableEnded && !this.#response.destroyed;
  }

  /** Whether the stream was sent up to its end. */
  get isSent(): boolean {
    return this.#response.writableFinished;
  }

  /** How much of the stream the client has not read yet, in bytes. */
  get unreadBytes(): number {
    return this.#response.writableLength;
  }

  /**
   * Whether the client reads so slowly that the stream must end instead of the next event. Not directly after an event was written,
   * because a large one is unread for a while with every client.
   */
  get isTooSlow(): boolean {
    return this.unreadBytes > maxUnreadBytes;
  }

  /** Whether the client has not read the last event, or the end of the stream, for so long that nothing can be expected any more. */
  get isStalled(): boolean {
    const now = performance.now();
    if (this.#endedAt !== null) return now - this.#endedAt > maxEndingMilliseconds;
    return this.isTooSlow && now - this.#sentAt > maxUnreadMilliseconds;
  }

  /** Calls the listener at once if the client has disconnected before the stream was opened. */
  onClose(listener: () => void): void {
    if (this.#response.destroyed) listener();
    else this.#response.once('close', listener);
  }

  send(json: string, cursor: string | null): void {
    this.#sentAt = performance.now();
    this.#write(this.#format.result(json, cursor));
  }

  /** Sends a heartbeat if nothing was written for this time. */
  beat(milliseconds: number): void {
    if (performance.now() - this.#writtenAt >= milliseconds) this.#write(this.#format.heartbeat);
  }

  /** Ends the stream. Clients that can resume do so unless it is `complete`. */
  end({ isComplete }: { isComplete: boolean }): void {
    if (!this.isOpen) return;
    this.#endedAt = performance.now();
    const { socket } = this.#response;
    // The end of a multipart response would be a completion, too.
    this.#response.end(isComplete ? this.#format.completion : '', () => socket?.destroySoon());
  }

  /** Closes the connection, even if the client has not read the end of the stream. */
  destroy(): void {
    this.#response.destroy();
  }

  #write(text: string): void {
    if (!this.isOpen) return;
    this.#writtenAt = performance.now();
    this.#response.write(text);
  }
}
