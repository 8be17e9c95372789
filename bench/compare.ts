import { percent, renderTable } from './report.ts';
import { type Metric, metrics, type Result, type Run } from './results.ts';
import type { Figure } from './statistics.ts';

interface Move {
  result: Result;
  what: string;
  before: number;
  after: number;
  /** As a share of what it was. */
  change: number;
  noise: number;
  isWorse: boolean;
}

export interface Comparison {
  text: string;
  /** Whether the gateway itself got slower or larger. */
  isGatewayWorse: boolean;
}

/** Memory is read once, not in rounds: less than this is no change. */
const memoryNoise = 0.1;

/** Whether a change is more than the noise of both runs together. */
function moveOf(before: Figure, after: Figure): { change: number; noise: number } | null {
  const change = after.median / before.median - 1;
  const noise = before.noise + after.noise;
  return Number.isFinite(change) && Math.abs(change) > noise ? { change, noise } : null;
}

/**
 * What moved since a saved run, beyond the noise that both measured. Figures of time are compared as shares of the floor
 * where both runs have it: another machine, or a busy one, changes both alike.
 */
export function compareRuns(before: Run, after: Run): Comparison {
  const moves = after.results.flatMap((result) => {
    const former = before.results.find((one) => isSame(one, result));
    return former === undefined ? [] : [...movesOf(former, result), ...memoryMoveOf(before, after, result)];
  });
  const rows = moves.map(({ result, what, before, after, change, noise, isWorse }) => [
    result.database,
    result.work,
    result.entry,
    what,
    isWorse ? 'worse' : 'better',
    threeDigits(before),
    threeDigits(after),
    `${change > 0 ? '+' : '-'}${percent(Math.abs(change))}`,
    percent(noise),
  ]);
  const header = ['database', 'work', 'entry', 'what', '', 'before', 'after', 'change', 'noise'];
  const moved = rows.length === 0 ? ['Nothing moved beyond the noise.'] : renderTable([header, ...rows], 5);
  const since = `Since ${before.startedAt} (${before.commit ?? 'no commit'}):`;
  return {
    text: [since, ...differencesOfSettings(before, after), ...moved].join('\n'),
    isGatewayWorse: moves.some(({ result, isWorse }) => isWorse && result.entry === 'gateway'),
  };
}

function isSame(a: Result, b: Result): boolean {
  return a.database === b.database && a.work === b.work && a.entry === b.entry;
}

const metricTitles: Record<Metric, string> = {
  cpu: 'CPU',
  requestsPerSecond: 'requests/s',
  p50: 'p50',
  p99: 'p99',
};

function movesOf(former: Result, result: Result): Move[] {
  const isFloor = result.toFloor?.cpu.median === 1 && result.toFloor.cpu.noise === 0;
  const byFloor = former.toFloor !== null && result.toFloor !== null && !isFloor;
  const was = byFloor && former.toFloor !== null ? former.toFloor : former.figures;
  const is = byFloor && result.toFloor !== null ? result.toFloor : result.figures;
  return metrics.flatMap((metric) => {
    const move = moveOf(was[metric], is[metric]);
    if (move === null) return [];
    const isWorse = metric === 'requestsPerSecond' ? move.change < 0 : move.change > 0;
    const what = `${metricTitles[metric]}${byFloor ? ' × floor' : ''}`;
    return [{ result, what, before: was[metric].median, after: is[metric].median, ...move, isWorse }];
  });
}

function threeDigits(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}

/** How much a server was asked for, which its memory depends on. */
function extentOf({ settings }: Run): string {
  return JSON.stringify(settings);
}

/** Of a server that does several works, its memory is told with the first. */
function memoryMoveOf(before: Run, after: Run, result: Result): Move[] {
  const { database, entry } = result;
  if (extentOf(before) !== extentOf(after)) return [];
  if (after.results.find((one) => one.database === database && one.entry === entry) !== result) return [];
  const memoryOf = ({ servers }: Run): Figure => ({
    median: servers.find((one) => one.database === database && one.entry === entry)?.megabytesAtEnd ?? Number.NaN,
    noise: memoryNoise,
  });
  const was = memoryOf(before);
  const is = memoryOf(after);
  const move = moveOf(was, is);
  return move === null
    ? []
    : [{ result, what: 'MB at end', before: was.median, after: is.median, ...move, isWorse: move.change > 0 }];
}

/** What makes two runs hard to compare. */
function differencesOfSettings(before: Run, after: Run): string[] {
  const facts: [string, (run: Run) => string | number][] = [
    ['customers', ({ settings }) => settings.customers],
    ['seconds of a round', ({ settings }) => settings.secondsOfRound],
    ['node', ({ node }) => node],
    ['processors', ({ processors }) => processors],
  ];
  return facts
    .filter(([, factOf]) => factOf(before) !== factOf(after))
    .map(([name, factOf]) => `Not the same: ${name} (${factOf(before)}, now ${factOf(after)}).`);
}
