import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSchema } from 'graphql';
import { beforeAll, describe, expect, test } from 'vitest';

const check = fileURLToPath(new URL('../schema/check.ts', import.meta.url));

const committed = `
  directive @authenticated(anyOf: [Role!]) on FIELD_DEFINITION
  directive @public on FIELD_DEFINITION
  directive @requiresRole(
    anyOf: [Role!]!
    audience: String
    kycMaterial: Boolean = false
    orHolder: Boolean = false
    orLinkedUser: Boolean = false
    orSelf: Boolean = false
  ) on FIELD_DEFINITION

  enum Role { CanGetCustomer CanGetCustomers CanGetMeetings }

  type Customer {
    id: ID!
    legalName: String
    addresses: [String!] @requiresRole(anyOf: [CanGetCustomer], orLinkedUser: true)
    meetings: [String!] @requiresRole(anyOf: [CanGetMeetings])
    status: String @requiresRole(anyOf: [CanGetCustomer], kycMaterial: true)
  }

  type Query {
    banks: [String!] @public
    customer(bankId: ID!, customerId: ID!): Customer @requiresRole(anyOf: [CanGetCustomer])
    me: String @authenticated
    meetings: [String!] @authenticated(anyOf: [CanGetMeetings])
  }
`;

let repository: string;

/** The variables of Git are removed, because in a Git hook they would point to another repository. */
const environment = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('GIT_')));

function git(...args: string[]): void {
  const identity = ['-c', 'user.name=Test', '-c', 'user.email=test@example.org'];
  execFileSync('git', [...identity, ...args], { cwd: repository, env: environment });
}

function writeSchema(sdl: string): void {
  writeFileSync(join(repository, 'schema', 'schema.graphql'), sdl);
}

