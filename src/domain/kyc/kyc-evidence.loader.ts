import { type MakeLoader, manyBy, oneBy } from '../../database/batch.ts';
import { loadNullable } from '../../database/loader.ts';
import type { Context } from '../../graph/context.ts';
import type { CustomerKey } from '../customer/customer.type.ts';
import { kycCheck } from './kyc-check.table.ts';
import { type KycCheck, toKycCheck } from './kyc-check.type.ts';
import { kycDocument } from './kyc-document.table.ts';
import { type KycDocument, toKycDocument } from './kyc-document.type.ts';
import { kycMedia } from './kyc-media.table.ts';
import { type KycMedia, toKycMedia } from './kyc-media.type.ts';

const checksByCustomer = manyBy(kycCheck, ['customerId'], { orderBy: ['date', 'id'], descending: true });
const documentsByCustomer = manyBy(kycDocument, ['customerId'], { orderBy: ['createdAt', 'id'], descending: true });
const mediaByCustomer = manyBy(kycMedia, ['customerId'], { orderBy: ['date', 'id'], descending: true });

const checkById = oneBy(kycCheck, 'customerId', 'id');
const documentById = oneBy(kycDocument, 'customerId', 'id');
const mediaById = oneBy(kycMedia, 'customerId', 'id');

/** A reference to other evidence of the same customer. `id` is null if there is none. */
interface Named {
  customerId: string;
  id: string | null;
}

/** Loads the checks of each customer, sorted by date, newest first. */
export async function checksOf(context: Context, customers: readonly CustomerKey[]): Promise<KycCheck[][]> {
  const rows = await context.loader(checksByCustomer).loadAll(customers.map(({ id }) => id));
  return rows.map((ofCustomer) => ofCustomer.map(toKycCheck));
}

/** Loads the documents of each customer, sorted by creation time, newest first. */
export async function documentsOf(context: Context, customers: readonly CustomerKey[]): Promise<KycDocument[][]> {
  const rows = await context.loader(documentsByCustomer).loadAll(customers.map(({ id }) => id));
  return rows.map((ofCustomer) => ofCustomer.map(toKycDocument));
}

/** Loads the media items of each customer, sorted by date, newest first. */
export async function mediaOf(context: Context, customers: readonly CustomerKey[]): Promise<KycMedia[][]> {
  const rows = await context.loader(mediaByCustomer).loadAll(customers.map(({ id }) => id));
  return rows.map((ofCustomer) => ofCustomer.map(toKycMedia));
}

/** Reads all evidence of the customer, because it is little and the same operation usually selects it, too. */
async function namedAmong<Row extends { id: string }>(
  context: Context,
  ofCustomer: MakeLoader<string, Row[]>,
  named: readonly Named[],
): Promise<(Row | null)[]> {
  const customerIds = named.map(({ customerId, id }) => (id === null ? null : customerId));
  const rows = await loadNullable(context.loader(ofCustomer), customerIds);
  return named.map(({ id }, index) => rows[index]?.find((row) => row.id === id) ?? null);
}

/** Loads the referenced checks. Null if there is no reference, or if the check does not exist. */
export async function namedChecks(context: Context, named: readonly Named[]): Promise<(KycCheck | null)[]> {
  const rows = await namedAmong(context, checksByCustomer, named);
  return rows.map((row) => (row === null ? null : toKycCheck(row)));
}

/** Loads the referenced documents. Null if there is no reference, or if the document does not exist. */
export async function namedDocuments(context: Context, named: readonly Named[]): Promise<(KycDocument | null)[]> {
  const rows = await namedAmong(context, documentsByCustomer, named);
  return rows.map((row) => (row === null ? null : toKycDocument(row)));
}

/** Loads the media items that relate to each document, sorted by date, newest first. */
export async function mediaOfDocuments(context: Context, documents: readonly KycDocument[]): Promise<KycMedia[][]> {
  const rows = await context.loader(mediaByCustomer).loadAll(documents.map(({ customerId }) => customerId));
  return documents.map(({ kycDocumentId }, index) =>
    (rows[index] ?? [])
      .filter(({ relatesToKycDocumentId }) => relatesToKycDocumentId === kycDocumentId)
      .map(toKycMedia),
  );
}

/** The primary key of KYC evidence. */
type EvidenceKey = readonly [customerId: string, id: string];

function byKey<Row, Item>(rowById: MakeLoader<[string, string], Row | null>, toItem: (row: Row) => Item) {
  return async (context: Context, keys: readonly EvidenceKey[]): Promise<(Item | null)[]> => {
    const rows = await context
      .loader(rowById)
      .loadAll(keys.map(([customerId, id]): [string, string] => [customerId, id]));
    return rows.map((row) => (row === null ? null : toItem(row)));
  };
}

/** Load the evidence of each key. Null if it does not exist. */
export const checksById = byKey(checkById, toKycCheck);
export const documentsById = byKey(documentById, toKycDocument);
export const mediaItemsById = byKey(mediaById, toKycMedia);

export async function loadKycCheck(context: Context, customerId: string, id: string): Promise<KycCheck | null> {
  const row = await context.loader(checkById).load([customerId, id]);
  return row === null ? null : toKycCheck(row);
}

export async function loadKycDocument(context: Context, customerId: string, id: string): Promise<KycDocument | null> {
  const row = await context.loader(documentById).load([customerId, id]);
  return row === null ? null : toKycDocument(row);
}

export async function loadKycMedia(context: Context, customerId: string, id: string): Promise<KycMedia | null> {
  const row = await context.loader(mediaById).load([customerId, id]);
  return row === null ? null : toKycMedia(row);
}
