import { isUtf8 } from 'node:buffer';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findJsonFault } from '../../src/import/json-fault.ts';
import { UnreadableFile } from '../../src/import/json-source.ts';
import { type JsonRecord, readRecords } from '../../src/import/read-json.ts';
import { valueKindOf } from '../../src/import/record-kind.ts';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'read-json-'));
});

afterAll(async () => {
  await rm(folder, { recursive: true });
});

interface ReadFile {
  records: JsonRecord[];
  ignored: string[];
}

async function readFile(content: string | Buffer): Promise<ReadFile> {
  const file = join(folder, 'file.json');
  await writeFile(file, content);
  const records: JsonRecord[] = [];
  const ignored: string[] = [];
  const chunks = readRecords(file, {
    kindOf: valueKindOf,
    onBytes: () => undefined,
    onIgnoredField: (name) => ignored.push(name),
  });
  for await (const chunk of chunks) for (const record of chunk) records.push(record);
  return { records, ignored };
}

async function read(content: string | Buffer): Promise<JsonRecord[]> {
  return (await readFile(content)).records;
}

/** The records without their offsets, and with line and column in one text. */
async function readPlaces(content: string | Buffer) {
  const records = await read(content);
  return records.map(({ offset: _offset, line, column, ...record }) => ({ ...record, at: `${line}:${column}` }));
}

/** Why a file cannot be read, and where. */
async function faultOf(content: string | Buffer): Promise<string> {
  try {
    await read(content);
  } catch (error) {
    if (!(error instanceof UnreadableFile)) throw error;
    return error.place === null ? error.message : `${error.place.line}:${error.place.column} ${error.message}`;
  }
  throw new Error('The file was read.');
}

/** An address of about `size` bytes, with brackets, quotes and escapes in its text. */
function address(number: number, size = 0) {
  return { customer_address_id: `a-${number}`, line_1: `{"\\ [${'ü'.repeat(size / 2)}] \n \u{10FFFF}`, postcode: '1' };
}

