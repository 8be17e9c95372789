import { describe, expect, test } from 'vitest';
import { InvalidValue } from '../../src/base/value-rules.ts';
import { AttributeType } from '../../src/domain/attribute/attribute-type.ts';
import { parseAttributeValue } from '../../src/domain/attribute/attribute-value.ts';

describe('parseAttributeValue', () => {
  test.each([
    [AttributeType.STRING, 'anything'],
    [AttributeType.STRING, 'a'.repeat(2000)],
    [AttributeType.INTEGER, '-123'],
    [AttributeType.INTEGER, '12345678901234567890'],
    [AttributeType.DOUBLE, '12.1234'],
    [AttributeType.DOUBLE, '12'],
    [AttributeType.DOUBLE, '1.5E3'],
    [AttributeType.DATE_WITH_DAY, '2012-04-23'],
  ])('accepts for type %s: %s', (type, value) => {
    expect(parseAttributeValue(type, value)).toBe(value);
  });

  test.each([
    [AttributeType.STRING, ''],
    [AttributeType.STRING, 'a'.repeat(2001)],
    [AttributeType.STRING, null],
    [AttributeType.INTEGER, '12.0'],
    [AttributeType.INTEGER, 12],
    [AttributeType.DOUBLE, 'NaN'],
    [AttributeType.DOUBLE, '1e999'],
    [AttributeType.DOUBLE, '1,5'],
    [AttributeType.DATE_WITH_DAY, '2012-02-30'],
    [AttributeType.DATE_WITH_DAY, '20120423'],
  ])('rejects for type %s: %j', (type, value) => {
    expect(() => parseAttributeValue(type, value)).toThrow(InvalidValue);
  });
});
