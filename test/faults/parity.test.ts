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

test(`${operations} random queries have the same response on SQLite and on the database under test`, async () => {
  const random = randomNumbers(seed);
  const [first] = sides;
  if (first === undefined) throw new Error('There is no server.');
  const query = `{ customers(bankId: "${bankId}", first: 20) { nodes {
    id customerNumber addresses { id } accountLinks { id accountId } kycDocuments { id }
  } } }`;
  const sample = await send(first, 0, { query });
  const ids = [...sample.matchAll(/"(?:id|accountId)":"([^"]+)"/g)].map(([, id]) => id);
  const numbers = [...sample.matchAll(/"customerNumber":"([^"]+)"/g)].map(([, number]) => number);
  expect(ids.length).toBeGreaterThan(50);
  function valuesOf(argument: string): unknown[] | undefined {
    if (argument === 'bankId') return [bankId, bankId, bankId, bankId, 'no.such.bank'];
    if (argument === 'customerNumber') return [...numbers, 'no such number'];
    if (argument === 'first' || argument === 'limit') return [1, 2, 3, 10, null, 101];
    if (argument === 'after') return [null, null, 'no cursor'];
    if (argument === 'id' || argument.endsWith('Id')) return [...ids, 'no such id'];
    return undefined;
  }
  // Times of the installation, tokens, and cursors differ at each run.
  const without = ['staffToken', 'customerToken', 'exportedAt', 'createdAt', 'updatedAt', 'cursor', 'startCursor'];
  without.push('endCursor', 'auditEvents', 'exportCustomerData', 'entitlements', 'bankEntitlements', 'users');
  without.push('entitlementRequests');

  const differences: string[] = [];
  let [executed, withData] = [0, 0];
  while (executed < operations) {
    const operation = randomOperation(schema, random, { kind: 'query', maxDepth: 5, valuesOf, without });
    if (validate(schema, parse(operation.query)).length > 0) continue;
    const user = Math.floor(random() * 4);
    const [one = '', other = ''] = await Promise.all(sides.map((side) => send(side, user, operation)));
    if (one !== other) differences.push(JSON.stringify({ user, ...operation, one, other }, null, 1));
    if (/: ?\{"/.test(one)) withData += 1;
    executed += 1;
  }
  console.log(JSON.stringify({ seed, executed, withData, different: differences.length }));

  expect(differences.slice(0, 3).join('\n')).toBe('');
  expect(withData).toBeGreaterThan(operations / 3);
});
