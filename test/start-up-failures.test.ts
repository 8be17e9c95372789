import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ConfigurationError, readConfig } from '../src/config.ts';
import { runCommand } from './support/command.ts';
import { createDatabaseUrl, dialectUnderTest } from './support/database-url.ts';
import { testEnvironment } from './support/gateway.ts';
import { buildProgram, type ProgramResult, runProgram, startProgram } from './support/program.ts';

let folder: string;
let file: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'start-up-'));
  file = join(folder, 'customers.json');
  await writeFile(file, '[]');
  await buildProgram();
}, 120_000);

/** All substrings of four characters of a password. Shorter substrings can occur by chance. */
function partsOf(password: string): string[] {
  return Array.from({ length: password.length - 3 }, (_, start) => password.slice(start, start + 4));
}

function expectNothingOf(password: string, { output, errors }: Pick<ProgramResult, 'output' | 'errors'>): void {
  for (const part of partsOf(password)) expect(`${output}\n${errors}`).not.toContain(part);
}

const password = 'S3cr/etPart';
const unreachable = 'postgres://gw:S3cr%2FetPart@127.0.0.1:1/gateway';
const malformed = `postgres://gw:${password}@127.0.0.1:1/gateway`;

/** All commands that open a database. */
const commands = () => [
  ['serve', '--workers', '1'],
  ['serve', '--workers', '2'],
  ['migrate'],
  ['import', file],
  ['generate', '--customers', '1'],
  ['user', 'create', 'alice', '--email', 'alice@example.org'],
  ['user', 'list'],
  ['user', 'disable', 'alice'],
  ['user', 'enable', 'alice'],
  ['user', 'unlock', 'alice'],
  ['user', 'validate-email', 'alice'],
  ['user', 'reset-password', 'alice'],
  ['bank', 'four-eyes', 'gh.29.uk', 'on'],
  ['bank', 'kyc-reason', 'gh.29.uk', 'on'],
  ['bank', 'retention', 'gh.29.uk', '30d'],
  ['grant', 'alice', 'CanGetAnyUser'],
  ['revoke', 'alice', 'CanGetAnyUser'],
  ['token', 'alice'],
  ['backup', join(folder, 'copy.db')],
  ['audit', 'verify'],
  ['audit', 'export'],
  ['audit', 'prune'],
];

const settings = { ...testEnvironment(''), LOG_LEVEL: 'trace', GATEWAY_AUDIT_RETENTION: '1d' };

function problemsOf(environment: Record<string, string>): readonly string[] {
  try {
    readConfig(environment);
    return [];
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems;
    throw error;
  }
}

/** Commands of which the real program is started. The others report failures with the same code, so they run in this process. */
const processes = new Set(['serve', 'demo', 'migrate', '--version']);

function run(command: string[], environment: Record<string, string>): Promise<ProgramResult> {
  const runner = processes.has(command[0] ?? '') ? runProgram : runCommand;
  return runner(command, { environment: { ...settings, ...environment }, input: 'correct horse battery staple\n' });
}

