import { and, eq } from 'drizzle-orm';
import type { Queries } from '../../database/database.ts';
import { isForeignKeyViolation } from '../../database/errors.ts';
import { refusedInput } from '../../graph/input.ts';
import type { LockedCustomer } from '../customer/locked-customer.ts';
import { kycCheck } from './kyc-check.table.ts';
import { kycDocument } from './kyc-document.table.ts';
import { addEvidence, type EvidenceValues, type NewEvidence } from './kyc-evidence.writes.ts';
import { type KycMediaRow, kycMedia } from './kyc-media.table.ts';

/** The time when the related evidence of each field was retracted. @throws OBP-10001 with the field if it does not exist. */
async function retractedRelation(
  transaction: Queries,
  customer: LockedCustomer,
  values: EvidenceValues<typeof kycMedia>,
): Promise<string | null> {
  const relations = [
    ['input.relatesToKycDocumentId', kycDocument, values.relatesToKycDocumentId],
    ['input.relatesToKycCheckId', kycCheck, values.relatesToKycCheckId],
  ] as const;
  let retracted: string | null = null;
  for (const [field, table, id] of relations) {
    if (id === null) continue;
    const [related] = await transaction
      .select({ retractedAt: table.retractedAt })
      .from(table)
      .where(and(eq(table.customerId, customer.id), eq(table.id, id)));
    if (related === undefined) throw refusedInput(field, 'EVIDENCE_EXISTS');
    if (related.retractedAt !== null) retracted ??= field;
  }
  return retracted;
}

/**
 * Adds a media item. The foreign keys ensure that the related document and check are of the same customer; they are read before only
 * to name the field in the error. New media items cannot relate to retracted evidence. Existing ones stay when it is retracted.
 */
export async function addKycMedia(
  transaction: Queries,
  customer: LockedCustomer,
  evidence: NewEvidence<typeof kycMedia>,
): Promise<KycMediaRow> {
  const retracted = await retractedRelation(transaction, customer, evidence.values);
  try {
    const { row, isNew } = await addEvidence(transaction, kycMedia, customer, evidence);
    if (isNew && retracted !== null) throw refusedInput(retracted, 'EVIDENCE_NOT_RETRACTED');
    return row;
  } catch (error) {
    if (isForeignKeyViolation(error)) throw refusedInput('input', 'EVIDENCE_OF_CUSTOMER');
    throw error;
  }
}
