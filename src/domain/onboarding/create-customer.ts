import { randomInt, randomUUID } from 'node:crypto';
import { and, eq, inArray } from 'drizzle-orm';
import { holdsAny } from '../../auth/authenticated-user.ts';
import { gatewayError } from '../../base/errors.ts';
import type { Role } from '../../base/roles.ts';
import type { Queries } from '../../database/database.ts';
import { insertRow } from '../../database/write-row.ts';
import type { Context } from '../../graph/context.ts';
import { assertInput, pastTime } from '../../graph/input.ts';
import { account } from '../account/account.table.ts';
import { accountLinks, accountLinkValues } from '../account/customer-account-link.writes.ts';
import { addressValues } from '../address/address.rules.ts';
import { addresses } from '../address/address.writes.ts';
import { assertDefinedType, definedTypes } from '../attribute/attribute-definition.writes.ts';
import { bankRules } from '../bank/bank.loader.ts';
import { lastOkDateOrderOf } from '../customer/customer.rules.ts';
import { type CustomerColumns, insertCustomer } from '../customer/customer.writes.ts';
import { attributes } from '../customer/customer-attribute.loader.ts';
import { attributeValues } from '../customer/customer-attribute.rules.ts';
import {
  branchColumns,
  creditLimitColumns,
  creditRatingColumns,
  customerNumberOf,
  dataColumns,
  emailColumns,
  identityColumns,
  mobilePhoneNumberColumns,
} from '../customer/customer-input.rules.ts';
import type { LockedCustomer } from '../customer/locked-customer.ts';
import { kycStatus } from '../kyc/kyc-status.table.ts';
import { needsConfirmation } from '../kyc/kyc-status-proposal.writes.ts';
import { taxResidences, taxResidenceValues } from '../tax-residence/tax-residence.writes.ts';
import { user } from '../user/user.table.ts';
import {
  refuseLinkOverflow,
  refuseSelfLink,
  userLinks,
  userLinkValues,
} from '../user-customer-link/user-customer-link.writes.ts';
import { collectInputErrors, type Problems } from './input-errors.ts';
import type { CreateCustomerInput } from './onboarding.type.ts';

/** A customer of the input, and where it stands there: `input` or `input[3]`. */
interface Given {
  index: number;
  field: string;
  input: CreateCustomerInput;
}

/** A part of a customer, and where it stands in the input. */
interface Part<Values> {
  field: string;
  values: Values;
}

/** A customer as far as the input was right. */
interface Draft {
  index: number;
  field: string;
  /** Without a number where one is to be made; undefined where the input is wrong. */
  columns: (Omit<CustomerColumns, 'customerNumber'> & { customerNumber: string | null }) | undefined;
  addresses: Part<ReturnType<typeof addressValues>>[];
  attributes: Part<ReturnType<typeof attributeValues>>[];
  taxResidences: Part<ReturnType<typeof taxResidenceValues>>[];
  accountLinks: Part<ReturnType<typeof accountLinkValues>>[];
  userLinks: Part<ReturnType<typeof userLinkValues>>[];
}

/** The roles of the parts beside the customer itself; any one of each. */
const rolesOfParts = {
  addresses: ['CanCreateCustomerAddress'],
  attributes: ['CanCreateCustomerAttributeAtOneBank', 'CanCreateCustomerAttributeAtAnyBank'],
  taxResidences: ['CanCreateTaxResidence'],
  accountLinks: ['CanCreateCustomerAccountLink'],
  userLinks: ['CanCreateUserCustomerLink', 'CanCreateUserCustomerLinkAtAnyBank'],
} as const satisfies Partial<Record<keyof CreateCustomerInput, readonly Role[]>>;

/**
 * @throws OBP-20006 for the first part that needs a role which the caller lacks; SELF_LINK_REFUSED for a user link to the
 * caller.
 */
export function requireRolesOfParts({ user: caller }: Context, bankId: string, given: readonly Given[]): void {
  function require(roles: readonly Role[], field: string): void {
    if (!holdsAny(caller, roles, bankId)) throw gatewayError('OBP-20006', { missingRoles: roles, bankId, field });
  }
  for (const { field, input } of given) {
    for (const part of Object.keys(rolesOfParts) as (keyof typeof rolesOfParts)[]) {
      if ((input[part] ?? []).length > 0) require(rolesOfParts[part], `${field}.${part}`);
    }
    if (input.kycStatus === true) require(['CanAddKycStatus'], `${field}.kycStatus`);
    for (const [index, { userId }] of (input.userLinks ?? []).entries()) {
      refuseSelfLink(caller?.id, userId, `${field}.userLinks[${index}].userId`);
    }
  }
}

/** REASON_REQUIRED for the first KYC status that is given without one, where the bank wants a reason for such. */
export async function requireReason(context: Context, bankId: string, given: readonly Given[]): Promise<void> {
  if (context.request.reason !== null) return;
  const withStatus = given.find(({ input }) => input.kycStatus === true);
  if (withStatus === undefined || !(await bankRules.wantsReason(context, bankId))) return;
  throw gatewayError('REASON_REQUIRED', { bankId, field: `${withStatus.field}.kycStatus` });
}

