import { randomUUID } from 'node:crypto';
import { and, count, eq } from 'drizzle-orm';
import { gatewayError } from '../../base/errors.ts';
import type { Queries } from '../../database/database.ts';
import { insertRow } from '../../database/write-row.ts';
import { optionalText, optionalVisibleText, valid, visibleText } from '../../graph/input.ts';
import { collectProblems } from '../../graph/input-collection.ts';
import { parseAttributeValue } from '../attribute/attribute-value.ts';
import { account } from './account.table.ts';
import type { AccountAttributeInput } from './account.type.ts';
import { type AccountAttributeRow, accountAttribute } from './account-attribute.table.ts';

/** The maximum number of attributes of an account, because they are returned as a plain list. */
const maxAttributes = 500;

type AccountAttributeValues = Pick<AccountAttributeRow, 'productCode' | 'contractCode' | 'name' | 'type' | 'value'>;

/** The columns of an attribute. The value must be of the type. */
export function accountAttributeValues(input: AccountAttributeInput): AccountAttributeValues {
  return collectProblems(() => ({
    productCode: optionalText('input.productCode', input.productCode, 100),
    contractCode: optionalVisibleText('input.contractCode', input.contractCode, 100),
    name: visibleText('input.name', input.name, 100),
    type: input.type,
    value: valid('input.value', () => parseAttributeValue(input.type, input.value)),
  }));
}

/** @throws OBP-30018 if the bank does not have the account. */
export async function insertAccountAttribute(
  transaction: Queries,
  bankId: string,
  accountId: string,
  values: AccountAttributeValues,
): Promise<AccountAttributeRow> {
  const [existing] = await transaction
    .select({ id: account.id })
    .from(account)
    .where(and(eq(account.bankId, bankId), eq(account.id, accountId)));
  if (existing === undefined) throw gatewayError('OBP-30018', { bankId });
  const [counted] = await transaction
    .select({ total: count() })
    .from(accountAttribute)
    .where(and(eq(accountAttribute.bankId, bankId), eq(accountAttribute.accountId, accountId)));
  if (Number(counted?.total ?? 0) >= maxAttributes) {
    throw gatewayError('TOO_MANY_ITEMS', { detail: 'ATTRIBUTES_OF_ACCOUNT', limit: maxAttributes });
  }
  const now = new Date();
  const row: AccountAttributeRow = {
    id: randomUUID(),
    bankId,
    accountId,
    ...values,
    createdAt: now,
    updatedAt: now,
    version: 1,
  };
  await insertRow(transaction, accountAttribute, row);
  return row;
}
