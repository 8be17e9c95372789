/**
 * A customer with one of each belonging and a value in every field, so that a null or an empty list in a response is an
 * error. Messages, meetings, and CRM events exist twice, so that they have a second page.
 *
 *   const { customerId, customerNumber } = await insertWholeCustomer(gateway.database, { bankId: 'gh.29.uk' });
 */
import type { Database } from '../../src/database/database.ts';
import { insertFurtherBelongings } from './further-belongings.ts';
import {
  insertAccount,
  insertAccountAttribute,
  insertAccountHolder,
  insertAccountRouting,
  insertCrmEvent,
  insertCustomer,
  insertCustomerAccountLink,
  insertCustomerAddress,
  insertCustomerAttribute,
  insertCustomerHistory,
  insertCustomerLink,
  insertCustomerMessage,
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
  insertUser,
  insertUserAttribute,
  insertUserCustomerLink,
  liftedBy,
} from './rows.ts';

export interface WholeCustomer {
  customerId: string;
  customerNumber: string;
  accountId: string;
  userId: string;
}

interface Options {
  bankId: string;
  /** The linked user and account holder. A user is created if omitted. */
  userId?: string;
}

const contractDetails = {
  PRODUCT_DESCRIPTION: 'A loan for a house',
  ISSUANCE_AMOUNT: '100000',
  INTEREST_RATE: '1.5',
  TERM: '10 years',
  FORM_OF_PAYMENT: 'Monthly',
  INTEREST_AMOUNT: '125',
  BRANCH_CODE: 'DERBY6',
  PAYMENT_METHOD: 'Transfer',
  OPENING_DATE: '2018-03-09',
  MATURITY_DATE: '2028-03-09',
  RENEWAL_DATE: '2023-03-09',
  CANCELLATION_DATE: '2027-03-09',
  INSTRUMENT_STATUS_CODE: 'A',
  INSTRUMENT_STATUS_DEFINITION: 'Active',
  IS_SUBSTITUTED: 'false',
};

export async function insertWholeCustomer(database: Database, { bankId, userId }: Options): Promise<WholeCustomer> {
  const holderId = userId ?? (await insertUser(database));
  const { id: customerId, customerNumber } = await insertCustomer(database, {
    bankId,
    faceImageUrl: 'https://www.example.com/face.png',
    faceImageDate: new Date('2023-03-13T11:39:33Z'),
    dateOfBirth: '1980-01-02',
    relationshipStatus: 'single',
    dependants: 1,
    dobOfDependants: ['2010-01-02'],
    creditRating: 'OBP',
    creditSource: 'OBP',
    creditLimitCurrency: 'EUR',
    creditLimitAmount: '1000.50',
    highestEducationAttained: 'Master',
    employmentStatus: 'worker',
    kycStatus: true,
    lastOkDate: new Date('2023-03-13T11:39:33Z'),
    title: 'Dr.',
    branchId: 'DERBY6',
    kycReviewDate: '2023-01-01',
    kycReviewDueOn: '2023-01-01',
    nameSuffix: 'Jr',
  });
  const child = { bankId, customerId };
  const address = await insertCustomerAddress(database, {
    ...child,
    line2: 'Back yard',
    line3: 'Second floor',
    county: 'Mitte',
    state: 'Berlin',
    status: 'OK',
  });
  const attribute = await insertCustomerAttribute(database, child);
  const taxResidence = await insertTaxResidence(database, child);
  const handle = await insertSocialMediaHandle(database, { ...child, dateActivated: new Date('2023-03-13T11:39:33Z') });
  const accountId = await insertWholeAccount(database, { bankId, userId: holderId });
  const accountLink = await insertCustomerAccountLink(database, { ...child, accountId });
  const userLink = await insertUserCustomerLink(database, { ...child, userId: holderId });
  await insertUserAttribute(database, { userId: holderId });
  await insertKyc(database, child);
  await insertContacts(database, { ...child, userId: holderId });
  // A link to the customer itself is a link in both directions.
  const link = await insertCustomerLink(database, { ...child, linkedCustomerId: customerId, percentage: '25.5' });
  await insertCustomerHistory(
    database,
    { ...child, changedByUserId: holderId },
    {
      ...{ ACCOUNT_LINK: accountLink.id, ADDRESS: address.id, ATTRIBUTE: attribute.id, SOCIAL_MEDIA_HANDLE: handle.id },
      ...{ CUSTOMER_LINK: link.id, INVERSE_CUSTOMER_LINK: link.id },
      ...{ TAX_RESIDENCE: taxResidence.id, USER_LINK: userLink.id },
    },
  );
  await insertFurtherBelongings(database, child, { isWhole: true });
  return { customerId, customerNumber, accountId, userId: holderId };
}

/** Inserts many customers in one transaction. A hundred take about a second. */
export function insertWholeCustomers(database: Database, count: number, options: Options): Promise<WholeCustomer[]> {
  return database.transaction(async (transaction) => {
    const within: Database = { ...database, transaction: (run) => run(transaction) };
    const customers: WholeCustomer[] = [];
    while (customers.length < count) customers.push(await insertWholeCustomer(within, options));
    return customers;
  });
}

async function insertWholeAccount(database: Database, { bankId, userId }: Required<Options>): Promise<string> {
  const { id: accountId } = await insertAccount(database, { bankId });
  const ofAccount = { bankId, accountId };
  await insertAccountRouting(database, ofAccount);
  await insertAccountHolder(database, { ...ofAccount, userId });
  for (const [name, value] of Object.entries(contractDetails)) {
    await insertAccountAttribute(database, {
      ...ofAccount,
      name,
      value,
      productCode: 'MORTGAGE',
      contractCode: 'LKJL98769F',
    });
  }
  return accountId;
}

async function insertKyc(database: Database, child: { bankId: string; customerId: string }): Promise<void> {
  await insertKycStatus(database, child);
  await insertKycGap(database, child);
  const check = await insertKycCheck(database, child);
  const document = await insertKycDocument(database, child);
  await insertKycMedia(database, { ...child, relatesToKycCheckId: check.id, relatesToKycDocumentId: document.id });
}

async function insertContacts(
  database: Database,
  { userId, ...child }: { bankId: string; customerId: string; userId: string },
): Promise<void> {
  await insertKycStatusProposal(database, { ...child, proposedByUserId: userId, reason: 'The passport was checked' });
  await insertLegalHold(database, { ...child, setByUserId: userId, ...liftedBy(userId) });
  for (let index = 0; index < 2; index += 1) {
    await insertCustomerMessage(database, child);
    await insertCrmEvent(database, { ...child, scheduledDate: new Date('2023-03-13T11:39:33Z') });
    const { id: meetingId } = await insertMeeting(database, {
      ...child,
      sessionId: 'session-1',
      creatorUserId: userId,
      staffUserId: userId,
      customerUserId: userId,
    });
    await insertMeetingInvitee(database, { meetingId, userId });
  }
}
