import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdtemp, readFile, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createLogger } from '../src/base/logger.ts';
import { type Role, roles } from '../src/base/roles.ts';
import { demoUsers } from '../src/cli/demo.ts';
import { loggerOfSeals } from '../src/http/serve.ts';
import { openTamperer } from './support/audit-world.ts';
import { runCommand } from './support/command.ts';
import { createDatabaseUrl, createMigratedDatabaseUrl, dialectUnderTest } from './support/database-url.ts';
import { createFormerDatabase } from './support/former-database.ts';
import { testEnvironment } from './support/gateway.ts';
import { buildProgram, type ProgramResult, runProgram, startProgram } from './support/program.ts';

let database: Awaited<ReturnType<typeof createDatabaseUrl>>;
let environment: Record<string, string>;
let folder: string;
beforeAll(async () => {
  database = await createDatabaseUrl();
  environment = testEnvironment(database.url);
  folder = await mkdtemp(join(tmpdir(), 'command-line-'));
  await buildProgram();
}, 120_000);
afterAll(() => database.drop());

function run(command: string, input?: string): Promise<ProgramResult> {
  return runCommand(command.split(' '), { environment, input });
}

/** Runs the real program, for at least one case of each behaviour. */
function runProcess(command: string, input?: string): Promise<ProgramResult> {
  return runProgram(command.split(' '), { environment, input });
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}

const password = 'correct horse battery staple';

test('user list --conflicts lists users of an earlier version whose usernames conflict', async () => {
  const former = await createFormerDatabase('canonical_usernames');
  const now = dialectUnderTest === 'sqlite' ? Date.now() : new Date().toISOString();
  const columns = 'id, username, provider, provider_id, created_at, updated_at';
  for (const username of ['Felix', 'felix', 'susan']) {
    const row = [username, username, 'obp-customer-gateway', username, now, now];
    await former.execute(`insert into "user" (${columns}) values (?, ?, ?, ?, ?, ?)`, row);
  }
  const upgraded = { ...environment, DATABASE_URL: former.url };
  expect(await runProgram(['migrate'], { environment: upgraded })).toMatchObject({ exitCode: 0, errors: '' });
  const conflicts = await runCommand(['user', 'list', '--conflicts'], { environment: upgraded });
  expect(conflicts.output).toBe(
    ['Felix', 'felix']
      .map((username) => `${username}\tobp-customer-gateway\t-\tno password, username conflict\n`)
      .join(''),
  );
  const ambiguous = await runCommand(['user', 'disable', 'FELIX'], { environment: upgraded });
  expect(ambiguous).toMatchObject({ exitCode: 1, errors: expect.stringContaining('Use one of these: Felix, felix.') });
  const disabled = await runCommand(['user', 'disable', 'SUSAN'], { environment: upgraded });
  expect(disabled).toMatchObject({ exitCode: 0 });
  await former.drop();
});

