import type { ContenderName } from './contenders.ts';
import type { DatabaseName } from './installation.ts';
import type { Figure } from './statistics.ts';
import type { Workload } from './workloads.ts';

/** The figures of one round. Times are in milliseconds. */
export interface Round {
  /** The CPU time of the server and the database server per request. */
  cpu: number;
  requestsPerSecond: number;
  p50: number;
  p99: number;
}

export const metrics = ['cpu', 'requestsPerSecond', 'p50', 'p99'] as const satisfies readonly (keyof Round)[];
export type Metric = (typeof metrics)[number];

export interface Result {
  database: DatabaseName;
  workload: Workload;
  contender: ContenderName;
  /** The number of requests in all rounds. */
  requests: number;
  figures: Record<Metric, Figure>;
  /** The figures divided by the baseline's of the same round. Null if the baseline was not measured. */
  toBaseline: Record<Metric, Figure> | null;
  rounds: Round[];
}

export interface ServerResult {
  database: DatabaseName;
  contender: ContenderName;
  startMilliseconds: number;
  /** The resident memory of the server's own process, after its start and after all workloads. */
  megabytesAtRest: number;
  megabytesAtEnd: number;
}

export interface Settings {
  customers: number;
  rounds: number;
  secondsOfRound: number;
  secondsOfWarmUp: number;
  workloads: readonly Workload[];
  databases: readonly DatabaseName[];
}

/** The content of a results file. */
export interface Run {
  format: 2;
  startedAt: string;
  /** Null outside a Git repository. A plus sign marks uncommitted changes. */
  commit: string | null;
  node: string;
  processors: string;
  settings: Settings;
  results: Result[];
  servers: ServerResult[];
}

const namesOfFormat1: Record<string, string> = {
  '"work"': '"workload"',
  '"works"': '"workloads"',
  '"entry"': '"contender"',
  '"floor"': '"baseline"',
  '"toFloor"': '"toBaseline"',
};

/** Parses a results file. @throws Error if it has another format. */
export function parseRun(text: string): Run {
  const currentText = text.replaceAll(/"\w+"/g, (name) => namesOfFormat1[name] ?? name);
  const run: Omit<Run, 'format'> & { format: unknown } = JSON.parse(currentText);
  if (run.format !== 1 && run.format !== 2) throw new Error('The format of the file is unknown.');
  return { ...run, format: 2 };
}
