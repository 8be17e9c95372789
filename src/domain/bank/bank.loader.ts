import { gatewayError } from '../../base/errors.ts';
import { InvalidValue, parseId } from '../../base/values.ts';
import { oneBy } from '../../database/batch.ts';
import type { BankRules } from '../../graph/access/check.ts';
import type { Context } from '../../graph/context.ts';
import { bank } from './bank.table.ts';
import { type Bank, toBank } from './bank.type.ts';

export const bankById = oneBy(bank, 'id');

export async function bankAt(context: Context, bankId: string): Promise<Bank> {
  const row = await context.loader(bankById).load(bankId);
  if (row === null) throw gatewayError('OBP-30001', { bankId });
  return toBank(row);
}

/** The id as it is, or OBP-30111 when it is none that a bank could have. */
export function validBankId(field: string, bankId: string): string {
  try {
    return parseId(bankId);
  } catch (error) {
    if (error instanceof InvalidValue) throw gatewayError('OBP-30111', { field, cause: error });
    throw error;
  }
}

const knownWishes = () => new Map<string, boolean>();

/** Said before any role is asked for, of every field with a bank: which banks there are is public. */
export async function checkBank(context: Context, bankId: string): Promise<void> {
  const row = await context.loader(bankById).load(validBankId('bankId', bankId));
  if (row === null) throw gatewayError('OBP-30001', { bankId });
  // Known from here on without a look: the KYC collections of its customers are read with the others.
  context.once(knownWishes).set(bankId, row.kycReasonRequired);
}

export const bankRules: Omit<BankRules, 'ofCustomer'> = {
  check: checkBank,
  wantsReason(context, bankId) {
    // Asked for each KYC collection of each customer of a page.
    const wishes = context.once(knownWishes);
    const known = wishes.get(bankId);
    if (known !== undefined) return known;
    return context
      .loader(bankById)
      .load(bankId)
      .then((row) => {
        const wantsReason = row?.kycReasonRequired === true;
        wishes.set(bankId, wantsReason);
        return wantsReason;
      });
  },
};
