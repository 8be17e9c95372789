/** Texts that are slow to normalise, to split, or to match, by their content. */

/**
 * The length of a long text in bytes of JSON, which leaves room for the document within the limit of a request body.
 */
export const maxTextBytes = 240_000;

/** Repeats a unit as often as it fits into a request body as JSON. */
export function repeated(unit: string, around: [before: string, after: string] = ['', '']): string {
  const bytesOfUnit = Buffer.byteLength(JSON.stringify(unit)) - 2;
  return around[0] + unit.repeat(Math.floor(maxTextBytes / bytesOfUnit)) + around[1];
}

export const hostileTexts: Readonly<Record<string, string>> = {
  'combining marks in canonical order': repeated('\u0323\u0300', ['a', '']),
  'combining marks in the wrong order': repeated('\u0300\u0323', ['a', '']),
  'combining marks of many classes': repeated('\u0315\u0300\u05ae\u0334', ['a', '']),
  'musical combining marks outside the BMP': repeated('\u{1D16E}\u{1D165}', ['a', '']),
  'decomposed Hangul': repeated('\u1112\u1161\u11ab'),
  'characters that NFKC expands to 18': repeated('\ufdfa'),
  'emoji families': repeated('👨‍👩‍👧‍👦'),
  'unpaired surrogates': repeated('\ud800'),
  'surrogates in the wrong order': repeated('\udc00\ud800'),
  'white space before a letter': repeated(' ', ['', 'a']),
  'ideographic spaces': repeated('\u3000', ['', 'a']),
  'zero-width characters': repeated('\u200b', ['', 'a']),
  'line breaks before a letter': repeated('\r\n\t', ['', 'a']),
  digits: repeated('9'),
  'leading zeros': repeated('0', ['-', '.']),
  'digits after a point': repeated('1', ['1.', 'x']),
  wildcards: repeated('%_'),
  backslashes: repeated('\\', ['', '%']),
  'dotted capital I': repeated('İ'),
  'ligatures and sharp s': repeated('ßﬃ'),
  'bidirectional controls': repeated('\u202e\u2066'),
  'null characters': repeated('\u0000'),
  'control characters': repeated('\u0007'),
};

/** Texts that could be slow for the parser or the regular expression of a scalar, by the name of the scalar. */
export const textsOfScalars: Readonly<Record<string, readonly string[]>> = {
  EmailAddress: [
    repeated('a.', ['', '@']),
    repeated('a-', ['a@', '.de']),
    repeated('@', ['a', '']),
    repeated('!', ['', '']),
    repeated('a.', ['a@', '!']),
  ],
  HttpsUrl: [
    repeated('ü', ['https://', '.de']),
    repeated('ü.', ['https://', 'de']),
    repeated('a.', ['https://', '']),
    repeated('@', ['https://', 'a.de']),
    repeated(':', ['https://[', ']']),
    repeated('../', ['https://a.de/', '']),
    repeated('%zz', ['https://a.de/', '']),
    repeated('\u0300\u0323', ['https://a', '.de']),
    repeated('0', ['https://', '.1']),
  ],
  DateTime: [repeated('1', ['2024-05-31T09:30:00.', 'Z']), repeated('2024-05-31T09:30:00Z'), repeated('0', ['', 'T'])],
  LocalDate: [repeated('2024-05-31'), repeated('-', ['2024', ''])],
  Decimal: [repeated('0', ['', '1']), repeated('1', ['0.', '']), repeated('-'), repeated('1', ['', '.'])],
  CountryCode: [repeated('DE')],
  Currency: [repeated('EUR')],
};

/** Phone numbers and patterns that could be slow to parse or to search for. */
export const phoneNumbers: readonly string[] = [
  repeated('4', ['+', '']),
  repeated(' ', ['+44', '7972444876']),
  repeated('(', ['+44', '7972444876']),
  repeated(';ext=', ['+447972444876', '']),
  repeated('００'),
  repeated('-', ['00', '']),
  repeated('%', ['+44', '']),
  repeated('%1', ['', '']),
  repeated('_', ['123', '']),
  repeated('٣', ['+', '']),
];
