import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, expect, test } from 'vitest';

const check = fileURLToPath(new URL('../schema/check.ts', import.meta.url));

const committed = `
  directive @authenticated(anyOf: [Role!]) on FIELD_DEFINITION
  directive @public on FIELD_DEFINITION
  directive @requiresRole(anyOf: [Role!]!, orLinkedUser: Boolean = false) on FIELD_DEFINITION

  enum Role { CanGetCustomer CanGetCustomers CanGetMeetings }

  type Customer {
    id: ID!
    legalName: String
    addresses: [String!] @requiresRole(anyOf: [CanGetCustomer], orLinkedUser: true)
    meetings: [String!] @requiresRole(anyOf: [CanGetMeetings])
  }

  type Query {
    banks: [String!] @public
    customer(bankId: ID!, customerId: ID!): Customer @requiresRole(anyOf: [CanGetCustomer])
    me: String @authenticated
    meetings: [String!] @authenticated(anyOf: [CanGetMeetings])
  }
`;

let repository: string;

/** Variables of a git that runs the tests as its hook would lead to another repository. */
const environment = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('GIT_')));

function git(...args: string[]): void {
  const identity = ['-c', 'user.name=Test', '-c', 'user.email=test@example.org'];
  execFileSync('git', [...identity, ...args], { cwd: repository, env: environment });
}

function writeSchema(sdl: string): void {
  writeFileSync(join(repository, 'schema', 'schema.graphql'), sdl);
}

