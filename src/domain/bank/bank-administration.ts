import { eq, sql } from 'drizzle-orm';
import { gatewayError } from '../../base/errors.ts';
import type { Database } from '../../database/database.ts';
import { updateRows } from '../../database/write-row.ts';
import { type BankRow, bank } from './bank.table.ts';

type BankSettings = Pick<BankRow, 'kycFourEyes' | 'kycReasonRequired' | 'grantApprovalRequired' | 'retentionDays'>;

/** For the command line, which is trusted. Fails with OBP-30001. */
async function changeSettings(database: Database, bankId: string, settings: Partial<BankSettings>): Promise<BankRow> {
  return database.transaction(async (transaction) => {
    const [before] = await transaction.select().from(bank).where(eq(bank.id, bankId));
    if (before === undefined) throw gatewayError('OBP-30001', { bankId });
    const set = { ...settings, updatedAt: new Date(), version: sql`${bank.version} + 1` };
    const [after] = await updateRows(transaction, bank, { before, set, where: eq(bank.id, bankId) });
    if (after === undefined) throw gatewayError('OBP-30001', { bankId });
    return after;
  });
}

/** Switches on or off that a KYC status of the bank's customers counts only when a second officer has confirmed it. */
export function setKycFourEyes(database: Database, bankId: string, kycFourEyes: boolean): Promise<BankRow> {
  return changeSettings(database, bankId, { kycFourEyes });
}

/** Switches on or off that KYC material of the bank's customers is given only to who says why. */
export function setKycReasonRequired(database: Database, bankId: string, kycReasonRequired: boolean): Promise<BankRow> {
  return changeSettings(database, bankId, { kycReasonRequired });
}

/** Switches on or off that a second granter must approve every grant of a role at the bank. */
export function setGrantApprovalRequired(
  database: Database,
  bankId: string,
  grantApprovalRequired: boolean,
): Promise<BankRow> {
  return changeSettings(database, bankId, { grantApprovalRequired });
}

/** For how many days after the last change a customer of the bank cannot be erased; null: for none. */
export function setRetentionDays(database: Database, bankId: string, retentionDays: number | null): Promise<BankRow> {
  return changeSettings(database, bankId, { retentionDays });
}
