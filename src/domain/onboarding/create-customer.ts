import { randomInt, randomUUID } from 'node:crypto';
import { and, eq, inArray } from 'drizzle-orm';
import { gatewayError } from '../../base/errors.ts';
import type { Queries } from '../../database/database.ts';
import { insertRow } from '../../database/write-row.ts';
import { account } from '../account/account.table.ts';
import { accountLinks } from '../account/customer-account-link.writes.ts';
import { addresses } from '../address/address.writes.ts';
import { assertDefinedType, definedTypes } from '../attribute/attribute-definition.writes.ts';
import { insertCustomer } from '../customer/customer.writes.ts';
import { attributes } from '../customer/customer-attribute.loader.ts';
import type { LockedCustomer } from '../customer/locked-customer.ts';
import { refreshReviewDates } from '../customer/review-dates.ts';
import { customerLinks, type LinksOfCustomer, problemsOfLinks } from '../customer-link/customer-link.writes.ts';
import { kycCheck } from '../kyc/kyc-check.table.ts';
import { kycDocument } from '../kyc/kyc-document.table.ts';
import { insertEvidence } from '../kyc/kyc-evidence.writes.ts';
import { insertKycGapsWithoutEvidence, refreshKycGaps } from '../kyc/kyc-gap.writes.ts';
import { kycMedia } from '../kyc/kyc-media.table.ts';
import { kycStatus } from '../kyc/kyc-status.table.ts';
import { needsConfirmation } from '../kyc/kyc-status-proposal.writes.ts';
import { createMeeting, usersOfMeeting } from '../meeting/meeting.writes.ts';
import { socialMediaHandles } from '../social-media-handle/social-media-handle.writes.ts';
import { taxResidences } from '../tax-residence/tax-residence.writes.ts';
import { user } from '../user/user.table.ts';
import { refuseLinkOverflow, userLinks } from '../user-customer-link/user-customer-link.writes.ts';
import type { Draft, Drafts, Part, PlacedInput } from './customer-draft.ts';
import { collectInputErrors, type InputErrors } from './input-errors.ts';

const numberAttempts = 20;

/** A random non-negative 31-bit integer, as OBP generates customer numbers. */
function randomCustomerNumber(): string {
  return String(randomInt(2 ** 31));
}

/**
 * Stores a customer with a generated number. Generates another one as long as the number is taken.
 *
 * @param makeNumber For tests, because random numbers almost never collide.
 */
export async function insertNumbered(
  transaction: Queries,
  row: Omit<Parameters<typeof insertCustomer>[1], 'customerNumber'>,
  makeNumber: () => string = randomCustomerNumber,
): Promise<LockedCustomer> {
  for (let attempt = 0; attempt < numberAttempts; attempt += 1) {
    const inserted = await insertCustomer(transaction, { ...row, customerNumber: makeNumber() });
    if (inserted !== null) return inserted;
  }
  throw new Error(`${numberAttempts} random customer numbers were all taken.`);
}

async function insertDraft(
  transaction: Queries,
  bankId: string,
  { field, columns }: Draft,
  errors: InputErrors,
): Promise<LockedCustomer | null> {
  if (columns === undefined) return null;
  const { customerNumber, ...others } = columns;
  const row = { ...others, id: randomUUID(), bankId };
  if (customerNumber === null) return insertNumbered(transaction, row);
  const inserted = await insertCustomer(transaction, { ...row, customerNumber });
  if (inserted === null) errors.add(gatewayError('OBP-30006', { field: `${field}.customerNumber` }));
  return inserted;
}

async function refuseUnknownAccounts(
  transaction: Queries,
  bankId: string,
  drafts: readonly Draft[],
  errors: InputErrors,
): Promise<void> {
  const ids = new Set(drafts.flatMap((draft) => draft.accountLinks.map(({ values }) => values.accountId)));
  if (ids.size === 0) return;
  const accounts = await transaction
    .select({ id: account.id })
    .from(account)
    .where(and(eq(account.bankId, bankId), inArray(account.id, [...ids])));
  const known = new Set(accounts.map(({ id }) => id));
  for (const { accountLinks: links } of drafts) {
    for (const { field, values } of links) {
      if (known.has(values.accountId)) continue;
      errors.add(gatewayError('OBP-30018', { bankId, field: `${field}.accountId` }));
    }
  }
}