describe('readRecords', () => {
  test('reads the items of a list with their index and place', async () => {
    expect(await readPlaces('[\n {"a":1},\n {"b":[2,{"c":"]"}]} ]\n')).toEqual([
      { section: null, index: 0, at: '2:2', value: { a: 1 } },
      { section: null, index: 1, at: '3:2', value: { b: [2, { c: ']' }] } },
    ]);
  });

  test('reads the items of each list in an object, and names its other fields', async () => {
    const text =
      '{"addresses": [{"a":1}, {"a":2}], "total": 2,\n"documents": [{"b":1}], "checks": [], "page": {"of": 3}}';
    expect(await readPlaces(text)).toEqual([
      { section: 'addresses', index: 0, at: '1:16', value: { a: 1 } },
      { section: 'addresses', index: 1, at: '1:25', value: { a: 2 } },
      { section: 'documents', index: 0, at: '2:15', value: { b: 1 } },
    ]);
    expect((await readFile(text)).ignored).toEqual(['total', 'page']);
  });

  test('reads both lists of one name in an object', async () => {
    expect((await read('{"customers": [{"a":1}], "customers": [{"a":2}]}')).map(({ value }) => value)).toEqual([
      { a: 1 },
      { a: 2 },
    ]);
  });

  test.each([
    ['of a record', '{"addresses": [{"a": 1,\n "b": {"c": 2}, "a": 3}, {"a": 4}]}', '2:17'],
    ['of a value inside a record', '[{"a": [{"c": 1, "c": 1}]}, {"a": 4}]', '1:18'],
    ['that is escaped', '[{"a": "x\\u003a:", "\\u0061": 3}, {"a": 4}]', '1:20'],
    ['of a record on a line', '{"a": 1, "a": ":"}\n{"a": 4}', '1:10'],
  ])('refuses a name %s that appears twice, and reads the other records', async (_case, text, at) => {
    const [refused, ...others] = await readPlaces(text);
    expect(refused).toMatchObject({
      at,
      value: undefined,
      invalid: 'must not contain the same name twice in an object',
    });
    expect(others.map(({ value }) => value)).toEqual([{ a: 4 }]);
  });

  test('reads a name again in another object, and colons in names and texts', async () => {
    const value = { 'a:': ':', b: [{ 'a:': '::' }, { 'a:': { 'a:': null } }] };
    expect((await read(JSON.stringify([value]))).map((record) => record.value)).toEqual([value]);
  });

  test('reads a single record', async () => {
    const customer = { accounts: [{ account_id: 'a' }], customer_attributes: [], legal_name: 'Ada' };
    expect(await readPlaces(JSON.stringify(customer, null, 2))).toEqual([
      { section: null, index: 0, at: '1:1', value: customer },
    ]);
  });

  test('reads lines, and an invalid line does not affect the others', async () => {
    expect(await readPlaces('{"a":1}\r\n\n{"a":2\n{"a":3}\n{"customers":[{"a":4},{"a":5}]}\n  {"a":6} ]')).toEqual([
      { section: null, index: 0, at: '1:1', value: { a: 1 } },
      {
        section: null,
        index: 1,
        at: '3:7',
        value: undefined,
        invalid: "must be valid JSON, but ',' or '}' is missing",
      },
      { section: null, index: 2, at: '4:1', value: { a: 3 } },
      { section: 'customers', index: 0, at: '5:15', value: { a: 4 } },
      { section: 'customers', index: 1, at: '5:23', value: { a: 5 } },
      {
        section: null,
        index: 4,
        at: '6:11',
        value: undefined,
        invalid: 'must be valid JSON, but continues after the value',
      },
    ]);
  });

  test('reads consecutive objects', async () => {
    expect(await readPlaces('{\n"a":1\n}\n{\n"a":2\n}')).toEqual([
      { section: null, index: 0, at: '1:1', value: { a: 1 } },
      { section: null, index: 1, at: '4:1', value: { a: 2 } },
    ]);
  });

  test('accepts a byte order mark, and does not count it', async () => {
    expect(await read('\uFEFF[{"a":1}]')).toEqual([
      { section: null, index: 0, offset: 4, line: 1, column: 2, value: { a: 1 } },
    ]);
  });

  test('counts columns in characters', async () => {
    expect(await readPlaces('[{"a":"ü\u{10FFFF}"}, {"a":nul}]')).toMatchObject([{ at: '1:2' }, { at: '1:19' }]);
  });

  test.each([
    ['a list', (members: string[]) => `[${members.join(',')}]`],
    [
      'an object of lists',
      (members: string[]) => `{"other": [1,2], "addresses": [${members.join(' ,\n')}], "total": 2}`,
    ],
    ['lines', (members: string[]) => members.join('\n')],
    ['lines with objects of lists', (members: string[]) => `{"a":1}\n{"addresses": [${members.join(',')}]}\n{"a":2}`],
  ])('reads records that span several chunks, in %s', async (_case, written) => {
    // Together longer than one record can be, and each so long that chunks end at different places in the records.
    const addresses = Array.from({ length: 90 }, (_, number) => address(number, 60_000 + 2 * number));
    const records = await read(written(addresses.map((member) => JSON.stringify(member))));
    const isAddress = ({ value }: JsonRecord) => (value as Partial<ReturnType<typeof address>>).postcode === '1';
    expect(records.filter(isAddress).map(({ value }) => value)).toEqual(addresses);
  });

  test('reports an item of a list that is not JSON, and reads the others', async () => {
    expect(await readPlaces('[{"a":nul}, {"a":2}, {"a":1,}]')).toEqual([
      {
        section: null,
        index: 0,
        at: '1:7',
        value: undefined,
        invalid: 'must be valid JSON, but contains an invalid value',
      },
      { section: null, index: 1, at: '1:13', value: { a: 2 } },
      {
        section: null,
        index: 2,
        at: '1:29',
        value: undefined,
        invalid: 'must be valid JSON, but a name in double quotes is missing',
      },
    ]);
    expect(await readPlaces(Buffer.from([...Buffer.from('[{"ä":\n"ö'), 0xff, ...Buffer.from('"}]')]))).toEqual([
      { section: null, index: 0, at: '2:3', value: undefined, invalid: 'must be UTF-8' },
    ]);
  });
});

test.each([
  ['an empty file', '', 'must not be empty'],
  ['a file of white space', ' \n\t', 'must not be empty'],
  [
    'a file that is not JSON',
    'customer_id;legal_name',
    '1:1 must be JSON or newline-delimited JSON, which start with { or [',
  ],
  ['a text', '"customers"', '1:1 must be JSON or newline-delimited JSON, which start with { or ['],
  ['UTF-16', Buffer.from('\uFEFF[]', 'utf16le'), '1:1 must be UTF-8'],
  ['UTF-16 without a mark', Buffer.from('["customers"]', 'utf16le'), '1:2 must be UTF-8'],
  ['a truncated list', '[{"a":1},\n{"a":2}', '2:8 must be valid JSON, but ends inside a list'],
  [
    'a list truncated in a record',
    '[{"a":1},\n{"a":"2',
    '2:8 must be valid JSON, but ends inside the value that starts on line 2',
  ],
  ['a truncated object of lists', '{"addresses":[{"a":1}]', '1:23 must be valid JSON, but ends inside an object'],
  ['a list with a surplus comma', '[{"a":1},]', '1:10 must be valid JSON, but a value is missing'],
  [
    'a list with a missing comma',
    '[{"a":1}\n{"a":2}]',
    "2:1 must be valid JSON, but ',' or ']' is missing after line 1",
  ],
  [
    'a list with a missing comma on one line',
    '[{"a":1} {"a":2}]',
    "1:10 must be valid JSON, but ',' or ']' is missing",
  ],
  ['a list that is followed by other text', '[{"a":1}]\n]', '2:1 must be valid JSON, but continues after the list'],
  [
    'a record without its closing brace',
    '[{"a":1},\n{"a":2,\n{"a":3},\n{"a":4}]',
    '3:1 must be valid JSON, but a name in double quotes is missing',
  ],
  [
    'a record without a closing quote on one line',
    '{"customers":[{"a":"b,"c":"d"},{"a":"b"}]}',
    "1:24 must be valid JSON, but ',' or '}' is missing",
  ],
  [
    'a record that is too long',
    `[{"b":1},\n{"a":"${'x'.repeat(7_000_000)}"}]`,
    '2:1 must not contain a record of more than 4 MB, but one starts here',
  ],
  [
    'one long object that is a record',
    `{"accounts":[${'{"a":1},'.repeat(700_000)}{}],"legal_name":"Ada"}`,
    '1:1 must not contain a record of more than 4 MB, but one starts here',
  ],
])('the reader fails for %s with the place and the reason', async (_case, content, expected) => {
  expect(await faultOf(content)).toBe(expected);
});

