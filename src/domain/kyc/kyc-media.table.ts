import { columns } from '../../database/columns.ts';
import { childOfCustomer } from '../customer/child-of-customer.ts';
import { user } from '../user/user.table.ts';
import { kycCheck } from './kyc-check.table.ts';
import { kycDocument } from './kyc-document.table.ts';

const { table, id, text, integer, timestamp, foreignKey, primaryKey, index } = columns;

/** Clients can choose the ID, which is unique only for the customer. Related evidence must be of the same customer. */
export const kycMedia = table(
  'kyc_media',
  {
    customerId: id('customer_id').notNull(),
    id: id('id').notNull(),
    bankId: id('bank_id').notNull(),
    type: text('type').notNull(),
    url: text('url').notNull(),
    date: timestamp('date').notNull(),
    relatesToKycDocumentId: id('relates_to_kyc_document_id'),
    relatesToKycCheckId: id('relates_to_kyc_check_id'),
    retractedAt: timestamp('retracted_at'),
    retractedByUserId: id('retracted_by_user_id').references(() => user.id),
    retractionReason: text('retraction_reason'),
    createdAt: timestamp('created_at').notNull(),
    updatedAt: timestamp('updated_at').notNull(),
    /** The user who recorded the row. Null if it was imported, or recorded by an earlier version. */
    recordedByUserId: id('recorded_by_user_id').references(() => user.id),
    /** The hash of the file at the URL, in lower-case hexadecimal digits. */
    sha256: text('sha256'),
    contentType: text('content_type'),
    bytes: integer('bytes'),
  },
  (t) => [
    childOfCustomer(t),
    primaryKey({ columns: [t.customerId, t.id] }),
    foreignKey({
      columns: [t.customerId, t.relatesToKycDocumentId],
      foreignColumns: [kycDocument.customerId, kycDocument.id],
    }),
    foreignKey({ columns: [t.customerId, t.relatesToKycCheckId], foreignColumns: [kycCheck.customerId, kycCheck.id] }),
    index('kyc_media_customer').on(t.customerId, t.date, t.id),
    index('kyc_media_document').on(t.customerId, t.relatesToKycDocumentId, t.date, t.id),
    index('kyc_media_check').on(t.customerId, t.relatesToKycCheckId),
  ],
);

export type KycMediaRow = typeof kycMedia.$inferSelect;
