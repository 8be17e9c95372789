import type { KycRetraction } from './kyc-retraction.type.ts';

interface RecordColumns {
  createdAt: Date;
  retractedAt: Date | null;
  retractedByUserId: string | null;
  retractionReason: string | null;
}

/** The fields that checks, documents, media items, and statuses have in common. */
interface RecordFields {
  recordedAt: Date;
  retraction: KycRetraction | null;
}

/** The time when a row was recorded, and its retraction, which is null if the row is not retracted. */
export function toKycRecord<Row extends RecordColumns>(row: Row): Omit<Row, 'createdAt'> & RecordFields {
  const { createdAt, ...columns } = row;
  const { retractedAt, retractedByUserId, retractionReason } = row;
  const retraction =
    retractedAt === null ? null : { date: retractedAt, userId: retractedByUserId, reason: retractionReason };
  return { ...columns, recordedAt: createdAt, retraction };
}
