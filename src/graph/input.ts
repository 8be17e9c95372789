import { type GatewayError, gatewayError, type RuleErrorKey } from '../base/errors.ts';
import { parseIdentifier, parseVisibleText } from '../base/identifiers.ts';
import { brokenRules, type NameOf, type RowRule } from '../base/row-rule.ts';
import { InvalidValue, type RuleArguments, type RuleName, valueRule } from '../base/value-rules.ts';
import { parseId, parseLongText, parseOptional, parseOptionalText, parseText } from '../base/values.ts';
import { collectProblems, reportProblem } from './input-collection.ts';

/**
 * Parses an input field. Within `collectProblems`, an invalid value is replaced by the placeholder, and the checks continue.
 *
 * @example valid('input.countryCode', () => parseCountryCode(input.countryCode))
 * @throws OBP-10001 with the name of the field and the broken rule, never the value
 */
export function valid<Value>(
  field: string,
  parse: () => Value,
  placeholder?: Value,
  key: RuleErrorKey = 'OBP-10001',
): Value {
  try {
    return parse();
  } catch (error) {
    if (!(error instanceof InvalidValue)) throw error;
    return reportProblem(gatewayError(key, { field, rule: error.rule, cause: error }), placeholder as Value);
  }
}

/** Parses a required line of text: Unicode NFC, no control characters, at most `maxLength` characters. */
export function text(field: string, value: string, maxLength: number): string {
  return valid(field, () => parseText(value, maxLength), '');
}

/** Parses a name without invisible characters by which programs find something, such as that of an attribute. */
export function visibleText(field: string, value: string, maxLength: number): string {
  return valid(field, () => parseVisibleText(value, maxLength), '');
}

/** Parses an optional line of text. '' becomes null. */
export function optionalText(field: string, value: string | null | undefined, maxLength: number): string | null {
  return valid(field, () => parseOptionalText(value, maxLength), null);
}

/** Like `visibleText`, for a name that can be omitted. '' becomes null. */
export function optionalVisibleText(field: string, value: string | null | undefined, maxLength: number): string | null {
  return valid(field, () => parseOptional(value, (text) => parseVisibleText(text, maxLength)), null);
}

/** Parses a number or name by which people identify something. Returns its canonical form, without invisible characters. */
export function identifier(field: string, value: string, maxLength: number): string {
  return valid(field, () => parseIdentifier(value, maxLength), '');
}

/** Parses a required text of any number of lines. */
export function longText(field: string, value: string, maxLength: number): string {
  return valid(field, () => parseLongText(value, maxLength), '');
}

/** Parses an optional text of any number of lines. '' becomes null. */
export function optionalLongText(field: string, value: string | null | undefined, maxLength: number): string | null {
  return valid(field, () => parseOptional(value, (text) => parseLongText(text, maxLength)), null);
}

/** An ID that can be omitted. Unlike in `optionalText`, an empty text is invalid, because it is not an ID. */
export function optionalId(field: string, value: string | null | undefined): string | null {
  return value == null ? null : valid(field, () => parseId(value), '');
}

/** The error for a field that breaks this rule. */
export function refusedInput<Name extends RuleName>(
  field: string,
  name: Name,
  ...parameters: RuleArguments<Name>
): GatewayError {
  return gatewayError('OBP-10001', { field, rule: valueRule(name, ...parameters) });
}

/** @throws OBP-10001 with the name of the field and the rule, such as `must not be empty`, unless `condition` holds. */
export function assertInput<Name extends RuleName>(
  condition: boolean,
  field: string,
  name: Name,
  ...parameters: RuleArguments<Name>
): asserts condition {
  if (!condition) reportProblem(refusedInput(field, name, ...parameters), undefined);
}

/** @throws VERSION_CONFLICT if the client expects another version than that of the stored row. */
export function requireVersion(stored: { version: number }, expectedVersion: number | null | undefined): void {
  if (expectedVersion == null || expectedVersion === stored.version) return;
  throw gatewayError('VERSION_CONFLICT', { currentVersion: stored.version, field: 'expectedVersion' });
}

/**
 * Checks the columns that an input sets. `fieldOf` returns the field of the input that sets a column. Values of an update that are
 * the same in the stored row are not checked.
 * @throws OBP-10001 with the name of the field and the broken rule
 */
export function requireRules<Row extends object>(
  rules: readonly RowRule<Row>[],
  values: Partial<Row>,
  fieldOf: NameOf<Row>,
  stored?: Row,
): void {
  collectProblems(() => {
    for (const { columns, reason, invalidItem, errorKey = 'OBP-10001' } of brokenRules(rules, values, stored)) {
      const item = invalidItem?.(values as Row) ?? null;
      const field = fieldOf(columns[0]) + (item === null ? '' : `[${item}]`);
      reportProblem(gatewayError(errorKey, { field, rule: reason(fieldOf) }), undefined);
    }
  });
}

/** The arguments that bound the period of a list. @throws OBP-10001 if the period ends before it starts */
export function periodOf(
  from: Date | null | undefined,
  to: Date | null | undefined,
): { from: Date | null; to: Date | null } {
  assertInput(from == null || to == null || from <= to, 'from', 'NOT_AFTER', { otherField: 'to' });
  return { from: from ?? null, to: to ?? null };
}
