/** How SQLite's only writer commits together what comes at the same time: on a file of its own, whatever is tested. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { writerOf } from '../../src/database/sqlite-writer.ts';

let handle: Sqlite.Database;
let reader: Sqlite.Database;
let folder: string;

beforeEach(async () => {
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

test('works that come at once follow one another, and are committed together', async () => {
  const { write } = writerOf(handle);
  const seen: unknown[][] = [];
  const work = (id: string) =>
    write(async () => {
      seen.push(stored(handle), stored(reader));
      insert('parent', id);
      return id;
    });

  const results = await Promise.all([work('a'), work('b'), work('c')]);

  expect(results).toEqual(['a', 'b', 'c']);
  expect(seen).toEqual([[], [], ['a'], [], ['a', 'b'], []]);
  expect(stored(reader)).toEqual(['a', 'b', 'c']);
});

test('what is gathered already waits for no more of the same turn', async () => {
  const { write } = writerOf(handle);
  let hasTurned = false;
  setImmediate(() => {
    hasTurned = true;
  });

  await write(async () => insert('parent', 'a'), true);

  expect(hasTurned).toBe(false);
  expect(stored(reader)).toEqual(['a']);
});

test('no result is there before it is committed', async () => {
  const { write } = writerOf(handle);
  const ofResult = write(async () => insert('parent', 'a')).then(() => stored(reader));
  const ofLater = write(async () => insert('parent', 'b'));

  expect(await ofResult).toEqual(['a', 'b']);
  await ofLater;
});

test('what fails is taken back alone', async () => {
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

test('a commit that fails is told to all whose work was in it, and to nobody else', async () => {
  const { write } = writerOf(handle);
  const orphan = write(async () => insert('child', 'orphan', 'nobody'));
  const other = write(async () => insert('parent', 'a'));

  for (const failed of await Promise.allSettled([orphan, other])) {
    expect(failed).toMatchObject({ status: 'rejected', reason: { code: 'SQLITE_CONSTRAINT_FOREIGNKEY' } });
  }
  await write(async () => insert('parent', 'b'));

  expect(stored(reader)).toEqual(['b']);
});

test('where all is taken back, those before fail too, and those after are written', async () => {
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

test('a work that takes long ends what is committed together', async () => {
  const { write } = writerOf(handle);
  const first = write(async () => {
    insert('parent', 'a');
    await new Promise((resolve) => setTimeout(resolve, 20));
  });
  const second = write(async () => stored(reader));

  await first;

  expect(await second).toEqual(['a']);
});

test('who fails by what another one has written is told no sooner than that one', async () => {
  const { write } = writerOf(handle);
  const told: string[] = [];
  const tell = (who: string) => (error: Error) => told.push(`${who}: ${error.message}`);
  const first = write(async () => {
    insert('parent', 'a');
  });
  const orphan = write(async () => {
    insert('child', 'b', 'nobody');
  }).catch(tell('orphan'));
  const late = write(async () => {
    if (stored(handle).includes('b')) throw new Error('b is there already');
  }).catch(tell('late'));

  await Promise.all([first.catch(tell('first')), orphan, late]);

  expect(stored(reader)).toEqual([]);
  // The commit fails, and nothing of what each has seen of the others ever was.
  expect(told.map((line) => line.split(': ')[1])).toEqual(Array(3).fill('FOREIGN KEY constraint failed'));
});
