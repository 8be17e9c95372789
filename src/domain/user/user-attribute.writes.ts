import { randomUUID } from 'node:crypto';
import { count, eq } from 'drizzle-orm';
import { gatewayError } from '../../base/errors.ts';
import type { Queries } from '../../database/database.ts';
import { insertRow } from '../../database/write-row.ts';
import { valid, visibleText } from '../../graph/input.ts';
import { collectProblems } from '../../graph/input-collection.ts';
import { parseAttributeValue } from '../attribute/attribute-value.ts';
import { user } from './user.table.ts';
import { type UserAttributeRow, userAttribute } from './user-attribute.table.ts';
import type { UserAttributeInput } from './user-attribute.type.ts';

/** The maximum number of attributes of a user, because they are returned as a plain list. */
const maxAttributes = 500;

type UserAttributeValues = Pick<UserAttributeRow, 'name' | 'type' | 'value'>;

/** The columns of an attribute. The value must be of the type. */
export function userAttributeValues({ name, type, value }: UserAttributeInput): UserAttributeValues {
  return collectProblems(() => ({
    name: visibleText('input.name', name, 50),
    type,
    value: valid('input.value', () => parseAttributeValue(type, value)),
  }));
}

/** @throws OBP-20057 if the user does not exist. */
export async function insertUserAttribute(
  transaction: Queries,
  userId: string,
  values: UserAttributeValues,
): Promise<UserAttributeRow> {
  const [existing] = await transaction.select({ id: user.id }).from(user).where(eq(user.id, userId));
  if (existing === undefined) throw gatewayError('OBP-20057');
  const [counted] = await transaction
    .select({ total: count() })
    .from(userAttribute)
    .where(eq(userAttribute.userId, userId));
  if (Number(counted?.total ?? 0) >= maxAttributes) {
    throw gatewayError('TOO_MANY_ITEMS', { detail: 'ATTRIBUTES_OF_USER', limit: maxAttributes });
  }
  const now = new Date();
  const row: UserAttributeRow = { id: randomUUID(), userId, ...values, insertDate: now, updatedAt: now, version: 1 };
  await insertRow(transaction, userAttribute, row);
  return row;
}
