/** Backups and restores as docs/operations.md describes them, of a real database that the real program serves. */
import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { loggedSeal } from '../src/audit/logged-seal.ts';
import { loggedRestore } from '../src/audit/recorded-restore.ts';
import { openTokens } from '../src/auth/tokens.ts';
import { openDatabase } from '../src/database/open-database.ts';
import { runCommand } from './support/command.ts';
import { dialectUnderTest } from './support/database-url.ts';
import { insertUser, testEnvironment, testSigningKey } from './support/gateway.ts';
import { startPostgresqlCluster } from './support/postgresql-cluster.ts';
import { buildProgram, runProgram, startProgram, workersIn } from './support/program.ts';

const run = promisify(execFile);

interface Installation {
  url: string;
  backUp(): Promise<void>;
  /** Chooses the current time as the one to which `restore` returns, as far as the database can do that. */
  chooseTime(): Promise<void>;
  /** Restores the backup in place of the database. The gateway must be stopped. */
  restore(): Promise<void>;
  stop(): Promise<void>;
}

async function sqliteInstallation(): Promise<Installation> {
  const folder = await mkdtemp(join(tmpdir(), 'restore-'));
  const [data, lost, backup] = [join(folder, 'data'), join(folder, 'data/lost'), join(folder, 'backup.db')];
  await mkdir(data);
  const url = `file:${join(data, 'gateway.db')}`;
  return {
    url,
    async backUp() {
      const { exitCode, errors } = await runProgram(['backup', backup], { environment: testEnvironment(url) });
      expect([exitCode, errors]).toEqual([0, '']);
    },
    chooseTime: async () => undefined,
    async restore() {
      await rm(lost, { recursive: true, force: true });
      await run('sh', ['-ec', 'mkdir lost; mv gateway.db* lost/; cp "$1" gateway.db', 'sh', backup], { cwd: data });
    },
    stop: () => rm(folder, { recursive: true }),
  };
}

/** The commands of the restore to a point in time, and the copy of a base backup, which `pg_basebackup` makes with the same functions. */
const copyBase = `
  cp -a "$DATA" "$BASE"
  rm -rf "$BASE"/postmaster.pid "$BASE"/pg_wal/0*
`;
const restoreToTime = `
  mv "$DATA" "$DATA.lost"
  cp -a "$BASE" "$DATA"
  cp "$DATA.lost"/pg_wal/0* "$DATA/pg_wal/"
  touch "$DATA/recovery.signal"
  cat >> "$DATA/postgresql.auto.conf" <<END
restore_command = 'cp $ARCHIVE/%f %p'
recovery_target_time = '$TARGET'
recovery_target_action = 'promote'
END
`;

async function postgresqlInstallation(): Promise<Installation> {
  const cluster = await startPostgresqlCluster([]);
  const { primary } = cluster;
  const { url, folder: DATA } = primary;
  const [BASE, ARCHIVE] = [join(dirname(DATA), 'base'), join(dirname(DATA), 'archive')];
  let target = '';
  const { uid, gid } = await stat(DATA);
  const shell = (script: string) =>
    run('sh', ['-ec', script], {
      env: { ...process.env, DATA, BASE, ARCHIVE, TARGET: target },
      cwd: dirname(DATA),
      ...(process.getuid?.() === 0 ? { uid, gid } : {}),
    });

  async function withClient<Result>(work: (client: pg.Client) => Promise<Result>): Promise<Result> {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    try {
      return await work(client);
    } finally {
      await client.end();
    }
  }
  const scalar = (client: pg.Client, statement: string) =>
    client.query({ text: statement, rowMode: 'array' }).then(({ rows }) => rows[0]?.[0] as string);

  await shell('mkdir "$ARCHIVE"');
  await withClient(async (client) => {
    await client.query(`alter system set archive_mode = 'on'`);
    await client.query(`alter system set archive_command = 'test ! -f ${ARCHIVE}/%f && cp %p ${ARCHIVE}/%f'`);
  });
  await primary.stop();
  await primary.start();
  return {
    url,
    backUp: () =>
      withClient(async (client) => {
        await client.query("select pg_backup_start('test', true)");
        await shell(copyBase);
        const label = await scalar(client, 'select labelfile from pg_backup_stop()');
        await shell(`cat > "$BASE/backup_label" <<'END'\n${label.trimEnd()}\nEND\n`);
      }),
    async chooseTime() {
      target = await withClient((client) => scalar(client, 'select clock_timestamp()::text'));
    },
    async restore() {
      await primary.stop();
      await shell(`rm -rf "$DATA.lost"; ${restoreToTime}`);
      await primary.start();
      const isRecovering = () => withClient((client) => scalar(client, 'select pg_is_in_recovery()'));
      await expect.poll(isRecovering, { timeout: 60_000 }).toBe(false);
    },
    stop: cluster.stop,
  };
}