/** Those of the IDs that users have. */
async function knownUsers(transaction: Queries, userIds: readonly string[]): Promise<Set<string>> {
  if (userIds.length === 0) return new Set();
  const ids = [...new Set(userIds)];
  const users = await transaction.select({ id: user.id }).from(user).where(inArray(user.id, ids));
  return new Set(users.map(({ id }) => id));
}

async function refuseUnknownUsers(transaction: Queries, drafts: readonly Draft[], errors: InputErrors): Promise<void> {
  const userIds = drafts.flatMap((draft) => draft.userLinks.map(({ values }) => values.userId));
  if (userIds.length === 0) return;
  const known = await knownUsers(transaction, userIds);
  await refuseLinkOverflow(transaction, userIds, 'input');
  for (const { userLinks: links } of drafts) {
    for (const { field, values } of links) {
      if (!known.has(values.userId)) errors.add(gatewayError('OBP-20005', { field: `${field}.userId` }));
    }
  }
}

/** Only a linked user of the new customer can take part for the customer. */
async function refuseUnknownParticipants(
  transaction: Queries,
  drafts: readonly Draft[],
  errors: InputErrors,
): Promise<void> {
  const participants = drafts.flatMap(({ meeting }) =>
    meeting === null ? [] : [...usersOfMeeting(meeting.values, meeting.field)],
  );
  const known = await knownUsers(
    transaction,
    participants.map(([, id]) => id),
  );
  for (const [field, id] of participants) if (!known.has(id)) errors.add(gatewayError('OBP-20057', { field }));
  for (const { meeting, userLinks: links } of drafts) {
    const chosen = meeting?.values.customerUserId ?? null;
    if (meeting === null || chosen === null || links.some(({ values }) => values.userId === chosen)) continue;
    errors.add(gatewayError('OBP-30035', { field: `${meeting.field}.customerUserId` }));
  }
}

async function refuseUndefinedTypes(
  transaction: Queries,
  bankId: string,
  drafts: readonly Draft[],
  errors: InputErrors,
): Promise<void> {
  if (drafts.every((draft) => draft.attributes.length === 0)) return;
  const types = await definedTypes(transaction, bankId);
  for (const { attributes: parts } of drafts) {
    for (const { field, values } of parts) errors.attempt(() => assertDefinedType(types, values, field));
  }
}

/** If the bank requires a second officer to confirm a status, a customer starts without one. */
async function refuseUnconfirmedStatus(
  transaction: Queries,
  bankId: string,
  inputs: readonly PlacedInput[],
  errors: InputErrors,
): Promise<void> {
  const withStatus = inputs.filter(({ input }) => input.kycStatus === true);
  if (withStatus.length === 0 || !(await needsConfirmation(transaction, bankId))) return;
  for (const { field } of withStatus) {
    errors.add(gatewayError('KYC_STATUS_NEEDS_CONFIRMATION', { bankId, field: `${field}.kycStatus` }));
  }
}

/** The caller, and the video sessions of the meetings, by their fields of the input. */
export interface Creation {
  callerId: string;
  sessions: ReadonlyMap<string, string>;
}

