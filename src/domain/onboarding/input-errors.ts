import type { GatewayError } from '../../base/errors.ts';
import { combinedError, isInputError, maxProblems } from '../../base/input-problems.ts';

export type InputErrors = ReturnType<typeof collectInputErrors>;

/** Collects the problems of all customers of a call, so that a client can show them together. */
export function collectInputErrors(found: readonly GatewayError[] = []) {
  const errors = [...found];

  return {
    errors: errors as readonly GatewayError[],

    add(error: GatewayError): void {
      errors.push(error);
    },

    /**
     * Returns the result of `work`. If its input is invalid, adds the error and returns undefined. Does nothing after so many errors
     * that no more would be listed.
     */
    attempt<Value>(work: () => Value): Value | undefined {
      if (errors.length >= maxProblems) return undefined;
      try {
        return work();
      } catch (error) {
        if (!isInputError(error)) throw error;
        errors.push(error);
        return undefined;
      }
    },

    /** Throws one error that lists all problems, if there are any. */
    throwAny(): void {
      const [first, ...others] = errors;
      if (first !== undefined) throw combinedError([first, ...others]);
    },
  };
}