describe('arguments and environment variables', () => {
  test.each([
    'serve',
    'migrate',
    'import',
    'generate',
    'user',
    'user create',
    'user list',
    'user disable',
    'user validate-email',
    'user reset-password',
    'bank four-eyes',
    'bank kyc-reason',
    'bank grant-approval',
    'bank retention',
    'bank review',
    'grant',
    'revoke',
    'token',
    'backup',
    'collisions',
    'audit verify',
    'audit export',
    'audit prune',
    'schema print',
    'schema access',
    'schema check',
    'keys create',
    'keys rotate',
    'demo',
  ])('%s prints its usage with --help', async (command) => {
    const { exitCode, output } = await run(`${command} --help`);
    expect(exitCode).toBe(0);
    expect(output).toContain(`Usage: gateway ${command}`);
  });

  test.each([
    ['frobnicate', "unknown command 'frobnicate'"],
    ['serve --fast', "unknown option '--fast'"],
    ['serve --workers 0', 'an integer from 1 to 256'],
    ['generate', "required option '--customers <number>' not specified"],
    ['generate --customers many', 'an integer from 1 to 10,000,000'],
    ['token felix --expires soon', 'a duration (s, m, h or d) from 1s to 30d'],
    ['user create', "required option '--email <address>'"],
    ['user create --email alice@example.org', "missing required argument 'username'"],
    ['user create alice', "required option '--email <address>'"],
    ['bank four-eyes gh.29.uk perhaps', 'Allowed choices are on, off'],
    ['bank kyc-reason gh.29.uk perhaps', 'Allowed choices are on, off'],
    ['bank retention gh.29.uk 5y', 'a number of days from 1d to 36525d'],
    ['bank retention gh.29.uk 0d', 'a number of days from 1d to 36525d'],
    ['bank retention gh.29.uk 36526d', 'a number of days from 1d to 36525d'],
    ['bank review gh.29.uk 5y', 'a number of days from 1d to 36525d'],
    ['bank review gh.29.uk 365d --attribute RISK_LEVEL', '--attribute and --value must be used together'],
    ['import', "missing required argument 'files'"],
    [
      'audit export --from yesterday',
      'It must be a time, such as 2026-11-21T10:00:00Z, or a date, such as 2026-11-21 (midnight in UTC).',
    ],
    ['audit export --from 2026-02-30', 'It must be a time'],
    ['audit export --to 2026-11-21T10:00:00', 'It must be a time'],
  ])('%s fails with the rule of the invalid value and exit code 2', async (command, message) => {
    const { exitCode, output, errors } = await run(command);
    expect([exitCode, output]).toEqual([2, '']);
    expect(errors).toContain(message);
    expect(errors).toContain('Usage: gateway');
  });

  test('an unknown option is reported without its value, which might be a password', async () => {
    const { exitCode, errors } = await runProcess('user create alice --email alice@example.org --password=S3cret=Part');
    expect(exitCode).toBe(2);
    expect(errors).toContain("unknown option '--password'");
    expect(errors).not.toMatch(/S3cret|Part/);
  });

  test('an unknown role is reported with the command that lists all roles', async () => {
    const { exitCode, output, errors } = await runProcess('grant alice CanFly');
    expect([exitCode, output]).toEqual([2, '']);
    expect(errors).toMatch(
      /'CanFly' is invalid for argument 'role'. It must be the name of a role.\n\n?Run "gateway grant --help" for a list of all roles.\n$/,
    );
  });

  test.each(['grant', 'revoke'])('%s --help lists all roles', async (command) => {
    const { output } = await run(`${command} --help`);
    expect(output).toContain('  CanGetCustomer --bank <bank-id>\n');
    expect(output).toContain('  CanGetAnyUser\n');
  });

  test('all invalid environment variables are reported with their rules and exit code 2', async () => {
    const { exitCode, errors } = await runProgram(['serve'], {
      environment: { ...environment, PORT: 'http', GATEWAY_MAX_DEPTH: 'deep', GATEWAY_SECRET: 'hunter2' },
    });
    expect(exitCode).toBe(2);
    expect(errors.trim().split('\n').sort()).toEqual([
      'GATEWAY_MAX_DEPTH must be an integer from 1 to 100.',
      'GATEWAY_SECRET must be at least 32 characters long.',
      'PORT must be an integer from 0 to 65,535.',
    ]);
  });

  test('serve fails without its secrets', async () => {
    const { exitCode, errors } = await runProgram(['serve'], { environment: { DATABASE_URL: database.url } });
    expect(exitCode).toBe(2);
    expect(errors).toMatch(/^GATEWAY_SECRET must be set.*\nGATEWAY_SIGNING_KEY_FILE must be set/);
  });

  test('a database that cannot be opened is reported in one line with exit code 1', async () => {
    const url =
      dialectUnderTest === 'sqlite'
        ? 'file:/dev/null/gateway.db'
        : 'postgres://gateway:hunter2@127.0.0.1:1/gateway?sslmode=disable';
    const { exitCode, errors } = await runProgram(['migrate'], { environment: { DATABASE_URL: url } });
    expect(exitCode).toBe(1);
    expect(errors).toMatch(/^The database .* cannot be opened: .*\n$/);
    expect(errors).not.toContain('hunter2');
  });
});

