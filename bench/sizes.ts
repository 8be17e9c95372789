import { readDatabase, readInteger } from './command-line.ts';
import type { DatabaseName } from './installation.ts';

/** The database, and the small and the large number of customers that are compared. */
export interface Sizes {
  database: DatabaseName;
  small: number;
  large: number;
}

export const sizeOptions = {
  database: { type: 'string' },
  small: { type: 'string' },
  large: { type: 'string' },
} as const;

type SizeValues = { [Name in keyof typeof sizeOptions]?: string };

export function readSizes(values: SizeValues, defaults: { small: number; large: number }): Sizes {
  return {
    database: readDatabase(values.database),
    small: readInteger('--small', values.small, defaults.small),
    large: readInteger('--large', values.large, defaults.large),
  };
}
