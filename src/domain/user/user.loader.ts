import { gatewayError } from '../../base/errors.ts';
import { oneBy } from '../../database/batch.ts';
import type { Context } from '../../graph/context.ts';
import { user } from './user.table.ts';
import { toUser, type User } from './user.type.ts';
import { toUserSummary, type UserSummary } from './user-summary.type.ts';

export const userById = oneBy(user, 'id');

/** Loads a user by ID. @throws OBP-20057 if the user does not exist. */
export async function userAt(context: Context, id: string): Promise<User> {
  const row = await context.loader(userById).load(id);
  if (row === null) throw gatewayError('OBP-20057');
  return toUser(row);
}

/** Null for each ID that no user has. */
export async function userSummaries(context: Context, ids: readonly string[]): Promise<(UserSummary | null)[]> {
  const rows = await context.loader(userById).loadAll(ids);
  return rows.map((row) => (row === null ? null : toUserSummary(row)));
}
