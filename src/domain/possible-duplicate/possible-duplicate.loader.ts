import { aliasedTable, and, eq, isNull, ne, type SQL, sql } from 'drizzle-orm';
import { inKeys, keyValues, limitOfStatement, type MakeLoader } from '../../database/batch.ts';
import { compactColumn } from '../../database/compact-column.ts';
import { jsonListOf } from '../../database/json-list.ts';
import { createLoader, readRows } from '../../database/loader.ts';
import { statement } from '../../database/statement.ts';
import { customer } from '../customer/customer.table.ts';
import { kycDocument } from '../kyc/kyc-document.table.ts';
import { DuplicateMatch, type PossibleDuplicate } from './possible-duplicate.type.ts';

/** The maximum number of duplicates of a customer, and of the customers that are found by one match. */
export const maxDuplicates = 20;

const other = aliasedTable(customer, 'other');
const [ownDocument, otherDocument] = [
  aliasedTable(kycDocument, 'own_document'),
  aliasedTable(kycDocument, 'other_document'),
];

const isOtherOfBank = and(eq(other.bankId, customer.bankId), ne(other.id, customer.id));

/** The IDs of other customers of the bank, as JSON. Many customers can share a dummy value, so no more of them are read. */
function idsOf(found: SQL): SQL<string> {
  return jsonListOf(sql`${found} limit ${sql.raw(String(maxDuplicates))}`);
}

function othersWhere(condition: SQL | undefined): SQL<string> {
  return idsOf(sql`select ${other.id} as id from ${customer} as other where ${and(condition, isOtherOfBank)}`);
}

/** Selects the customers of each match. Each one must be served by an index, which test/database/plans.test.ts checks. */
const matches = {
  NAME_AND_DATE_OF_BIRTH: othersWhere(
    and(eq(other.dateOfBirth, customer.dateOfBirth), eq(other.nameWords, customer.nameWords), ne(other.nameWords, '')),
  ),
  MOBILE_PHONE_NUMBER: othersWhere(eq(other.mobilePhoneNumberE164, customer.mobilePhoneNumberE164)),
  EMAIL: othersWhere(eq(other.emailSearch, customer.emailSearch)),
};

const documentNumber = idsOf(sql`select distinct ${otherDocument.customerId} as id
  from ${kycDocument} as own_document join ${kycDocument} as other_document on ${and(
    sql`${compactColumn('other_document.number')} = ${compactColumn('own_document.number')}`,
    eq(otherDocument.bankId, ownDocument.bankId),
    ne(otherDocument.customerId, ownDocument.customerId),
    isNull(otherDocument.retractedAt),
  )}
  where ${and(eq(ownDocument.customerId, customer.id), isNull(ownDocument.retractedAt), sql`${compactColumn('own_document.number')} <> ''`)}`);

interface FoundRow extends Record<keyof typeof matches, string> {
  id: string;
  bankId: string;
  DOCUMENT_NUMBER: string;
}

function foundStatement(byDocuments: boolean) {
  return statement<FoundRow[]>((queries) =>
    queries
      .select({
        ...{ id: customer.id, bankId: customer.bankId, ...matches },
        DOCUMENT_NUMBER: byDocuments ? documentNumber : sql<string>`'[]'`,
      })
      .from(customer)
      .where(inKeys([customer.id]))
      .limit(limitOfStatement),
  );
}

/** Those with the most matches first. */
function duplicatesOf({ id: _id, bankId, ...lists }: FoundRow): PossibleDuplicate[] {
  const matchedBy = new Map<string, DuplicateMatch[]>();
  for (const match of Object.values(DuplicateMatch)) {
    for (const customerId of JSON.parse(lists[match]) as string[]) {
      matchedBy.set(customerId, [...(matchedBy.get(customerId) ?? []), match]);
    }
  }
  return [...matchedBy]
    .sort(([a, byA], [b, byB]) => byB.length - byA.length || (a < b ? -1 : 1))
    .slice(0, maxDuplicates)
    .map(([customerId, by]) => ({ bankId, customerId, matchedBy: by }));
}

function duplicatesByCustomer(byDocuments: boolean): MakeLoader<string, PossibleDuplicate[]> {
  const find = foundStatement(byDocuments);
  return (database, meter) =>
    createLoader(async (customerIds) => {
      const rows = await readRows(meter, customerIds, (ids) => find(database, keyValues(ids)));
      const byCustomer = new Map(rows.map((row) => [row.id, duplicatesOf(row)]));
      return customerIds.map((id) => byCustomer.get(id) ?? []);
    });
}

export const duplicatesWithDocuments = duplicatesByCustomer(true);

/** Compares no documents, because the caller cannot read them. */
export const duplicatesWithoutDocuments = duplicatesByCustomer(false);
