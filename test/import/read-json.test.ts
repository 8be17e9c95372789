import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type JsonRecord, readRecords } from '../../src/import/read-json.ts';
import { isListOfRecords } from '../../src/import/record-kind.ts';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'read-json-'));
});

afterAll(async () => {
  await rm(folder, { recursive: true });
});

async function read(content: string | Buffer): Promise<JsonRecord[]> {
  const file = join(folder, 'file.json');
  await writeFile(file, content);
  const records: JsonRecord[] = [];
  for await (const some of readRecords(file, isListOfRecords, () => undefined)) records.push(...some);
  return records;
}

/** An address of about `size` bytes, with brackets, quotes and escapes in its text. */
function address(number: number, size = 0) {
  return { customer_address_id: `a-${number}`, line_1: `{"\\ [${'ü'.repeat(size / 2)}] \n \u{10FFFF}`, postcode: '1' };
}

describe('readRecords', () => {
  test('reads the items of a list with their index and line', async () => {
    expect(await read('[\n {"a":1},\n {"b":[2,{"c":"]"}]} ]\n')).toEqual([
      { section: null, index: 0, line: 2, value: { a: 1 } },
      { section: null, index: 1, line: 3, value: { b: [2, { c: ']' }] } },
    ]);
  });

  test('reads the items of each list in an object', async () => {
    expect(await read('{"addresses": [{"a":1}, {"a":2}], "total": 2,\n"documents": [{"b":1}], "checks": []}')).toEqual([
      { section: 'addresses', index: 0, line: 1, value: { a: 1 } },
      { section: 'addresses', index: 1, line: 1, value: { a: 2 } },
      { section: 'documents', index: 0, line: 2, value: { b: 1 } },
    ]);
  });

  test('reads a single record', async () => {
    const customer = { accounts: [{ account_id: 'a' }], customer_attributes: [], legal_name: 'Ada' };
    expect(await read(JSON.stringify(customer, null, 2))).toEqual([
      { section: null, index: 0, line: 1, value: customer },
    ]);
  });

  test('reads lines, and an invalid line does not affect the others', async () => {
    expect(await read('{"a":1}\r\n\n{"a":2\n{"a":3}')).toEqual([
      { section: null, index: 0, line: 1, value: { a: 1 } },
      { section: null, index: 1, line: 3, value: undefined, invalid: 'must be valid JSON' },
      { section: null, index: 2, line: 4, value: { a: 3 } },
    ]);
  });

  test('reads consecutive objects', async () => {
    expect(await read('{\n"a":1\n}\n{\n"a":2\n}')).toEqual([
      { section: null, index: 0, line: 1, value: { a: 1 } },
      { section: null, index: 1, line: 4, value: { a: 2 } },
    ]);
  });

  test('accepts a byte order mark', async () => {
    expect(await read('\uFEFF[{"a":1}]')).toEqual([{ section: null, index: 0, line: 1, value: { a: 1 } }]);
  });

  test.each([
    ['a list', (members: string[]) => `[${members.join(',')}]`],
    ['an object of lists', (members: string[]) => `{"other": [1,2], "addresses": [${members.join(' ,\n')}]}`],
    ['lines', (members: string[]) => members.join('\n')],
  ])('reads records that span several chunks, in %s', async (_case, written) => {
    // Together longer than one record can be, and each so long that chunks end at different places in the records.
    const addresses = Array.from({ length: 90 }, (_, number) => address(number, 60_000 + 2 * number));
    const records = await read(written(addresses.map((member) => JSON.stringify(member))));
    expect(records.filter(({ section }) => section !== 'other').map(({ value }) => value)).toEqual(addresses);
  });
});

test.each([
  ['an empty file', '', 'must not be empty'],
  ['a file of white space', ' \n\t', 'must not be empty'],
  ['a file that is not JSON', 'customer_id;legal_name', 'must be JSON or newline-delimited JSON'],
  ['a text', '"customers"', 'must be JSON or newline-delimited JSON'],
  ['UTF-16', Buffer.from('\uFEFF[]', 'utf16le'), 'must be UTF-8'],
  ['a truncated list', '[{"a":1},\n{"a":2}', 'ends inside a list on line 2'],
  ['a list truncated in a record', '[{"a":1},\n{"a":"2', 'ends inside the value that starts on line 2'],
  ['a truncated object of lists', '{"addresses":[{"a":1}]', 'ends inside the value that starts on line 1'],
  ['a list with a surplus comma', '[{"a":1},]', 'must be valid JSON, but a value is missing on line 1'],
  ['a list with a missing comma', '[{"a":1}\n{"a":2}]', "must be valid JSON, but ',' or ']' is missing on line 2"],
  [
    'a list that is followed by other text',
    '[{"a":1}]\n]',
    'must end after the first list or object, but continues on line 2',
  ],
  [
    'a record that is too long',
    `[{"a":"${'x'.repeat(7_000_000)}"}]`,
    'must not contain a record of more than 4 MB, but one starts on line 1',
  ],
  [
    'one long object that is not an object of lists',
    `{"a":"${'x'.repeat(3_000_000)}","b":"${'x'.repeat(3_000_000)}"}`,
    'must be a list, an object of lists or newline-delimited JSON, because it is longer than 4 MB',
  ],
])('fails for %s with the reason', async (_case, content, reason) => {
  await expect(read(content)).rejects.toThrow(reason);
});

test('reports an item of a list that is not JSON, and reads the others', async () => {
  expect(await read('[{"a":nul}, {"a":2}, {"a":1,}]')).toEqual([
    { section: null, index: 0, line: 1, value: undefined, invalid: 'must be valid JSON' },
    { section: null, index: 1, line: 1, value: { a: 2 } },
    { section: null, index: 2, line: 1, value: undefined, invalid: 'must be valid JSON' },
  ]);
  expect(await read(Buffer.from([...Buffer.from('[{"a":"'), 0xff, ...Buffer.from('"}]')]))).toEqual([
    { section: null, index: 0, line: 1, value: undefined, invalid: 'must be UTF-8' },
  ]);
});
