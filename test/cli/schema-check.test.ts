import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSchema } from 'graphql';
import { beforeAll, describe, expect, test } from 'vitest';
import { changesBetween, renderChanges } from '../../src/cli/schema-changes.ts';
import { ComparisonImpossible, readSchema } from '../../src/cli/schema-source.ts';
import { startGateway } from '../support/gateway.ts';
import { runProgram } from '../support/program.ts';

const contract = new URL('../../schema/schema.graphql', import.meta.url);

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
const environment = Object.fromEntries(
  Object.entries(process.env).flatMap(([name, value]) =>
    value === undefined || name.startsWith('GIT_') ? [] : [[name, value]],
  ),
);

function git(...args: string[]): void {
  const identity = ['-c', 'user.name=Test', '-c', 'user.email=test@example.org'];
  execFileSync('git', [...identity, ...args], { cwd: repository, env: environment });
}

function writeSchema(sdl: string): void {
  writeFileSync(join(repository, 'schema', 'schema.graphql'), sdl);
}

interface CheckOptions {
  json?: boolean;
  token?: string;
}

/** The output and the exit code of `schema check` in the repository. */
async function check(before: string, after: string | null, { json = false, token }: CheckOptions = {}) {
  const options = { folder: repository, token };
  try {
    const changes = await changesBetween(await readSchema(before, options), await readSchema(after, options));
    const isBreaking = changes.some(({ severity }) => severity === 'breaking');
    return { status: isBreaking ? 1 : 0, stdout: renderChanges(changes, { json }), stderr: '' };
  } catch (error) {
    if (!(error instanceof ComparisonImpossible)) throw error;
    return { status: 2, stdout: '', stderr: error.message };
  }
}

