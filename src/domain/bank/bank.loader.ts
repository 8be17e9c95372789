import type { Context } from '../../context.ts';
import { oneBy } from '../../database/batch.ts';
import { gatewayError } from '../../errors.ts';
import { bank } from './bank.table.ts';
import { type Bank, toBank } from './bank.type.ts';

export const bankById = oneBy(bank, 'id');

export async function bankAt(context: Context, bankId: string): Promise<Bank> {
  const row = await context.loader(bankById).load(bankId);
  if (row === null) throw gatewayError('OBP-30001', { bankId });
  return toBank(row);
}

/** Said before any role is asked for: which banks there are is public. */
export async function checkBank(context: Context, bankId: string): Promise<void> {
  await bankAt(context, bankId);
}
