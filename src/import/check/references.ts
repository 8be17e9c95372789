import { storedRows } from '../existing-rows.ts';
import { account } from '../obp/account.ts';
import { kycCheck, kycDocument } from '../obp/kyc.ts';
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

/** A media item must refer to a document and a check of the same customer. */
export async function checkKycMedia(checking: Checking): Promise<void> {
  const { database, removeInvalid } = checking;
  const key = ['customerId', 'id'];
  for (const { entity, column, field, label } of referencesOfMedia) {
    const notInFiles = `
      select m.number, m.customer_id as customerId, m.row ->> '${column}' as id from staged m
      where m.entity = 'kycMedia' and m.row ->> '${column}' is not null and not exists (
        select 1 from staged e
        where e.entity = '${entity.name}' and e.customer_id = m.customer_id and e.key = m.row ->> '${column}')`;
    for (const rows of pagesOf<{ number: number; customerId: string; id: string }>(checking, notInFiles)) {
      const stored = await storedRows(database, entity.table, key, rows);
      const known = new Set(stored.map((row) => identityOf(key, row)));
      for (const row of rows) {
        if (known.has(identityOf(key, { ...row }))) continue;
        removeInvalid(row.number, field, `must be the ID of a ${label} of the customer, in the files or the database`);
      }
    }
  }
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
