import { gatewayError } from '../../base/errors.ts';
import { oneBy } from '../../database/batch.ts';
import { loadNullable } from '../../database/loader.ts';
import type { Context } from '../../graph/context.ts';
import { type UserRow, user } from './user.table.ts';
import { toUser, type User } from './user.type.ts';
import { toUserSummary, type UserSummary } from './user-summary.type.ts';

export const userById = oneBy(user, 'id');

async function rowAt(context: Context, id: string): Promise<UserRow> {
  const row = await context.loader(userById).load(id);
  if (row === null) throw gatewayError('OBP-20057');
  return row;
}

/** Loads a user by ID. @throws OBP-20057 if the user does not exist. */
export async function userAt(context: Context, id: string): Promise<User> {
  return toUser(await rowAt(context, id));
}

/** Like `userAt`, without contact details. */
export async function userSummaryAt(context: Context, id: string): Promise<UserSummary> {
  return toUserSummary(await rowAt(context, id));
}

/** Loads the names of users. Null for each ID that is null, or that no user has. */
export async function userSummaries(
  context: Context,
  ids: readonly (string | null)[],
): Promise<(UserSummary | null)[]> {
  const rows = await loadNullable(context.loader(userById), ids);
  return rows.map((row) => (row === null ? null : toUserSummary(row)));
}
