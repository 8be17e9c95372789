import { eq, sql } from 'drizzle-orm';
import type { Database } from '../../database/database.ts';
import { gatewayError } from '../../errors.ts';
import { type BankRow, bank } from './bank.table.ts';

/**
 * Switches on or off that a KYC status of the bank's customers counts only when a second officer has confirmed it. For the
 * command line, which is trusted. Fails with OBP-30001.
 */
export async function setKycFourEyes(database: Database, bankId: string, kycFourEyes: boolean): Promise<BankRow> {
  return database.transaction(async (transaction) => {
    const [changed] = await transaction
      .update(bank)
      .set({ kycFourEyes, updatedAt: new Date(), version: sql`${bank.version} + 1` })
      .where(eq(bank.id, bankId))
      .returning();
    if (changed === undefined) throw gatewayError('OBP-30001', { bankId });
    return changed;
  });
}
