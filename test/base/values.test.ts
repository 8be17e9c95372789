import { describe, expect, test } from 'vitest';
import { dateTimeFromWritten, localDateFromWritten, parseDateTime, parseLocalDate } from '../../src/base/dates.ts';
import { InvalidValue } from '../../src/base/value-rules.ts';
import {
  httpsUrlFromWritten,
  parseAmount,
  parseCountryCode,
  parseCurrency,
  parseDecimal,
  parseEmailAddress,
  parseHttpsUrl,
  parseId,
  parseLongText,
  parseOptionalText,
  parsePhoneNumber,
  parseText,
  phonePatternE164,
} from '../../src/base/values.ts';

/** The rule by which `parse` rejects a value. */
function brokenRule(parse: () => unknown): string {
  try {
    const parsed = parse();
    throw new Error(`was accepted as ${JSON.stringify(parsed)}`);
  } catch (error) {
    if (error instanceof InvalidValue) return error.message;
    throw error;
  }
}

const notText = [undefined, null, 12, true, {}, [], new Date(0)];

describe('parseText', () => {
  test.each(['Eveline Tripman', '\u{10330}'.repeat(5), 'Müller-Lüdenscheidt'])('accepts %j', (text) => {
    expect(parseText(text, 30)).toBe(text);
  });

  test('removes surrounding white space', () => {
    expect(parseText(' 77\n', 30)).toBe('77');
  });

  test('parseLongText keeps white space and line ends', () => {
    expect(parseLongText(' line\r\nline\tend ', 30)).toBe(' line\r\nline\tend ');
    expect(brokenRule(() => parseLongText('a\u0000', 30))).toBe('must not contain the character U+0000');
  });

  test('normalizes to Unicode NFC', () => {
    expect(parseText('Mu\u0308ller', 6)).toBe('Müller');
  });

  test('counts characters, not UTF-16 code units', () => {
    expect(parseText('\u{10330}'.repeat(5), 5)).toHaveLength(10);
    expect(brokenRule(() => parseText('\u{10330}'.repeat(6), 5))).toBe('must be at most 5 characters');
  });

  test.each([
    ['', 'must not be empty'],
    [' \n', 'must not be empty'],
    ['a\u0000', 'must not contain the character U+0000'],
    ['a\nb', 'must not contain control characters'],
    ['a\tb', 'must not contain control characters'],
    ['a\u2028b', 'must not contain control characters'],
    ['a\u202Eb', 'must not contain characters that change the direction of text'],
    ['\u200B', 'must not be empty'],
    ['a\u001B[31m', 'must not contain control characters'],
    ['a\u007F', 'must not contain control characters'],
    ['a\u0085', 'must not contain control characters'],
    ['a\uD800', 'must be well-formed Unicode text'],
    ['123456', 'must be at most 5 characters'],
    ...notText.map((value) => [value, 'must be a string']),
  ])('rejects %j: %s', (value, rule) => {
    expect(brokenRule(() => parseText(value, 5))).toBe(rule);
  });

  test.each([null, undefined, '', '  '])('parseOptionalText returns null for %j', (value) => {
    expect(parseOptionalText(value, 5)).toBeNull();
  });

  test('parseOptionalText checks other values', () => {
    expect(parseOptionalText('Sr', 5)).toBe('Sr');
    expect(brokenRule(() => parseOptionalText('123456', 5))).toBe('must be at most 5 characters');
    expect(brokenRule(() => parseOptionalText(0, 5))).toBe('must be a string');
  });
});

describe('parseId', () => {
  test.each(['gh.29.uk', '7uy8a7e4-6d02-40e3-a129-0b2bf89de8uh', '_', 'a'.repeat(254)])('accepts %s', (id) => {
    expect(parseId(id)).toBe(id);
  });

  test.each(['', 'a'.repeat(255), 'a b', 'a/b', 'ä', 'a\n', 'a::::b', "a'", ...notText])('rejects %j', (value) => {
    expect(brokenRule(() => parseId(value))).toMatch(/^must /);
  });
});

