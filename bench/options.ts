import { parseArgs } from 'node:util';
import { type DatabaseName, databases } from './installation.ts';
import type { Settings } from './results.ts';
import { type Work, works } from './workloads.ts';

export interface Options {
  settings: Settings;
  /** Where the run is written. */
  outputFile: string;
  /** A run to compare with. */
  compareFile: string | null;
}

export const usage = `npm run bench -- [options]

  --quick                    a minute or two with 2,000 customers: to see that it works, not for figures
  --only WORKS               of overview,page,me,write
  --database NAME            sqlite or postgresql; otherwise both
  --customers NUMBER         how many are generated (20,000)
  --rounds NUMBER            how many rounds each entry is measured for, of each work (7)
  --seconds NUMBER           how long a round is (2)
  --output FILE              where the run is written as JSON (bench/results/TIME.json)
  --compare FILE             say what moved since that run; ends with 1 where the gateway got slower or larger
  --help`;

/** What is wrong with the command line. */
export class UsageError extends Error {}

export function readOptions(given: string[], resultsFolder: string): Options | 'help' {
  const { values } = parsed(given);
  if (values.help) return 'help';
  const quick = values.quick === true;
  return {
    settings: {
      customers: numberOf('--customers', values.customers, quick ? 2_000 : 20_000),
      rounds: numberOf('--rounds', values.rounds, quick ? 3 : 7),
      secondsOfRound: numberOf('--seconds', values.seconds, quick ? 0.7 : 2),
      secondsOfWarmUp: quick ? 1 : 4,
      works: listOf('--only', values.only, works),
      databases: listOf('--database', values.database, databases),
    } satisfies Settings,
    outputFile: values.output ?? `${resultsFolder}/${new Date().toISOString().replaceAll(/[:.]/g, '-')}.json`,
    compareFile: values.compare ?? null,
  };
}

function parsed(given: string[]) {
  try {
    return parseArgs({
      args: given,
      options: {
        quick: { type: 'boolean' },
        only: { type: 'string' },
        database: { type: 'string' },
        customers: { type: 'string' },
        rounds: { type: 'string' },
        seconds: { type: 'string' },
        output: { type: 'string' },
        compare: { type: 'string' },
        help: { type: 'boolean' },
      },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function numberOf(name: string, text: string | undefined, unset: number): number {
  if (text === undefined) return unset;
  const number = Number(text);
  if (!(number > 0)) throw new UsageError(`${name} takes a number above 0.`);
  return number;
}

function listOf<Item extends Work | DatabaseName>(
  name: string,
  text: string | undefined,
  known: readonly Item[],
): readonly Item[] {
  if (text === undefined) return known;
  const chosen = text.split(',').map((item) => item.trim());
  const unknown = chosen.find((item) => !known.some((one) => one === item));
  if (unknown !== undefined) throw new UsageError(`${name} takes ${known.join(', ')}; not ${unknown}.`);
  return known.filter((item) => chosen.includes(item));
}