// These tests do not use the database under test.
if (dialectUnderTest === 'sqlite') {
  describe('the password of a database', () => {
    test('is not printed if the URL of the database is malformed', async () => {
      for (const command of [
        ['serve', '--workers', '1'],
        ['serve', '--workers', '2'],
        ['migrate'],
        ['audit', 'prune'],
      ]) {
        const result = await run(command, { DATABASE_URL: malformed });
        expectNothingOf(password, result);
        expect(result.errors).toMatch(/^DATABASE_URL must be file:…, a path, or postgres:\/\/…[^\n]*\n$/);
        expect(result.exitCode).toBe(2);
      }
    }, 120_000);

    test('is not printed by any command if the database cannot be reached', async () => {
      for (const command of commands()) {
        const result = await run(command, { DATABASE_URL: unreachable });
        expectNothingOf(password, result);
        expect(result.errors).toBe(
          'The database of DATABASE_URL (127.0.0.1:1/gateway) cannot be opened: connect ECONNREFUSED 127.0.0.1:1\n',
        );
        expect(result.exitCode).toBe(1);
      }
    }, 240_000);

    test('is not printed by audit prune if the database cannot be reached as its owner', async () => {
      const environment = { DATABASE_URL: 'postgres://db.example.org/gateway', DATABASE_OWNER_URL: unreachable };
      const result = await run(['audit', 'prune'], environment);
      expectNothingOf(password, result);
      expect(result.errors).toMatch(
        /^The database of DATABASE_OWNER_URL \(127\.0\.0\.1:1\/gateway\) cannot be opened: /,
      );
    });

    test('is not printed by the demo, which serves its own database', async () => {
      const result = await run(['demo'], { DATABASE_URL: unreachable });
      expectNothingOf(password, result);
      expect(result.errors).toMatch(/^DATABASE_URL must not be set/);
    });
  });

  describe('the message about an invalid secret', () => {
    const elsewhere = { DATABASE_URL: 'postgres://127.0.0.1:1/gateway' };
    const mail = { GATEWAY_MAIL_FROM: 'bank@example.org', GATEWAY_PUBLIC_URL: 'https://gateway.example.org' };
    const url = (text: string) => `postgres://gw:${text}@127.0.0.1:1/gateway`;

    const mailUrl = (url: string) => ({ ...elsewhere, ...mail, GATEWAY_SMTP_URL: url });

    test.each<[string, string, Record<string, string>]>([
      ['DATABASE_URL', 'S3cr#etPart', { DATABASE_URL: url('S3cr#etPart') }],
      ['DATABASE_URL', 'S3cr?etPart', { DATABASE_URL: url('S3cr?etPart') }],
      ['DATABASE_URL', 'S3cr%etPart', { DATABASE_URL: url('S3cr%etPart') }],
      ['DATABASE_URL', 'S3cr etPart', { DATABASE_URL: url('S3cr etPart') }],
      ['DATABASE_URL', '54321/etPart', { DATABASE_URL: url('54321/etPart') }],
      ['DATABASE_URL', '54321?etPart', { DATABASE_URL: url('54321?etPart') }],
      ['DATABASE_URL', 'S3cretPart', { DATABASE_URL: `"${url('S3cretPart')}"` }],
      ['DATABASE_URL', 'S3cretPart', { DATABASE_URL: ` ${url('S3cretPart')}` }],
      ['DATABASE_URL', 'S3cretPart', { DATABASE_URL: url('S3cretPart').replace('postgres', 'postgress') }],
      ['DATABASE_URL', 'S3cretPart', { DATABASE_URL: 'postgres://gw:S3cretPart' }],
      ['DATABASE_URL', 'S3cr@etPart', { DATABASE_URL: 'postgres://127.0.0.1:1/gateway?password=S3cr@etPart' }],
      ['DATABASE_OWNER_URL', 'S3cr/etPart', { ...elsewhere, DATABASE_OWNER_URL: url('S3cr/etPart') }],
      ['DATABASE_OWNER_URL', 'S3cretPart', { DATABASE_URL: 'file:x.db', DATABASE_OWNER_URL: url('S3cretPart') }],
      ['DATABASE_REPLICA_URLS', 'S3cr/etPart', { ...elsewhere, DATABASE_REPLICA_URLS: url('S3cr/etPart') }],
      ['DATABASE_REPLICA_URLS', 'S3cr,etPart', { ...elsewhere, DATABASE_REPLICA_URLS: url('S3cr,etPart') }],
      ['GATEWAY_SMTP_URL', 'S3cr/etPart', mailUrl('smtps://bank:S3cr/etPart@mail.example.org')],
      ['GATEWAY_SMTP_URL', '25/etPart', mailUrl('smtp://bank:25/etPart@mail.example.org')],
      ['GATEWAY_SMTP_URL', 'S3cretPart', mailUrl('http://bank:S3cretPart@mail.example.org')],
      ['GATEWAY_SECRET', 'S3cretPart', { ...elsewhere, GATEWAY_SECRET: 'S3cretPart' }],
      ['GATEWAY_FORMER_SECRETS', 'S3cretPart', { ...elsewhere, GATEWAY_FORMER_SECRETS: 'S3cretPart' }],
      ['GATEWAY_SIGNING_KEY', 'S3cretPart', { ...elsewhere, GATEWAY_SIGNING_KEY: '{"kty":"OKP","d":"S3cretPart"}' }],
      ['GATEWAY_JITSI_SECRET', 'S3cretPart', { ...elsewhere, GATEWAY_JITSI_SECRET: 'S3cretPart' }],
      [
        'GATEWAY_OIDC_ISSUERS',
        'S3cretPart',
        { ...elsewhere, GATEWAY_OIDC_ISSUERS: 'https://gw:S3cretPart@id.example|x' },
      ],
    ])('names %s without any part of %s: %j', (variable, secret, environment) => {
      const problems = problemsOf({ ...settings, ...environment });
      expectNothingOf(secret, { output: '', errors: problems.join('\n') });
      expect(problems).toEqual([expect.stringContaining(variable)]);
    });

    test.each([
      ['S3cr@etPart', url('S3cr@etPart')],
      ['S3cr:etPart', url('S3cr:etPart')],
      ['S3cretPart', url('S3cretPart').replace('postgres', 'POSTGRES')],
      ['S3cretPart', 'postgres://127.0.0.1:1/gateway?user=gw&password=S3cretPart'],
      ['S3cretPart', 'postgres://gw:S3cretPart@nowhere.invalid/gateway'],
    ])(
      'names DATABASE_URL without any part of %s if the database cannot be reached: %s',
      async (secret, DATABASE_URL) => {
        const result = await run(['user', 'list'], { DATABASE_URL });
        expectNothingOf(secret, result);
        expect(result.errors).toMatch(/^The database of DATABASE_URL \([\w.:/]+\) cannot be opened: [^\n]*\n$/);
        expect(result.exitCode).toBe(1);
      },
    );
  });

  test('an uncaught exception is printed without the properties of the error', async () => {
    const module = join(folder, 'reject-later.mjs');
    await writeFile(
      module,
      `const error = new Error('the reason');
      Object.assign(error, { client: { password: process.env.SECRET }, params: [process.env.SECRET] });
      setInterval(() => process.listenerCount('uncaughtException') > 0 && Promise.reject(error), 10);`,
    );
    const environment = { NODE_OPTIONS: `--import=${module}`, SECRET: 'S3cretPart' };
    const result = await run(['--version'], environment);
    expectNothingOf('S3cretPart', result);
    expect(JSON.parse(result.errors)).toMatchObject({ level: 'fatal', error: { message: 'the reason' } });
    expect(result.exitCode).toBe(1);
  });
}

