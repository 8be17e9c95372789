import { randomUUID } from 'node:crypto';
import { asc, count } from 'drizzle-orm';
import { gatewayError } from '../../base/errors.ts';
import type { Queries } from '../../database/database.ts';
import { isUniqueViolation } from '../../database/errors.ts';
import { lockedForWriting } from '../../database/lock.ts';
import { insertRow } from '../../database/write-row.ts';
import { text } from '../../graph/input.ts';
import { entitlement } from '../user/entitlement.table.ts';
import { maxEntitlements, refuseUserOverflow } from '../user/user-overflow.ts';
import { validBankId } from './bank.loader.ts';
import { type BankRow, bank } from './bank.table.ts';
import type { CreateBankInput } from './bank.type.ts';

/** `banks` is a plain list, which anonymous callers read. */
export const maxBanks = 5_000;

type BankValues = Pick<BankRow, 'id' | 'shortName' | 'fullName' | 'logoUrl' | 'websiteUrl'>;

/** The columns of a new bank. */
export function bankValues(input: CreateBankInput): BankValues {
  return {
    id: validBankId('input.id', input.id),
    shortName: text('input.shortName', input.shortName, 100),
    fullName: text('input.fullName', input.fullName, 255),
    logoUrl: input.logoUrl ?? null,
    websiteUrl: input.websiteUrl ?? null,
  };
}

/** Creates a bank at which its creator may grant roles: nobody else could yet. Fails with OBP-34000 when the id is taken. */
export async function insertBank(transaction: Queries, values: BankValues, creatorId: string): Promise<void> {
  // The oldest bank is the same for all transactions, so those that create banks are counted one after another.
  await lockedForWriting(
    transaction.select({ id: bank.id }).from(bank).orderBy(asc(bank.createdAt), asc(bank.id)).limit(1),
  );
  const [counted] = await transaction.select({ total: count() }).from(bank);
  if (Number(counted?.total) >= maxBanks) {
    throw gatewayError('TOO_MANY_ITEMS', { message: `There are at most ${maxBanks} banks.`, limit: maxBanks });
  }
  await refuseUserOverflow(transaction, entitlement, [creatorId], maxEntitlements, { name: 'entitlements' });
  const now = new Date();
  const times = { createdAt: now, updatedAt: now };
  try {
    await insertRow(transaction, bank, { ...values, ...times });
  } catch (error) {
    if (isUniqueViolation(error)) throw gatewayError('OBP-34000', { field: 'input.id', cause: error });
    throw error;
  }
  await insertRow(transaction, entitlement, {
    id: randomUUID(),
    userId: creatorId,
    roleName: 'CanCreateEntitlementAtOneBank',
    bankId: values.id,
    ...times,
  });
}
