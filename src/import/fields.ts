import { dateTimeFromWritten, localDateFromWritten, withinClockLeeway } from '../base/dates.ts';
import {
  canonicalIdentifier,
  parseCustomerNumber,
  parseIdentifier,
  parseRoutingAddress,
  parseVisibleText,
} from '../base/identifiers.ts';
import { brokenTextRule } from '../base/text-bounds.ts';
import { InvalidValue, invalidValue } from '../base/value-rules.ts';
import {
  httpsUrlFromWritten,
  parseAmount,
  parseContentType,
  parseCountryCode,
  parseCurrency,
  parseDecimal,
  parseEmailAddress,
  parseId,
  parseLongText,
  parseSha256,
  parseText,
} from '../base/values.ts';
import { AttributeType } from '../domain/attribute/attribute-type.ts';
import { parseAttributeValue } from '../domain/attribute/attribute-value.ts';
import { CustomerType } from '../domain/customer/customer-type.ts';
import { CustomerRelationship } from '../domain/customer-link/customer-relationship.ts';
import { isUnset, type JsonObject, valueAt } from './json.ts';
import type { Row } from './row.ts';

/** A field of a record, and the column that it fills. */
export interface Field<Column extends string = string> {
  /** The name in OBP; `face_image.url` is the field `url` of `face_image`. */
  name: string;
  /** Another name in OBP for the same field. */
  otherName?: string;
  column: Column;
  isRequired: boolean;
  /** The value for a field that is null or an empty text. Defaults to null. A required field with this value can be an empty text. */
  empty?: unknown;
  /**
   * Whether the value of a stored row is kept if the record contains it unchanged. An earlier version, with other rules, can have
   * stored a value that is invalid or has another form now.
   */
  keepsStored?: true;
  parse: ParseField;
}

/** A value that only a comparison with the stored row decides. */
export interface ValueDoubt {
  column: string;
  field: string;
  /** The value as written. It is kept if the stored row has it. */
  written: string;
  /** The rule that the value breaks. Null if the value is valid, but has another form than the parsed one. */
  reason: string | null;
}

/**
 * A violation that only a comparison with the stored row decides: of a value, of the rules of the row, or of the rules if the omitted
 * columns have their defaults.
 */
export type Doubt = ValueDoubt | 'rules' | 'defaults';

/** Parses the value of a field. @throws InvalidValue */
export type ParseField = (value: unknown, record: JsonObject, findings: Findings) => unknown;

/** Receives the problems and corrections of a record. */
export interface Findings {
  problem(field: string, reason: string): void;
  /** Omitted if the fields have no stored row to compare with. */
  doubt?(doubt: ValueDoubt): void;
  corrected(what: 'URL' | 'balance'): void;
}

type FieldOptions = Pick<Field, 'otherName' | 'empty' | 'keepsStored'>;

export function required<Column extends string>(
  name: string,
  column: Column,
  parse: ParseField,
  options: FieldOptions = {},
): Field<Column> {
  return { name, column, parse, isRequired: true, ...options };
}

export function optional<Column extends string>(
  name: string,
  column: Column,
  parse: ParseField,
  options: FieldOptions = {},
): Field<Column> {
  return { name, column, parse, isRequired: false, ...options };
}

export function text(maxLength: number): ParseField {
  return (value) => parseText(value, maxLength);
}

/** A name by which programs find something, without invisible characters. */
export function visibleText(maxLength: number): ParseField {
  return (value) => parseVisibleText(value, maxLength);
}

/** No field whose stored value is kept is longer. */
const maxKeptLength = 255;

/** A number or name by which people identify something, in its canonical form. */
export function identifier(maxLength: number): ParseField {
  return (value) => parseIdentifier(value, maxLength);
}

/** A phone number of any form, in which a search finds it. Those of other scripts and widths are stored in ASCII. */
export function phoneNumber(maxLength: number): ParseField {
  return (value) => parseText(canonicalIdentifier(parseText(value, maxLength)), maxLength);
}

/** The address of a routing, in the form for the scheme that the record names. */
export const routingAddress: ParseField = (value, { scheme }) =>
  parseRoutingAddress(typeof scheme === 'string' ? scheme.trim() : '', value);

/** A username is stored as written. It is compared by `comparedUsername`. */
export const username: ParseField = (value) => parseVisibleText(value, 100);

/** The number of a customer at the bank. */
export const customerNumber: ParseField = (value) => parseCustomerNumber(value);

/** A text that can contain line breaks. */
export function longText(maxLength: number): ParseField {
  return (value) => parseLongText(value, maxLength);
}

