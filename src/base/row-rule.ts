import type { RuleErrorKey } from './errors.ts';
import { type ValueRule, valueRule } from './value-rules.ts';

/**
 * A rule on the values of a row, whatever way they come in: GraphQL, an import or generated data. The rules of an entity are in its
 * folder, in a `.rules.ts` file.
 */
export interface RowRule<Row> {
  /** The column whose value is invalid, and the others that the rule reads. */
  columns: readonly [invalid: keyof Row & string, ...others: (keyof Row & string)[]];
  /** Completes a sentence that begins with the name of the invalid column. `nameOf` names the other columns. */
  reason(nameOf: NameOf<Row>): ValueRule;
  /** The index of the first invalid item, for a rule on the items of a list. */
  invalidItem?(row: Row): number | null;
  holds(row: Row): boolean;
  /** Whether an import takes rows that break the rule, because OBP holds such rows and they are harmless. */
  isForInputsOnly?: true;
  /** The error of the API. Defaults to OBP-10001. */
  errorKey?: RuleErrorKey;
}

/** How a caller names a column, such as `input.dateOfBirth` or `date_of_birth`. */
export type NameOf<Row> = (column: keyof Row & string) => string;

function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/**
 * The rules that the values break. A rule does not apply to values without one of its columns. It does not apply if all of them
 * are the same in the stored row, so that an old value does not prevent changes of others.
 */
export function brokenRules<Row extends object>(
  rules: readonly RowRule<Row>[],
  values: Partial<Row>,
  stored: Partial<Row> = {},
): RowRule<Row>[] {
  return rules.filter(({ columns, holds }) => {
    if (columns.some((column) => values[column] === undefined)) return false;
    if (columns.every((column) => isSame(values[column], stored[column]))) return false;
    return !holds(values as Row);
  });
}

/** A rule on a time or a date: the present is the latest valid value. */
export function notInFuture<Row>(column: keyof Row & string): RowRule<Row> {
  return { columns: [column], reason: () => valueRule('NOT_IN_FUTURE'), holds: (row) => !isInFuture(row[column]) };
}

/** The offset of the time zone in which a date begins first, in milliseconds. */
const earliestZone = 14 * 3_600_000;

/** Whether a time is in the future, or a date in every time zone. */
export function isInFuture(value: unknown): boolean {
  if (value instanceof Date) return value.getTime() > Date.now();
  return typeof value === 'string' && value > new Date(Date.now() + earliestZone).toISOString().slice(0, 10);
}
