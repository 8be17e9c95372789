/**
 * Sends the same operations to a server on SQLite and to one on the database under test: the responses are equal, byte for byte. On
 * SQLite, this shows that they do not differ from one installation to the next.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type GraphQLSchema, parse, validate } from 'graphql';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Role, roleScope, roles } from '../../src/base/roles.ts';
import { gatewaySchema } from '../../src/schema.ts';
import { createDatabaseUrl, type TestDatabase } from '../support/database-url.ts';
import { testEnvironment } from '../support/gateway.ts';
import { buildProgram, runProgram, startProgram } from '../support/program.ts';
import { randomNumbers, randomOperation, testSeed } from '../support/random-operation.ts';

const operations = Number(process.env.OPERATIONS ?? 500);
const seed = testSeed();
const bankId = 'gh.29.uk';
const usernames = ['officer.of.all', 'officer.of.some', 'nobody.special'];

interface Side {
  url: string;
  tokens: string[];
  stop(): Promise<unknown>;
}

let folder: string;
let database: TestDatabase;
let schema: GraphQLSchema;
let sides: Side[] = [];

/** Users with all roles, with every second role, and with none. */
function userRecords(bank: string) {
  const all = Object.keys(roles) as Role[];
  const held = [all, all.filter((_role, index) => index % 2 === 0), []];
  return {
    users: usernames.map((username, index) => ({
      user_id: `00000000-0000-4000-8000-00000000000${index}`,
      username,
      email: `${username}@example.com`,
      password: 'A password of the test, 1!',
      entitlements: {
        list: held[index]?.map((role) => ({ role_name: role, bank_id: roleScope(role) === 'bank' ? bank : '' })),
      },
    })),
  };
}

async function openSide(databaseUrl: string, users: string): Promise<Side> {
  const environment = testEnvironment(databaseUrl);
  async function run(...args: string[]): Promise<string> {
    const { exitCode, output, errors } = await runProgram(args, { environment });
    if (exitCode !== 0) throw new Error(`${args.join(' ')} failed: ${errors}`);
    return output.trim();
  }
  await run('generate', '--customers', '60', '--seed', '16');
  await run('import', users, '--with-passwords', '--with-entitlements');
  const tokens: string[] = [];
  for (const username of usernames) tokens.push(await run('token', username));
  const { program, match, ended } = await startProgram(['serve', '--workers', '1'], /"url":"([^"]+)"/, { environment });
  return {
    url: match[1] ?? '',
    tokens,
    stop() {
      program.kill();
      return ended;
    },
  };
}

beforeAll(async () => {
  await buildProgram();
  folder = await mkdtemp(join(tmpdir(), 'gateway-parity-'));
  const users = join(folder, 'users.json');
  await writeFile(users, JSON.stringify(userRecords(bankId)));
  database = await createDatabaseUrl();
  schema = await gatewaySchema();
  sides = [await openSide(`file:${join(folder, 'gateway.db')}`, users), await openSide(database.url, users)];
}, 300_000);

afterAll(async () => {
  await Promise.all(sides.map((side) => side.stop()));
  await database?.drop();
  await rm(folder, { recursive: true, force: true });
});

async function send({ url, tokens }: Side, user: number, body: object): Promise<string> {
  const token = tokens[user];
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'x-request-id': 'parity',
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify(body),
  });
  return `${response.status} ${await response.text()}`;
}

interface Sample {
  ids: string[];
  numbers: string[];
}

/** The identifiers of the generated objects, which are the same on both sides. */
async function sampleOf(side: Side): Promise<Sample> {
  const query = `{ customers(bankId: "${bankId}", first: 20) { nodes {
    id customerNumber addresses { id } accountLinks { id accountId } kycDocuments { id }
  } } }`;
  const sample = await send(side, 0, { query });
  const ids = [...sample.matchAll(/"(?:id|accountId)":"([^"]+)"/g)].map(([, id = '']) => id);
  const numbers = [...sample.matchAll(/"customerNumber":"([^"]+)"/g)].map(([, number = '']) => number);
  expect(ids.length).toBeGreaterThan(50);
  return { ids, numbers };
}