function customerColumns(input: CreateCustomerInput, field: string): Draft['columns'] {
  const { rating, source } = input.creditRating ?? {};
  const ratingFields = { rating: `${field}.creditRating.rating`, source: `${field}.creditRating.source` };
  return {
    customerNumber: input.customerNumber?.trim()
      ? customerNumberOf(input.customerNumber, `${field}.customerNumber`)
      : null,
    ...identityColumns(input, field),
    ...mobilePhoneNumberColumns(input.mobilePhoneNumber, `${field}.mobilePhoneNumber`),
    ...emailColumns(input.email),
    ...dataColumns(input, field),
    ...creditRatingColumns({ rating, source }, ratingFields),
    ...creditLimitColumns(input.creditLimit, `${field}.creditLimit`),
    ...branchColumns(input.branchId, `${field}.branchId`),
    ...kycColumns(input, field),
  };
}

/** What follows from the timeline, whose first status this is. */
function kycColumns(input: CreateCustomerInput, field: string) {
  const isOk = input.kycStatus === true;
  assertInput(isOk || input.lastOkDate == null, `${field}.lastOkDate`, 'must be omitted unless kycStatus is true');
  const lastOkDate = isOk ? pastTime(`${field}.lastOkDate`, input.lastOkDate ?? new Date()) : null;
  return { kycStatus: isOk, lastOkDate, lastOkDateOrder: lastOkDateOrderOf(lastOkDate) };
}

function partsOf<Input, Values>(
  problems: Problems,
  { index, field }: { index: number; field: string },
  inputs: readonly Input[] | null | undefined,
  valuesOf: (input: Input, field: string) => Values,
): Part<Values>[] {
  return (inputs ?? []).flatMap((input, position) => {
    const place = `${field}[${position}]`;
    const values = problems.attempt(index, () => valuesOf(input, place));
    return values === undefined ? [] : [{ field: place, values }];
  });
}

/** A customer is new, so that only its own input can have a part twice. */
function refuseRepeated<Values>(
  parts: readonly Part<Values>[],
  keyOf: (values: Values) => string,
  refuse: (field: string) => void,
): void {
  const seen = new Set<string>();
  for (const { field, values } of parts) {
    const key = keyOf(values);
    if (seen.has(key)) refuse(field);
    seen.add(key);
  }
}

function draftOf({ index, field, input }: Given, problems: Problems): Draft {
  const part = (name: keyof typeof rolesOfParts) => ({ index, field: `${field}.${name}` });
  const draft: Draft = {
    index,
    field,
    columns: problems.attempt(index, () => customerColumns(input, field)),
    addresses: partsOf(problems, part('addresses'), input.addresses, addressValues),
    attributes: partsOf(problems, part('attributes'), input.attributes, attributeValues),
    taxResidences: partsOf(problems, part('taxResidences'), input.taxResidences, taxResidenceValues),
    accountLinks: partsOf(problems, part('accountLinks'), input.accountLinks, accountLinkValues),
    userLinks: partsOf(problems, part('userLinks'), input.userLinks, userLinkValues),
  };
  const taxNumber = ({ domain, taxNumber: number }: { domain: string; taxNumber: string }) =>
    JSON.stringify([domain, number]);
  refuseRepeated(draft.taxResidences, taxNumber, (place) => {
    problems.add(index, gatewayError('TAX_RESIDENCE_EXISTS', { field: place }));
  });
  refuseRepeated(
    draft.accountLinks,
    ({ accountId }) => accountId,
    (place) => problems.add(index, gatewayError('OBP-30223', { field: `${place}.accountId` })),
  );
  refuseRepeated(
    draft.userLinks,
    ({ userId }) => userId,
    (place) => problems.add(index, gatewayError('OBP-30007', { field: `${place}.userId` })),
  );
  return draft;
}

const numberAttempts = 20;

/** As OBP makes it: a random non-negative 31-bit integer. */
function randomCustomerNumber(): string {
  return String(randomInt(2 ** 31));
}

