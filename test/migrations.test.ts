/** Databases of other versions of the program: which commands migrate them, and which ones refuse them. */
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import pg from 'pg';
import { beforeAll, describe, expect, test } from 'vitest';
import { openDatabase } from '../src/database/open-database.ts';
import { sqlitePath } from '../src/database/sqlite-path.ts';
import { runCommand } from './support/command.ts';
import { createDatabaseUrl, createMigratedDatabaseUrl, dialectUnderTest } from './support/database-url.ts';
import { createFormerDatabase } from './support/former-database.ts';
import { testEnvironment } from './support/gateway.ts';
import { buildProgram, runProgram } from './support/program.ts';

let folder: string;
let file: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'migrations-'));
  file = join(folder, 'customers.json');
  await writeFile(file, '[]');
  await buildProgram();
}, 120_000);

/** All commands that open a database, except `serve` and `migrate`. */
const commands = () => [
  ['import', file],
  ['generate', '--customers', '1'],
  ['user', 'create', 'alice.brown', '--email', 'alice@example.org'],
  ['user', 'list'],
  ['user', 'disable', 'alice.brown'],
  ['bank', 'four-eyes', 'gh.29.uk', 'on'],
  ['grant', 'alice.brown', 'CanGetAnyUser'],
  ['revoke', 'alice.brown', 'CanGetAnyUser'],
  ['token', 'alice.brown'],
  ['collisions'],
  ['audit', 'export'],
  ['audit', 'prune'],
];

/** Runs a command in this process, except those whose process behaves differently: the servers, migrations, and backups. */
function run(url: string, command: string[]) {
  const environment = { ...testEnvironment(url), GATEWAY_AUDIT_RETENTION: '1d' };
  const isProcess = ['serve', 'migrate', 'backup'].includes(command[0] ?? '');
  return (isProcess ? runProgram : runCommand)(command, { environment, input: 'correct horse battery staple\n' });
}

async function query(url: string, statement: string): Promise<unknown[]> {
  if (dialectUnderTest === 'sqlite') {
    const database = new Sqlite(sqlitePath(url));
    const prepared = database.prepare(statement);
    const rows = prepared.reader ? prepared.all() : [prepared.run()];
    database.close();
    return rows;
  }
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query(statement);
  await client.end();
  return rows;
}

describe('a database that a newer version has migrated', () => {
  test('is refused by every command, which changes nothing', async () => {
    const { url, drop } = await createMigratedDatabaseUrl();
    await query(url, "insert into migration values ('of a newer version', '2030-01-01T00:00:00.000Z')");
    const all = [
      ['serve', '--workers', '1'],
      ['serve', '--workers', '2'],
      ['migrate'],
      ['audit', 'verify'],
      ['backup', join(folder, 'copy.db')],
      ...commands(),
    ];
    for (const command of all) {
      const { exitCode, output, errors } = await run(url, command);
      expect([command, exitCode, output]).toEqual([command, 4, '']);
      expect(errors).toMatch(
        /^The database of DATABASE_URL \(.*\) cannot be opened: The database has 1 migration of a newer version, which this version does not know\. Run the newer version\.\n$/,
      );
    }
    for (const table of ['audit_chain', 'bank', '"user"']) {
      expect([table, await query(url, `select * from ${table}`)]).toEqual([table, []]);
    }
    await drop();
  }, 240_000);
});

describe('a database of an earlier version', () => {
  test('is migrated by the command migrate, which other commands require', async () => {
    const former = await createFormerDatabase('canonical_usernames');
    const before = await query(former.url, 'select * from migration');
    for (const command of commands()) {
      const { exitCode, output, errors } = await run(former.url, command);
      expect([command, exitCode, output]).toEqual([command, 1, '']);
      expect(errors).toMatch(
        /cannot be opened: The database lacks \d+ migrations of this program\. Run the command migrate\.\n$/,
      );
    }
    expect(await query(former.url, 'select * from migration')).toEqual(before);

    expect(await run(former.url, ['migrate'])).toMatchObject({
      exitCode: 0,
      output: 'The database is up to date.\n',
      errors: '',
    });
    expect(await run(former.url, ['user', 'list'])).toMatchObject({ exitCode: 0, errors: '' });
    await former.drop();
  }, 240_000);

  test('can be verified before it is migrated', async () => {
    const former = await createFormerDatabase('registrations');
    expect(await run(former.url, ['audit', 'verify'])).toMatchObject({ exitCode: 0, errors: '' });
    await former.drop();
  });
});

describe('an empty database', () => {
  test('is migrated by any command', async () => {
    const { url, drop } = await createDatabaseUrl();
    expect(await run(url, ['user', 'list'])).toMatchObject({ exitCode: 0, errors: '' });
    const database = await openDatabase(url, { migrate: 'never' });
    await database.check();
    await database.close();
    await drop();
  });
});