describe('a fault', () => {
  /** A pretty-printed file of customers, as OBP's tools write it. */
  function customers(count: number): string[] {
    const records = Array.from({ length: count }, (_, index) => ({
      customer_id: `customer-${index}`,
      legal_name: 'Jörg Müller',
      face_image: { url: 'https://example.com/face.png', date: '2017-09-19T00:00:00Z' },
      dob_of_dependants: ['2012-09-08T00:00:00Z'],
    }));
    return JSON.stringify({ customers: records }, null, 2).split('\n');
  }

  const commaFault = "must be valid JSON, but ',' or '}' is missing after line";

  test.each([[500], [40_000]])('has the right place in a file of %d customers', async (count) => {
    const lines = customers(count);
    // The line of a legal name.
    const number = 3 + 11 * Math.floor(count * 0.4) + 2;
    const written = lines[number - 1] ?? '';
    expect(written).toContain('legal_name');

    const withFault = (line: string | Buffer) =>
      Buffer.concat([
        Buffer.from(`${lines.slice(0, number - 1).join('\n')}\n`),
        Buffer.from(line),
        Buffer.from(`\n${lines.slice(number).join('\n')}\n`),
      ]);
    const invalidRecords = async (line: string | Buffer) => {
      const records = await readPlaces(withFault(line));
      expect(records).toHaveLength(count);
      return records.filter(({ invalid }) => invalid !== undefined).map(({ at, invalid }) => `${at} ${invalid}`);
    };
    expect(await invalidRecords(written.slice(0, -1))).toEqual([`${number + 1}:7 ${commaFault} ${number}`]);
    expect(await invalidRecords(Buffer.from(written, 'latin1'))).toEqual([`${number}:23 must be UTF-8`]);
    expect(await invalidRecords(written.replace(':', ''))).toEqual([
      `${number}:20 must be valid JSON, but ':' is missing`,
    ]);
    expect(await invalidRecords(written.replace('ö', '\\o'))).toEqual([
      `${number}:23 must be valid JSON, but contains an invalid escape`,
    ]);
    // The quote that closes the text is missing, so the end of the record is uncertain.
    expect(await faultOf(withFault(written.replace('",', ',')))).toBe(
      `${number}:34 must be valid JSON, but the closing quote of a text is missing`,
    );
    const cut = `${lines.slice(0, number - 1).join('\n')}\n${written.slice(0, 12)}`;
    expect(await faultOf(cut)).toBe(
      `${number}:13 must be valid JSON, but ends inside the value that starts on line ${number - 2}`,
    );
  });

  test.each([[1], [60]])('is judged equally in a file of %d times 100 kB', async (times) => {
    const filler = JSON.stringify({ customer_id: 'filler', legal_name: 'x'.repeat(100_000) });
    const lists = (name: string, last: string) => `{"${name}":[${`${filler},`.repeat(times)}${last}],"total":1}`;
    const last = async (text: string) => (await readPlaces(text)).at(-1);
    expect(await last(lists('customers', '{"legal_name":nul}'))).toMatchObject({
      section: 'customers',
      index: times,
      invalid: 'must be valid JSON, but contains an invalid value',
    });
    expect((await readFile(lists('customers', '{"legal_name":1}'))).ignored).toEqual(['total']);
    // An object of unknown lists is one unknown record.
    expect(valueKindOf((await last(lists('nothing', '1')))?.value, null)).toBe('unknown');
  });
});

test('findJsonFault agrees with JSON.parse about every change of one byte', () => {
  const text = Buffer.from('{"a":[-1.5e+3,0,true,false,null,"ü\\u00e9\\n",{"b":""}],"cc":{}}');
  for (let at = 0; at < text.length; at += 1) {
    for (const byte of [...Buffer.from(' \n,:[]{}"\\0-.eEtua/'), 0x00, 0x1f, 0x80, 0xc3, 0xff]) {
      const changed = Buffer.from(text);
      changed[at] = byte;
      let isValid = isUtf8(changed);
      try {
        JSON.parse(changed.toString('utf8'));
      } catch {
        isValid = false;
      }
      expect(findJsonFault(changed) === null, `${changed.toString('latin1')} with byte ${byte} at ${at}`).toBe(isValid);
    }
  }
});
