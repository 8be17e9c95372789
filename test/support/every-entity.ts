/**
 * A bank with one object of every entity, a second customer, an account without a link, and a user without roles and
 * links. Two banks with the same `names` share the values that are only unique at a bank or for a customer.
 *
 *   const world = await insertEveryEntity(gateway);
 *   world.customerId, world.addressId, world.linkedUser.token
 */
import { randomUUID } from 'node:crypto';
import type { Tokens } from '../../src/auth/tokens.ts';
import type { Database, Queries } from '../../src/database/database.ts';
import { CustomerType } from '../../src/domain/customer/customer-type.ts';
import { CustomerRelationship } from '../../src/domain/customer-link/customer-relationship.ts';
import { disableUser } from '../../src/domain/user/user-administration.ts';
import { insertFurtherBelongings } from './further-belongings.ts';
import { type Gateway, insertBank, insertUser, type TestUser } from './gateway.ts';
import {
  insertAccount,
  insertAccountAttribute,
  insertAccountHolder,
  insertAccountRouting,
  insertAttributeDefinition,
  insertCrmEvent,
  insertCustomer,
  insertCustomerAccountLink,
  insertCustomerAddress,
  insertCustomerAttribute,
  insertCustomerHistory,
  insertCustomerLink,
  insertCustomerMessage,
  insertEntitlement,
  insertEntitlementRequest,
  insertKycCheck,
  insertKycDocument,
  insertKycGap,
  insertKycMedia,
  insertKycStatus,
  insertKycStatusProposal,
  insertLegalHold,
  insertMeeting,
  insertMeetingInvitee,
  insertSocialMediaHandle,
  insertTaxResidence,
  insertUserAttribute,
  insertUserCustomerLink,
  liftedBy,
} from './rows.ts';

/** Values that are unique at a bank or for a customer, but not across banks. */
export interface SharedNames {
  customerNumber: string;
  accountId: string;
  freeAccountId: string;
  kycCheckId: string;
  kycDocumentId: string;
  kycMediaId: string;
  definitionName: string;
}

export interface World extends SharedNames {
  gateway: Gateway;
  bankId: string;
  customerId: string;
  /** Another customer of the bank, closed and under a legal hold. */
  otherCustomerId: string;
  otherCustomerNumber: string;
  /** A company, of which the customer is a beneficial owner. It is the guardian of the customer. */
  companyId: string;
  /** The ID of the link of the company to its beneficial owner. */
  ownerLinkId: string;
  /** The ID of the link of the customer to the guardian. */
  customerLinkId: string;
  /** A linked user of the customer, who holds the account and takes part in the meeting. */
  linkedUser: TestUser;
  /** A user without roles, links, and accounts. */
  freeUser: TestUser;
  /** A user whom an administrator has disabled. */
  lockedUser: TestUser;
  /** A user who holds a role at the bank and has requested another one. */
  colleague: TestUser;
  entitlementId: string;
  entitlementRequestId: string;
  /** The ID of a proposal of the colleague. */
  kycStatusProposalId: string;
  addressId: string;
  attributeId: string;
  definitionId: string;
  customerAccountLinkId: string;
  userCustomerLinkId: string;
  taxResidenceId: string;
  socialMediaHandleId: string;
  kycStatusId: string;
  /** The ID of the legal hold of the other customer. */
  legalHoldId: string;
  meetingId: string;
  messageId: string;
  crmEventId: string;
  /** The IDs of belongings without a function in rows.ts, by their names in belongings.ts. */
  furtherIds: Record<string, string>;
}

export function sharedNames(): SharedNames {
  const part = randomUUID().slice(0, 8);
  return {
    customerNumber: `number-${part}`,
    accountId: `account-${part}`,
    freeAccountId: `free-account-${part}`,
    kycCheckId: `check-${part}`,
    kycDocumentId: `document-${part}`,
    kycMediaId: `media-${part}`,
    definitionName: 'SPECIAL_TAX_NUMBER',
  };
}

export async function insertEveryEntity(gateway: Gateway, names: SharedNames = sharedNames()): Promise<World> {
  const { database, tokens } = gateway;
  const world = await database.transaction((transaction) => {
    // Tests create hundreds of worlds, so a transaction for each row would take a large part of the run.
    const together = { ...database, read: transaction, transaction: <Result>(work: Work<Result>) => work(transaction) };
    return insertWorld(together, tokens, names);
  });
  await disableUser(database, world.lockedUser.username);
  return { ...world, gateway };
}

type Work<Result> = (transaction: Queries) => Promise<Result>;

