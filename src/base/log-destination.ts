import { constants, fstatSync, openSync } from 'node:fs';
import { type DestinationStream, levels } from 'pino';
import sonicBoom from 'sonic-boom';

/** The number of lines that were lost, by level. */
export type LostLines = Readonly<Record<string, number>>;

export interface LogDestinationOptions {
  descriptor: number;
  /** The maximum size of the lines that wait until they can be written, in bytes. */
  maxWaitingBytes: number;
  /** Writes a line that reports the lost lines. It is called when all lines that waited are written. */
  onLost(lost: LostLines): void;
}

export interface LogDestination extends DestinationStream {
  /** Writes the lines that wait, as far as that is possible within a second. */
  flush(): void;
}

export const maxWaitingBytes = 4_194_304;

/** The maximum size of a write in bytes. A pipe takes all or nothing of it, so lines of several processes do not mix. */
const maxWrite = 4_096;

const retryInterval = 10;

/** How long `flush` waits for a slow reader, in milliseconds. */
const flushTimeout = 1_000;

/**
 * Opens a destination that never blocks and never fails. Lines that cannot be written wait in memory. When too many of them
 * wait, lines are dropped until all of the waiting ones are written. So the lost lines are always consecutive, and the line of
 * `onLost` stands in their place.
 */
export function openLogDestination({ descriptor, maxWaitingBytes, onLost }: LogDestinationOptions): LogDestination {
  const stream = new sonicBoom.SonicBoom({
    fd: nonBlocking(descriptor),
    sync: true,
    maxLength: maxWaitingBytes,
    maxWrite,
    // SonicBoom would block the process while it waits for the reader.
    retryEAGAIN: () => false,
  });
  let failure: NodeJS.ErrnoException | null = null;
  let lost: Record<string, number> | null = null;
  let isRetrying = false;
  stream.on('error', (error: NodeJS.ErrnoException) => {
    failure = error;
  });
  stream.on('drop', drop);

  function drop(line: string): void {
    const level = levelOf(line);
    lost ??= {};
    lost[level] = (lost[level] ?? 0) + 1;
  }

  /** SonicBoom writes before it returns, first what waits. */
  function write(line: string): void {
    failure = null;
    stream.write(line);
    if (failure === null || isRetrying) return;
    isRetrying = true;
    setTimeout(retry, retryInterval).unref();
  }

  function retry(): void {
    isRetrying = false;
    write('');
    if (failure !== null || lost === null) return;
    const reported = lost;
    lost = null;
    onLost(reported);
  }

  return {
    write(line) {
      if (lost === null) write(line);
      else drop(line);
    },
    flush() {
      if (failure === null) return;
      const end = performance.now() + flushTimeout;
      for (retry(); isSlowReader(failure) && performance.now() < end; retry()) {
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, retryInterval);
      }
    },
  };
}

function isSlowReader(failure: NodeJS.ErrnoException | null): boolean {
  return failure?.code === 'EAGAIN';
}

function levelOf(line: string): string {
  const [, level = 'unknown'] = /^\{"level":"([a-z]+)"/.exec(line) ?? [];
  return level in levels.values ? level : 'unknown';
}

/**
 * Opens the pipe or the terminal of a descriptor once more, because whether writing blocks is a property that processes share if
 * they inherited the descriptor. A socket cannot be opened, but Node.js has made that of standard output non-blocking. Writing
 * to a file never waits for a reader, and a second descriptor would have another position in the file.
 */
function nonBlocking(descriptor: number): number {
  const file = fstatSync(descriptor);
  if (!file.isFIFO() && !file.isCharacterDevice()) return descriptor;
  try {
    const { O_WRONLY, O_NONBLOCK, O_NOCTTY } = constants;
    return openSync(`/proc/self/fd/${descriptor}`, O_WRONLY | O_NONBLOCK | O_NOCTTY);
  } catch {
    // Not on Linux, or the pipe belongs to another user.
    return descriptor;
  }
}
