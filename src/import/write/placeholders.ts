import { localProvider } from '../../auth/password.ts';
import { insertRows } from '../../database/insert-rows.ts';
import type { Entity } from '../entity.ts';
import { storedRows } from '../existing-rows.ts';
import { bank } from '../obp/bank.ts';
import { user } from '../obp/user.ts';
import { countsOf } from '../report.ts';
import type { Row } from '../row.ts';
import { completeRow, identityOfUser, requireOwnIds, rowsPerTransaction, usersNamed, type Writing } from './writing.ts';

/** Whether a row is a placeholder: a bank or user that was only referenced so far. Its record completes the row. */
export function isPlaceholder(entity: Entity, row: Row): boolean {
  if (entity === bank) {
    return row.shortName === null && row.fullName === null && row.logoUrl === null && row.websiteUrl === null;
  }
  return (
    entity === user &&
    row.provider === localProvider &&
    row.username === row.id &&
    row.email === null &&
    row.passwordHash === null
  );
}

async function writePlaceholders({ database, report, now }: Writing, entity: Entity, rows: Row[]): Promise<void> {
  const placeholders = rows.map((row) => completeRow(entity, row, now));
  countsOf(report, entity.name).placeholders += placeholders.length;
  if (placeholders.length === 0) return;
  await database.transaction(async (transaction) => {
    await insertRows(transaction, entity.table, placeholders, { onConflict: 'ignore' });
    await requireOwnIds(transaction, entity, placeholders);
  });
}

/** Writes the banks that are referenced, but neither in the files nor in the database. */
export async function writeBankPlaceholders(writing: Writing): Promise<void> {
  const referenced = writing.staging.database
    .prepare<[], { id: string }>('select distinct bank_id as id from staged where bank_id is not null')
    .all();
  const stored = new Set((await storedRows(writing.database, bank.table, ['id'], referenced)).map(({ id }) => id));
  await writePlaceholders(
    writing,
    bank,
    referenced.filter(({ id }) => !stored.has(id)),
  );
}

/** Writes the users that are only referenced, by ID or, as owners of accounts, by username. They cannot log in. */
export async function writeUserPlaceholders(writing: Writing): Promise<void> {
  const ids = valuesInPages(writing, 'select id from user_placeholder where id > ? order by id limit ?');
  for (const page of ids) {
    const rows = page.map((id) => ({ id, username: id, provider: localProvider, providerId: id }));
    await writePlaceholders(writing, user, rows);
  }
  const usernames = valuesInPages(
    writing,
    `select distinct username from staged
    where entity = 'accountHolder' and provider = '${localProvider}' and username > ? order by username limit ?`,
  );
  for (const page of usernames) {
    const names = page.map((username) => ({ username, provider: localProvider }));
    const stored = await usersNamed(writing, names);
    const missing = names.filter((name) => !stored.has(identityOfUser(name)));
    await writePlaceholders(
      writing,
      user,
      missing.map((name) => ({ ...name, providerId: name.username })),
    );
  }
}

/** Returns the only column of a query on the staged rows in pages. Its parameters are the last value so far and the page size. */
function* valuesInPages({ staging }: Writing, query: string): Generator<string[]> {
  const statement = staging.database.prepare<[string, number], string>(query).pluck();
  for (let last = ''; ; ) {
    const page = statement.all(last, rowsPerTransaction);
    if (page.length === 0) return;
    last = page.at(-1) ?? last;
    yield page;
  }
}
