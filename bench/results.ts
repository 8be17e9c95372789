import type { EntryName } from './contenders.ts';
import type { DatabaseName } from './installation.ts';
import type { Figure } from './statistics.ts';
import type { Work } from './workloads.ts';

/** What is measured of a round, per request. Times are in milliseconds. */
export interface Round {
  /** On a processor: of the server, and of the database server where there is one. */
  cpu: number;
  requestsPerSecond: number;
  p50: number;
  p99: number;
}

export const metrics = ['cpu', 'requestsPerSecond', 'p50', 'p99'] as const satisfies readonly (keyof Round)[];
export type Metric = (typeof metrics)[number];

export interface Result {
  database: DatabaseName;
  work: Work;
  entry: EntryName;
  /** Over all rounds. */
  requests: number;
  figures: Record<Metric, Figure>;
  /** Divided by the floor's figure of the same round; null where the floor was not measured. */
  toFloor: Record<Metric, Figure> | null;
  rounds: Round[];
}

export interface ServerResult {
  database: DatabaseName;
  entry: EntryName;
  startMilliseconds: number;
  /** Of the server's own process, when it had started, and when all was measured. */
  megabytesAtRest: number;
  megabytesAtEnd: number;
}

export interface Settings {
  customers: number;
  rounds: number;
  secondsOfRound: number;
  secondsOfWarmUp: number;
  works: readonly Work[];
  databases: readonly DatabaseName[];
}

/** A whole run, as it is written to a file. */
export interface Run {
  format: 1;
  startedAt: string;
  /** Null outside of a git repository; with a plus where something was not committed. */
  commit: string | null;
  node: string;
  processors: string;
  settings: Settings;
  results: Result[];
  servers: ServerResult[];
}
