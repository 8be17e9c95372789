import { gatewayError } from '../base/errors.ts';
import { InvalidValue, parseId, parseLongText, parseOptional, parseOptionalText, parseText } from '../base/values.ts';

/**
 * What `parse` makes of an input field, or OBP-10001 with the field's name and the reason, never the value.
 *
 * @example valid('input.countryCode', () => parseCountryCode(input.countryCode))
 */
export function valid<Value>(field: string, parse: () => Value): Value {
  try {
    return parse();
  } catch (error) {
    if (error instanceof InvalidValue) {
      throw gatewayError('OBP-10001', { message: `${field} ${error.message}.`, field, cause: error });
    }
    throw error;
  }
}

/** A line of text that has to be there: in Unicode NFC, without control characters, of at most `maxLength` characters. */
export function text(field: string, value: string, maxLength: number): string {
  return valid(field, () => parseText(value, maxLength));
}

/** The same for a text that may be left out; '' is unset too. */
export function optionalText(field: string, value: string | null | undefined, maxLength: number): string | null {
  return valid(field, () => parseOptionalText(value, maxLength));
}

/** A text of any number of lines that has to be there. */
export function longText(field: string, value: string, maxLength: number): string {
  return valid(field, () => parseLongText(value, maxLength));
}

/** The same for one that may be left out. */
export function optionalLongText(field: string, value: string | null | undefined, maxLength: number): string | null {
  return valid(field, () => parseOptional(value, (given) => parseLongText(given, maxLength)));
}

/** An ID that can be omitted. Unlike in `optionalText`, an empty text is invalid, because it is not an ID. */
export function optionalId(field: string, value: string | null | undefined): string | null {
  return value == null ? null : valid(field, () => parseId(value));
}

/** OBP-10001 with the field's name and a reason that begins with a verb, unless `condition` holds. */
export function assertInput(condition: boolean, field: string, reason: string): asserts condition {
  if (!condition) throw gatewayError('OBP-10001', { message: `${field} ${reason}.`, field });
}

/** @throws VERSION_CONFLICT if the client expects another version than that of the stored row. */
export function requireVersion(stored: { version: number }, expectedVersion: number | null | undefined): void {
  if (expectedVersion == null || expectedVersion === stored.version) return;
  throw gatewayError('VERSION_CONFLICT', { currentVersion: stored.version, field: 'expectedVersion' });
}

/** How far the clocks of two machines may be apart, in milliseconds. */
const clockLeeway = 5 * 60_000;

/** OBP-10001 for a moment that has not come yet. */
export function pastMoment(field: string, moment: Date): Date {
  assertInput(moment.getTime() <= Date.now() + clockLeeway, field, 'is in the future');
  return moment;
}
