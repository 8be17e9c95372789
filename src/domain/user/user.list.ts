import { asc, count, sql } from 'drizzle-orm';
import { afterValues, comesAfter, oncePerDatabase } from '../../database/batch.ts';
import { afterOf, Page, type PageArguments, pageSize } from '../../graph/connection.ts';
import type { Context } from '../../graph/context.ts';
import { type UserRow, user } from './user.table.ts';
import { toUser, type User } from './user.type.ts';

/** Usernames are unique per provider only; the id makes the order total. */
const orderColumns = [user.username, user.id];

const statements = oncePerDatabase((database) => {
  const users = () => database.read.select().from(user).$dynamic();
  const order = orderColumns.map((column) => asc(column));
  return {
    first: database.prepare<UserRow>(
      users()
        .orderBy(...order)
        .limit(sql.placeholder('limit')),
    ),
    next: database.prepare<UserRow>(
      users()
        .where(comesAfter(orderColumns, false))
        .orderBy(...order)
        .limit(sql.placeholder('limit')),
    ),
    count: database.prepare<{ total: number }>(database.read.select({ total: count() }).from(user)),
  };
});

/** One page of all users, by their usernames. */
export async function userPage(context: Context, page: PageArguments): Promise<Page<UserRow, User>> {
  const size = pageSize(page.first);
  const scope = { secret: context.config.secret, field: 'Query.users', arguments: null };
  const after = afterOf(scope, page.after);
  const { first, next, count } = statements(context.readDatabase());
  const rows = await (after === null ? first : next)({ ...afterValues(after), limit: size + 1 });
  return new Page({
    rows,
    size,
    after: page.after,
    scope,
    orderValues: ({ username, id }) => [username, id],
    toNode: (row) => toUser(row),
    async count() {
      const [counted] = await count();
      return Number(counted?.total ?? 0);
    },
  });
}