/** Compares a schema in the working tree with the schema at a Git ref. */
function checkSchema(sdl: string, ...refs: string[]) {
  writeSchema(sdl);
  const { status, stdout, stderr } = spawnSync(process.execPath, [check, ...refs], {
    cwd: repository,
    env: environment,
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}

/** Returns the committed schema with replacements. @throws Error if a replaced text is missing. */
function changed(...replacements: [before: string, after: string][]): string {
  return replacements.reduce((sdl, [before, after]) => {
    if (!sdl.includes(before)) throw new Error(`The schema must contain ${before}.`);
    return sdl.replace(before, after);
  }, committed);
}

beforeAll(() => {
  repository = mkdtempSync(join(tmpdir(), 'schema-check-'));
  mkdirSync(join(repository, 'schema'));
  git('init', '--quiet', '--initial-branch=main');
  git('commit', '--quiet', '--allow-empty', '--message=An empty commit');
  git('tag', 'empty');
  writeSchema('type Query {');
  git('add', '--all');
  git('commit', '--quiet', '--message=An invalid schema');
  git('tag', 'broken');
  writeSchema(committed);
  git('commit', '--quiet', '--all', '--message=A schema');
});

describe('schema:check', () => {
  test('reports no changes for an unchanged schema', () => {
    expect(checkSchema(committed, 'HEAD')).toEqual({
      status: 0,
      stdout: 'Breaking: 0\nDangerous: 0\nSafe: 0\n',
      stderr: '',
    });
  });

  test('lists changes under their headings, and exits with 1 for a breaking change', () => {
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

  test('exits with 0 for dangerous and safe changes', () => {
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

  test.each<[title: string, before: string, after: string, line: string]>([
    [
      'one of two roles',
      '@requiresRole(anyOf: [CanGetCustomer])',
      '@requiresRole(anyOf: [CanGetCustomers])',
      'Query.customer: Access was removed: CanGetCustomer',
    ],
    ['linked users', ', orLinkedUser: true', '', 'Customer.addresses: Access was removed: orLinkedUser'],
    [
      'callers without a role',
      '[String!] @public',
      '[String!] @requiresRole(anyOf: [CanGetCustomers])',
      'Query.banks: Access was removed: every caller',
    ],
    [
      'anonymous callers',
      '[String!] @public',
      '[String!] @authenticated',
      'Query.banks: Access was removed: every caller',
    ],
    [
      'authenticated callers',
      '@authenticated\n',
      '@requiresRole(anyOf: [CanGetCustomers])\n',
      'Query.me: Access was removed: authenticated callers',
    ],
    [
      'a role that extends the result',
      '@authenticated(anyOf: [CanGetMeetings])',
      '@authenticated',
      'Query.meetings: Access was removed: CanGetMeetings',
    ],
    [
      'readers of a field without a rule',
      'legalName: String',
      'legalName: String @requiresRole(anyOf: [CanGetCustomer])',
      'Customer.legalName: Access was removed: every caller',
    ],
    [
      'callers without a reason, because of a requirement',
      '@requiresRole(anyOf: [CanGetMeetings])',
      '@requiresRole(anyOf: [CanGetMeetings], kycMaterial: true)',
      'Customer.meetings: A requirement was added: kycMaterial',
    ],
    [
      'callers without a reason, because of a changed default',
      'kycMaterial: Boolean = false',
      'kycMaterial: Boolean = true',
      'Customer.addresses: A requirement was added: kycMaterial',
    ],
    [
      'some callers, because of an argument of unknown effect',
      '@requiresRole(anyOf: [CanGetMeetings])',
      '@requiresRole(anyOf: [CanGetMeetings], audience: "staff")',
      'Customer.meetings: An argument of unknown effect was added: audience: "staff"',
    ],
  ])('reports removed access of %s as breaking', (_title, before, after, line) => {
    const { status, stdout } = checkSchema(changed([before, after]), 'HEAD');

    expect(status).toBe(1);
    expect(stdout).toMatch(new RegExp(`^Breaking: \\d+\n  ${line.replaceAll('.', '\\.')}\n`));
  });

  test.each<[title: string, before: string, after: string, line: string]>([
    [
      'another role',
      '@requiresRole(anyOf: [CanGetMeetings])',
      '@requiresRole(anyOf: [CanGetMeetings, CanGetCustomer])',
      'Customer.meetings: Access was added: CanGetCustomer',
    ],
    [
      'linked users',
      '@requiresRole(anyOf: [CanGetMeetings])',
      '@requiresRole(anyOf: [CanGetMeetings], orLinkedUser: true)',
      'Customer.meetings: Access was added: orLinkedUser',
    ],
    [
      'every caller',
      '@requiresRole(anyOf: [CanGetMeetings])',
      '@public',
      'Customer.meetings: Access was added: every caller',
    ],
    [
      'users of their own data',
      '@requiresRole(anyOf: [CanGetMeetings])',
      '@requiresRole(anyOf: [CanGetMeetings], orSelf: true)',
      'Customer.meetings: Access was added: orSelf',
    ],
    [
      'account holders',
      '@requiresRole(anyOf: [CanGetMeetings])',
      '@requiresRole(anyOf: [CanGetMeetings], orHolder: true)',
      'Customer.meetings: Access was added: orHolder',
    ],
    [
      'callers without a reason',
      ', kycMaterial: true',
      ', kycMaterial: false',
      'Customer.status: A requirement was removed: kycMaterial',
    ],
    ['every caller without a rule', '@authenticated\n', '\n', 'Query.me: Access was added: every caller'],
  ])('reports added access of %s as dangerous', (_title, before, after, line) => {
    expect(checkSchema(changed([before, after]), 'HEAD')).toEqual({
      status: 0,
      stdout: `Breaking: 0\nDangerous: 1\n  ${line}\nSafe: 0\n`,
      stderr: '',
    });
  });

  test('knows the effect of every argument of the access directives in the contract', () => {
    const contract = buildSchema(readFileSync(new URL('../schema/schema.graphql', import.meta.url), 'utf8'));
    const names = ['authenticated', 'public', 'requiresRole'].flatMap((name) =>
      (contract.getDirective(name)?.args ?? []).map((argument) => argument.name),
    );
    const source = readFileSync(check, 'utf8');
    expect(names.filter((name) => !source.includes(`['${name}', '`))).toEqual([]);
  });

  test.each<[title: string, sdl: string, refs: string[], message: string]>([
    ['without a ref', committed, [], 'Usage: npm run schema:check -- <git ref>'],
    ['if the ref does not exist', committed, ['v0'], 'The commit v0 does not exist.'],
    ['if the ref is an option', committed, ['--output=planted'], 'The commit --output=planted does not exist.'],
    ['if the schema is missing at the ref', committed, ['empty'], 'schema/schema.graphql does not exist at empty.'],
    ['if the schema at the ref is invalid', committed, ['broken'], 'schema/schema.graphql is invalid at broken: '],
    [
      'if the schema in the working tree is invalid',
      'type Query {',
      ['HEAD'],
      'schema/schema.graphql is invalid in the working tree: ',
    ],
  ])('exits with 2 and a message %s', (_title, sdl, refs, message) => {
    const { status, stdout, stderr } = checkSchema(sdl, ...refs);

    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toContain(message);
  });
});