/**
 * Stores a customer under a number of its own, made anew while it is taken.
 *
 * @param makeNumber for tests: random numbers do not collide when one looks.
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
  { index, field, columns }: Draft,
  problems: Problems,
): Promise<LockedCustomer | null> {
  if (columns === undefined) return null;
  const { customerNumber, ...others } = columns;
  const row = { ...others, id: randomUUID(), bankId };
  if (customerNumber === null) return insertNumbered(transaction, row);
  const inserted = await insertCustomer(transaction, { ...row, customerNumber });
  if (inserted === null) problems.add(index, gatewayError('OBP-30006', { field: `${field}.customerNumber` }));
  return inserted;
}

async function refuseUnknownAccounts(
  transaction: Queries,
  bankId: string,
  drafts: readonly Draft[],
  problems: Problems,
): Promise<void> {
  const ids = new Set(drafts.flatMap((draft) => draft.accountLinks.map(({ values }) => values.accountId)));
  if (ids.size === 0) return;
  const found = await transaction
    .select({ id: account.id })
    .from(account)
    .where(and(eq(account.bankId, bankId), inArray(account.id, [...ids])));
  const known = new Set(found.map(({ id }) => id));
  for (const { index, accountLinks: links } of drafts) {
    for (const { field, values } of links) {
      if (known.has(values.accountId)) continue;
      problems.add(index, gatewayError('OBP-30018', { bankId, field: `${field}.accountId` }));
    }
  }
}

async function refuseUnknownUsers(transaction: Queries, drafts: readonly Draft[], problems: Problems): Promise<void> {
  const ids = new Set(drafts.flatMap((draft) => draft.userLinks.map(({ values }) => values.userId)));
  if (ids.size === 0) return;
  const found = await transaction
    .select({ id: user.id })
    .from(user)
    .where(inArray(user.id, [...ids]));
  const known = new Set(found.map(({ id }) => id));
  const userIds = drafts.flatMap((draft) => draft.userLinks.map(({ values }) => values.userId));
  await refuseLinkOverflow(transaction, userIds, 'input');
  for (const { index, userLinks: links } of drafts) {
    for (const { field, values } of links) {
      if (!known.has(values.userId)) problems.add(index, gatewayError('OBP-20005', { field: `${field}.userId` }));
    }
  }
}

async function refuseUndefinedTypes(
  transaction: Queries,
  bankId: string,
  drafts: readonly Draft[],
  problems: Problems,
): Promise<void> {
  if (drafts.every(({ attributes: given }) => given.length === 0)) return;
  const types = await definedTypes(transaction, bankId);
  for (const { index, attributes: given } of drafts) {
    for (const { field, values } of given) problems.attempt(index, () => assertDefinedType(types, values, field));
  }
}

/** Where a second officer has to confirm a status, a customer begins without one. */
async function refuseUnconfirmedStatus(
  transaction: Queries,
  bankId: string,
  given: readonly Given[],
  problems: Problems,
): Promise<void> {
  const withStatus = given.filter(({ input }) => input.kycStatus === true);
  if (withStatus.length === 0 || !(await needsConfirmation(transaction, bankId))) return;
  for (const { index, field } of withStatus) {
    problems.add(index, gatewayError('KYC_STATUS_NEEDS_CONFIRMATION', { bankId, field: `${field}.kycStatus` }));
  }
}

async function insertParts(transaction: Queries, customer: LockedCustomer, draft: Draft): Promise<void> {
  const valuesOf = <Values>(parts: readonly Part<Values>[]) => parts.map(({ values }) => values);
  await addresses.createMany(transaction, customer, valuesOf(draft.addresses));
  await attributes.createMany(transaction, customer, valuesOf(draft.attributes));
  await taxResidences.createMany(transaction, customer, valuesOf(draft.taxResidences));
  await accountLinks.createMany(transaction, customer, valuesOf(draft.accountLinks));
  await userLinks.createMany(transaction, customer, valuesOf(draft.userLinks));
  const { id: customerId, bankId, lastOkDate: date } = customer;
  if (date === null) return;
  const now = new Date();
  const first = { id: randomUUID(), bankId, customerId, ok: true, date, createdAt: now, updatedAt: now };
  await insertRow(transaction, kycStatus, first);
}

function numberOf({ columns }: Draft): string {
  return columns?.customerNumber ?? '';
}

function inByteOrder(one: string, other: string): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}

/**
 * Stores all of the customers with their parts, and gives their ids in the order of the input. What is wrong with any of
 * them is told at once, of a list with the index of each.
 */
export async function createAll(
  transaction: Queries,
  bankId: string,
  given: readonly Given[],
  isList: boolean,
): Promise<string[]> {
  const problems = collectInputErrors();
  const drafts = given.map((each) => draftOf(each, problems));
  const created = new Map<Draft, LockedCustomer>();
  // By number: calls that race for the same numbers wait for each other in the same order, never in a circle.
  const byNumber = drafts.toSorted((one, other) => inByteOrder(numberOf(one), numberOf(other)));
  for (const draft of byNumber) {
    const inserted = await insertDraft(transaction, bankId, draft, problems);
    if (inserted !== null) created.set(draft, inserted);
  }
  await refuseUnknownAccounts(transaction, bankId, drafts, problems);
  await refuseUnknownUsers(transaction, drafts, problems);
  await refuseUndefinedTypes(transaction, bankId, drafts, problems);
  await refuseUnconfirmedStatus(transaction, bankId, given, problems);
  problems.throwAny(isList);
  for (const [draft, customer] of created) await insertParts(transaction, customer, draft);
  return drafts.flatMap((draft) => created.get(draft)?.id ?? []);
}