export const id: ParseField = (value) => parseId(value);
export const dateTime: ParseField = (value) => dateTimeFromWritten(value);
/** A time that the clock of another machine provided. */
export const timeByClock: ParseField = (value) => withinClockLeeway(dateTimeFromWritten(value));
/** The time that was written, if `timeByClock` replaces it. Otherwise null, also for an invalid time, which `timeByClock` reports. */
export const timeAheadOfClock: ParseField = (value) => {
  try {
    const written = dateTimeFromWritten(value);
    return withinClockLeeway(written) === written ? null : written;
  } catch (error) {
    if (error instanceof InvalidValue) return null;
    throw error;
  }
};
export const localDate: ParseField = (value) => localDateFromWritten(value);
export const countryCode: ParseField = (value) => parseCountryCode(value);
export const currency: ParseField = (value) => parseCurrency(value);
export const sha256: ParseField = (value) => parseSha256(value);
export const contentType: ParseField = (value) => parseContentType(value);
export const emailAddress: ParseField = (value) => parseEmailAddress(value);

export const url: ParseField = (value, _record, findings) => {
  const parsed = httpsUrlFromWritten(value);
  if (parsed.corrected) findings.corrected('URL');
  return parsed.url;
};

export const boolean: ParseField = (value) => {
  if (typeof value !== 'boolean') throw invalidValue('BOOLEAN');
  return value;
};

export function integer(minimum: number, limit: number): ParseField {
  return (value) => {
    if (typeof value !== 'number' || !Number.isInteger(value) || value < minimum || value > limit) {
      throw invalidValue('INTEGER_FROM_TO', { minimum, limit });
    }
    return value;
  };
}

/** A value of an enum, as OBP writes it. */
function enumValue(values: Record<string, string>, rule: 'CUSTOMER_TYPE' | 'RELATIONSHIP'): ParseField {
  return (value) => {
    if (typeof value !== 'string' || !Object.hasOwn(values, value)) throw invalidValue(rule);
    return value;
  };
}

export const customerType = enumValue(CustomerType, 'CUSTOMER_TYPE');
export const customerRelationship = enumValue(CustomerRelationship, 'RELATIONSHIP');
export const decimal: ParseField = (value) => parseDecimal(value);

export const count: ParseField = integer(0, 1000);

/** An amount in the currency that another field of the record names. */
export function amount(currencyField: string): ParseField {
  return (value, record) => {
    const currencyCode = valueAt(record, currencyField);
    return parseAmount(value, typeof currencyCode === 'string' ? currencyCode : '');
  };
}

export function list(maxItems: number, parse: (item: unknown) => string): ParseField {
  return (value) => {
    if (!Array.isArray(value)) throw invalidValue('LIST');
    if (value.length > maxItems) throw invalidValue('MAX_ITEMS', { limit: maxItems });
    return value.map((item, index) => {
      try {
        return parse(item);
      } catch (error) {
        if (!(error instanceof InvalidValue)) throw error;
        throw new InvalidValue({ ...error.rule, text: `item ${index + 1} ${error.message}` });
      }
    });
  };
}

export const attributeType: ParseField = (value) => {
  if (typeof value !== 'string' || !Object.hasOwn(AttributeType, value)) {
    throw invalidValue('ATTRIBUTE_TYPE');
  }
  return value;
};

/** A value of the type that the field `type` of the record names. */
export const attributeValue: ParseField = (value, record) => {
  const { type } = record;
  if (typeof type !== 'string' || !Object.hasOwn(AttributeType, type)) return value;
  if (type === AttributeType.DATE_WITH_DAY) return localDateFromWritten(value);
  return parseAttributeValue(type as AttributeType, value);
};

/**
 * Reads the fields of a record as columns. A column is absent if the record omits the field, so that an import neither
 * compares nor changes it. It is null if the field has no value. Invalid fields are reported, and their columns are absent.
 */
export function readFields(fields: readonly Field[], record: JsonObject, findings: Findings): Row {
  const row: Row = {};
  for (const field of fields) {
    let { name } = field;
    let value = valueAt(record, name);
    if (value === undefined && field.otherName !== undefined) {
      value = valueAt(record, field.otherName);
      if (value !== undefined) name = field.otherName;
    }
    if (isUnset(value)) {
      if (field.isRequired && (field.empty === undefined || value == null)) {
        findings.problem(field.name, 'is required');
      } else if (value !== undefined) row[field.column] = field.empty ?? null;
      continue;
    }
    let reason: string | null = null;
    try {
      row[field.column] = field.parse(value, record, findings);
    } catch (error) {
      if (!(error instanceof InvalidValue)) throw error;
      reason = error.message;
    }
    const written = findings.doubt === undefined ? null : keptText(field, value);
    if (written === null || written === row[field.column]) {
      if (reason !== null) findings.problem(name, reason);
      continue;
    }
    if (reason !== null) row[field.column] = written;
    findings.doubt?.({ column: field.column, field: name, written, reason });
  }
  return row;
}

/** The value as an earlier version stored it, if it can be kept. */
function keptText({ keepsStored }: Field, value: unknown): string | null {
  if (keepsStored !== true || typeof value !== 'string') return null;
  return brokenTextRule(value, maxKeptLength) === null ? value.normalize('NFC').trim() : null;
}