async function insertWorld(database: Database, tokens: Tokens, names: SharedNames): Promise<Omit<World, 'gateway'>> {
  const bankId = `bank-${randomUUID()}`;
  await insertBank(database, bankId);
  const linkedUser = await insertUser(database, tokens);
  const freeUser = await insertUser(database, tokens);
  const lockedUser = await insertUser(database, tokens);
  const colleague = await insertUser(database, tokens);
  const entitlement = await insertEntitlement(database, { userId: colleague.id, bankId, roleName: 'CanGetCrmEvents' });
  const request = await insertEntitlementRequest(database, { userId: colleague.id, bankId });
  const reviewDates = { kycReviewDate: '2023-01-01', kycReviewDueOn: '2023-01-01' };
  const { id: customerId } = await insertCustomer(database, {
    bankId,
    customerNumber: names.customerNumber,
    ...reviewDates,
  });
  const closing = { closedOn: '2024-05-31', closingReason: 'Moved abroad', closedByUserId: colleague.id };
  const other = await insertCustomer(database, { bankId, ...closing, closedAt: new Date('2024-05-31T09:30:00Z') });
  const { id: companyId } = await insertCustomer(database, { bankId, customerType: CustomerType.CORPORATE });
  const child = { bankId, customerId };
  const guardian = { linkedCustomerId: companyId, relationshipTo: CustomerRelationship.GUARDIAN };
  const customerLink = await insertCustomerLink(database, { ...child, ...guardian });
  const ownerLink = await insertCustomerLink(database, { bankId, customerId: companyId, linkedCustomerId: customerId });
  const definition = await insertAttributeDefinition(database, { bankId, name: names.definitionName });
  const attribute = await insertCustomerAttribute(database, { ...child, name: names.definitionName });
  const address = await insertCustomerAddress(database, child);
  const taxResidence = await insertTaxResidence(database, { ...child, taxNumber: 'tax-1' });
  const handle = await insertSocialMediaHandle(database, { ...child, handle: '@eveline' });
  const userLink = await insertUserCustomerLink(database, { ...child, userId: linkedUser.id });
  await insertUserAttribute(database, { userId: linkedUser.id });
  const accountLinkId = await insertAccounts(database, { ...child, names, userId: linkedUser.id });
  const proposal = await insertKycStatusProposal(database, { ...child, proposedByUserId: colleague.id });
  const status = await insertKycEvidence(database, { ...child, names, proposalId: proposal.id });
  const message = await insertCustomerMessage(database, child);
  await insertLegalHold(database, { ...child, setByUserId: colleague.id, ...liftedBy(colleague.id) });
  const hold = await insertLegalHold(database, { bankId, customerId: other.id, setByUserId: colleague.id });
  const event = await insertCrmEvent(database, child);
  const meeting = await insertMeeting(database, {
    ...child,
    creatorUserId: linkedUser.id,
    staffUserId: linkedUser.id,
    customerUserId: linkedUser.id,
  });
  await insertMeetingInvitee(database, { meetingId: meeting.id, userId: linkedUser.id });
  await insertCustomerHistory(
    database,
    { ...child, changedByUserId: colleague.id },
    {
      ...{ ACCOUNT_LINK: accountLinkId, ADDRESS: address.id, ATTRIBUTE: attribute.id, SOCIAL_MEDIA_HANDLE: handle.id },
      ...{ CUSTOMER_LINK: customerLink.id, INVERSE_CUSTOMER_LINK: ownerLink.id },
      ...{ TAX_RESIDENCE: taxResidence.id, USER_LINK: userLink.id },
    },
  );
  return {
    ...names,
    bankId,
    customerId,
    companyId,
    ownerLinkId: ownerLink.id,
    customerLinkId: customerLink.id,
    otherCustomerId: other.id,
    otherCustomerNumber: other.customerNumber,
    linkedUser,
    freeUser,
    lockedUser,
    colleague,
    entitlementId: entitlement.id,
    entitlementRequestId: request.id,
    kycStatusProposalId: proposal.id,
    addressId: address.id,
    attributeId: attribute.id,
    definitionId: definition.id,
    customerAccountLinkId: accountLinkId,
    userCustomerLinkId: userLink.id,
    taxResidenceId: taxResidence.id,
    socialMediaHandleId: handle.id,
    kycStatusId: status.id,
    legalHoldId: hold.id,
    meetingId: meeting.id,
    messageId: message.id,
    crmEventId: event.id,
    furtherIds: await insertFurtherBelongings(database, child),
  };
}

interface CustomerKeys {
  bankId: string;
  customerId: string;
  names: SharedNames;
}

async function insertAccounts(
  database: Database,
  { names, userId, ...child }: CustomerKeys & { userId: string },
): Promise<string> {
  const { bankId } = child;
  const { accountId, freeAccountId } = names;
  await insertAccount(database, { bankId, id: accountId });
  await insertAccount(database, { bankId, id: freeAccountId });
  await insertAccountRouting(database, { bankId, accountId, scheme: 'IBAN', address: 'DE89370400440532013000' });
  await insertAccountAttribute(database, { bankId, accountId });
  await insertAccountHolder(database, { bankId, accountId, userId });
  return (await insertCustomerAccountLink(database, { ...child, accountId })).id;
}

async function insertKycEvidence(
  database: Database,
  { names, proposalId, ...child }: CustomerKeys & { proposalId: string },
) {
  // The case of `closeCustomer` closes the customer later.
  const date = new Date('2024-03-01T09:30:00Z');
  await insertKycCheck(database, { ...child, date, id: names.kycCheckId });
  await insertKycGap(database, child);
  await insertKycDocument(database, { ...child, id: names.kycDocumentId });
  await insertKycMedia(database, {
    ...child,
    date,
    id: names.kycMediaId,
    relatesToKycCheckId: names.kycCheckId,
    relatesToKycDocumentId: names.kycDocumentId,
  });
  return insertKycStatus(database, { ...child, date, proposalId });
}
