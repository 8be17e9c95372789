import type { parseArgs } from 'node:util';
import { readInteger, readNames, readNumber } from './command-line.ts';
import { databases } from './installation.ts';
import type { Settings } from './results.ts';
import { workloads } from './workloads.ts';

export const usage = `Usage: npm run bench -- [options]

Measures the gateway and its contenders on the same database and machine.

  --quick              use 2,000 customers and short rounds, to check that the benchmark works
  --only WORKLOADS     workloads to measure, separated by commas: overview, page, me, write (default: all)
  --database NAME      sqlite or postgresql (default: both)
  --customers NUMBER   number of generated customers (default: 20000)
  --rounds NUMBER      number of rounds for each contender and workload (default: 7)
  --seconds NUMBER     duration of a round in seconds (default: 2)
  --output FILE        JSON file for the results (default: bench/results/TIME.json)
  --compare FILE       earlier results to compare with; exits with 1 if the gateway has become slower or larger
  --help               print this text`;

export const optionTypes = {
  quick: { type: 'boolean' },
  only: { type: 'string' },
  database: { type: 'string' },
  customers: { type: 'string' },
  rounds: { type: 'string' },
  seconds: { type: 'string' },
  output: { type: 'string' },
  compare: { type: 'string' },
} as const;

type Values = ReturnType<typeof parseArgs<{ options: typeof optionTypes }>>['values'];

export function readSettings({ quick = false, ...values }: Values): Settings {
  return {
    customers: readInteger('--customers', values.customers, quick ? 2_000 : 20_000),
    rounds: readInteger('--rounds', values.rounds, quick ? 3 : 7),
    secondsOfRound: readNumber('--seconds', values.seconds, quick ? 0.7 : 2),
    secondsOfWarmUp: quick ? 1 : 4,
    workloads: readNames('--only', values.only, workloads),
    databases: readNames('--database', values.database, databases),
  };
}