/** Compares `sdl`, not yet committed, with what was committed at `ref`. */
function checkSchema(sdl: string, ...refs: string[]) {
  writeSchema(sdl);
  const { status, stdout, stderr } = spawnSync(process.execPath, [check, ...refs], {
    cwd: repository,
    env: environment,
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}

/** `committed` with some of it written anew; what is looked for has to be there. */
function changed(...replacements: [old: string, written: string][]): string {
  return replacements.reduce((sdl, [old, written]) => {
    if (!sdl.includes(old)) throw new Error(`There is no ${old} in the schema.`);
    return sdl.replace(old, written);
  }, committed);
}

beforeAll(() => {
  repository = mkdtempSync(join(tmpdir(), 'schema-check-'));
  mkdirSync(join(repository, 'schema'));
  git('init', '--quiet', '--initial-branch=main');
  git('commit', '--quiet', '--allow-empty', '--message=Nothing yet');
  git('tag', 'empty');
  writeSchema('type Query {');
  git('add', '--all');
  git('commit', '--quiet', '--message=A schema that is none');
  git('tag', 'broken');
  writeSchema(committed);
  git('commit', '--quiet', '--all', '--message=A schema');
});

test('a schema that is as it was has no changes', () => {
  expect(checkSchema(committed, 'HEAD')).toEqual({
    status: 0,
    stdout: 'Breaking: 0\nDangerous: 0\nSafe: 0\n',
    stderr: '',
  });
});

test('breaking, dangerous and safe changes are named under their headings, and a breaking one fails', () => {
  const sdl = changed(
    ['legalName: String', '"The name." name: String'],
    ['enum Role { CanGetCustomer', 'enum Role { CanUnlockUser CanGetCustomer'],
  );

  expect(checkSchema(sdl, 'HEAD')).toEqual({
    status: 1,
    stdout: `Breaking: 1
  Customer.legalName: Field 'legalName' was removed from object type 'Customer'
Dangerous: 1
  Role.CanUnlockUser: Enum value 'CanUnlockUser' was added to enum 'Role'
Safe: 1
  Customer.name: Field 'name' was added to object type 'Customer'
`,
    stderr: '',
  });
});

test('dangerous and safe changes alone do not fail', () => {
  const sdl = changed(
    ['legalName: String', 'legalName: String title: String'],
    ['banks: [String!]', 'banks(first: Int): [String!]'],
  );

  const { status, stdout } = checkSchema(sdl, 'HEAD');

  expect(status).toBe(0);
  expect(stdout).toMatch(
    /^Breaking: 0\nDangerous: 1\n {2}Query\.banks.*'first: Int'.*\nSafe: 1\n {2}Customer\.title.*\n$/,
  );
});

test.each<[title: string, old: string, written: string, line: string]>([
  [
    'one role of two',
    '@requiresRole(anyOf: [CanGetCustomer])',
    '@requiresRole(anyOf: [CanGetCustomers])',
    'Query.customer: Access was taken away: CanGetCustomer',
  ],
  ['the linked user', ', orLinkedUser: true', '', 'Customer.addresses: Access was taken away: orLinkedUser'],
  [
    'anybody, for a role',
    '[String!] @public',
    '[String!] @requiresRole(anyOf: [CanGetCustomers])',
    'Query.banks: Access was taken away: anybody',
  ],
  [
    'anybody, for a login',
    '[String!] @public',
    '[String!] @authenticated',
    'Query.banks: Access was taken away: anybody',
  ],
  [
    'who is logged in',
    '@authenticated\n',
    '@requiresRole(anyOf: [CanGetCustomers])\n',
    'Query.me: Access was taken away: who is logged in',
  ],
  [
    'a role that widens the answer',
    '@authenticated(anyOf: [CanGetMeetings])',
    '@authenticated',
    'Query.meetings: Access was taken away: CanGetMeetings',
  ],
  [
    'whoever read a field without a rule',
    'legalName: String',
    'legalName: String @requiresRole(anyOf: [CanGetCustomer])',
    'Customer.legalName: Access was taken away: anybody',
  ],
])('access that is taken away is breaking: from %s', (_title, old, written, line) => {
  const { status, stdout } = checkSchema(changed([old, written]), 'HEAD');

  expect(status).toBe(1);
  expect(stdout).toMatch(new RegExp(`^Breaking: 1\n  ${line.replaceAll('.', '\\.')}\n`));
});

test.each<[title: string, old: string, written: string, line: string]>([
  [
    'another role',
    '@requiresRole(anyOf: [CanGetMeetings])',
    '@requiresRole(anyOf: [CanGetMeetings, CanGetCustomer])',
    'Customer.meetings: Access was given: CanGetCustomer',
  ],
  [
    'the linked user',
    '@requiresRole(anyOf: [CanGetMeetings])',
    '@requiresRole(anyOf: [CanGetMeetings], orLinkedUser: true)',
    'Customer.meetings: Access was given: orLinkedUser',
  ],
  ['anybody', '@requiresRole(anyOf: [CanGetMeetings])', '@public', 'Customer.meetings: Access was given: anybody'],
  ['anybody, by leaving the rule out', '@authenticated\n', '\n', 'Query.me: Access was given: anybody'],
])('access that is given is dangerous: to %s', (_title, old, written, line) => {
  expect(checkSchema(changed([old, written]), 'HEAD')).toEqual({
    status: 0,
    stdout: `Breaking: 0\nDangerous: 1\n  ${line}\nSafe: 0\n`,
    stderr: '',
  });
});

test.each<[title: string, sdl: string, refs: string[], message: string]>([
  ['without a ref', committed, [], 'usage: npm run schema:check -- <git ref>'],
  ['with a ref that git does not know', committed, ['v0'], 'git knows no commit v0.'],
  ['with a ref that is an option', committed, ['--output=planted'], 'git knows no commit --output=planted.'],
  ['with a ref that has no schema', committed, ['empty'], 'There is no schema/schema.graphql at empty.'],
  ['with a ref whose schema is none', committed, ['broken'], 'schema/schema.graphql at broken is no schema: '],
  ['when the schema here is none', 'type Query {', ['HEAD'], 'schema/schema.graphql here is no schema: '],
])('it cannot compare, and says why, %s', (_title, sdl, refs, message) => {
  const { status, stdout, stderr } = checkSchema(sdl, ...refs);

  expect([status, stdout]).toEqual([2, '']);
  expect(stderr).toContain(message);
});