async function insertParts(
  transaction: Queries,
  customer: LockedCustomer,
  draft: Draft,
  { callerId: recordedByUserId, sessions }: Creation,
): Promise<void> {
  const valuesOf = <Values>(parts: readonly Pick<Part<Values>, 'values'>[]) => parts.map(({ values }) => values);
  await addresses.createMany(transaction, customer, valuesOf(draft.addresses));
  await attributes.createMany(transaction, customer, valuesOf(draft.attributes));
  await taxResidences.createMany(transaction, customer, valuesOf(draft.taxResidences));
  await accountLinks.createMany(transaction, customer, valuesOf(draft.accountLinks));
  await userLinks.createMany(transaction, customer, valuesOf(draft.userLinks));
  await customerLinks.createMany(transaction, customer, valuesOf(draft.customerLinks));
  await socialMediaHandles.createMany(transaction, customer, valuesOf(draft.socialMediaHandles));
  const recorded = <Evidence extends object>(parts: readonly Part<Evidence>[]) =>
    parts.map(({ values }) => ({ ...values, recordedByUserId }));
  await insertEvidence(transaction, kycCheck, customer, recorded(draft.kycChecks));
  await insertEvidence(transaction, kycDocument, customer, recorded(draft.kycDocuments));
  await insertEvidence(transaction, kycMedia, customer, recorded(draft.kycMedia));
  if (draft.meeting !== null) {
    const { field, values } = draft.meeting;
    const sessionId = sessions.get(field);
    if (sessionId === undefined) throw new Error('The meeting has no video session.');
    const newMeeting = { ...values, sessionId, callerId: recordedByUserId };
    await createMeeting(transaction, customer, newMeeting, field);
  }
  const { id: customerId, bankId, lastOkDate: date } = customer;
  if (date === null) return;
  const now = new Date();
  const sentDate = draft.sentOkDate?.getTime() === date.getTime() ? null : draft.sentOkDate;
  const values = { bankId, customerId, ok: true, date, sentDate, recordedByUserId };
  const first = { id: randomUUID(), ...values, createdAt: now, updatedAt: now };
  await insertRow(transaction, kycStatus, first);
}

/** The new links of a customer. No customer has a new customer as its parent, so no circle of parents is closed. */
function newLinks({ columns, customerLinks: links }: Draft): LinksOfCustomer[] {
  return columns === undefined ? [] : [{ customerType: columns.customerType, links }];
}

function numberOf({ columns }: Draft): string {
  return columns?.customerNumber ?? '';
}

function hasEvidence({ kycChecks, kycDocuments, kycMedia }: Draft): boolean {
  return kycChecks.length + kycDocuments.length + kycMedia.length > 0;
}

/** Stores what follows from the parts of new customers, which most of them do not have. */
async function deriveFromParts(transaction: Queries, created: readonly [Draft, LockedCustomer][]): Promise<void> {
  const withEvidence = created.filter(([draft]) => hasEvidence(draft)).map(([, { id }]) => id);
  const others = created.filter(([draft]) => !hasEvidence(draft)).map(([, customer]) => customer);
  await refreshKycGaps(transaction, withEvidence);
  await insertKycGapsWithoutEvidence(transaction, others);
  // Without `lastOkDate`, no interval has begun.
  const wereOk = created.filter(([, { lastOkDate }]) => lastOkDate !== null).map(([, { id }]) => id);
  await refreshReviewDates(transaction, wereOk);
}

function inByteOrder(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/**
 * Stores customers with their parts, as the caller records them, and returns their IDs in the order of the input.
 * @throws One error that lists all problems of the input
 */
export async function createAll(
  transaction: Queries,
  bankId: string,
  inputs: readonly PlacedInput[],
  { drafts, invalid }: Drafts,
  creation: Creation,
): Promise<string[]> {
  // A transaction can be repeated, with the same invalid parts.
  const errors = collectInputErrors(invalid);
  const created = new Map<Draft, LockedCustomer>();
  // Concurrent calls lock the same numbers in the same order, so they cannot deadlock.
  const byNumber = drafts.toSorted((a, b) => inByteOrder(numberOf(a), numberOf(b)));
  for (const draft of byNumber) {
    const inserted = await insertDraft(transaction, bankId, draft, errors);
    if (inserted !== null) created.set(draft, inserted);
  }
  await refuseUnknownAccounts(transaction, bankId, drafts, errors);
  await refuseUnknownUsers(transaction, drafts, errors);
  await refuseUnknownParticipants(transaction, drafts, errors);
  await refuseUndefinedTypes(transaction, bankId, drafts, errors);
  for (const problem of await problemsOfLinks(transaction, bankId, drafts.flatMap(newLinks))) errors.add(problem);
  await refuseUnconfirmedStatus(transaction, bankId, inputs, errors);
  errors.throwAny();
  for (const [draft, customer] of created) await insertParts(transaction, customer, draft, creation);
  await deriveFromParts(transaction, [...created]);
  return drafts.flatMap((draft) => created.get(draft)?.id ?? []);
}
