import { parseArgs } from 'node:util';
import { type DatabaseName, databases } from './installation.ts';

/** What a small and a large amount of customers are measured on. */
export interface Sizes {
  database: DatabaseName;
  small: number;
  large: number;
}

export function readNumber(name: string, text: string): number {
  const number = Number(text);
  if (!Number.isSafeInteger(number) || number < 1) throw new Error(`--${name} takes a whole number above 0.`);
  return number;
}

export function readDatabase(text: string): DatabaseName {
  const database = databases.find((name) => name === text);
  if (database === undefined) throw new Error(`--database takes ${databases.join(' or ')}.`);
  return database;
}

/** Reads `--database`, `--small` and `--large` off the command line. */
export function readSizes(defaults: { small: number; large: number }): Sizes {
  const { values } = parseArgs({
    options: {
      database: { type: 'string', default: 'sqlite' },
      small: { type: 'string', default: String(defaults.small) },
      large: { type: 'string', default: String(defaults.large) },
    },
  });
  return {
    database: readDatabase(values.database),
    small: readNumber('small', values.small),
    large: readNumber('large', values.large),
  };
}