describe('parseEmailAddress', () => {
  test.each([
    'felixsmith@example.com',
    'a+b@x.co.uk',
    'A@B.COM',
    'a@xn--mller-kva.de',
    'a&b@example.com',
    'x=y@example.com',
    'user/dept@example.com',
    'a#b@example.com',
    'info@example.xn--p1ai',
    'abc.@docomo.ne.jp',
    '.abc@docomo.ne.jp',
    'a..b@docomo.ne.jp',
    'a@example.1',
    `${'a'.repeat(188)}@example.com`,
  ])('accepts %s', (address) => {
    expect(parseEmailAddress(address)).toBe(address);
  });

  test.each([
    '',
    'a@b',
    'a',
    '@example.com',
    'a@example.com ',
    'a b@example.com',
    'a@example..com',
    'a@example-.com',
    'a@-example.com',
    'a@example.com.',
    'a@.example.com',
    'a@exa_mple.com',
    'a@müller.de',
    'ä@example.com',
    '"a"@example.com',
    'a,b@example.com',
    'a@[192.0.2.1]',
    `a@${'b'.repeat(64)}.com`,
    'a\u0000@example.com',
    'a@example.com\n',
    'a@b@example.com',
    'Felix <a@example.com>',
    `${'a'.repeat(189)}@example.com`,
    ...notText,
  ])('rejects %j', (value) => {
    expect(brokenRule(() => parseEmailAddress(value))).toMatch(/^must /);
  });
});

describe('parsePhoneNumber', () => {
  test.each([
    ['+44 07972 444 876', '+447972444876'],
    ['0044 7972 444876', '+447972444876'],
    ['+49 30 901820', '+4930901820'],
    ['+1 (212) 555-0100', '+12125550100'],
    ['+44 7972 444 876 ext. 12', '+447972444876'],
  ])('returns %s with the E.164 number %s', (written, e164) => {
    expect(parsePhoneNumber(written)).toEqual({ written, e164 });
  });

  test.each([
    '',
    '+44123',
    '07972 444 876',
    '+',
    '+00 44 7972 444876',
    'tel:+447972444876',
    'call +44 7972 444 876',
    '+44 7972 444 876 or +49 30 901820',
    '+44 7972 444 876\u0000',
    '+44 7972\n444 876',
    '+999 123456789',
    '%',
    `+44 7972 444 876${' '.repeat(40)}`,
    ...notText,
  ])('rejects %j', (value) => {
    expect(brokenRule(() => parsePhoneNumber(value))).toMatch(/^must /);
  });
});

describe('phonePatternE164', () => {
  test.each([
    ['%7972444%', '%7972444%'],
    ['%%+44 7972%%', '%+447972%'],
    ['+44 07972 444 %', '+447972444%'],
    ['0044 (0)7972_%', '+447972_%'],
    ['+39 06 1%', '+39061%'],
    ['+225 07 12%', '+2250712%'],
    ['+7 800%', '+7800%'],
    ['+36 (06) 20 %', '+3620%'],
    ['+39 (0)6 1%', '+39061%'],
    ['+44 ７972 %', '+447972%'],
    ['００４４ ７９７２ %', '+447972%'],
    ['+7 (8) 912 %', '+7912%'],
    ['007 ( 8 ) 912 %', '+7912%'],
    ['+7 (812) 34%', '+781234%'],
    ['+7 812 34%', '+781234%'],
    ['+375 (80) 29 %', '+37529%'],
    ['+598 (0) 94 %', '+59894%'],
    ['+976 (11) 1%', '+976111%'],
    ['+7 (8)%', '+7%'],
    ['+44 \u0667972 %\u0664', '+447972%4'],
    ['_44 07972%', '_4407972%'],
    ['+%', '+%'],
    [`+44${'7'.repeat(40)}%`, `+44${'7'.repeat(40)}%`],
  ])('converts %s to %s', (written, pattern) => {
    expect(phonePatternE164(written)).toBe(pattern);
  });

  test.each(['07972 444 %', '44 7972%', '(0)7972%'])('rejects %s, which no number in E.164 can match', (written) => {
    expect(brokenRule(() => phonePatternE164(written))).toMatch(/^must begin with /);
  });

  test.each(['%(0)7972 444 %', '+_4 (06) 20%'])(
    'rejects %s, because it could be part of a number or not',
    (written) => {
      expect(brokenRule(() => phonePatternE164(written))).toBe(
        'must contain a trunk prefix in brackets only before the first wildcard',
      );
    },
  );
});

