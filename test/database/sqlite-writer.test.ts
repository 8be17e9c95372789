/** Tests group commit on an SQLite file of its own, whichever database the project tests. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import Sqlite from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { writerOf } from '../../src/database/sqlite-writer.ts';

let handle: Sqlite.Database;
let reader: Sqlite.Database;
let folder: string;

/** The clock of the writer. It is fixed, so that the commits do not depend on how busy the machine is. */
let now = 0;

beforeEach(async () => {
  vi.spyOn(performance, 'now').mockImplementation(() => now);
  folder = await mkdtemp(join(tmpdir(), 'writer-'));
  const file = join(folder, 'own.db');
  handle = new Sqlite(file);
  handle.pragma('journal_mode = WAL');
  handle.pragma('foreign_keys = ON');
  handle.exec(`create table parent (id text primary key);
    create table child (id text primary key, parent text references parent (id) deferrable initially deferred)`);
  reader = new Sqlite(file, { readonly: true });
});

afterEach(async () => {
  vi.restoreAllMocks();
  reader.close();
  handle.close();
  await rm(folder, { recursive: true });
});

function stored(connection: Sqlite.Database): unknown[] {
  return connection.prepare('select id from parent union all select id from child').pluck().all();
}

function insert(table: 'parent' | 'child', id: string, parent?: string): void {
  if (table === 'parent') handle.prepare('insert into parent values (?)').run(id);
  else handle.prepare('insert into child values (?, ?)').run(id, parent);
}

describe('the SQLite writer', () => {
  test('runs concurrent transactions one after the other, and commits them together', async () => {
    const { write } = writerOf(handle);
    const seen: unknown[][] = [];
    const writeParent = (id: string) =>
      write(async () => {
        seen.push(stored(handle), stored(reader));
        insert('parent', id);
        return id;
      });

    const results = await Promise.all([writeParent('a'), writeParent('b'), writeParent('c')]);

    expect(results).toEqual(['a', 'b', 'c']);
    expect(seen).toEqual([[], [], ['a'], [], ['a', 'b'], []]);
    expect(stored(reader)).toEqual(['a', 'b', 'c']);
  });

  test('does not wait for the next tick if the transaction is gathered', async () => {
    const { write } = writerOf(handle);
    let hasWaited = false;
    setImmediate(() => {
      hasWaited = true;
    });

    await write(async () => insert('parent', 'a'), true);

    expect(hasWaited).toBe(false);
    expect(stored(reader)).toEqual(['a']);
  });

  test('resolves only after the commit', async () => {
    const { write } = writerOf(handle);
    const storedOnResult = write(async () => insert('parent', 'a')).then(() => stored(reader));
    const later = write(async () => insert('parent', 'b'));

    expect(await storedOnResult).toEqual(['a', 'b']);
    await later;
  });

  test('rolls back only the transactions that fail', async () => {
    const { write } = writerOf(handle);

    const results = await Promise.allSettled([
      write(async () => insert('parent', 'a')),
      write(async () => {
        insert('parent', 'b');
        throw new Error('no');
      }),
      write(async () => insert('parent', 'a')),
      write(async () => insert('parent', 'c')),
    ]);

    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected', 'fulfilled']);
    expect(results[1]).toMatchObject({ reason: { message: 'no' } });
    expect(results[2]).toMatchObject({ reason: { code: 'SQLITE_CONSTRAINT_PRIMARYKEY' } });
    expect(stored(reader)).toEqual(['a', 'c']);
  });

  test('rejects all transactions of a group whose commit fails, and no others', async () => {
    const { write } = writerOf(handle);
    const orphan = write(async () => insert('child', 'orphan', 'missing'));
    const other = write(async () => insert('parent', 'a'));

    for (const failed of await Promise.allSettled([orphan, other])) {
      expect(failed).toMatchObject({ status: 'rejected', reason: { code: 'SQLITE_CONSTRAINT_FOREIGNKEY' } });
    }
    await write(async () => insert('parent', 'b'));

    expect(stored(reader)).toEqual(['b']);
  });

  test('rejects the earlier transactions of a group that was rolled back, and runs the later ones', async () => {
    const { write } = writerOf(handle);

    const results = await Promise.allSettled([
      write(async () => insert('parent', 'a')),
      write(async () => {
        handle.exec('rollback');
        throw new Error('the disk is full');
      }),
      write(async () => insert('parent', 'b')),
    ]);

    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'fulfilled']);
    expect(stored(reader)).toEqual(['b']);
  });

  test('commits the group after a long transaction', async () => {
    const { write } = writerOf(handle);
    const first = write(async () => {
      insert('parent', 'a');
      now += 20;
    });
    const second = write(async () => stored(reader));

    await first;

    expect(await second).toEqual(['a']);
  });

  test('waits ten seconds for another process, for each transaction from its request on', async () => {
    const other = new Sqlite(handle.name);
    other.exec('begin immediate');
    const { write } = writerOf(handle);
    const first = write(async () => insert('parent', 'a'));
    await sleep(20);
    now += 6_000;
    const second = write(async () => insert('parent', 'b'));
    const third = write(async () => insert('parent', 'c'));
    await sleep(20);
    now += 5_000;
    await expect(first).rejects.toMatchObject({ code: 'SQLITE_BUSY' });
    now += 6_000;
    for (const failed of await Promise.allSettled([second, third])) {
      expect(failed).toMatchObject({ status: 'rejected', reason: { code: 'SQLITE_BUSY' } });
    }
    const fourth = write(async () => insert('parent', 'd'));
    other.exec('rollback');
    await fourth;

    other.close();
    expect(stored(reader)).toEqual(['d']);
  });

  test('rejects a transaction that failed because of another one only after the commit', async () => {
    const { write } = writerOf(handle);
    const failures: string[] = [];
    const record = (name: string) => (error: Error) => failures.push(`${name}: ${error.message}`);
    const first = write(async () => {
      insert('parent', 'a');
    });
    const orphan = write(async () => {
      insert('child', 'b', 'missing');
    }).catch(record('orphan'));
    const late = write(async () => {
      if (stored(handle).includes('b')) throw new Error('b exists');
    }).catch(record('late'));

    await Promise.all([first.catch(record('first')), orphan, late]);

    expect(stored(reader)).toEqual([]);
    // The commit fails, so the row that the last transaction has seen was never stored.
    expect(failures.map((line) => line.split(': ')[1])).toEqual(Array(3).fill('FOREIGN KEY constraint failed'));
  });
});
