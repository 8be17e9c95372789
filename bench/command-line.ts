import { type ParseArgsConfig, parseArgs } from 'node:util';
import { type DatabaseName, databases } from './installation.ts';

/** A mistake on the command line. */
export class UsageError extends Error {}

type OptionTypes = NonNullable<ParseArgsConfig['options']>;
type OptionValues<Types extends OptionTypes> = ReturnType<typeof parseArgs<{ options: Types }>>['values'];

/**
 * Runs a program with the options of its command line. Prints the usage for `--help`. A mistake is printed with the
 * usage to standard error, and the program exits with 2.
 */
export async function runProgram<const Types extends OptionTypes>(
  usage: string,
  types: Types,
  run: (values: OptionValues<Types>) => Promise<void>,
): Promise<void> {
  if (process.argv.includes('--help')) {
    console.log(usage);
    return;
  }
  try {
    await run(parseOptions(types));
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    console.error(`${error.message}\n\n${usage}`);
    process.exitCode = 2;
  }
}

function parseOptions<Types extends OptionTypes>(types: Types): OptionValues<Types> {
  try {
    return parseArgs({ options: types }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

/** Reads a number greater than 0. */
export function readNumber(option: string, text: string | undefined, defaultNumber: number): number {
  if (text === undefined) return defaultNumber;
  const number = Number(text);
  if (!(number > 0)) throw new UsageError(`${option} must be a number greater than 0.`);
  return number;
}

/** Reads an integer greater than 0. */
export function readInteger(option: string, text: string | undefined, defaultNumber: number): number {
  const number = readNumber(option, text, defaultNumber);
  if (!Number.isSafeInteger(number)) throw new UsageError(`${option} must be an integer greater than 0.`);
  return number;
}

/** Reads names that are separated by commas, in the order of all names. Defaults to all of them. */
export function readNames<Name extends string>(
  option: string,
  text: string | undefined,
  allNames: readonly Name[],
): readonly Name[] {
  if (text === undefined) return allNames;
  const chosenNames = new Set(text.split(',').map((name) => name.trim()));
  const names = allNames.filter((name) => chosenNames.delete(name));
  if (chosenNames.size > 0) throw new UsageError(`${option} must contain only ${allNames.join(', ')}.`);
  return names;
}

/** Reads the name of one database. Defaults to SQLite. */
export function readDatabase(text: string | undefined): DatabaseName {
  const database = databases.find((name) => name === (text ?? 'sqlite'));
  if (database === undefined) throw new UsageError(`--database must be ${databases.join(' or ')}.`);
  return database;
}
