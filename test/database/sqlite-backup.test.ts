/** Tests backups of an SQLite file of its own, whichever database the project tests. */
import { readdirSync } from 'node:fs';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { backupSqlite } from '../../src/database/sqlite-backup.ts';

let folder: string;
let live: Sqlite.Database;
let insert: Sqlite.Statement;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'backup-'));
  live = new Sqlite(join(folder, 'live.db'));
  live.pragma('journal_mode = WAL');
  live.exec('create table filled (text text)');
  insert = live.prepare('insert into filled values (?)');
  // About 5,000 pages, so that a backup takes several steps.
  live.transaction(() => {
    for (let row = 0; row < 5_000; row += 1) insert.run('x'.repeat(4_000));
  })();
});

afterEach(async () => {
  live.close();
  await rm(folder, { recursive: true });
});

const otherFiles = async () => (await readdir(folder)).filter((name) => !name.startsWith('live.db'));

describe('a backup', () => {
  test('copies one snapshot although the database is written at each step', async () => {
    const shares: number[] = [];
    await backupSqlite(live.name, join(folder, 'copy.db'), (share) => {
      insert.run('later');
      shares.push(share);
      // Without the snapshot, each write starts the copy again.
      if (shares.length > 100) throw new Error('The backup does not end.');
    });
    expect(shares.length).toBeGreaterThan(3);
    expect(shares).toEqual(shares.toSorted((one, other) => one - other));
    expect(await otherFiles()).toEqual(['copy.db']);
    const copy = new Sqlite(join(folder, 'copy.db'), { readonly: true });
    expect(copy.pragma('integrity_check', { simple: true })).toBe('ok');
    expect(copy.prepare('select count(*) from filled').pluck().get()).toBe(5_000);
    copy.close();
  });

  test('leaves no file if it fails, and has another name until it is complete', async () => {
    let names: string[] = [];
    const failing = backupSqlite(live.name, join(folder, 'copy.db'), () => {
      names = readdirSync(folder).filter((name) => name.startsWith('copy.db'));
      throw new Error('the disk is full');
    });
    await expect(failing).rejects.toThrow('the disk is full');
    expect(names).toContainEqual(expect.stringMatching(/^copy\.db\.[0-9a-f]{8}\.partial$/));
    expect(names).not.toContain('copy.db');
    expect(await otherFiles()).toEqual([]);
  });

  test('does not overwrite a file that was created in the meantime', async () => {
    const file = join(folder, 'copy.db');
    let hasStarted = false;
    const copying = backupSqlite(live.name, file, () => {
      hasStarted = true;
    });
    while (!hasStarted) await new Promise((resolve) => setImmediate(resolve));
    await writeFile(file, 'of another program');
    await expect(copying).rejects.toMatchObject({ code: 'EEXIST', path: file });
    expect(await otherFiles()).toEqual(['copy.db']);
  });
});
