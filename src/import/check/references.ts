import { isEmptyTable, storedRows } from '../existing-rows.ts';
import { account } from '../obp/account.ts';
import { kycCheck, kycDocument, kycMedia } from '../obp/kyc.ts';
import { identityOf } from '../row.ts';
import { type Checking, pagesOf } from './checking.ts';

/** A link must name an account at the bank of its customer. */
export async function checkAccountsOfLinks(checking: Checking): Promise<void> {
  const { database, removeInvalid } = checking;
  const notInFiles = `
    select s.number, k.bank_id as bankId, s.key as id from staged s join known_customer k on k.id = s.customer_id
    where s.entity = 'customerAccountLink' and not exists (
      select 1 from staged a where a.entity = 'account' and a.key = k.bank_id || char(31) || s.key)`;
  const key = ['bankId', 'id'];
  for (const rows of pagesOf<{ number: number; bankId: string; id: string }>(checking, notInFiles)) {
    const stored = await storedRows(database, account.table, key, rows);
    const known = new Set(stored.map((row) => identityOf(key, row)));
    for (const row of rows) {
      if (known.has(identityOf(key, { ...row }))) continue;
      removeInvalid(row.number, 'account_id', 'must be the ID of an account at the bank, in the files or the database');
    }
  }
}

const referencesOfMedia = [
  { entity: kycDocument, column: 'relatesToKycDocumentId', field: 'relates_to_kyc_document_id', label: 'document' },
  { entity: kycCheck, column: 'relatesToKycCheckId', field: 'relates_to_kyc_check_id', label: 'check' },
] as const;

interface Reference {
  number: number;
  customerId: string;
  mediaId: string;
  /** The ID of the document or check. */
  id: string;
  isInFiles: number;
}

/** A media item must refer to a document and a check of the same customer. A new media item must not refer to retracted ones. */
export async function checkKycMedia(checking: Checking): Promise<void> {
  const { database, removeInvalid } = checking;
  const key = ['customerId', 'id'];
  for (const { entity, column, field, label } of referencesOfMedia) {
    const references = `
      select m.number, m.customer_id as customerId, m.key as mediaId, m.row ->> '${column}' as id, exists (
        select 1 from staged e
        where e.entity = '${entity.name}' and e.customer_id = m.customer_id and e.key = m.row ->> '${column}'
      ) as isInFiles from staged m
      where m.entity = 'kycMedia' and m.row ->> '${column}' is not null`;
    const hasStored = !(await isEmptyTable(database, entity.table));
    for (const rows of pagesOf<Reference>(checking, references)) {
      const stored = hasStored ? await storedRows(database, entity.table, key, rows) : [];
      const storedOf = new Map(stored.map((row) => [identityOf(key, row), row]));
      const toRetracted: Reference[] = [];
      for (const row of rows) {
        const evidence = storedOf.get(identityOf(key, { ...row }));
        if (evidence !== undefined && evidence.retractedAt !== null) toRetracted.push(row);
        if (evidence !== undefined || row.isInFiles === 1) continue;
        removeInvalid(row.number, field, `must be the ID of a ${label} of the customer, in the files or the database`);
      }
      for (const { number } of await newMedia(checking, toRetracted)) {
        removeInvalid(number, field, `must not be the ID of a retracted ${label}`);
      }
    }
  }
}

/** The references of media that are not stored. */
async function newMedia({ database }: Checking, references: Reference[]): Promise<Reference[]> {
  const key = ['customerId', 'id'];
  const media = references.map(({ customerId, mediaId }) => ({ customerId, id: mediaId }));
  const stored = new Set((await storedRows(database, kycMedia.table, key, media)).map((row) => identityOf(key, row)));
  return references.filter((_, index) => !stored.has(identityOf(key, media[index] ?? {})));
}

/** The invitees of an invalid meeting cannot be written. */
export function checkMeetingsOfInvitees(checking: Checking): void {
  const ofInvalidMeeting = `
    select number from staged s where entity = 'meetingInvitee' and not exists (
      select 1 from staged m where m.entity = 'meeting' and m.key = s.row ->> 'meetingId')`;
  for (const rows of pagesOf<{ number: number }>(checking, ofInvalidMeeting)) {
    for (const { number } of rows) checking.removeInvalid(number, 'meeting_id', 'must be the ID of a valid meeting');
  }
}
