import type { Context } from '../../context.ts';
import { oneBy } from '../../database/batch.ts';
import { loadGiven } from '../../database/loader.ts';
import type { KycCheck, KycDocument, KycMedia } from './kyc.type.ts';
import { kycCheck } from './kyc-check.table.ts';
import { kycDocument } from './kyc-document.table.ts';
import { withRetraction } from './kyc-evidence.ts';
import { kycMedia } from './kyc-media.table.ts';

const checkById = oneBy(kycCheck, 'customerId', 'id');
const documentById = oneBy(kycDocument, 'customerId', 'id');
const mediaById = oneBy(kycMedia, 'customerId', 'id');

type Key = [customerId: string, id: string];

/** The check of each key; null for what is null or not there. */
export async function loadKycChecks(context: Context, keys: readonly (Key | null)[]): Promise<(KycCheck | null)[]> {
  const rows = await loadGiven(context.loader(checkById), keys);
  return rows.map((row) => (row === null ? null : withRetraction(row)));
}

/** The document of each key; null for what is null or not there. */
export async function loadKycDocuments(
  context: Context,
  keys: readonly (Key | null)[],
): Promise<(KycDocument | null)[]> {
  const rows = await loadGiven(context.loader(documentById), keys);
  return rows.map((row) => (row === null ? null : withRetraction(row)));
}

export async function loadKycCheck(context: Context, customerId: string, id: string): Promise<KycCheck | null> {
  const row = await context.loader(checkById).load([customerId, id]);
  return row === null ? null : withRetraction(row);
}

export async function loadKycDocument(context: Context, customerId: string, id: string): Promise<KycDocument | null> {
  const row = await context.loader(documentById).load([customerId, id]);
  return row === null ? null : withRetraction(row);
}

export async function loadKycMedia(context: Context, customerId: string, id: string): Promise<KycMedia | null> {
  const row = await context.loader(mediaById).load([customerId, id]);
  return row === null ? null : withRetraction(row);
}
