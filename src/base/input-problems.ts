import { errorOfProblems, GatewayError, type InputProblem } from './errors.ts';

/** The maximum number of problems that an error lists. */
export const maxProblems = 100;

export function problemsOf({ extensions }: GatewayError): readonly InputProblem[] {
  return (extensions.problems as readonly InputProblem[] | undefined) ?? [];
}

/** Whether the error is that an input is invalid. */
export function isInputError(error: unknown): error is GatewayError {
  return error instanceof GatewayError && problemsOf(error).length > 0;
}

/** The problems of several errors as one error. Only the first problem of each field is listed. */
export function combinedError(errors: readonly [GatewayError, ...GatewayError[]]): GatewayError {
  const byField = new Map<string, InputProblem>();
  for (const error of errors) {
    for (const problem of problemsOf(error)) if (!byField.has(problem.field)) byField.set(problem.field, problem);
  }
  const [first, ...others] = byField.values();
  if (first === undefined || others.length === 0) return errors[0];
  return errorOfProblems([first, ...others.slice(0, maxProblems - 1)], errors[0].cause);
}

/**
 * The problems of invalid arguments and those that were found in the rest. A problem of an object is omitted if a part of it is invalid,
 * because it might only follow from that part.
 */
export function withFurtherProblems(invalid: GatewayError, errors: readonly GatewayError[]): GatewayError {
  const known = problemsOf(invalid).map(({ field }) => field);
  const isOfWhole = ({ field }: InputProblem) =>
    known.some((part) => part.startsWith(`${field}.`) || part.startsWith(`${field}[`));
  const further = errors.flatMap((error) => {
    const [first, ...others] = problemsOf(error).filter((problem) => !isOfWhole(problem));
    return first === undefined ? [] : [errorOfProblems([first, ...others], error.cause)];
  });
  return combinedError([invalid, ...further]);
}

type Steps = readonly (string | number)[];

function stepsOf(field: string): Steps {
  return [...field.matchAll(/[^.[\]]+/g)].map(([step]) => (/^\d+$/.test(step) ? Number(step) : step));
}

/** The positions of the steps of a path in the arguments. A field that was not sent comes after the others. */
export function positionsOf(field: string, args: Readonly<Record<string, unknown>>): number[] {
  let parent: unknown = args;
  return stepsOf(field).map((step) => {
    if (typeof step === 'number') {
      parent = Array.isArray(parent) ? parent[step] : undefined;
      return step;
    }
    const object = (typeof parent === 'object' && parent !== null ? parent : {}) as Record<string, unknown>;
    const position = Object.keys(object).indexOf(step);
    parent = object[step];
    return position === -1 ? Number.MAX_SAFE_INTEGER : position;
  });
}

export function comparePositions(one: readonly number[], other: readonly number[]): number {
  for (const [index, position] of one.entries()) {
    const difference = position - (other[index] ?? -1);
    if (difference !== 0) return difference;
  }
  return one.length - other.length;
}

/** The error with its problems in the order of the arguments. The first problem has the key and the message of the error. */
export function inOrderOfArguments(error: GatewayError, args: Readonly<Record<string, unknown>>): GatewayError {
  const problems = problemsOf(error);
  if (problems.length < 2) return error;
  const sorted = problems
    .map((problem) => ({ problem, positions: positionsOf(problem.field, args) }))
    .sort((one, other) => comparePositions(one.positions, other.positions))
    .map(({ problem }) => problem);
  const [first, ...others] = sorted;
  return first === undefined ? error : errorOfProblems([first, ...others], error.cause);
}
