import { asc, eq, inArray, isNull, type SQL, sql } from 'drizzle-orm';
import type { Database, Queries } from '../../database/database.ts';
import { isUniqueViolation } from '../../database/errors.ts';
import type { OnFilled } from '../../database/fill-missing.ts';
import { lockedForWriting } from '../../database/lock.ts';
import { type UserRow, user } from './user.table.ts';
import { canonicalNames } from './username.ts';

const batchSize = 200;
const maxRetries = 10;

/**
 * Derives the canonical names of users of an earlier version, which SQL cannot do. Resumes where an earlier run stopped.
 * Users that collide get a conflict number, so that this never fails because of them.
 */
export async function fillCanonicalNames(database: Database, onFilled?: OnFilled): Promise<void> {
  const pending = database.read.select({ id: user.id }).from(user).where(isNull(user.canonicalUsername)).limit(1);
  if ((await pending).length === 0) return;
  for (let retries = 0; ; ) {
    try {
      const rows = await database.transaction(fillBatch);
      onFilled?.(user, rows);
      if (rows < batchSize) return;
    } catch (error) {
      // Another process stored a user with the same name in the meantime.
      if (!isUniqueViolation(error) || retries >= maxRetries) throw error;
      retries += 1;
    }
  }
}

async function fillBatch(transaction: Queries): Promise<number> {
  // Processes that start together wait for each other here. Otherwise they deadlock, because a batch also numbers stored users.
  await lockedForWriting(transaction.select({ id: user.id }).from(user).orderBy(asc(user.id)).limit(1));
  const rows = await lockedForWriting(
    transaction.select().from(user).where(isNull(user.canonicalUsername)).orderBy(asc(user.id)).limit(batchSize),
  );
  if (rows.length === 0) return 0;
  const named = rows.map((row) => ({ ...row, ...canonicalNames(row), usernameConflict: 0, emailConflict: 0 }));
  await number(transaction, named, 'canonicalUsername', 'usernameConflict', ({ provider }) => provider);
  await number(transaction, named, 'validatedEmail', 'emailConflict', () => '');
  const ids = named.map(({ id }) => id);
  await transaction
    .update(user)
    .set({
      canonicalUsername: valuesById(named, 'canonicalUsername', 'text'),
      usernameConflict: valuesById(named, 'usernameConflict', 'integer'),
      validatedEmail: valuesById(named, 'validatedEmail', 'text'),
      emailConflict: valuesById(named, 'emailConflict', 'integer'),
    })
    .where(inArray(user.id, ids));
  return rows.length;
}

/** Numbers the rows whose names collide with each other or with stored users, and those stored users, too. */
async function number(
  transaction: Queries,
  rows: UserRow[],
  name: 'canonicalUsername' | 'validatedEmail',
  conflict: 'usernameConflict' | 'emailConflict',
  scopeOf: (row: UserRow) => string,
): Promise<void> {
  const names = rows.map((row) => row[name]).filter((value) => value !== null);
  if (names.length === 0) return;
  const stored = await transaction.select().from(user).where(inArray(user[name], names));
  const groups = Map.groupBy([...stored, ...rows], (row) => `${row[name]}\u0000${scopeOf(row)}`);
  for (const group of groups.values()) {
    if (group.length === 1 || group[0]?.[name] === null) continue;
    let last = Math.max(...group.map((row) => row[conflict]));
    for (const row of group) {
      if (row[conflict] > 0) continue;
      last += 1;
      row[conflict] = last;
      if (stored.includes(row)) {
        await transaction
          .update(user)
          .set({ [conflict]: last })
          .where(eq(user.id, row.id));
      }
    }
  }
}

/** The values of a column for the rows, as one expression. */
function valuesById(rows: UserRow[], name: keyof UserRow, type: 'text' | 'integer'): SQL {
  const cases = rows.map((row) => sql`when ${row.id} then ${row[name]}`);
  return sql`cast(case ${user.id} ${sql.join(cases, sql` `)} end as ${sql.raw(type)})`;
}
