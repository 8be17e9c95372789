/**
 * Keys that sort the values of attributes by value. Both databases compare them as texts in byte order, so that numbers of any
 * length are compared exactly and alike.
 */
import { parseLocalDateOrMidnight } from '../../base/dates.ts';
import { InvalidValue, invalidValue } from '../../base/value-rules.ts';
import { AttributeType } from './attribute-type.ts';
import { parseAttributeValue } from './attribute-value.ts';

/** The kind of a bound. Values of the other kind are outside of every range of this kind. */
export type BoundKind = 'number' | 'date';

export interface Bound {
  kind: BoundKind;
  key: string;
}

/** The smallest and the largest key of each kind, for ranges without a bound. */
export const openBounds: Readonly<Record<BoundKind, { from: string; to: string }>> = {
  date: { from: 'd', to: 'd~' },
  number: { from: 'n', to: 'n~' },
};

/** The key of values that are not of their type, which an earlier version stored. They are in no range. */
export const noOrder = '';

const maxSignificantDigits = 100;
const maxExponent = 4_999;
const exponentBias = 5_000;

interface DecimalNumber {
  isNegative: boolean;
  /** The digits from the first to the last one that is not 0, so none for 0. */
  digits: string;
  /** The exponent of the first digit in scientific notation. */
  exponent: number;
}

function parseDecimalNumber(text: string): DecimalNumber | null {
  const parts = /^([+-]?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text);
  if (parts === null) return null;
  const [, sign, integer = '', fraction = '', exponent = '0'] = parts;
  const significant = (integer + fraction).replace(/^0+/, '');
  const leadingZeros = integer.length + fraction.length - significant.length;
  return {
    isNegative: sign === '-',
    digits: withoutTrailingZeros(significant),
    exponent: Number(exponent) + integer.length - leadingZeros - 1,
  };
}

/** In one pass, because a regular expression for the zeros at the end is tried at each run of zeros. */
function withoutTrailingZeros(digits: string): string {
  let end = digits.length;
  while (digits[end - 1] === '0') end -= 1;
  return digits.slice(0, end);
}

/**
 * The sign, the exponent, and the digits. In negative numbers, exponents and digits are complements, because the number with the
 * larger ones is smaller. Digits beyond the maximum only decide on which side of a bound the number is, because bounds do not
 * have that many.
 */
function numberKey({ isNegative, digits, exponent }: DecimalNumber): string {
  if (digits === '') return 'n1';
  const isCut = digits.length > maxSignificantDigits;
  // Closer to 0 than all bounds.
  const biased = exponent < -maxExponent ? 0 : exponent + exponentBias;
  const shown = biased === 0 ? '' : digits.slice(0, maxSignificantDigits);
  const magnitude = String(biased).padStart(4, '0') + shown;
  if (!isNegative) return `n2${magnitude}${isCut ? '~' : ''}`;
  const complement = magnitude.replace(/\d/g, (digit) => String(9 - Number(digit)));
  return `n0${complement}${isCut ? '' : '~'}`;
}

const dateKey = (date: string) => `d${date}`;

/** The key of a stored value: null for texts, and `noOrder` for a value that is not of its type. */
export function attributeOrder(type: AttributeType, value: string): string | null {
  if (type === AttributeType.STRING) return null;
  const ofType = orNull(() => parseAttributeValue(type, value));
  if (ofType === null) return noOrder;
  if (type === AttributeType.DATE_WITH_DAY) return dateKey(ofType);
  const number = parseDecimalNumber(ofType);
  return number === null ? noOrder : numberKey(number);
}

function orNull<Value>(parse: () => Value): Value | null {
  try {
    return parse();
  } catch (error) {
    if (error instanceof InvalidValue) return null;
    throw error;
  }
}

/** Parses a bound of a range. @throws InvalidValue */
export function parseBound(value: string): Bound {
  const date = orNull(() => parseLocalDateOrMidnight(value));
  if (date !== null) return { kind: 'date', key: dateKey(date) };
  const number = parseDecimalNumber(value);
  if (number === null) throw invalidValue('NUMBER_OR_DATE');
  if (number.digits.length > maxSignificantDigits) {
    throw invalidValue('SIGNIFICANT_DIGITS', { limit: maxSignificantDigits });
  }
  if (number.digits !== '' && Math.abs(number.exponent) > maxExponent) {
    throw invalidValue('EXPONENT', { minimum: -maxExponent, limit: maxExponent });
  }
  return { kind: 'number', key: numberKey(number) };
}