let installation: Installation;
let environment: Record<string, string>;
let log: string[];
let logFile: string;

beforeAll(buildProgram, 120_000);

beforeEach(async () => {
  installation = await (dialectUnderTest === 'sqlite' ? sqliteInstallation() : postgresqlInstallation());
  environment = testEnvironment(installation.url);
  log = [];
  logFile = join(await mkdtemp(join(tmpdir(), 'restore-log-')), 'gateway.log');
}, 120_000);

afterEach(() => installation.stop());

/** Runs a command, and appends its standard error to the log. */
async function command(...args: string[]) {
  const result = await runCommand(args, { environment, input: 'correct horse battery staple' });
  log.push(...result.seals, ...result.errors.split('\n').filter((line) => loggedRestore(line) !== null));
  return result;
}

async function verify() {
  await writeFile(logFile, `${log.join('\n')}\n`);
  await chmod(logFile, 0o600);
  const { exitCode, output } = await runCommand(['audit', 'verify', '--heads', logFile], { environment });
  return { exitCode, output };
}

/** Serves until the work has ended, and adds the log. */
async function serving(work: (read: () => Promise<void>) => Promise<void>, token: string): Promise<void> {
  const { program, match, lines, ended } = await startProgram(
    ['serve', '--workers', '2'],
    /"url":"([^"]+)","workers"/,
    { environment },
  );
  await expect.poll(() => workersIn(lines), { timeout: 60_000 }).toHaveLength(2);
  const seals = () => lines.filter((line) => loggedSeal(line) !== null).length;
  await work(async () => {
    const sealed = seals();
    for (let count = 0; count < 4; count += 1) {
      const response = await fetch(`${match[1]}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${token}`, connection: 'close' },
        body: JSON.stringify({ query: '{ me { username } }' }),
      });
      expect(response.status).toBe(200);
    }
    await expect.poll(seals, { timeout: 30_000 }).toBeGreaterThan(sealed);
  });
  program.kill('SIGTERM');
  expect(await ended).toBe(0);
  log.push(...lines);
}

test('a documented restore is accepted once it is recorded, and an unrecorded one is found', async () => {
  const database = await openDatabase(installation.url);
  const { token } = await insertUser(database, await openTokens({ key: testSigningKey }));
  await database.close();
  const create = (username: string) => command('user', 'create', username, '--email', `${username}@example.org`);

  await serving(async (read) => {
    await read();
    await installation.backUp();
    await read();
    await installation.chooseTime();
    expect(await create('lost.user')).toMatchObject({ exitCode: 0 });
    await read();
  }, token);
  expect(await verify()).toEqual({ exitCode: 0, output: expect.stringContaining('The audit trail is intact.') });

  await installation.restore();
  expect((await command('user', 'list')).output).not.toContain('lost.user');
  const unrecorded = await verify();
  expect(unrecorded.exitCode).toBe(1);
  expect(unrecorded.output).toContain('truncated. The log contains this seal');
  await installation.restore();

  const recorded = await command('audit', 'restored', '--reason', 'The disk failed');
  expect(recorded).toMatchObject({ exitCode: 0, output: expect.stringContaining('Restore recorded in chain') });
  const logged = log.map(loggedRestore).filter((line) => line !== null);
  expect(logged).toEqual([expect.objectContaining({ sequence: 1, mac: expect.stringMatching(/^[\w-]{43}$/) })]);
  await serving((read) => read(), token);
  expect(await create('later.user')).toMatchObject({ exitCode: 0 });
  const { exitCode, output } = await verify();
  expect(output).toMatch(
    /^chain \d+, event 1, \S+: a restore of the database was recorded by .+\. Reason: The disk failed\. \d+ seals in the log were lost with it\.$/m,
  );
  expect([exitCode, output]).toEqual([0, expect.stringContaining('lost with a recorded restore')]);

  // An attacker restores the same backup, which does not contain the record.
  await installation.restore();
  const attacked = await verify();
  expect(attacked.exitCode).toBe(1);
  expect(attacked.output).toContain(
    'The log contains a restore that was recorded in this event, but the database does not.',
  );
}, 180_000);
