import {
  type GraphQLArgument,
  type GraphQLField,
  getNullableType,
  isInputObjectType,
  isListType,
  isNonNullType,
} from 'graphql';
import type { GatewayError } from '../base/errors.ts';
import { byIdsOf } from '../execution/by-ids.ts';
import { errorOfViolations, type Violation, violationsIn, withoutInvalidTexts } from './argument-violations.ts';
import { type InputShape, shapeOfArgument } from './input-shape.ts';

type Arguments = Record<string, unknown>;

export interface Checks {
  /** The error that lists all problems of the arguments; null if they are valid. */
  errorIn(args: Arguments): GatewayError | null;
  /**
   * Arguments with which the field can check its further rules although its arguments are invalid: without the invalid values. Null
   * if it cannot check them.
   */
  validPartOf(args: Arguments): Arguments | null;
  /** The arguments without the texts that cannot be IDs, by which nothing is read. */
  withoutInvalidIds(args: Arguments): Arguments;
}

interface Check {
  name: string;
  argument: GraphQLArgument;
  shape: InputShape;
}

type Found = readonly (Check & { violation: Violation })[];

/** The arguments of a mutation without which it can check the rules of its input. */
const checkedLater: ReadonlySet<string> = new Set(['input', 'idempotencyKey']);

/** Only an input object has further rules in a mutation. Returns null if an argument on which they depend is invalid. */
function validPartOfMutation(args: Arguments, found: Found): Arguments | null {
  const valid: Arguments = { ...args };
  for (const { name, shape, violation } of found) {
    if (!checkedLater.has(name) || !violation.isOfText) return null;
    valid[name] = withoutInvalidTexts(shape, args[name]);
  }
  return valid;
}

/** A value in place of an invalid one, with which a query runs until it has checked its other arguments. Undefined if there is none. */
function placeholderOf({ argument, shape }: Check, value: unknown): { value: unknown } | undefined {
  if (shape.kind === 'page' || shape.kind === 'cursor') return { value: undefined };
  // The access rule and the rules of the other arguments depend on a required argument.
  if (shape.kind === 'id' || isNonNullType(argument.type)) return undefined;
  const type = getNullableType(argument.type);
  if (isListType(type) || isInputObjectType(type)) return { value: withoutInvalidTexts(shape, value) };
  // An omitted text can break a rule, such as that one of two is needed.
  return { value: type.name === 'DateTime' ? undefined : '' };
}

function validPartOfQuery(args: Arguments, found: Found): Arguments | null {
  const valid: Arguments = { ...args };
  for (const { violation, ...check } of found) {
    const placeholder = placeholderOf(check, args[check.name]);
    const isReplaced = placeholder !== undefined && (violation.isOfText || check.shape.kind === 'page');
    if (!isReplaced) return null;
    valid[check.name] = placeholder.value;
  }
  // A cursor is valid for the arguments with which it was made.
  if (found.some(({ shape }) => shape.kind !== 'page')) valid.after = undefined;
  return valid;
}

/** The checks of the arguments of a field; null if nothing in them has a limit. */
export function checksOf(
  coordinate: string,
  field: Pick<GraphQLField<unknown, unknown>, 'args' | 'extensions'>,
  { isMutation, isPublic }: { isMutation: boolean; isPublic: boolean },
): Checks | null {
  const checks = field.args.flatMap((argument): Check[] => {
    const whole = shapeOfArgument(coordinate, field, argument);
    const isById = whole?.kind === 'list' && byIdsOf(field)?.argument === argument.name;
    // A field that reads objects by their IDs fails only at the place of an invalid one.
    const shape = isById ? { ...whole, item: null } : whole;
    return shape === null ? [] : [{ name: argument.name, argument, shape }];
  });
  if (checks.length === 0) return null;
  const foundIn = (args: Arguments): Found =>
    checks.flatMap((check) =>
      violationsIn(check.shape, args[check.name]).map((violation) => ({ ...check, violation })),
    );
  return {
    errorIn: (args) => errorOfViolations(foundIn(args).map(({ name, violation }) => [name, violation])),
    validPartOf(args) {
      if (isMutation) return validPartOfMutation(args, foundIn(args));
      return isPublic ? null : validPartOfQuery(args, foundIn(args));
    },
    withoutInvalidIds(args) {
      const invalid = foundIn(args).filter(({ shape }) => shape.kind === 'id');
      return { ...args, ...Object.fromEntries(invalid.map(({ name }) => [name, undefined])) };
    },
  };
}