test('keys create writes a file that only its owner can read, and never overwrites a file', async () => {
  const file = join(folder, 'signing.jwk');
  expect((await runProcess(`keys create ${file}`)).exitCode).toBe(0);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  const key = await readFile(file, 'utf8');
  const again = await run(`keys create ${file}`);
  expect([again.exitCode, again.errors]).toEqual([
    1,
    `${file} already exists. Existing files are never overwritten; choose another path.\n`,
  ]);
  expect(await readFile(file, 'utf8')).toBe(key);
  expect(await run(`keys create ${folder}/nowhere/signing.jwk`)).toMatchObject({
    exitCode: 1,
    errors: `${folder}/nowhere/signing.jwk cannot be opened: the folder ${folder}/nowhere does not exist.\n`,
  });
  expect(await run(`keys rotate ${folder}/nothing.jwk`)).toMatchObject({
    exitCode: 1,
    errors: `${folder}/nothing.jwk does not exist.\n`,
  });
});

test('keys rotate adds a key to a file, which still only its owner can read', async () => {
  const file = join(folder, 'rotated.jwk');
  await run(`keys create ${file}`);
  const { x } = JSON.parse(await readFile(file, 'utf8'));

  expect((await runProcess(`keys rotate ${file}`)).exitCode).toBe(0);
  expect((await run(`keys rotate ${file}`)).exitCode).toBe(0);

  const { keys } = JSON.parse(await readFile(file, 'utf8'));
  expect(keys.map((key: Record<string, unknown>) => 'd' in key)).toEqual([true, false, false]);
  expect(keys[2].x).toBe(x);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect((await run(`keys rotate ${file} --keep 1`)).exitCode).toBe(0);
  expect(JSON.parse(await readFile(file, 'utf8')).keys).toHaveLength(2);
});

test('schema print prints the schema with its directives', async () => {
  const { exitCode, output } = await runProcess('schema print');
  expect(exitCode).toBe(0);
  expect(output).toContain('directive @requiresRole');
  expect(output).toContain('type Query');
});

test('schema access prints the access rules as JSON', async () => {
  const { exitCode, output } = await run('schema access');
  expect(exitCode).toBe(0);
  expect(JSON.parse(output)).toMatchObject({ 'Query.banks': { rule: 'public' } });
});

