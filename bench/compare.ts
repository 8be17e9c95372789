import { percent, renderTable } from './report.ts';
import { type Metric, metrics, type Result, type Run } from './results.ts';
import type { Figure } from './statistics.ts';

interface Change {
  result: Result;
  figure: string;
  before: number;
  after: number;
  /** The change as a share of the figure before it. */
  share: number;
  noise: number;
  isWorse: boolean;
}

export interface Comparison {
  text: string;
  /** Whether the gateway itself has become slower or larger. */
  isGatewayWorse: boolean;
}

/** The noise of memory, which is read only once and not in every round. */
const memoryNoise = 0.1;

/** Returns the change of a figure as a share. Null if it is within the noise of both runs together. */
function changeOf(before: Figure, after: Figure): { share: number; noise: number } | null {
  const share = after.median / before.median - 1;
  const noise = before.noise + after.noise;
  return Number.isFinite(share) && Math.abs(share) > noise ? { share, noise } : null;
}

/**
 * Lists the figures that changed since a saved run by more than the noise of both runs. If both runs measured the
 * baseline, shares of the baseline are compared, because a slower or busy machine changes both alike.
 */
export function compareRuns(before: Run, after: Run): Comparison {
  const changes = after.results.flatMap((result) => {
    const former = before.results.find((candidate) => haveSameSubject(candidate, result));
    return former === undefined ? [] : [...changesOf(former, result), ...memoryChangeOf(before, after, result)];
  });
  const rows = changes.map(({ result, figure, before, after, share, noise, isWorse }) => [
    result.database,
    result.workload,
    result.contender,
    figure,
    isWorse ? 'worse' : 'better',
    threeDigits(before),
    threeDigits(after),
    `${share > 0 ? '+' : '-'}${percent(Math.abs(share))}`,
    percent(noise),
  ]);
  const header = ['database', 'workload', 'contender', 'figure', '', 'before', 'after', 'change', 'noise'];
  const lines = rows.length === 0 ? ['No figure changed by more than the noise.'] : renderTable([header, ...rows], 5);
  const since = `Changes since ${before.startedAt} (${before.commit ?? 'no commit'}):`;
  return {
    text: [since, ...differencesOfSettings(before, after), ...lines].join('\n'),
    isGatewayWorse: changes.some(({ result, isWorse }) => isWorse && result.contender === 'gateway'),
  };
}

function haveSameSubject(a: Result, b: Result): boolean {
  return a.database === b.database && a.workload === b.workload && a.contender === b.contender;
}

const metricTitles: Record<Metric, string> = {
  cpu: 'CPU',
  requestsPerSecond: 'requests/s',
  p50: 'p50',
  p99: 'p99',
};

function changesOf(former: Result, result: Result): Change[] {
  const isBaseline = result.toBaseline?.cpu.median === 1 && result.toBaseline.cpu.noise === 0;
  const isRelative = former.toBaseline !== null && result.toBaseline !== null && !isBaseline;
  const before = isRelative && former.toBaseline !== null ? former.toBaseline : former.figures;
  const after = isRelative && result.toBaseline !== null ? result.toBaseline : result.figures;
  return metrics.flatMap((metric) => {
    const change = changeOf(before[metric], after[metric]);
    if (change === null) return [];
    const isWorse = metric === 'requestsPerSecond' ? change.share < 0 : change.share > 0;
    const figure = `${metricTitles[metric]}${isRelative ? ' × baseline' : ''}`;
    return [{ result, figure, before: before[metric].median, after: after[metric].median, ...change, isWorse }];
  });
}

function threeDigits(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}

/** Returns the change of a server's memory with the first result of the server, because all its workloads share it. */
function memoryChangeOf(before: Run, after: Run, result: Result): Change[] {
  // Memory depends on the number of requests, so it is comparable only if all settings are equal.
  if (JSON.stringify(before.settings) !== JSON.stringify(after.settings)) return [];
  const { database, contender } = result;
  const isSameServer = (candidate: { database: string; contender: string }) =>
    candidate.database === database && candidate.contender === contender;
  if (after.results.find(isSameServer) !== result) return [];
  const memoryOf = ({ servers }: Run): Figure => ({
    median: servers.find(isSameServer)?.megabytesAtEnd ?? Number.NaN,
    noise: memoryNoise,
  });
  const [memoryBefore, memoryAfter] = [memoryOf(before), memoryOf(after)];
  const change = changeOf(memoryBefore, memoryAfter);
  if (change === null) return [];
  const medians = { before: memoryBefore.median, after: memoryAfter.median };
  return [{ result, figure: 'MB at end', ...medians, ...change, isWorse: change.share > 0 }];
}

/** Describes the differences that make two runs hard to compare. */
function differencesOfSettings(before: Run, after: Run): string[] {
  const settings: [string, (run: Run) => string | number][] = [
    ['customers', ({ settings }) => settings.customers],
    ['seconds of a round', ({ settings }) => settings.secondsOfRound],
    ['Node.js', ({ node }) => node],
    ['processors', ({ processors }) => processors],
  ];
  return settings
    .filter(([, readSetting]) => readSetting(before) !== readSetting(after))
    .map(([name, readSetting]) => `Different ${name}: ${readSetting(before)} before, ${readSetting(after)} now.`);
}