describe('parseHttpsUrl and httpsUrlFromWritten', () => {
  test.each([
    ['https://www.example.com/id-docs/123/image.png', 'https://www.example.com/id-docs/123/image.png'],
    ['HTTPS://Example.com', 'https://example.com/'],
    ['https://example.com:8443/a?b=c#d', 'https://example.com:8443/a?b=c#d'],
    ['https://müller.example/é', 'https://xn--mller-kva.example/%C3%A9'],
  ])('return %s as %s', (value, url) => {
    expect(parseHttpsUrl(value)).toBe(url);
    expect(httpsUrlFromWritten(value)).toEqual({ url, corrected: false });
  });

  const invalid = [
    '',
    'javascript:alert(1)',
    'JavaScript://example.com/%0aalert(1)',
    'java\tscript:alert(1)',
    'file:///etc/passwd',
    'data:text/html,x.y',
    'ftp://example.com/',
    'https://clerk:secret@example.com/',
    'https://clerk@example.com/',
    'https://localhost/',
    'https://example./',
    'https://[::1]/',
    'https://exa mple.com/',
    'https://example.com/a b',
    'https://example.com\\@evil.example/',
    'https:\\\\example.com',
    'https:example.com',
    ' https://example.com/',
    'https://example.com/\u0000',
    'PlaceholderString',
    `https://example.com/${'a'.repeat(2000)}`,
    `https://example.com/${'é'.repeat(1000)}`,
    ...notText,
  ];

  test.each([...invalid, 'http://example.com/', 'www.example.com', '//example.com/'])(
    'parseHttpsUrl rejects %j',
    (value) => {
      expect(brokenRule(() => parseHttpsUrl(value))).toMatch(/^must /);
    },
  );

  test.each([
    ['www.openbankproject', 'https://www.openbankproject/'],
    ['http://www.example.com/image.png', 'https://www.example.com/image.png'],
    ['//example.com/image.png', 'https://example.com/image.png'],
    ['example.com:8443/image.png', 'https://example.com:8443/image.png'],
  ])('httpsUrlFromWritten corrects %s to %s', (written, url) => {
    expect(httpsUrlFromWritten(written)).toEqual({ url, corrected: true });
  });

  test.each([...invalid, 'http://clerk:secret@example.com/', 'clerk@example.com'])(
    'httpsUrlFromWritten rejects %j',
    (value) => {
      expect(brokenRule(() => httpsUrlFromWritten(value))).toMatch(/^must /);
    },
  );
});

describe('parseCountryCode and parseCurrency', () => {
  test.each(['DE', 'GB', 'US'])('parseCountryCode accepts %s', (code) => {
    expect(parseCountryCode(code)).toBe(code);
  });

  test.each(['1254', 'de', 'DEU', 'UK', 'XX', '', ' DE', '276', ...notText])('parseCountryCode rejects %j', (value) => {
    expect(brokenRule(() => parseCountryCode(value))).toMatch(/^must be /);
  });

  test.each(['EUR', 'JPY', 'KWD', 'XCG', 'XAU', 'XDR', 'XBT'])('parseCurrency accepts %s', (code) => {
    expect(parseCurrency(code)).toBe(code);
  });

  test.each(['eur', 'EURO', 'BTC', '978', '', 'ABC', 'ANG', 'BGN', 'CUC', 'HRK', 'none', ...notText])(
    'parseCurrency rejects %j',
    (value) => {
      expect(brokenRule(() => parseCurrency(value))).toMatch(/^must be /);
    },
  );
});

describe('parseAmount', () => {
  test.each([
    ['0', 'EUR', '0'],
    ['10.12', 'EUR', '10.12'],
    ['10.10', 'EUR', '10.10'],
    ['+5', 'EUR', '5'],
    ['-5.5', 'EUR', '-5.5'],
    ['-0', 'EUR', '0'],
    ['-0.00', 'EUR', '0.00'],
    ['000', 'EUR', '0'],
    ['0012.5', 'EUR', '12.5'],
    ['100', 'JPY', '100'],
    ['1.234', 'KWD', '1.234'],
    ['0.00000001', 'XBT', '0.00000001'],
    ['1.5', 'XAU', '1.5'],
    ['0.123456789012345678', 'XDR', '0.123456789012345678'],
    ['1.50', 'XCG', '1.50'],
    ['1.2345', 'CLF', '1.2345'],
    ['999999999999999999.99', 'EUR', '999999999999999999.99'],
  ])('parses %s %s to %s', (value, currency, amount) => {
    expect(parseAmount(value, currency)).toBe(amount);
  });

  test.each([
    ['1.234', 'EUR'],
    ['1.0', 'JPY'],
    ['1', 'ABC'],
    ['1', 'BGN'],
    ['0.1234567890123456789', 'XAU'],
    ['1000000000000000000', 'EUR'],
    ['1e3', 'EUR'],
    ['1,000', 'EUR'],
    ['1.', 'EUR'],
    ['.5', 'EUR'],
    ['', 'EUR'],
    [' 1', 'EUR'],
    ['1\n', 'EUR'],
    ['NaN', 'EUR'],
    ['Infinity', 'EUR'],
    ['0x10', 'EUR'],
    ['--1', 'EUR'],
    ['١', 'EUR'],
    [10.12, 'EUR'],
    [null, 'EUR'],
  ])('rejects %j %s', (value, currency) => {
    expect(brokenRule(() => parseAmount(value, currency))).toMatch(/^must /);
  });

  test('parseDecimal accepts at most 18 digits after the decimal point', () => {
    expect(parseDecimal('0.123456789012345678')).toBe('0.123456789012345678');
    expect(brokenRule(() => parseDecimal('0.1234567890123456789'))).toBe(
      'must have at most 18 digits after the decimal point',
    );
  });
});