test('the commands lead from an empty database to a query that returns customers', async () => {
  expect(await runProcess('migrate')).toMatchObject({ exitCode: 0 });
  expect(await runProcess('generate --customers 6')).toMatchObject({
    exitCode: 0,
    errors: '',
    output: expect.stringMatching(/^6 customers generated, \d+ rows in total\.\n$/),
  });
  expect(await run('generate --customers 6')).toMatchObject({
    exitCode: 1,
    errors: expect.stringMatching(/already have customers or accounts\. Use a database in which they have none\.\n$/),
  });

  const weak = await run('user create clerk.alice --email alice@example.org', 'weak\n');
  expect([weak.exitCode, weak.errors.split('\n')]).toEqual([2, [expect.stringContaining('OBP-30207'), '']]);
  const created = await runProcess('user create clerk.alice --email alice@example.org', `${password}\n`);
  expect(created).toMatchObject({ exitCode: 0, errors: '' });
  const twice = await run('user create clerk.alice --email alice@example.org', `${password}\n`);
  expect(twice).toMatchObject({ exitCode: 1, errors: 'A user with this username already exists.\n' });

  expect(await run('grant clerk.alice CanGetCustomers')).toMatchObject({
    exitCode: 2,
    errors: expect.stringMatching(/^OBP-30205/),
  });
  expect(await run('grant clerk.alice CanGetAnyUser --bank gh.29.uk')).toMatchObject({
    exitCode: 2,
    errors: expect.stringMatching(/^OBP-30206/),
  });
  expect(await run('grant clerk.alice CanGetCustomers --bank nowhere')).toMatchObject({
    exitCode: 1,
    errors: expect.stringMatching(/^OBP-30001/),
  });
  expect(await run('bank four-eyes nowhere on')).toMatchObject({
    exitCode: 1,
    errors: expect.stringMatching(/^OBP-30001/),
  });
  expect(await run('bank four-eyes gh.29.uk on')).toMatchObject({
    exitCode: 0,
    output: 'Four-eyes principle for KYC statuses switched on at gh.29.uk.\n',
  });
  for (const command of ['bank kyc-reason nowhere on', 'bank retention nowhere 1826d', 'bank review nowhere 1826d']) {
    expect(await run(command)).toMatchObject({ exitCode: 1, errors: expect.stringMatching(/^OBP-30001/) });
  }
  for (const [command, output] of [
    ['bank kyc-reason gh.29.uk on', 'Reason requirement for KYC material switched on at gh.29.uk.\n'],
    ['bank kyc-reason gh.29.uk off', 'Reason requirement for KYC material switched off at gh.29.uk.\n'],
    ['bank retention gh.29.uk 1826d', 'Retention period of customers set to 1826 days at gh.29.uk.\n'],
    ['bank retention gh.29.uk off', 'Retention period of customers switched off at gh.29.uk.\n'],
    ['bank review gh.29.uk 1826d', 'Review interval of all customers set to 1826 days at gh.29.uk.\n'],
    [
      'bank review gh.29.uk 365d --attribute RISK_LEVEL --value HIGH',
      'Review interval of customers with RISK_LEVEL = HIGH set to 365 days at gh.29.uk.\n',
    ],
    ['bank review gh.29.uk off', 'Review interval of all customers switched off at gh.29.uk.\n'],
  ] as const) {
    expect(await run(command)).toMatchObject({ exitCode: 0, output });
  }
  expect(await runProcess('grant clerk.alice CanGetCustomers --bank gh.29.uk')).toMatchObject({ exitCode: 0 });
  expect((await run('user list')).output).toMatch(/clerk\.alice\t.*\n\tCanGetCustomers at gh\.29\.uk\n/);
  expect(await run('token unknown.user')).toMatchObject({ exitCode: 1, errors: expect.stringMatching(/^OBP-20005/) });
  const accounts = join(folder, 'accounts.json');
  await writeFile(accounts, JSON.stringify({ accounts: [{ id: 'a-1', bank: 'gh.29.uk', owners: ['stub.sam'] }] }));
  expect(await run(`import ${accounts}`)).toMatchObject({ exitCode: 0 });
  expect(await run('token stub.sam')).toMatchObject({
    exitCode: 1,
    output: '',
    errors: expect.stringMatching(/^The user stub\.sam has no password and cannot log in\. /),
  });
  const { output } = await runProcess('token clerk.alice --expires 5m');
  const token = output.trim();
  expect(token.split('.')).toHaveLength(3);

  const { program, match, lines, ended } = await startProgram(['serve', '--workers', '1'], /"url":"([^"]+)"/, {
    environment,
  });
  const query = async (bearer: string) => {
    const response = await fetch(`${match[1]}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${bearer}` },
      body: '{"query":"query Names { customers(bankId: \\"gh.29.uk\\") { nodes { legalName } } }"}',
    });
    return { status: response.status, body: (await response.json()) as { data?: unknown } };
  };
  try {
    expect(await query(token)).toMatchObject({
      status: 200,
      body: { data: { customers: { nodes: [expect.anything(), expect.anything()] } } },
    });
    await run('revoke clerk.alice CanGetCustomers --bank gh.29.uk');
    expect(await query(token)).toMatchObject({ status: 200, body: { data: { customers: null } } });
    await run('user disable clerk.alice');
    expect(await query(token)).toMatchObject({ status: 401 });

    const copy = join(folder, 'copy.db');
    const backup = await runProcess(`backup ${copy}`);
    if (dialectUnderTest === 'sqlite') {
      expect(backup).toMatchObject({ exitCode: 0 });
      expect((await stat(copy)).mode & 0o777).toBe(0o600);
      const copied = await readFile(copy);
      const live = database.url.replace('file:', '');
      for (const existing of [copy, live]) {
        expect(await runProcess(`backup ${existing}`)).toMatchObject({
          exitCode: 1,
          output: '',
          errors: `${existing} already exists. Existing files are never overwritten; choose another path.\n`,
        });
      }
      expect((await readFile(copy)).equals(copied)).toBe(true);
      expect(await runProcess(`backup ${folder}/nowhere/copy.db`)).toMatchObject({
        exitCode: 1,
        errors: `${folder}/nowhere/copy.db cannot be opened: the folder ${folder}/nowhere does not exist.\n`,
      });
      await copyFile(copy, join(folder, 'restored.db'));
      const restored = { ...environment, DATABASE_URL: `file:${join(folder, 'restored.db')}` };
      expect((await runCommand(['user', 'list'], { environment: restored })).output).toContain('clerk.alice');
    } else {
      expect(backup).toMatchObject({ exitCode: 1, errors: expect.stringContaining('pg_dump') });
    }
  } finally {
    program.kill('SIGTERM');
  }
  expect(await ended).toBe(0);
  const messages = lines.map((line) => JSON.parse(line)).flatMap(({ worker, msg }) => (worker ? [msg] : []));
  // The number of seals depends on the duration of the test.
  expect(messages.filter((message) => message !== 'audit seal')).toEqual([
    'listening',
    'request',
    'request',
    'token refused',
    'request',
    'stopping',
    'stopped',
  ]);
}, 240_000);

