import type { ContenderName } from './contenders.ts';
import type { DatabaseName } from './installation.ts';
import type { Metric, Run } from './results.ts';
import type { Workload } from './workloads.ts';

interface Target {
  database: DatabaseName;
  workload: Workload;
  metric: Metric;
  /** The contender whose figure the gateway's figure is divided by. */
  against: ContenderName;
  max?: number;
  min?: number;
}

const targets: readonly Target[] = [
  { database: 'sqlite', workload: 'overview', metric: 'cpu', against: 'baseline', max: 1.5 },
  { database: 'sqlite', workload: 'overview', metric: 'cpu', against: 'mercurius', max: 1 },
  { database: 'postgresql', workload: 'overview', metric: 'cpu', against: 'postgraphile', max: 0.6 },
  { database: 'postgresql', workload: 'overview', metric: 'p50', against: 'postgraphile', max: 1 },
  ...(['sqlite', 'postgresql'] as const).flatMap((database): Target[] => [
    { database, workload: 'page', metric: 'cpu', against: 'baseline', max: 1.3 },
    { database, workload: 'me', metric: 'cpu', against: 'baseline', max: 2 },
    { database, workload: 'write', metric: 'requestsPerSecond', against: 'bare transactions', min: 0.7 },
  ]),
];

const metricTitles: Record<Metric, string> = {
  cpu: 'CPU time',
  requestsPerSecond: 'requests per second',
  p50: 'p50',
  p99: 'p99',
};

const maxStartMilliseconds = 1_500;
const maxMegabytesAtRest = 150;

/** Renders a line for each target whose figures were measured. */
export function targetLines({ results, servers }: Run): string[] {
  const quotients = targets.flatMap(({ database, workload, metric, against, max, min }) => {
    const figureOf = (contender: ContenderName) =>
      results.find(
        (result) => result.database === database && result.workload === workload && result.contender === contender,
      )?.figures[metric].median;
    const gatewayFigure = figureOf('gateway');
    const figure = figureOf(against);
    if (gatewayFigure === undefined || figure === undefined) return [];
    const quotient = gatewayFigure / figure;
    const isMet = quotient <= (max ?? Number.POSITIVE_INFINITY) && quotient >= (min ?? 0);
    const target = max === undefined ? `at least ${min}` : `at most ${max}`;
    return [
      line(
        isMet,
        `${database}, ${workload}: ${metricTitles[metric]} is ${quotient.toFixed(2)} × ${against} (${target})`,
      ),
    ];
  });
  const gateways = servers.filter(({ contender }) => contender === 'gateway');
  const limits = gateways.flatMap(({ database, startMilliseconds: start, megabytesAtRest: rest }) => [
    line(
      start < maxStartMilliseconds,
      `${database}: ready after ${start.toFixed(0)} ms (less than ${maxStartMilliseconds})`,
    ),
    line(rest < maxMegabytesAtRest, `${database}: ${rest.toFixed(0)} MB at rest (less than ${maxMegabytesAtRest})`),
  ]);
  return [...quotients, ...limits];
}

function line(isMet: boolean, text: string): string {
  return `${isMet ? 'met   ' : 'missed'}  ${text}`;
}
