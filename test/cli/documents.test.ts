import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { checkManifest } from '../../src/cli/document-report.ts';
import { defaultLimits } from '../../src/execution/limits.ts';
import { gatewaySchema } from '../../src/schema.ts';
import { buildProgram, runProgram } from '../support/program.ts';

const shipped = new URL('../generated/persisted-documents.json', import.meta.url);

beforeAll(() => buildProgram(), 120_000);

test('documents check exits with 1 and names each document that a gateway would refuse', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'documents-'));
  const [apollo, map] = [join(folder, 'apollo.json'), join(folder, 'map.json')];
  const operations = [
    { id: 'a', body: 'query Known { me { id } }' },
    { id: 'b', body: 'query Unknown { nothing }' },
    { id: 'b', body: 'query Other { me { id } }' },
    { id: 'sha256:b', body: 'query Claimed { me { id } }' },
  ];
  await writeFile(apollo, JSON.stringify({ format: 'apollo-persisted-query-manifest', version: 1, operations }));
  await writeFile(map, JSON.stringify({ c: 'query Costly { users(first: 100) { nodes { id } } }', d: '{ "\u001b[2J' }));

  const { exitCode, output } = await runProgram(['documents', 'check', apollo, map], {
    environment: { GATEWAY_MAX_LIST_COST: '100' },
  });

  expect(output).toMatch(/^Known \(a\): valid, list cost 1\n {2}Query\.me: Requires authentication\.$/m);
  expect(output).toContain('Unknown (b): refused\n  Several documents have this ID.\n  Cannot query field "nothing"');
  expect(output).toContain('Other (b): refused\n  Several documents have this ID.\n');
  expect(output).toContain('Claimed (sha256:b): refused\n  The ID must be sha256: and 64 hexadecimal digits');
  expect(output).toContain('Costly (c): refused\n  The operation can return too many objects.');
  expect(output).toContain('Unnamed (d): refused\n  Syntax Error');
  expect(output).not.toContain('\u001b');
  expect(output).toMatch(/\n6 documents, 5 refused\.\n$/);
  expect(exitCode).toBe(1);
});

describe('checkManifest', () => {
  const limits = { ...defaultLimits, maxTokens: 1_500 };

  async function linesOf(json: string, maxListCost = limits.maxListCost) {
    const rules = { schema: await gatewaySchema(), limits: { ...limits, maxListCost }, introspection: false };
    return checkManifest('manifest.json', json, rules);
  }

  test('returns the list cost and the access rule of each field of the shipped operations', async () => {
    const reports = await linesOf(await readFile(shipped, 'utf8'));

    expect(reports.filter(({ isValid }) => !isValid)).toEqual([]);
    const lines = reports.map(({ lines }) => lines).find(([title = '']) => title.startsWith('CustomerOverview')) ?? [];
    expect(lines[0]).toMatch(
      /^CustomerOverview \(sha256:[0-9a-f]{64}\): valid, list cost \d+, [\d,]+ with the largest pages$/,
    );
    expect(lines).toContain(
      '  Customer.addresses: Requires `CanGetCustomerAddress` at the bank, or a link to the customer.',
    );
    const ofInterface = reports.flatMap(({ lines }) => lines).filter((line) => line.includes('HistoryEntry.changes'));
    expect(ofInterface).toHaveLength(9);
    expect(ofInterface).toContain('  TaxResidenceHistoryEntry.changes: Requires `CanGetTaxResidence` at the bank.');
  });

  test.each([
    ['a page that is too large', '{ users(first: 1000) { nodes { id } } }', 'Query.users: OBP-10025: '],
    ['a page without items', '{ banks { id } users(first: 0) { nodes { id } } }', 'Query.users: OBP-10025: '],
    [
      'a page in a fragment',
      'query ($b: ID!, $c: ID!) { customer(bankId: $b, customerId: $c) { ...C } } fragment C on Customer { messages(first: 101) { nodes { id } } }',
      'Customer.messages: OBP-10025: ',
    ],
    [
      'a limit',
      'query ($b: ID!) { firehoseCustomers(bankId: $b, limit: 501) { id } }',
      'Query.firehoseCustomers: OBP-10025',
    ],
    [
      'an offset',
      'query ($b: ID!) { firehoseCustomers(bankId: $b, offset: -1) { id } }',
      'Query.firehoseCustomers: OBP-10024',
    ],
    [
      'the default of a variable',
      'query ($n: Int = 1000) { users(first: $n) { nodes { id } } }',
      'Query.users: OBP-10025: ',
    ],
    [
      'a value of a scalar',
      'mutation ($b: ID!, $c: ID!, $city: String!) { createCustomerAddress(bankId: $b, customerId: $c, input: { line1: "1", city: $city, countryCode: "XX" }) { customerAddress { id } } }',
      'Mutation.createCustomerAddress: OBP-10001: ',
    ],
    [
      'a list that is too long',
      `query ($b: ID!) { customersById(bankId: $b, customerIds: [${'"a",'.repeat(101)}]) { id } }`,
      'Query.customersById: ',
    ],
    ['an ID that is too long', `{ bank(bankId: "${'a'.repeat(255)}") { id } }`, 'Query.bank: OBP-30111: '],
    [
      'a text that is not an ID in a list',
      'query ($b: ID!) { customersById(bankId: $b, customerIds: ["a b"]) { id } }',
      'Query.customersById: OBP-10001: ',
    ],
    ['a cursor', 'query { users(after: "x") { nodes { id } } }', 'Query.users: The cursor is invalid'],
  ])('refuses %s in a literal', async (_case, text, problem) => {
    const [report] = await linesOf(JSON.stringify({ a: text }));

    expect(report).toMatchObject({
      isValid: false,
      lines: [expect.stringContaining('refused'), expect.stringContaining(`  ${problem}`)],
    });
  });

  test.each([
    'query ($n: Int = 100, $b: ID!) { users(first: $n) { nodes { id } } firehoseCustomers(bankId: $b, limit: 500) { id } }',
    'query ($n: Int) { users(first: $n, after: null) { nodes { id } } banks @include(if: true) { id } }',
    'query ($b: ID!, $c: [ID!]!) { customersById(bankId: $b, customerIds: $c) { id } }',
    'query ($b: ID!, $first: ID!) { customersById(bankId: $b, customerIds: [$first, "b"]) { id } }',
  ])('accepts %s', async (text) => {
    expect(await linesOf(JSON.stringify({ a: text }))).toMatchObject([{ isValid: true }]);
  });

  test('names the limit if only the default page sizes are within it', async () => {
    const [report] = await linesOf('{"a": "query A($n: Int) { users(first: $n) { nodes { id } } }"}', 60);

    expect(report).toMatchObject({
      isValid: true,
      lines: [expect.stringMatching(/51, 101 with the largest pages \(limit 60\)$/), expect.anything()],
    });
  });

  test('fails with the name of the file if it is not a manifest', async () => {
    await expect(linesOf('{"a":')).rejects.toThrow('manifest.json: The file is not JSON.');
  });
});