test('audit verify, export and prune handle the trail of a stopped and a killed gateway', async () => {
  const own = await createMigratedDatabaseUrl();
  const firstSecret = 'a secret of this test without a comma';
  const ownEnvironment = { ...testEnvironment(own.url), GATEWAY_SECRET: firstSecret };
  const runOwn = (command: string, others: Record<string, string> = {}, runner = runCommand) =>
    runner(command.split(' '), { environment: { ...ownEnvironment, ...others } });
  const logFile = join(folder, 'gateway.log');
  try {
    await runProgram(['user', 'create', 'clerk.bob', '--email', 'bob@example.org'], {
      environment: ownEnvironment,
      input: `${password}\n`,
    });
    const stopped = await startProgram(['serve', '--workers', '1'], /"url":"([^"]+)"/, { environment: ownEnvironment });
    const killed = await startProgram(['serve', '--workers', '1'], /"url":"([^"]+)"/, { environment: ownEnvironment });
    for (const { match } of [stopped, killed, stopped, killed]) {
      const login = `mutation { login(username: "clerk.bob", password: "${password}") { token } }`;
      const response = await fetch(`${match[1]}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query: login }),
      });
      expect(await response.json()).not.toHaveProperty('errors');
    }
    const seals = (lines: string[]) => lines.filter((line) => line.includes('"audit seal"'));
    const lastSealed = () => JSON.parse(seals(killed.lines).at(-1) ?? '{}').sequence;
    await expect.poll(lastSealed).toBe(2);
    killed.program.kill('SIGKILL');
    stopped.program.kill('SIGTERM');
    await Promise.all([killed.ended, stopped.ended]);
    await writeFile(logFile, `${[...stopped.lines, ...killed.lines].join('\n')}\n`);

    const verified = await runOwn(`audit verify --heads ${logFile}`, {}, runProgram);
    expect(verified).toMatchObject({ exitCode: 0, errors: '' });
    expect(verified.output).toMatch(
      /^3 chains, 5 events \(0 not sealed yet\), \d+ seals, [2-9] seals in the log\.\nThe audit trail is intact\.\n$/,
    );
    expect(await runOwn(`audit verify --heads ${join(folder, 'no.log')}`)).toMatchObject({ exitCode: 1 });
    await writeFile(join(folder, 'other.log'), '{"msg":"listening"}\n');
    expect(await runOwn(`audit verify --heads ${join(folder, 'other.log')}`)).toMatchObject({
      exitCode: 1,
      errors: `${join(folder, 'other.log')} contains no seal.\n`,
    });
    const otherSecret = { GATEWAY_SECRET: 'the secret that came after the other one' };
    const unknown = await runOwn('audit verify', otherSecret);
    expect(unknown.exitCode).toBe(1);
    expect(unknown.output).toMatch(/^chain 1, .*: unknown key\. .*\n(.*\n)*Findings: 3\.\n$/);
    const former = { ...otherSecret, GATEWAY_FORMER_SECRETS: firstSecret };
    expect(await runOwn('audit verify', former)).toMatchObject({ exitCode: 0 });

    const exported = await runOwn('audit export', {}, runProgram);
    const lines = exported.output
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.map(({ kind, operationName = null }) => [kind, operationName])).toEqual([
      ['COMMAND', 'user create'],
      ['AUTHENTICATION', null],
      ['AUTHENTICATION', null],
      ['AUTHENTICATION', null],
      ['AUTHENTICATION', null],
      ['COMMAND', 'audit export'],
    ]);
    expect(lines[0]).toMatchObject({ chain: 1, sequence: 1, mac: expect.any(String), at: expect.any(String) });
    const earlier = await runOwn(`audit export --to ${lines[2].at} --from ${lines[1].at}`);
    expect(
      earlier.output
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual([lines[1]]);
    expect(await runOwn('audit export --customer unknown --user unknown --bank unknown')).toMatchObject({
      exitCode: 0,
      output: '',
    });

    expect(await runOwn('audit prune')).toMatchObject({
      exitCode: 2,
      errors: 'GATEWAY_AUDIT_RETENTION must be set to prune the audit trail. Without it, events are kept forever.\n',
    });
    expect(await runOwn('audit prune', { GATEWAY_AUDIT_RETENTION: '1d' }, runProgram)).toMatchObject({
      exitCode: 0,
      output: expect.stringMatching(/^0 events before 20.* deleted, from 0 chains\.\n$/),
    });
    expect(await runOwn(`audit verify --heads ${logFile}`)).toMatchObject({ exitCode: 0 });

    const tamperer = await openTamperer(own.url);
    await tamperer.execute("update audit_event set event = replace(event, 'user create', 'user list') where chain = 1");
    await tamperer.close();
    const { exitCode, output } = await runOwn('audit verify', {}, runProgram);
    expect(exitCode).toBe(1);
    expect(output).toMatch(
      /^chain 1, event 1, 20.*Z: changed\. It does not match its MAC\.\n\d+ chains, .*\nFindings: 1\.\n$/,
    );
  } finally {
    await own.drop();
  }
}, 120_000);

test('seals are logged at every LOG_LEVEL except silent', async () => {
  const own = await createMigratedDatabaseUrl();
  const port = await freePort();
  const started = startProgram(['serve', '--workers', '1'], /"audit seal"/, {
    environment: { ...testEnvironment(own.url), LOG_LEVEL: 'fatal', PORT: String(port) },
  });
  const login = async () => {
    const response = await fetch(`http://127.0.0.1:${port}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"query":"mutation { login(username: \\"unknown.user\\", password: \\"x\\") { token } }"}',
    }).catch(() => null);
    return response?.status;
  };
  await expect.poll(login, { timeout: 15_000, interval: 200 }).toBe(200);
  const { program, lines, ended } = await started;
  program.kill('SIGTERM');
  expect(await ended).toBe(0);
  expect(new Set(lines.map((line) => JSON.parse(line).msg))).toEqual(new Set(['audit seal']));
  await own.drop();

  const written: string[] = [];
  const destination = { write: (line: string) => written.push(line) };
  for (const level of ['silent', 'fatal', 'warn', 'trace']) {
    loggerOfSeals(createLogger(level, { destination })).info('audit seal');
  }
  expect(written).toHaveLength(3);
});

