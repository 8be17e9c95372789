import { AsyncLocalStorage } from 'node:async_hooks';
import { GatewayError } from '../base/errors.ts';
import {
  combinedError,
  inOrderOfArguments,
  isInputError,
  maxProblems,
  withFurtherProblems,
} from '../base/input-problems.ts';

type Arguments = Readonly<Record<string, unknown>>;

/** The errors of the values that are checked now; null outside of `collectProblems`. Checks are synchronous. */
let collected: GatewayError[] | null = null;

/** The error of the arguments of a field that runs only so that its other problems are found. */
const invalidArguments = new AsyncLocalStorage<GatewayError>();

/**
 * Returns the result of checks of input, after all of them: a value that breaks a rule does not end the checks, but has a placeholder
 * until they end. Fails with one error that lists all problems, those of the arguments included. Calls can contain each other.
 */
export function collectProblems<Values>(check: () => Values): Values {
  if (collected !== null) return attempt(check);
  const errors: GatewayError[] = [];
  collected = errors;
  let values: Values;
  try {
    values = attempt(check);
  } finally {
    collected = null;
  }
  assertValidArguments(errors);
  const [first, ...others] = errors;
  if (first !== undefined) throw combinedError([first, ...others]);
  return values;
}

/** The result of `check`. If it fails with a problem of the input, or because of one, the remaining checks continue without it. */
function attempt<Values>(check: () => Values): Values {
  const errors = collected ?? [];
  try {
    return check();
  } catch (error) {
    if (isInputError(error)) errors.push(error);
    // A placeholder is not a value that code after the check expects.
    else if (errors.length === 0 && invalidArguments.getStore() === undefined) throw error;
    return undefined as Values;
  }
}

/** Reports a problem: adds it to those that are collected and returns the placeholder, or throws it if none are collected. */
export function reportProblem<Value>(error: GatewayError, placeholder: Value): Value {
  if (collected === null) throw error;
  if (collected.length < maxProblems) collected.push(error);
  return placeholder;
}

/**
 * Runs checks only if `collectProblems` has found other problems: for rules that an update checks once the stored object is known,
 * because old values are valid.
 */
export function findFurther(check: () => unknown): void {
  const isFound = collected !== null && (collected.length > 0 || invalidArguments.getStore() !== undefined);
  if (isFound) collectProblems(check);
}

/** @throws the error of the arguments with `errors`, if the arguments of the field are invalid. */
export function assertValidArguments(errors: readonly GatewayError[] = []): void {
  const error = invalidArguments.getStore();
  if (error !== undefined) throw withFurtherProblems(error, errors);
}

/** The error of the arguments with which a field runs only so that its other problems are found; null otherwise. */
export function errorOfArguments(): GatewayError | null {
  return invalidArguments.getStore() ?? null;
}

/** The failure of a field whose arguments are invalid. Another failure, such as a refusal, remains. */
function withFailure(error: GatewayError, failure: unknown, args: Arguments): GatewayError {
  if (!(failure instanceof GatewayError)) return error;
  if (failure.extensions.code !== error.extensions.code) return failure;
  return inOrderOfArguments(withFurtherProblems(error, [failure]), args);
}

/**
 * Runs a field whose arguments are invalid until it has checked them, which then fails with all problems. `run` gets arguments without
 * the invalid values. A failure for another reason, such as a refusal, remains.
 */
export function findFurtherProblems(error: GatewayError, args: Arguments, run: () => unknown): Promise<never> {
  return invalidArguments.run(error, async () => {
    let result: unknown;
    try {
      result = await run();
    } catch (failure) {
      result = failure;
    }
    throw withFailure(error, result, args);
  });
}

/** `findFurtherProblems` for a field of several objects: the failure for each of them. */
export function findFurtherProblemsOfAll(
  error: GatewayError,
  args: Arguments,
  parents: readonly unknown[],
  run: () => Promise<readonly unknown[]>,
): Promise<GatewayError[]> {
  return invalidArguments.run(error, async () => {
    const failures = new Map<unknown, GatewayError>();
    const failureOf = (result: unknown) => {
      const known = failures.get(result) ?? withFailure(error, result, args);
      // Equal failures stay one error, which is short at the further paths.
      failures.set(result, known);
      return known;
    };
    try {
      const results = await run();
      return results.map(failureOf);
    } catch (failure) {
      return parents.map(() => failureOf(failure));
    }
  });
}
