import { type GatewayError, gatewayError } from '../base/errors.ts';
import { combinedError, maxProblems } from '../base/input-problems.ts';
import { pageArgumentError } from '../base/page-arguments.ts';
import { brokenTextRule } from '../base/text-bounds.ts';
import { InvalidValue, type ValueRule } from '../base/value-rules.ts';
import { brokenIdRule } from '../base/values.ts';
import { invalidCursor, isCursor } from './cursor.ts';
import type { InputShape } from './input-shape.ts';

type Arguments = Readonly<Record<string, unknown>>;

/** A value that exceeds a limit, or that its scalar rejects. */
export interface Violation {
  /** From the argument, such as `.addresses[3].city`. */
  path: string;
  error(field: string): GatewayError;
  /** Whether the value is one text, so that the rest of the input can still be checked. */
  isOfText: boolean;
}

function tooManyItems(path: string, limit: number): Violation {
  return { path, error: (field) => gatewayError('TOO_MANY_ITEMS', { detail: 'INPUT', field, limit }), isOfText: false };
}

function brokenRule(path: string, rule: ValueRule): Violation {
  return { path, error: (field) => gatewayError('OBP-10001', { field, rule }), isOfText: true };
}

/** OBP's error for the ID of a bank states the rule of OBP. */
function invalidId(path: string, rule: ValueRule, key: 'OBP-10001' | 'OBP-30111'): Violation {
  return {
    path,
    error: (field) => (key === 'OBP-30111' ? gatewayError(key, { field }) : gatewayError(key, { field, rule })),
    isOfText: false,
  };
}

/** The cursors of the gateway are shorter. */
const maxCursorCharacters = 2_000;

/** Adds the violations in a coerced value. Lengths come first, because everything else takes time that grows with them. */
function addViolations(shape: InputShape, value: unknown, path: string, violations: Violation[]): void {
  if (value === null || value === undefined || violations.length >= maxProblems) return;
  if (shape.kind === 'text') {
    const rule = value instanceof InvalidValue ? value.rule : null;
    const broken = typeof value === 'string' ? brokenTextRule(value, shape.maxCharacters) : rule;
    if (broken !== null) violations.push(brokenRule(path, broken));
  } else if (shape.kind === 'id') {
    const rule = brokenIdRule(value as string);
    if (rule !== null) violations.push(invalidId(path, rule, shape.errorKey));
  } else if (shape.kind === 'cursor') {
    const rule = brokenTextRule(value as string, maxCursorCharacters);
    if (rule !== null) violations.push(brokenRule(path, rule));
    else if (!isCursor(value as string)) violations.push({ path, error: invalidCursor, isOfText: true });
  } else if (shape.kind === 'page') {
    const { argument } = shape;
    const error = pageArgumentError(argument, value as number);
    if (error !== null) violations.push({ path, error: () => error, isOfText: false });
  } else if (shape.kind === 'list') {
    const values = value as readonly unknown[];
    if (values.length > shape.maxItems) violations.push(tooManyItems(path, shape.maxItems));
    else if (shape.item !== null) {
      for (const [index, item] of values.entries()) addViolations(shape.item, item, `${path}[${index}]`, violations);
    }
  } else {
    for (const [name, shapeOfField] of shape.fields) {
      addViolations(shapeOfField, (value as Arguments)[name], `${path}.${name}`, violations);
    }
  }
}

/** The results for lists and objects: aliases can pass the same variable to many fields. */
const checked = new WeakMap<object, { shape: InputShape; violations: readonly Violation[] }>();

/** The violations in a coerced argument. The result is cached for each object. */
export function violationsIn(shape: InputShape, value: unknown): readonly Violation[] {
  const isObject = typeof value === 'object' && value !== null;
  const known = isObject ? checked.get(value) : undefined;
  if (known?.shape === shape) return known.violations;
  const violations: Violation[] = [];
  addViolations(shape, value, '', violations);
  if (isObject) checked.set(value, { shape, violations });
  return violations;
}

/** A copy of a coerced value in which the invalid texts are undefined. */
export function withoutInvalidTexts(shape: InputShape, value: unknown): unknown {
  if (value === null || value === undefined) return value;
  if (shape.kind === 'text') return violationsIn(shape, value).length === 0 ? value : undefined;
  if (shape.kind === 'list') {
    const { item } = shape;
    return item === null ? value : (value as readonly unknown[]).map((each) => withoutInvalidTexts(item, each));
  }
  if (shape.kind !== 'object') return value;
  const copy: Record<string, unknown> = Object.assign(Object.create(null), value);
  for (const [name, shapeOfField] of shape.fields) {
    if (Object.hasOwn(copy, name)) copy[name] = withoutInvalidTexts(shapeOfField, copy[name]);
  }
  return copy;
}

/** The error that lists all violations of arguments; null if there are none. */
export function errorOfViolations(
  violations: readonly (readonly [argument: string, Violation])[],
): GatewayError | null {
  const [first, ...others] = violations
    .slice(0, maxProblems)
    .map(([argument, { path, error }]) => error(argument + path));
  return first === undefined ? null : combinedError([first, ...others]);
}
