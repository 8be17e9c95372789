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

/** An address of about `size` bytes, with everything in its text that a scanner of brackets could stumble over. */
function address(number: number, size = 0) {
  return { customer_address_id: `a-${number}`, line_1: `{"\\ [${'ü'.repeat(size / 2)}] \n \u{10FFFF}`, postcode: '1' };
}

describe('a file', () => {
  test('of a list gives its members with their index and line', async () => {
    expect(await read('[\n {"a":1},\n {"b":[2,{"c":"]"}]} ]\n')).toEqual([
      { section: null, index: 0, line: 2, value: { a: 1 } },
      { section: null, index: 1, line: 3, value: { b: [2, { c: ']' }] } },
    ]);
  });

  test('of an object of lists gives the members of each list', async () => {
    expect(await read('{"addresses": [{"a":1}, {"a":2}], "total": 2,\n"documents": [{"b":1}], "checks": []}')).toEqual([
      { section: 'addresses', index: 0, line: 1, value: { a: 1 } },
      { section: 'addresses', index: 1, line: 1, value: { a: 2 } },
      { section: 'documents', index: 0, line: 2, value: { b: 1 } },
    ]);
  });

  test('of one record gives it whole', async () => {
    const customer = { accounts: [{ account_id: 'a' }], customer_attributes: [], legal_name: 'Ada' };
    expect(await read(JSON.stringify(customer, null, 2))).toEqual([
      { section: null, index: 0, line: 1, value: customer },
    ]);
  });

  test('of lines gives each of them, and a bad line does not spoil the others', async () => {
    expect(await read('{"a":1}\r\n\n{"a":2\n{"a":3}')).toEqual([
      { section: null, index: 0, line: 1, value: { a: 1 } },
      { section: null, index: 1, line: 3, value: undefined, invalid: 'is not valid JSON' },
      { section: null, index: 2, line: 4, value: { a: 3 } },
    ]);
  });

  test('of objects one after another gives each of them', async () => {
    expect(await read('{\n"a":1\n}\n{\n"a":2\n}')).toEqual([
      { section: null, index: 0, line: 1, value: { a: 1 } },
      { section: null, index: 1, line: 4, value: { a: 2 } },
    ]);
  });

  test('may begin with a byte order mark', async () => {
    expect(await read('\uFEFF[{"a":1}]')).toEqual([{ section: null, index: 0, line: 1, value: { a: 1 } }]);
  });

  test.each([
    ['a list', (members: string[]) => `[${members.join(',')}]`],
    ['an object of lists', (members: string[]) => `{"other": [1,2], "addresses": [${members.join(' ,\n')}]}`],
    ['lines', (members: string[]) => members.join('\n')],
  ])('of %s is read the same where its records span the chunks that it is read in', async (_what, written) => {
    // Together longer than what is read as one record, each so long that chunks end at ever other places.
    const addresses = Array.from({ length: 90 }, (_, number) => address(number, 60_000 + 2 * number));
    const records = await read(written(addresses.map((member) => JSON.stringify(member))));
    expect(records.filter(({ section }) => section !== 'other').map(({ value }) => value)).toEqual(addresses);
  });
});

test.each([
  ['an empty file', '', 'is empty'],
  ['a file of white space', ' \n\t', 'is empty'],
  ['a file that is no JSON', 'customer_id;legal_name', 'begins with neither { nor ['],
  ['a text', '"customers"', 'begins with neither { nor ['],
  ['UTF-16', Buffer.from('\uFEFF[]', 'utf16le'), 'is not UTF-8'],
  ['a truncated list', '[{"a":1},\n{"a":2}', 'ends inside of a list, on line 2'],
  ['a list truncated in a record', '[{"a":1},\n{"a":"2', 'ends inside of the value that begins on line 2'],
  ['a truncated object of lists', '{"addresses":[{"a":1}]', 'ends inside of the value that begins on line 1'],
  ['a list with a comma too many', '[{"a":1},]', 'is not valid JSON on line 1: a value is missing'],
  ['a list with a comma too few', '[{"a":1}\n{"a":2}]', "is not valid JSON on line 2: ',' or ']' is missing"],
  ['a list with something behind it', '[{"a":1}]\n]', 'goes on after its end, on line 2'],
  ['a record that is too long', `[{"a":"${'x'.repeat(7_000_000)}"}]`, 'has a record of more than 4 MB on line 1'],
  [
    'one long object that is no list',
    `{"a":"${'x'.repeat(3_000_000)}","b":"${'x'.repeat(3_000_000)}"}`,
    'is longer than 4 MB and neither lines, nor a list, nor an object of lists',
  ],
])('%s is refused, with the reason', async (_what, content, reason) => {
  await expect(read(content)).rejects.toThrow(reason);
});

test('a member of a list that is no JSON is told of, and the others are read', async () => {
  expect(await read('[{"a":nul}, {"a":2}, {"a":1,}]')).toEqual([
    { section: null, index: 0, line: 1, value: undefined, invalid: 'is not valid JSON' },
    { section: null, index: 1, line: 1, value: { a: 2 } },
    { section: null, index: 2, line: 1, value: undefined, invalid: 'is not valid JSON' },
  ]);
  expect(await read(Buffer.from([...Buffer.from('[{"a":"'), 0xff, ...Buffer.from('"}]')]))).toEqual([
    { section: null, index: 0, line: 1, value: undefined, invalid: 'is not UTF-8' },
  ]);
});