/** Compares a schema in the working tree with the schema at a Git ref. */
function checkSchema(sdl: string, ref: string) {
  writeSchema(sdl);
  return check(ref, 'schema/schema.graphql');
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

describe('schema check', () => {
  test('reports no changes for an unchanged schema', async () => {
    expect(await checkSchema(committed, 'HEAD')).toEqual({
      status: 0,
      stdout: 'Breaking: 0\nDangerous: 0\nSafe: 0\n',
      stderr: '',
    });
  });

  test('lists changes under their headings, and exits with 1 for a breaking change', async () => {
    const sdl = changed(
      ['legalName: String', '"The name." name: String'],
      ['enum Role { CanGetCustomer', 'enum Role { CanUnlockUser CanGetCustomer'],
    );

    expect(await checkSchema(sdl, 'HEAD')).toEqual({
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

  test('exits with 0 for dangerous and safe changes', async () => {
    const sdl = changed(
      ['legalName: String', 'legalName: String title: String'],
      ['banks: [String!]', 'banks(first: Int): [String!]'],
    );

    const { status, stdout } = await checkSchema(sdl, 'HEAD');

    expect(status).toBe(0);
    expect(stdout).toMatch(
      /^Breaking: 0\nDangerous: 1\n {2}Query\.banks.*'first: Int'.*\nSafe: 1\n {2}Customer\.title.*\n$/,
    );
  });

  test('judges an optional field that is added to the input of an update, and a field that becomes optional, as safe', async () => {
    const input = 'input UpdateInput { city: String! } type Mutation { update(input: UpdateInput!): String @public }';
    writeSchema(`${committed} ${input}`);
    git('add', '.');
    git('commit', '-qm', 'with an input');

    const { status, stdout } = await checkSchema(
      `${committed} ${input.replace('city: String!', 'city: String county: String')}`,
      'HEAD',
    );
    git('reset', '-q', '--hard', 'HEAD~1');

    expect(status).toBe(0);
    expect(stdout).toMatch(/^Breaking: 0\nDangerous: 0\nSafe: 2\n {2}UpdateInput\.c.*\n {2}UpdateInput\.c.*\n$/);
  });

  test('judges an optional field that is added to a nested object of an update as dangerous', async () => {
    const input =
      'input Image { url: String! } input UpdateInput { image: Image } type Mutation { update(input: UpdateInput!): String @public }';
    writeSchema(`${committed} ${input}`);
    git('add', '.');
    git('commit', '-qm', 'with a nested input');

    const { status, stdout } = await checkSchema(
      `${committed} ${input.replace('url: String!', 'url: String! date: String')}`,
      'HEAD',
    );
    git('reset', '-q', '--hard', 'HEAD~1');

    expect(status).toBe(0);
    expect(stdout).toMatch(/^Breaking: 0\nDangerous: 1\n {2}Image\.date.* unset it\nSafe: 0\n$/);
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
  ])('reports removed access of %s as breaking', async (_title, before, after, line) => {
    const { status, stdout } = await checkSchema(changed([before, after]), 'HEAD');

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
  ])('reports added access of %s as dangerous', async (_title, before, after, line) => {
    expect(await checkSchema(changed([before, after]), 'HEAD')).toEqual({
      status: 0,
      stdout: `Breaking: 0\nDangerous: 1\n  ${line}\nSafe: 0\n`,
      stderr: '',
    });
  });

  test('knows the effect of every argument of the access directives in the contract', async () => {
    const schema = buildSchema(readFileSync(contract, 'utf8'));
    const names = ['authenticated', 'public', 'requiresRole'].flatMap((name) =>
      (schema.getDirective(name)?.args ?? []).map((argument) => argument.name),
    );
    const source = readFileSync(new URL('../../src/cli/schema-changes.ts', import.meta.url), 'utf8');
    expect(names.filter((name) => !source.includes(`['${name}', '`))).toEqual([]);
  });

  test('compares files and other paths of commits, and prints JSON', async () => {
    writeSchema(committed);
    writeFileSync(join(repository, 'web.graphql'), changed(['legalName: String', 'legalName: String title: String']));
    git('add', '--all');
    git('commit', '--quiet', '--message=Another schema');

    const expected = { breaking: [], dangerous: [], safe: [{ path: 'Customer.title', message: expect.any(String) }] };
    const ofFiles = await check('schema/schema.graphql', 'web.graphql', { json: true });
    const ofCommits = await check('HEAD', 'HEAD:web.graphql', { json: true });

    expect(JSON.parse(ofFiles.stdout)).toEqual(expected);
    expect(ofCommits).toEqual(ofFiles);
  });

  test('compares the contract of a running gateway with that of the installed one', async () => {
    const gateway = await startGateway({ environment: { GATEWAY_SCHEMA_DOWNLOAD: 'off' } });
    const { token } = await gateway.createUser({ roles: [['CanGetSchema', null]] });
    const url = `${gateway.url}/schema.graphql`;

    const withToken = await check(url, null, { token });
    const withoutToken = await check(url, null);
    await gateway.stop();

    expect(withToken).toEqual({ status: 0, stdout: 'Breaking: 0\nDangerous: 0\nSafe: 0\n', stderr: '' });
    expect(withoutToken).toMatchObject({ status: 2, stderr: `${gateway.url} responds with HTTP 401.` });
    expect(await check(url, null)).toMatchObject({ status: 2, stderr: `${gateway.url} does not respond.` });
  });

  test('does not send a token without TLS to another machine', async () => {
    expect(await check('http://gateway.example.org/schema.graphql', null, { token: 'S3cret' })).toMatchObject({
      status: 2,
      stderr: 'A token is only sent to an https URL.',
    });
  });

  test.each<[title: string, sdl: string, ref: string, message: string]>([
    ['if the ref does not exist', committed, 'v0', 'v0 is neither a file, a URL, nor a commit.'],
    ['if the ref is an option', committed, '--output=planted', '--output=planted is neither a file'],
    ['if the schema is missing at the ref', committed, 'empty', 'schema/schema.graphql does not exist at empty.'],
    ['if the path is missing at the ref', committed, 'HEAD:a:b', 'a:b does not exist at HEAD.'],
    ['if the schema at the ref is invalid', committed, 'broken', 'The schema of broken is invalid: '],
    ['if the other schema is invalid', 'type Query {', 'HEAD', 'The schema of schema/schema.graphql is invalid: '],
  ])('exits with 2 and a message %s', async (_title, sdl, ref, message) => {
    const { status, stdout, stderr } = await checkSchema(sdl, ref);

    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toContain(message);
  });

  test('is a command with these exit codes', async () => {
    const file = join(repository, 'contract.graphql');
    writeFileSync(file, readFileSync(contract));
    const former = join(repository, 'former.graphql');
    writeFileSync(former, `${readFileSync(contract, 'utf8')}\ntype Former { id: ID! }\n`);

    const [same, breaking, impossible] = await Promise.all([
      runProgram(['schema', 'check', file, '--json'], { environment }),
      runProgram(['schema', 'check', former], { environment }),
      runProgram(['schema', 'check', join(repository, 'missing.graphql')], { environment }),
    ]);

    expect(same).toMatchObject({ exitCode: 0, errors: '' });
    expect(JSON.parse(same.output)).toEqual({ breaking: [], dangerous: [], safe: [] });
    expect(breaking).toMatchObject({ exitCode: 1, output: expect.stringMatching(/^Breaking: 1\n {2}Former: /) });
    expect(impossible).toMatchObject({ exitCode: 2, output: '' });
    expect(impossible.errors).toContain('is neither a file, a URL, nor a commit.');
  });
});