test('the program states in one line that Node.js is too old', async () => {
  const pretendToBeOld =
    "Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.19.0' } })";
  const environment = { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(pretendToBeOld)}` };
  const { exitCode, output, errors } = await runProgram(['serve'], { environment });
  expect([exitCode, output]).toEqual([1, '']);
  expect(errors).toBe(`The gateway requires Node.js 24 or later, but this is 20.19.0 (${process.execPath}).\n`);
});

test('the package and the image contain all files that the program reads', async () => {
  const root = join(import.meta.dirname, '..');
  const { stdout } = await promisify(execFile)('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
    cwd: root,
  });
  const [packed] = JSON.parse(stdout) as { files: { path: string }[] }[];
  const paths = packed?.files.map(({ path }) => path) ?? [];
  for (const path of [
    'dist/main.js',
    'drizzle/sqlite/meta/_journal.json',
    'schema/schema.graphql',
    'src/import/examples/sandbox_import.json',
  ]) {
    expect(paths).toContain(path);
  }
  const { files } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { files: string[] };
  const dockerfile = await readFile(join(root, 'Dockerfile'), 'utf8');
  const image = dockerfile.slice(dockerfile.lastIndexOf('\nFROM '));
  for (const folder of files) expect(image).toMatch(new RegExp(`^COPY .*\\b${folder}$`, 'm'));
});

describe('demo', () => {
  test.each([
    ['NODE_ENV', 'production'],
    ['DATABASE_URL', 'file:data/gateway.db'],
  ])('fails in a real installation, which %s indicates', async (name, value) => {
    const { exitCode, output, errors } = await runProgram(['demo'], { environment: { [name]: value } });
    expect([exitCode, output]).toEqual([2, '']);
    expect(errors).toMatch(new RegExp(`^${name} must not be `));
  });

  test('grants each role to a clerk, an officer, or an auditor, unless their work does not need it', () => {
    const staff = demoUsers.filter(({ isSuperAdmin }) => isSuperAdmin !== true);
    const given = new Set(staff.flatMap((each) => each.roles.map(([role]) => role)));
    const others = Object.keys(roles).filter((role) => !given.has(role as Role));

    // They delete, administer users or the bank, apply to other banks, or read a part of what another role reads.
    const notNeeded =
      /^CanDelete|AtAnyBank$|Entitlement|User|Bank$|Kyc(Checks|Documents|Media|Statuses)AtOneBank$|Credit|Definition|Schema$|RateLimit$/;
    expect(others.filter((role) => !notNeeded.test(role))).toEqual([
      'CanExportCustomerData',
      'CanUpdateCustomerAccountLink',
      'CanUpdateCustomerBranch',
      'CanUpdateCustomerData',
      'CanUpdateCustomerNumber',
    ]);
  });

  test('starts quickly, and the users have the access that it prints', async () => {
    const { program, match, lines, ended } = await startProgram(['demo'], /^Playground: +(http.*)\/playground$/, {
      environment: { PORT: '0' },
    });
    try {
      await expect.poll(() => lines.at(-1)).toContain('Ctrl-C');
      const token = (username: string) => {
        const index = lines.findIndex((line) => line.startsWith(`${username}:`));
        return lines[index + 1]?.trim() ?? '';
      };
      const request = async (username: string, document: string) => {
        const response = await fetch(`${match[1]}/graphql`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', authorization: `Bearer ${token(username)}` },
          body: JSON.stringify({ query: document }),
        });
        return (await response.json()) as {
          data: { customers: { totalCount: number } | null; me: { username: string } };
        };
      };
      const document = '{ me { username } customers(bankId: "gh.29.uk") { totalCount } }';
      for (const username of ['super.admin', 'bank.clerk']) {
        const { data } = await request(username, document);
        expect(data.me.username).toBe(username);
        expect(data.customers?.totalCount).toBeGreaterThan(300);
      }
      expect((await request('demo.auditor', document)).data.customers).toBeNull();
    } finally {
      program.kill('SIGINT');
    }
    expect(await ended).toBe(0);
  });

  test('keeps its database and its tokens with --keep', async () => {
    const folder = join(await mkdtemp(join(tmpdir(), 'kept-demo-')), 'demo');
    const serve = () =>
      startProgram(['demo', '--keep', folder], /^Playground: +(http.*)\/playground$/, { environment: { PORT: '0' } });
    const first = await serve();
    await expect.poll(() => first.lines.at(-1)).toBe(`Press Ctrl-C to stop the demo. Its data is kept in ${folder}.`);
    first.program.kill('SIGINT');
    expect(await first.ended).toBe(0);
    const token = first.lines[first.lines.findIndex((line) => line.startsWith('bank.clerk:')) + 1]?.trim();

    const second = await serve();
    try {
      const response = await fetch(`${second.match[1]}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
        body: JSON.stringify({ query: '{ me { username } }' }),
      });
      expect(await response.json()).toEqual({ data: { me: { username: 'bank.clerk' } } });
    } finally {
      second.program.kill('SIGINT');
    }
    expect(await second.ended).toBe(0);
  });
});