/** Values of arguments and input fields that exist, and some that do not. Others depend on the type. */
function valuesFrom({ ids, numbers }: Sample): (argument: string) => unknown[] | undefined {
  return (argument) => {
    if (argument === 'bankId') return [bankId, bankId, bankId, bankId, 'no.such.bank'];
    if (argument === 'customerNumber') return [...numbers, 'no such number'];
    if (argument === 'first' || argument === 'limit') return [1, 2, 3, 10, null, 101];
    if (argument === 'after') return [null, null, 'no cursor'];
    if (argument === 'id' || argument.endsWith('Id')) return [...ids, 'no-such-id', 'no ID'];
    return undefined;
  };
}

function firstSide(): Side {
  const [side] = sides;
  if (side === undefined) throw new Error('There is no server.');
  return side;
}

/** Sends operations to both sides, one after the other, and returns those whose responses differ. */
async function differencesOf(
  count: number,
  nextOperation: () => { query: string; variables: Record<string, unknown> },
  { random, normalised = (text) => text }: { random: () => number; normalised?: (text: string) => string },
) {
  const differences: string[] = [];
  let [executed, withData] = [0, 0];
  while (executed < count) {
    const operation = nextOperation();
    if (validate(schema, parse(operation.query)).length > 0) continue;
    const user = Math.floor(random() * 4);
    const responses = await Promise.all(sides.map((side) => send(side, user, operation)));
    const [one = '', other = ''] = responses.map(normalised);
    if (one !== other) differences.push(JSON.stringify({ user, ...operation, one, other }, null, 1));
    if (/:\{"/.test(one.slice(one.indexOf('"data":') + '"data":'.length))) withData += 1;
    executed += 1;
  }
  console.log(JSON.stringify({ seed, executed, withData, different: differences.length }));
  return { differences, withData };
}

/** Times of the installation, tokens, and cursors differ at each run. */
const withoutFields = ['staffToken', 'customerToken', 'exportedAt', 'createdAt', 'updatedAt', 'cursor', 'startCursor'];
withoutFields.push('endCursor', 'auditEvents', 'exportCustomerData', 'entitlements', 'bankEntitlements', 'users');
withoutFields.push('entitlementRequests');

test(`${operations} random queries have the same response on SQLite and on the database under test`, async () => {
  const random = randomNumbers(seed);
  const valuesOf = valuesFrom(await sampleOf(firstSide()));
  const options = { kind: 'query', maxDepth: 5, valuesOf, without: withoutFields } as const;
  const { differences, withData } = await differencesOf(operations, () => randomOperation(schema, random, options), {
    random,
  });
  expect(differences.slice(0, 3).join('\n')).toBe('');
  expect(withData).toBeGreaterThan(operations / 10);
});

type Page = { nodes: unknown[]; pageInfo: { hasNextPage: boolean; endCursor: string | null }; totalCount: number };

/** Follows the pages of a list to its end. Returns the nodes of each page. */
async function pagesOf(side: Side, call: (after: string) => string): Promise<unknown[]> {
  const pages: unknown[] = [];
  let after: string | null = null;
  do {
    const query = `{ list: ${call(after === null ? '' : `, after: "${after}"`)} {
      totalCount nodes { id } pageInfo { hasNextPage endCursor } } }`;
    const text = await send(side, 0, { query });
    const { data, errors } = JSON.parse(text.slice(4)) as { data?: { list: Page | null }; errors?: unknown };
    const list = data?.list ?? null;
    pages.push({ errors, total: list?.totalCount, nodes: list?.nodes });
    after = list?.pageInfo.hasNextPage ? list.pageInfo.endCursor : null;
  } while (after !== null);
  return pages;
}

/** Several customers have the same creation time, the same last date, or the same first letters. */
const filters = [
  '{}',
  '{ legalNameStartsWith: "a" }',
  '{ legalNameContains: "son" }',
  '{ legalNameContains: "%_a" }',
  '{ kycStatus: true }',
  '{ branchId: "no such branch" }',
  '{ mobilePhoneNumber: "+44%" }',
  '{ legalNameStartsWith: "É" }',
  '{ customerNumber: "no such number" }',
  '{ email: "nobody@example.com" }',
  '{ createdFrom: "2020-01-01T00:00:00Z", lastOkBefore: "2030-01-01T00:00:00Z" }',
];

test('the pages of lists have the same objects in the same order, however they are sorted and filtered', async () => {
  const calls = filters.flatMap((filter) =>
    ['CREATED', 'CUSTOMER_NUMBER', 'LAST_OK_DATE'].flatMap((sortBy) =>
      ['ASC', 'DESC'].map((direction) => (after: string) => {
        const sorting = `sortBy: ${sortBy}, sortDirection: ${direction}`;
        return `customers(bankId: "${bankId}", first: 7, filter: ${filter}, ${sorting}${after})`;
      }),
    ),
  );
  calls.push(
    (after) => `crmEvents(bankId: "${bankId}", first: 7${after})`,
    (after) => `meetings(bankId: "${bankId}", first: 7${after})`,
  );
  let pages = 0;
  for (const call of calls) {
    const [one = [], other = []] = await Promise.all(sides.map((side) => pagesOf(side, call)));
    pages += one.length;
    expect(other, call('')).toEqual(one);
  }
  console.log(JSON.stringify({ lists: calls.length, pages }));
  expect(pages).toBeGreaterThan(calls.length);
});

/** Values with which mutations succeed, and values that they refuse. */
const inputValues: Record<string, unknown[]> = {
  email: ['ada@example.com', 'a@b', 'ada@example.com'],
  mobilePhoneNumber: ['+44 7700 900123', 'no number', '+49 30 901820'],
  countryCode: ['DE', 'GB', 'XX'],
  country: ['DE', 'GB', 'XX'],
  postcode: ['13359', ''],
  currency: ['EUR', 'GBP', 'BGN'],
  amount: ['10.50', '1e3', '-1'],
  date: ['2024-05-31T09:30:00Z', '2024-05-31T09:30:00.000Z', '2099-01-01T00:00:00Z', 'yesterday'],
  dateOfBirth: ['1970-02-28', '1970-02-30', '2999-01-01'],
  issueDate: ['2020-01-01', '2030-01-01'],
  expiryDate: ['2031-01-01', '2019-01-01'],
  legalName: ['Ada Lovelace', ' ', 'Zoë Müller'],
  customerNumber: ['N-1', 'N-1', 'N-2', '\u200b'],
  type: ['STRING', 'INTEGER', 'home', 'email'],
  name: ['segment', 'score', 'name'],
  value: ['1', 'x', '2024-01-01'],
  expectedVersion: [1, 1, 2, 99],
  idempotencyKey: [null, null, 'key-one', 'key-two'],
  roleName: ['CanGetCustomer', 'CanGetMeetings', 'CanGetAnyUser', 'CanDoAnything'],
};

/** Mutations that end the run, or that take long on purpose. */
const withoutMutations = ['revokeMyTokens', 'login', 'createUser', 'deleteCustomerCascade', 'token'];

/** Replaces the identifiers and times of new objects, which differ. Identifiers are numbered in their order. */
function normalise(text: string, known: ReadonlySet<string>): string {
  const numbers = new Map<string, number>();
  return text
    .replace(/[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}/g, (id) => {
      if (known.has(id)) return id;
      const number = numbers.get(id) ?? numbers.size;
      numbers.set(id, number);
      return `new-${number}`;
    })
    .replaceAll(/"20\d\d-[\d-]+T[\d:.]+Z"/g, (time) =>
      Math.abs(Date.now() - Date.parse(time.slice(1, -1))) < 3_600_000 ? '"now"' : time,
    );
}

test(`${operations} random mutations have the same response on SQLite and on the database under test`, async () => {
  const random = randomNumbers(seed + 1);
  const sample = await sampleOf(firstSide());
  const known = new Set(sample.ids);
  const existing = valuesFrom(sample);
  const valuesOf = (argument: string) => inputValues[argument] ?? existing(argument);
  const without = [...withoutFields, ...withoutMutations];
  const options = { kind: 'mutation', maxDepth: 4, valuesOf, without } as const;
  const { differences, withData } = await differencesOf(operations, () => randomOperation(schema, random, options), {
    random,
    normalised: (text) => normalise(text, known),
  });
  expect(differences.slice(0, 3).join('\n')).toBe('');
  expect(withData).toBeGreaterThan(operations / 20);
});
