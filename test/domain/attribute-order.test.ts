import { describe, expect, test } from 'vitest';
import { InvalidValue } from '../../src/base/value-rules.ts';
import { attributeOrder, noOrder, openBounds, parseBound } from '../../src/domain/attribute/attribute-order.ts';
import { AttributeType } from '../../src/domain/attribute/attribute-type.ts';

const { STRING, INTEGER, DOUBLE, DATE_WITH_DAY } = AttributeType;

/** The keys of databases are compared in byte order, which is that of JavaScript for ASCII. */
function compare(one: string, other: string): number {
  return Math.sign(Buffer.compare(Buffer.from(one), Buffer.from(other)));
}

/** Groups of equal numbers, smallest first. */
const ascending = [
  [`-1${'0'.repeat(1_998)}`],
  [`-2${'0'.repeat(150)}1`],
  [`-2${'0'.repeat(151)}`],
  ['-12345678901234567891', '-1.2345678901234567891e19'],
  ['-12345678901234567890'],
  ['-10.01'],
  ['-10', '-1e1', '-010.00', '-0.1E+2'],
  ['-9.99'],
  ['-9'],
  ['-1.5'],
  ['-1', '-1.0', '-01'],
  ['-0.99'],
  ['-0.5', '-5e-1', '-0.50'],
  ['-0.05'],
  ['-1e-300'],
  ['-1e-6000'],
  ['0', '-0', '+0', '000', '0.000', '0e5', '-0.0E-7'],
  ['1e-6000'],
  ['1e-300'],
  ['0.05', '+0.05', '5e-2'],
  ['0.5'],
  ['0.99'],
  ['1', '+1', '001', '1.0', '10e-1', '0.1e1'],
  ['1.5'],
  ['2'],
  ['9', '009'],
  ['10', '1e1'],
  ['11'],
  ['100'],
  ['9007199254740992'],
  ['9007199254740993'],
  ['12345678901234567890'],
  ['12345678901234567891'],
  [`2${'0'.repeat(151)}`],
  [`2${'0'.repeat(150)}1`],
  [`1${'0'.repeat(1_998)}`],
];

describe('attributeOrder', () => {
  test('sorts numbers by value, in every notation', () => {
    const keys = ascending.map((equal) => {
      const keysOfEqual = new Set(
        equal.map((value) => attributeOrder(/^[+-]?\d+$/.test(value) ? INTEGER : DOUBLE, value)),
      );
      expect(keysOfEqual.size).toBe(1);
      return [...keysOfEqual][0] ?? '';
    });
    for (const [index, key] of keys.entries()) {
      for (const [other, otherKey] of keys.entries()) {
        expect(compare(key, otherKey), `${ascending[index]} and ${ascending[other]}`).toBe(Math.sign(index - other));
      }
    }
    for (const key of keys) {
      expect(compare(openBounds.number.from, key)).toBe(-1);
      expect(compare(key, openBounds.number.to)).toBe(-1);
      // An entry of an index on PostgreSQL has at most 2,700 bytes.
      expect(key.length).toBeLessThan(110);
    }
  });

  test('sorts an integer and a decimal number of the same value alike', () => {
    expect(attributeOrder(INTEGER, '+0042')).toBe(attributeOrder(DOUBLE, '4.20e1'));
  });

  test('agrees with JavaScript about random numbers', () => {
    let seed = 17;
    const random = () => {
      seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
      return seed / 2_147_483_648;
    };
    const numbers = Array.from({ length: 300 }, () => (random() - 0.5) * 10 ** Math.floor(random() * 40 - 20));
    const byKey = [...numbers].sort((one, other) =>
      compare(attributeOrder(DOUBLE, String(one)) ?? '', attributeOrder(DOUBLE, String(other)) ?? ''),
    );
    expect(byKey).toEqual(numbers.sort((one, other) => one - other));
  });

  test('sorts dates by day, apart from numbers', () => {
    const [early, late] = [
      attributeOrder(DATE_WITH_DAY, '0987-12-31'),
      attributeOrder(DATE_WITH_DAY, '2012-04-23'),
    ].map(String);
    expect([early, late].sort()).toEqual([early, late]);
    for (const key of [early, late]) {
      expect(compare(openBounds.date.from, String(key))).toBe(-1);
      expect(compare(String(key), openBounds.date.to)).toBe(-1);
    }
    expect(compare(openBounds.date.to, openBounds.number.from)).toBe(-1);
  });

  test.each([
    [INTEGER, 'abc'],
    [INTEGER, '1.0'],
    [INTEGER, '1 000'],
    [INTEGER, '٣'],
    [DOUBLE, '1,5'],
    [DOUBLE, 'NaN'],
    [DOUBLE, '1e999'],
    [DOUBLE, ''],
    [DATE_WITH_DAY, '2012-02-30'],
    [DATE_WITH_DAY, '20120423'],
    [DATE_WITH_DAY, '5'],
  ])('puts a value that is not of the type %s into no range: %j', (type, value) => {
    const order = attributeOrder(type, value);
    expect(order).toBe(noOrder);
    for (const { from } of Object.values(openBounds)) expect(compare(String(order), from)).toBe(-1);
  });

  test('returns null for texts, also for digits', () => {
    expect(attributeOrder(STRING, '42')).toBeNull();
  });
});

describe('parseBound', () => {
  test('returns the key of the stored value', () => {
    expect(parseBound('+042.0')).toEqual({ kind: 'number', key: attributeOrder(INTEGER, '42') });
    expect(parseBound('1e400')).toEqual({ kind: 'number', key: attributeOrder(INTEGER, `1${'0'.repeat(400)}`) });
    expect(parseBound('2012-04-23')).toEqual({ kind: 'date', key: attributeOrder(DATE_WITH_DAY, '2012-04-23') });
    expect(parseBound('2012-04-23T00:00:00Z')).toEqual(parseBound('2012-04-23'));
  });

  test.each([
    '',
    ' ',
    'abc',
    '1,5',
    '.5',
    '5.',
    '1e',
    '0x10',
    'Infinity',
    '--1',
    '2012-02-30',
    '2012-4-23',
    '12:00',
    ' 5',
  ])('rejects %j', (value) => {
    expect(() => parseBound(value)).toThrow(InvalidValue);
  });

  test('rejects numbers that no key can hold exactly', () => {
    expect(parseBound('9'.repeat(100)).kind).toBe('number');
    expect(() => parseBound('9'.repeat(101))).toThrow('must have at most 100 significant digits');
    expect(() => parseBound('1e5000')).toThrow('must have an exponent from -4,999 to 4,999');
    expect(() => parseBound('1e-5000')).toThrow('must have an exponent from -4,999 to 4,999');
    expect(() => parseBound(`1e${'9'.repeat(500)}`)).toThrow(InvalidValue);
    expect(parseBound(`0e${'9'.repeat(500)}`).key).toBe(parseBound('0').key);
  });
});