const dates = ['0001-01-01', '0099-12-31', '1100-01-01', '2018-03-09', '2000-02-29', '9999-12-31'];
const invalidDates = ['2018-02-30', '2018-13-01', '2018-00-10', '2018-01-00', '1900-02-29', '2018-04-31', '0000-01-01'];

describe('parseLocalDate, localDateFromWritten and dateTimeFromWritten', () => {
  test.each(dates)('accepts %s', (date) => {
    expect(parseLocalDate(date)).toBe(date);
    expect(localDateFromWritten(date)).toBe(date);
    expect(dateTimeFromWritten(date).toISOString()).toBe(`${date}T00:00:00.000Z`);
  });

  test.each([
    ...invalidDates,
    '',
    '2018-3-9',
    '20180309',
    '2018-03-09T00:00:00Z',
    '2018-03-09\n',
    '+12018-03-09',
    ...notText,
  ])('parseLocalDate rejects %j', (value) => {
    expect(brokenRule(() => parseLocalDate(value))).toMatch(/^must be /);
  });

  test.each([
    ['19900101', '1990-01-01', '1990-01-01T00:00:00.000Z'],
    ['1100-01-01T00:00:00Z', '1100-01-01', '1100-01-01T00:00:00.000Z'],
    ['2015-02-14T00:00:00.000Z', '2015-02-14', '2015-02-14T00:00:00.000Z'],
    ['2023-03-13T11:39:33.076Z', '2023-03-13', '2023-03-13T11:39:33.076Z'],
    ['2023-03-13T00:30:00+01:00', '2023-03-13', '2023-03-12T23:30:00.000Z'],
  ])('parse %s to the date %s and the time %s', (written, date, time) => {
    expect(localDateFromWritten(written)).toBe(date);
    expect(dateTimeFromWritten(written).toISOString()).toBe(time);
  });

  test.each([
    ...invalidDates,
    ...invalidDates.map((date) => `${date}T00:00:00Z`),
    ...invalidDates.map((date) => date.replaceAll('-', '')),
    '2018-03-09T24:00:00Z',
    '2018-03-09T12:60:00Z',
    '2018-03-09T12:00:60Z',
    '2018-03-09T00:00:00',
    '2018-03-09 00:00:00Z',
    '199001',
    'yesterday',
    '',
    ...notText,
  ])('localDateFromWritten and dateTimeFromWritten reject %j', (value) => {
    expect(brokenRule(() => localDateFromWritten(value))).toMatch(/^must be /);
    expect(brokenRule(() => dateTimeFromWritten(value))).toMatch(/^must be /);
  });
});

describe('parseDateTime', () => {
  test.each([
    ['2024-05-31T09:30:00Z', '2024-05-31T09:30:00.000Z'],
    ['2024-05-31T09:30:00.5Z', '2024-05-31T09:30:00.500Z'],
    ['2024-05-31T09:30:00.123999Z', '2024-05-31T09:30:00.123Z'],
    ['2024-05-31T09:30:00+02:00', '2024-05-31T07:30:00.000Z'],
    ['2024-05-31T09:30:00-23:59', '2024-06-01T09:29:00.000Z'],
    ['0001-01-01T00:00:00Z', '0001-01-01T00:00:00.000Z'],
    ['9999-12-31T23:59:59.999Z', '9999-12-31T23:59:59.999Z'],
  ])('parses %s to %s', (value, time) => {
    expect(parseDateTime(value).toISOString()).toBe(time);
  });

  test.each([
    '2024-05-31',
    '2024-05-31T09:30:00',
    '2024-05-31T09:30Z',
    '2024-05-31 09:30:00Z',
    '2024-05-31T25:30:00Z',
    '2024-05-31T09:30:00+24:00',
    '2024-05-31T09:30:00+0200',
    '2024-02-30T09:30:00Z',
    '0001-01-01T00:00:00+01:00',
    '9999-12-31T23:59:59-01:00',
    '2024-05-31T09:30:00Z\n',
    '',
    ...notText,
  ])('rejects %j', (value) => {
    expect(brokenRule(() => parseDateTime(value))).toMatch(/^must be /);
  });
});

test('a broken rule never contains the rejected value', () => {
  const secret = 'secret+44123@';
  const parsers = [
    parseId,
    parseEmailAddress,
    parsePhoneNumber,
    parseHttpsUrl,
    httpsUrlFromWritten,
    parseCountryCode,
    parseCurrency,
    parseDecimal,
    parseLocalDate,
    parseDateTime,
    localDateFromWritten,
    dateTimeFromWritten,
  ];
  for (const parse of parsers) expect(brokenRule(() => parse(secret))).not.toContain('secret');
});
