import type { Result, Run } from './results.ts';
import { targetLines } from './targets.ts';

const columns = [
  'database',
  'work',
  'entry',
  'CPU ms/request',
  '±',
  '× floor',
  '±',
  'requests/s',
  'p50 ms',
  'p99 ms',
  'start ms',
  'MB at rest',
  'MB at end',
];
const textColumns = 3;

/** The table of a run, and which targets it meets. */
export function renderRun(run: Run): string {
  const { settings } = run;
  const rows = run.results.map((result) => cellsOf(run, result));
  const header = [
    `${run.startedAt}  ${run.commit ?? 'no commit'}  node ${run.node}  ${run.processors}`,
    `${settings.customers} customers, ${settings.rounds} rounds of ${settings.secondsOfRound} s`,
  ];
  return [...header, '', ...renderTable([columns, ...rows]), '', ...targetLines(run)].join('\n');
}

function cellsOf({ servers }: Run, { database, work, entry, figures, toFloor }: Result): string[] {
  const server = servers.find((one) => one.database === database && one.entry === entry);
  return [
    database,
    work,
    entry,
    figures.cpu.median.toFixed(3),
    percent(figures.cpu.noise),
    toFloor === null ? '-' : toFloor.cpu.median.toFixed(2),
    toFloor === null ? '-' : percent(toFloor.cpu.noise),
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

/** Rows as lines: the first columns to the left, figures to the right. */
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
