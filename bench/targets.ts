import type { EntryName } from './contenders.ts';
import type { DatabaseName } from './installation.ts';
import type { Metric, Run } from './results.ts';
import type { Work } from './workloads.ts';

interface Target {
  database: DatabaseName;
  work: Work;
  metric: Metric;
  /** What the gateway's figure is divided by. */
  against: EntryName;
  most?: number;
  least?: number;
}

const targets: readonly Target[] = [
  { database: 'sqlite', work: 'overview', metric: 'cpu', against: 'floor', most: 1.5 },
  { database: 'sqlite', work: 'overview', metric: 'cpu', against: 'mercurius', most: 1 },
  { database: 'postgresql', work: 'overview', metric: 'cpu', against: 'postgraphile', most: 0.6 },
  { database: 'postgresql', work: 'overview', metric: 'p50', against: 'postgraphile', most: 1 },
  ...(['sqlite', 'postgresql'] as const).flatMap((database): Target[] => [
    { database, work: 'page', metric: 'cpu', against: 'floor', most: 1.3 },
    { database, work: 'me', metric: 'cpu', against: 'floor', most: 2 },
    { database, work: 'write', metric: 'requestsPerSecond', against: 'bare transactions', least: 0.7 },
  ]),
];

const metricTitles: Record<Metric, string> = {
  cpu: 'processor time',
  requestsPerSecond: 'requests per second',
  p50: 'p50',
  p99: 'p99',
};

const mostStartMilliseconds = 1_500;
const mostMegabytesAtRest = 150;

/** A line for each target whose figures were measured: whether the gateway meets it. */
export function targetLines({ results, servers }: Run): string[] {
  const quotients = targets.flatMap(({ database, work, metric, against, most, least }) => {
    const figureOf = (entry: EntryName) =>
      results.find((result) => result.database === database && result.work === work && result.entry === entry)?.figures[
        metric
      ].median;
    const own = figureOf('gateway');
    const other = figureOf(against);
    if (own === undefined || other === undefined) return [];
    const quotient = own / other;
    const isMet = quotient <= (most ?? Number.POSITIVE_INFINITY) && quotient >= (least ?? 0);
    const wanted = most === undefined ? `at least ${least}` : `at most ${most}`;
    return [
      line(isMet, `${database}, ${work}: ${metricTitles[metric]} is ${quotient.toFixed(2)} × ${against} (${wanted})`),
    ];
  });
  const gateways = servers.filter(({ entry }) => entry === 'gateway');
  const ofServers = gateways.flatMap(({ database, startMilliseconds: start, megabytesAtRest: rest }) => [
    line(
      start < mostStartMilliseconds,
      `${database}: ready after ${start.toFixed(0)} ms (under ${mostStartMilliseconds})`,
    ),
    line(rest < mostMegabytesAtRest, `${database}: ${rest.toFixed(0)} MB at rest (under ${mostMegabytesAtRest})`),
  ]);
  return [...quotients, ...ofServers];
}

function line(isMet: boolean, text: string): string {
  return `${isMet ? 'met   ' : 'missed'}  ${text}`;
}
