import { asc, count, type SQL, sql } from 'drizzle-orm';
import { afterValues, comesAfter } from '../../database/batch.ts';
import { statement } from '../../database/statement.ts';
import { cutPage, type Page, type PageArguments, totalOf } from '../../graph/connection.ts';
import type { Context } from '../../graph/context.ts';
import { type UserRow, user } from './user.table.ts';
import { toUser, type User } from './user.type.ts';

/** Usernames are unique only for each provider, so the ID makes the order total. */
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

/** One page of all users, sorted by username. */
export function userPage(context: Context, page: PageArguments): Promise<Page<UserRow, User>> {
  const database = context.readDatabase();
  return cutPage(context, page, {
    field: 'Query.users',
    boundTo: null,
    orderValues: ({ username, id }: UserRow) => [username, id],
    toNode: (row) => toUser(row),
    count: async () => totalOf(await countUsers(database)),
    read: ({ after, limit }) => (after === null ? firstPage : nextPage)(database, { ...afterValues(after), limit }),
  });
}
