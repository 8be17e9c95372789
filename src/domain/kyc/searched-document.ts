import { and, isNull } from 'drizzle-orm';
import { inKeys } from '../../database/batch.ts';
import { compactColumn } from '../../database/compact-column.ts';
import { CustomerMatch } from '../customer/customer-search.type.ts';
import { addSearchedIdentifier, compactValues } from '../customer/searched-identifiers.ts';
import { kycDocument } from './kyc-document.table.ts';

/** Lets a search find customers by the number of a KYC document in any notation. A retracted document does not prove an identity. */
addSearchedIdentifier({
  name: 'KYC document number',
  match: CustomerMatch.KYC_DOCUMENT_NUMBER,
  anyOf: ['CanGetAnyKycDocuments', 'CanGetKycDocumentsAtOneBank'],
  isKycMaterial: true,
  valuesOf: compactValues,
  select: (queries, isAtBank, limit) =>
    queries
      .select({ id: kycDocument.customerId })
      .from(kycDocument)
      .where(
        and(isAtBank(kycDocument.bankId), isNull(kycDocument.retractedAt), inKeys([compactColumn('number')], 'forms')),
      )
      .limit(limit),
});
