import { gatewayError } from '../../base/errors.ts';
import { InvalidValue } from '../../base/value-rules.ts';
import { parseId } from '../../base/values.ts';
import { manyBy, oneBy } from '../../database/batch.ts';
import type { BankRules } from '../../graph/access/check.ts';
import type { Context } from '../../graph/context.ts';
import { reportProblem } from '../../graph/input-collection.ts';
import { bank } from './bank.table.ts';
import { type Bank, toBank } from './bank.type.ts';
import { reviewInterval } from './review-interval.table.ts';

export const bankById = oneBy(bank, 'id');

export const reviewIntervalsByBank = manyBy(reviewInterval, ['bankId'], {
  orderBy: ['attributeName', 'attributeValue'],
});

export async function bankAt(context: Context, bankId: string): Promise<Bank> {
  const row = await context.loader(bankById).load(bankId);
  if (row === null) throw gatewayError('OBP-30001', { bankId });
  return toBank(row);
}

/** Returns the ID of a bank. @throws OBP-30111 if it is not a valid ID. */
export function validBankId(field: string, bankId: string): string {
  try {
    return parseId(bankId);
  } catch (error) {
    if (!(error instanceof InvalidValue)) throw error;
    return reportProblem(gatewayError('OBP-30111', { field, cause: error }), '');
  }
}

const knownWishes = () => new Map<string, boolean>();

/** Checks the bank of a field. This precedes the check of roles, because it is public which banks exist. */
export async function checkBank(context: Context, bankId: string, field = 'bankId'): Promise<void> {
  const row = await context.loader(bankById).load(validBankId(field, bankId));
  if (row === null) throw gatewayError('OBP-30001', { bankId });
  // The setting is cached, so the KYC collections of the bank's customers are read in the same batch as others.
  context.once(knownWishes).set(bankId, row.kycReasonRequired);
}

export const bankRules: Omit<BankRules, 'ofCustomer'> = {
  check: (context, bankId) => checkBank(context, bankId),
  wantsReason(context, bankId) {
    // This runs for each KYC collection of each customer of a page.
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
