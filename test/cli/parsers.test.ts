import { InvalidArgumentError } from 'commander';
import { describe, expect, test } from 'vitest';
import { expiry, time } from '../../src/cli/parsers.ts';

/** Texts that `Date` accepts, although they are not times of the calendar. */
const impossibleTimes = [
  '2999-02-30T10:00:00Z',
  '2999-02-29T10:00Z',
  '2999-04-31T10:00:00+02:00',
  '2999-01-31T24:00:00Z',
];

describe('time', () => {
  test.each([
    ['2026-11-21', '2026-11-21T00:00:00.000Z'],
    ['2028-02-29', '2028-02-29T00:00:00.000Z'],
    ['2026-11-21T10:00Z', '2026-11-21T10:00:00.000Z'],
    ['2026-11-21T10:00:00.5+02:00', '2026-11-21T08:00:00.500Z'],
  ])('parses %s', (text, expected) => {
    expect(time(text).toISOString()).toBe(expected);
  });

  test.each([...impossibleTimes, '2027-02-30', '2027-02-29', '2027-13-01', '2026-11-21T10:00:00', 'yesterday'])(
    'fails for %s',
    (text) => {
      expect(() => time(text)).toThrow(InvalidArgumentError);
    },
  );
});

describe('expiry', () => {
  test('parses a time in the future, and a duration from now', () => {
    expect(expiry('2999-01-31T18:00+01:00').toISOString()).toBe('2999-01-31T17:00:00.000Z');
    expect(expiry('90d').getTime()).toBeCloseTo(Date.now() + 90 * 86_400_000, -4);
  });

  test.each([...impossibleTimes, '2999-01-31', '2020-01-01T00:00:00Z', '9999999d', '0s', '90'])(
    'fails for %s',
    (text) => {
      expect(() => expiry(text)).toThrow(InvalidArgumentError);
    },
  );
});
