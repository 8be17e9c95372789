import { asc, count, type SQL, sql } from 'drizzle-orm';
import { afterValues, comesAfter } from '../../database/batch.ts';
import { statement } from '../../database/statement.ts';
import { afterOf, Page, type PageArguments, pageSize } from '../../graph/connection.ts';
import type { Context } from '../../graph/context.ts';
import { type UserRow, user } from './user.table.ts';
import { toUser, type User } from './user.type.ts';

/** Usernames are unique per provider only; the id makes the order total. */
const orderColumns = [user.username, user.id];

function pageStatement(after?: SQL) {
  return statement((queries) =>
    queries
      .select()
      .from(user)
      .where(after)
      .orderBy(...orderColumns.map((column) => asc(column)))
      .limit(sql.placeholder('limit')),
  );
}

const firstPage = pageStatement();
const nextPage = pageStatement(comesAfter(orderColumns, false));
const countUsers = statement((queries) => queries.select({ total: count() }).from(user));

/** One page of all users, by their usernames. */
export async function userPage(context: Context, page: PageArguments): Promise<Page<UserRow, User>> {
  const size = pageSize(page.first);
  const scope = { secret: context.config.secret, field: 'Query.users', arguments: null };
  const after = afterOf(scope, page.after);
  const database = context.readDatabase();
  const read = after === null ? firstPage : nextPage;
  const rows = await read(database, { ...afterValues(after), limit: size + 1 });
  return new Page({
    rows,
    size,
    after: page.after,
    scope,
    orderValues: ({ username, id }) => [username, id],
    toNode: (row) => toUser(row),
    async count() {
      const [counted] = await countUsers(database);
      return Number(counted?.total ?? 0);
    },
  });
}
