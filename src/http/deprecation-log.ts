import type { Logger } from '../base/logger.ts';

/** The interval in which usages are counted, in milliseconds. */
const countInterval = 600_000;

/** The maximum number of clients that are counted by their names in an interval, because clients can choose any name. */
const maxClients = 100;

export interface DeprecationLog {
  /** Counts an operation of the client for each of the schema coordinates. */
  count(clientName: string | null, coordinates: readonly string[]): void;
  /** Logs the last counts. */
  close(): void;
}

/** Logs every ten minutes how many operations of each client have used a deprecated part of the schema. */
export function openDeprecationLog(logger: Logger): DeprecationLog {
  let counts = new Map<string | null, Map<string, number>>();
  let timer: NodeJS.Timeout | undefined;

  function logCounts(): void {
    for (const [clientName, usage] of counts) {
      logger.info({ clientName, operations: Object.fromEntries(usage) }, 'deprecated fields used');
    }
    counts = new Map();
    clearTimeout(timer);
    timer = undefined;
  }

  return {
    count(clientName, coordinates) {
      if (coordinates.length === 0) return;
      const client = counts.has(clientName) || counts.size < maxClients ? clientName : null;
      const usage = counts.get(client) ?? new Map<string, number>();
      counts.set(client, usage);
      for (const coordinate of coordinates) usage.set(coordinate, (usage.get(coordinate) ?? 0) + 1);
      timer ??= setTimeout(logCounts, countInterval).unref();
    },
    close: logCounts,
  };
}