if (dialectUnderTest === 'postgresql') {
  describe('with a PostgreSQL server', () => {
    let database: Awaited<ReturnType<typeof createDatabaseUrl>>;
    beforeAll(async () => {
      database = await createDatabaseUrl();
    });
    afterAll(() => database.drop());

    function changed(change: (url: URL) => void): string {
      const url = new URL(database.url);
      change(url);
      return url.href;
    }
    const withWrongPassword = () => changed((url) => Object.assign(url, { password: 'S3cretPart' }));
    const withWrongDatabase = () => changed((url) => Object.assign(url, { pathname: '/none_of_this_name' }));
    /** The password of the server that the tests start. */
    const realPassword = () => new URL(database.url).password;

    test.each(['DATABASE_URL', 'DATABASE_OWNER_URL'])(
      'a wrong password in %s is reported with the name of the variable',
      async (variable) => {
        const environment = { DATABASE_URL: database.url, [variable]: withWrongPassword() };
        for (const command of [
          ['serve', '--workers', '1'],
          ['serve', '--workers', '2'],
          ['migrate'],
          ['user', 'list'],
        ]) {
          const result = await run(command, environment);
          expectNothingOf('S3cretPart', result);
          expectNothingOf(realPassword(), result);
          expect(result.errors).toMatch(
            new RegExp(
              `^The database of ${variable} \\(127[^)]*\\) cannot be opened: The user or the password is wrong`,
            ),
          );
        }
      },
    );

    test.each(['DATABASE_URL', 'DATABASE_OWNER_URL'])(
      'an unknown database in %s is reported with the name of the variable',
      async (variable) => {
        const result = await run(['migrate'], { DATABASE_URL: database.url, [variable]: withWrongDatabase() });
        expectNothingOf(realPassword(), result);
        expect(result.errors).toMatch(
          new RegExp(
            `^The database of ${variable} \\(.*/none_of_this_name\\) cannot be opened: The database does not exist`,
          ),
        );
      },
    );

    test('a wrong password for a replica is not logged', async () => {
      const replica = withWrongPassword();
      const { program, lines, ended } = await startProgram(['serve', '--workers', '1'], /"listening"/, {
        environment: { ...settings, DATABASE_URL: database.url, DATABASE_REPLICA_URLS: replica },
      });
      await expect.poll(() => lines.join('\n'), { timeout: 20_000 }).toContain('replica excluded');
      program.kill('SIGTERM');
      expect(await ended).toBe(0);
      expectNothingOf('S3cretPart', { output: lines.join('\n'), errors: '' });
      expectNothingOf(realPassword(), { output: lines.join('\n'), errors: '' });
    });
  });
}
