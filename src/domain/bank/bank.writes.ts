import { asc, count } from 'drizzle-orm';
import { gatewayError } from '../../base/errors.ts';
import type { Queries } from '../../database/database.ts';
import { isUniqueViolation } from '../../database/errors.ts';
import { lockedForWriting } from '../../database/lock.ts';
import { insertRow } from '../../database/write-row.ts';
import { text } from '../../graph/input.ts';
import { collectProblems } from '../../graph/input-collection.ts';
import { validBankId } from './bank.loader.ts';
import { type BankRow, bank } from './bank.table.ts';
import type { CreateBankInput } from './bank.type.ts';

/** `banks` is a plain list, which anonymous callers read. */
export const maxBanks = 5_000;

type BankValues = Pick<BankRow, 'id' | 'shortName' | 'fullName' | 'logoUrl' | 'websiteUrl'>;

/** The columns of a new bank. */
export function bankValues(input: CreateBankInput): BankValues {
  return collectProblems(() => ({
    id: validBankId('input.bankId', input.bankId),
    shortName: text('input.shortName', input.shortName, 100),
    fullName: text('input.fullName', input.fullName, 255),
    logoUrl: input.logoUrl ?? null,
    websiteUrl: input.websiteUrl ?? null,
  }));
}

/** @throws OBP-34000 if the ID is taken, TOO_MANY_ITEMS if there are too many banks. */
export async function insertBank(transaction: Queries, values: BankValues): Promise<void> {
  // All transactions that create banks lock the oldest bank, so they are counted one after the other.
  await lockedForWriting(
    transaction.select({ id: bank.id }).from(bank).orderBy(asc(bank.createdAt), asc(bank.id)).limit(1),
  );
  const [counted] = await transaction.select({ total: count() }).from(bank);
  if (Number(counted?.total) >= maxBanks) {
    throw gatewayError('TOO_MANY_ITEMS', { detail: 'BANKS', limit: maxBanks });
  }
  const now = new Date();
  try {
    await insertRow(transaction, bank, { ...values, createdAt: now, updatedAt: now });
  } catch (error) {
    if (isUniqueViolation(error)) throw gatewayError('OBP-34000', { field: 'input.bankId', cause: error });
    throw error;
  }
}
