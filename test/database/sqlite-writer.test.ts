/** How SQLite's only writer commits together what comes at the same time. */
import Sqlite from 'better-sqlite3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { writerOf } from '../../src/database/sqlite-writer.ts';
import { createDatabaseUrl, dialectUnderTest } from '../support/database-url.ts';

const onSqlite = test.runIf(dialectUnderTest === 'sqlite');

let handle: Sqlite.Database;
let reader: Sqlite.Database;
let drop: () => Promise<void>;

beforeEach(async () => {
  if (dialectUnderTest !== 'sqlite') return;
  const created = await createDatabaseUrl();
  drop = created.drop;
  const file = created.url.replace('file:', '');
  handle = new Sqlite(file);
  handle.pragma('journal_mode = WAL');
  handle.pragma('foreign_keys = ON');
  handle.exec(`create table parent (id text primary key);
    create table child (id text primary key, parent text references parent (id) deferrable initially deferred)`);
  reader = new Sqlite(file, { readonly: true });
});

afterEach(async () => {
  if (dialectUnderTest !== 'sqlite') return;
  reader.close();
  handle.close();
  await drop();
});

function stored(connection: Sqlite.Database): unknown[] {
  return connection.prepare('select id from parent union all select id from child').pluck().all();
}

function insert(table: 'parent' | 'child', id: string, parent?: string): void {
  if (table === 'parent') handle.prepare('insert into parent values (?)').run(id);
  else handle.prepare('insert into child values (?, ?)').run(id, parent);
}

onSqlite('works that come at once follow one another, and are committed together', async () => {
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

onSqlite('no result is there before it is committed', async () => {
  const { write } = writerOf(handle);
  const ofResult = write(async () => insert('parent', 'a')).then(() => stored(reader));
  const ofLater = write(async () => insert('parent', 'b'));

  expect(await ofResult).toEqual(['a', 'b']);
  await ofLater;
});

onSqlite('what fails is taken back alone', async () => {
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

onSqlite('a commit that fails is told to all whose work was in it, and to nobody else', async () => {
  const { write } = writerOf(handle);
  const orphan = write(async () => insert('child', 'orphan', 'nobody'));
  const other = write(async () => insert('parent', 'a'));

  for (const failed of await Promise.allSettled([orphan, other])) {
    expect(failed).toMatchObject({ status: 'rejected', reason: { code: 'SQLITE_CONSTRAINT_FOREIGNKEY' } });
  }
  await write(async () => insert('parent', 'b'));

  expect(stored(reader)).toEqual(['b']);
});

onSqlite('where all is taken back, those before fail too, and those after are written', async () => {
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

onSqlite('a work that takes long ends what is committed together', async () => {
  const { write } = writerOf(handle);
  const first = write(async () => {
    insert('parent', 'a');
    await new Promise((resolve) => setTimeout(resolve, 20));
  });
  const second = write(async () => stored(reader));

  await first;

  expect(await second).toEqual(['a']);
});
