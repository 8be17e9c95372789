import type { Result, Run } from './results.ts';
import { targetLines } from './targets.ts';

const columns = [
  'database',
  'workload',
  'contender',
  'CPU ms/request',
  '±',
  '× baseline',
  '±',
  'requests/s',
  'p50 ms',
  'p99 ms',
  'start ms',
  'MB at rest',
  'MB at end',
];
const textColumns = 3;

/** Renders the figures of a run as a table, and whether each target is met. */
export function renderRun(run: Run): string {
  const { settings } = run;
  const rows = run.results.map((result) => cellsOf(run, result));
  const header = [
    `${run.startedAt}  ${run.commit ?? 'no commit'}  Node.js ${run.node}  ${run.processors}`,
    `${settings.customers} customers, ${settings.rounds} rounds of ${settings.secondsOfRound} s`,
  ];
  return [...header, '', ...renderTable([columns, ...rows]), '', ...targetLines(run)].join('\n');
}

function cellsOf({ servers }: Run, { database, workload, contender, figures, toBaseline }: Result): string[] {
  const server = servers.find((candidate) => candidate.database === database && candidate.contender === contender);
  return [
    database,
    workload,
    contender,
    figures.cpu.median.toFixed(3),
    percent(figures.cpu.noise),
    toBaseline === null ? '-' : toBaseline.cpu.median.toFixed(2),
    toBaseline === null ? '-' : percent(toBaseline.cpu.noise),
    figures.requestsPerSecond.median.toFixed(0),
    figures.p50.median.toFixed(2),
    figures.p99.median.toFixed(2),
    server?.startMilliseconds.toFixed(0) ?? '-',
    server?.megabytesAtRest.toFixed(0) ?? '-',
    server?.megabytesAtEnd.toFixed(0) ?? '-',
  ];
}

export function percent(share: number): string {
  return `${(share * 100).toFixed(share < 0.1 ? 1 : 0)} %`;
}

/** Renders rows as lines. The first columns are aligned to the left, the others to the right. */
export function renderTable(rows: readonly (readonly string[])[], leftColumns = textColumns): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        return column < leftColumns ? cell.padEnd(width) : cell.padStart(width);
      })
      .join('  ')
      .trimEnd(),
  );
}
