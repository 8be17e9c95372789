import {
  dateTimeFromWritten,
  httpsUrlFromWritten,
  InvalidValue,
  localDateFromWritten,
  parseAmount,
  parseCountryCode,
  parseCurrency,
  parseEmailAddress,
  parseId,
  parseLongText,
  parseText,
} from '../base/values.ts';
import { AttributeType } from '../domain/attribute/attribute-type.ts';
import { parseAttributeValue } from '../domain/attribute/attribute-value.ts';
import { isObject, type JsonObject } from './record-kind.ts';

/** Values of some columns of a row, by the names that they have in the code. */
export type Row = Record<string, unknown>;

/** A column of a noun, and where OBP has it. */
export interface Field {
  /** OBP's name; `face_image.url` is `url` in `face_image`. */
  name: string;
  /** Another name that OBP has for it. */
  otherName?: string;
  column: string;
  required?: true;
  /** What is written where OBP says nothing by '' or null, if not null. */
  empty?: unknown;
  parse(value: unknown, record: JsonObject, tell: Tell): unknown;
}

/** What is told of a record while it is read. */
export interface Tell {
  problem(field: string, reason: string): void;
  corrected(what: 'URL' | 'balance'): void;
}

export function text(maxLength: number): Field['parse'] {
  return (value) => parseText(value, maxLength);
}

/** A text of any number of lines. */
export function longText(maxLength: number): Field['parse'] {
  return (value) => parseLongText(value, maxLength);
}

export const id: Field['parse'] = (value) => parseId(value);
export const dateTime: Field['parse'] = (value) => dateTimeFromWritten(value);
export const localDate: Field['parse'] = (value) => localDateFromWritten(value);
export const countryCode: Field['parse'] = (value) => parseCountryCode(value);
export const currency: Field['parse'] = (value) => parseCurrency(value);
export const emailAddress: Field['parse'] = (value) => parseEmailAddress(value);

export const url: Field['parse'] = (value, _record, tell) => {
  const parsed = httpsUrlFromWritten(value);
  if (parsed.corrected) tell.corrected('URL');
  return parsed.url;
};

export const boolean: Field['parse'] = (value) => {
  if (typeof value !== 'boolean') throw new InvalidValue('is neither true nor false');
  return value;
};

export const count: Field['parse'] = (value) => {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 0 || value > 1000) {
    throw new InvalidValue('is no whole number from 0 to 1000');
  }
  return value;
};

/** An amount beside the currency that `currencyField` names. */
export function amount(currencyField: string): Field['parse'] {
  return (value, record) => {
    const currencyCode = valueAt(record, currencyField);
    return parseAmount(value, typeof currencyCode === 'string' ? currencyCode : '');
  };
}

export function list(maxMembers: number, parse: (member: unknown) => string): Field['parse'] {
  return (value) => {
    if (!Array.isArray(value)) throw new InvalidValue('is no list');
    if (value.length > maxMembers) throw new InvalidValue(`has more than ${maxMembers} members`);
    return value.map(parse);
  };
}

export const attributeType: Field['parse'] = (value) => {
  if (typeof value !== 'string' || !Object.hasOwn(AttributeType, value)) {
    throw new InvalidValue('is none of STRING, INTEGER, DOUBLE and DATE_WITH_DAY');
  }
  return value;
};

/** A value of the type beside it. */
export const attributeValue: Field['parse'] = (value, record) => {
  const { type } = record;
  if (typeof type !== 'string' || !Object.hasOwn(AttributeType, type)) return value;
  if (type === AttributeType.DATE_WITH_DAY) return localDateFromWritten(value);
  return parseAttributeValue(type as AttributeType, value);
};

export function valueAt(record: JsonObject, name: string): unknown {
  const point = name.indexOf('.');
  if (point === -1) return Object.hasOwn(record, name) ? record[name] : undefined;
  const inner = record[name.slice(0, point)];
  return isObject(inner) ? valueAt(inner, name.slice(point + 1)) : undefined;
}

/** OBP says "unset" by leaving out, by null and by ''. */
export function isUnset(value: unknown): value is undefined | null {
  return value === undefined || value === null || (typeof value === 'string' && value.trim() === '');
}

/**
 * The columns that a record gives. What it leaves out is not among them, so that it is not compared with what is there;
 * null is what it says to be unset. What is wrong is told, and is not among them either.
 */
export function readFields(fields: readonly Field[], record: JsonObject, tell: Tell): Row {
  const row: Row = {};
  for (const field of fields) {
    let { name } = field;
    let value = valueAt(record, name);
    if (value === undefined && field.otherName !== undefined) {
      value = valueAt(record, field.otherName);
      if (value !== undefined) name = field.otherName;
    }
    if (isUnset(value)) {
      if (field.required) tell.problem(field.name, 'is missing');
      else if (value !== undefined) row[field.column] = field.empty ?? null;
      continue;
    }
    try {
      row[field.column] = field.parse(value, record, tell);
    } catch (error) {
      if (!(error instanceof InvalidValue)) throw error;
      tell.problem(name, error.message);
    }
  }
  return row;
}
