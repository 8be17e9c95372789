import type { Faker } from '@faker-js/faker';
import { faker as germanFaker } from '@faker-js/faker/locale/de';
import { faker as britishFaker } from '@faker-js/faker/locale/en_GB';
import { faker as dutchFaker } from '@faker-js/faker/locale/nl';
import { localProvider } from '../auth/password.ts';
import type { AccountRow } from '../domain/account/account.table.ts';
import type { AccountAttributeRow } from '../domain/account/account-attribute.table.ts';
import type { AccountHolderRow } from '../domain/account/account-holder.table.ts';
import type { AccountRoutingRow } from '../domain/account/account-routing.table.ts';
import type { CustomerAccountLinkRow } from '../domain/account/customer-account-link.table.ts';
import type { CustomerAddressRow } from '../domain/address/address.table.ts';
import type { AttributeDefinitionRow } from '../domain/attribute/attribute-definition.table.ts';
import { AttributeType } from '../domain/attribute/attribute-type.ts';
import type { BankRow } from '../domain/bank/bank.table.ts';
import type { CrmEventRow } from '../domain/crm-event/crm-event.table.ts';
import { derivedColumns } from '../domain/customer/customer.rules.ts';
import type { CustomerRow } from '../domain/customer/customer.table.ts';
import { attributeSearchValue } from '../domain/customer/customer-attribute.rules.ts';
import type { CustomerAttributeRow } from '../domain/customer/customer-attribute.table.ts';
import type { KycCheckRow } from '../domain/kyc/kyc-check.table.ts';
import type { KycDocumentRow } from '../domain/kyc/kyc-document.table.ts';
import type { KycMediaRow } from '../domain/kyc/kyc-media.table.ts';
import type { KycStatusRow } from '../domain/kyc/kyc-status.table.ts';
import type { MeetingRow } from '../domain/meeting/meeting.table.ts';
import type { MeetingInviteeRow } from '../domain/meeting/meeting-invitee.table.ts';
import type { CustomerMessageRow } from '../domain/message/message.table.ts';
import type { SocialMediaHandleRow } from '../domain/social-media-handle/social-media-handle.table.ts';
import type { TaxResidenceRow } from '../domain/tax-residence/tax-residence.table.ts';
import type { UserRow } from '../domain/user/user.table.ts';
import { canonicalNames } from '../domain/user/username.ts';
import type { UserCustomerLinkRow } from '../domain/user-customer-link/user-customer-link.table.ts';

/** A bank and what all of its customers share. */
export interface GeneratedBank {
  seed: number;
  country: Country;
  bank: BankRow;
  attributeDefinitions: AttributeDefinitionRow[];
  staff: UserRow[];
}

/** What is generated was never retracted and never cancelled. */
type Generated<Row> = Omit<Row, 'retractedAt' | 'retractedByUserId' | 'retractionReason' | 'cancelledAt'>;

/** One customer with everything around it: the rows of each table, in an order in which they can be written. */
export interface GeneratedCustomer {
  users: UserRow[];
  customers: Omit<CustomerRow, 'rowNumber'>[];
  addresses: CustomerAddressRow[];
  attributes: CustomerAttributeRow[];
  accounts: AccountRow[];
  accountRoutings: AccountRoutingRow[];
  accountHolders: AccountHolderRow[];
  accountAttributes: AccountAttributeRow[];
  customerAccountLinks: CustomerAccountLinkRow[];
  userCustomerLinks: UserCustomerLinkRow[];
  taxResidences: TaxResidenceRow[];
  socialMediaHandles: SocialMediaHandleRow[];
  kycStatuses: KycStatusRow[];
  kycChecks: Generated<KycCheckRow>[];
  kycDocuments: Generated<KycDocumentRow>[];
  kycMedia: Generated<KycMediaRow>[];
  meetings: Generated<MeetingRow>[];
  meetingInvitees: MeetingInviteeRow[];
  messages: CustomerMessageRow[];
  crmEvents: CrmEventRow[];
}

interface Country {
  code: string;
  currency: string;
  faker: Faker;
  mobilePhoneNumber: string;
  /** How the part of an IBAN before the account number is written, and how long the account number is. */
  iban: { bank: string; accountDigits: number };
  taxNumber: string;
}

const countries: readonly [Country, ...Country[]] = [
  {
    code: 'GB',
    currency: 'GBP',
    faker: britishFaker,
    mobilePhoneNumber: '+44 74## ######',
    iban: { bank: 'GHBK292929', accountDigits: 8 },
    taxNumber: '##########',
  },
  {
    code: 'DE',
    currency: 'EUR',
    faker: germanFaker,
    mobilePhoneNumber: '+49 151 ########',
    iban: { bank: '31500000', accountDigits: 10 },
    taxNumber: '###########',
  },
  {
    code: 'NL',
    currency: 'EUR',
    faker: dutchFaker,
    mobilePhoneNumber: '+31 6 1#######',
    iban: { bank: 'WBNK', accountDigits: 10 },
    taxNumber: '#########',
  },
];

const bankNames = new Map([
  ['gh.29.uk', { shortName: 'Grand Harbour', fullName: 'The Grand Harbour Bank' }],
  ['rs.31.de', { shortName: 'Rheinsparer', fullName: 'Rheinsparer Bank eG' }],
  ['wb.42.nl', { shortName: 'Waterbank', fullName: 'Waterbank N.V.' }],
]);

export const generatedBankIds = [...bankNames.keys()];

const branchIds = ['HARBOUR1', 'MARKET2', 'STATION3', 'DERBY6'];

/** Times count back from here, not from now: the same seed gives the same rows on any day. */
const lastMoment = new Date('2025-01-01T00:00:00Z');
const firstMoment = new Date('2015-01-01T00:00:00Z');
const day = 24 * 60 * 60 * 1000;

/** Customer numbers of a bank count up from here. */
const firstCustomerNumber = 5_000_001;

function daysAfter(moment: Date, days: number): Date {
  return new Date(moment.getTime() + days * day);
}

function localDate(moment: Date): string {
  return moment.toISOString().slice(0, 10);
}

function between(faker: Faker, from: Date, to: Date): Date {
  return new Date(faker.number.int({ min: from.getTime(), max: to.getTime() }));
}

/** Each bank, and each of its customers, has random numbers of its own, so that any of them can be made alone. */
function reseed(faker: Faker, seed: number, bankId: string, index: number): void {
  faker.seed([seed, index, ...Buffer.from(bankId)]);
}

/** With the check digits of ISO 13616, which is why banks' own programs accept it. */
export function iban(countryCode: string, bankAndAccount: string): string {
  const digits = Array.from(`${bankAndAccount}${countryCode}00`, (character) => Number.parseInt(character, 36)).join(
    '',
  );
  const check = 98n - (BigInt(digits) % 97n);
  return `${countryCode}${String(check).padStart(2, '0')}${bankAndAccount}`;
}

/** Latin letters only, for user names and e-mail addresses. */
function asciiName(name: string): string {
  return name
    .replaceAll('ß', 'ss')
    .normalize('NFD')
    .replace(/[^A-Za-z]/g, '')
    .toLowerCase();
}

function generatedUser(faker: Faker, username: string, firstName: string, lastName: string, createdAt: Date): UserRow {
  const email = `${username}@example.com`;
  return {
    id: faker.string.uuid(),
    username,
    email,
    ...canonicalNames({ provider: localProvider, username, email, emailValidatedAt: createdAt }),
    usernameConflict: 0,
    emailConflict: 0,
    firstName,
    lastName,
    provider: localProvider,
    providerId: username,
    passwordHash: null,
    isSuperAdmin: false,
    emailValidatedAt: createdAt,
    disabledAt: null,
    awaitsEmailValidation: false,
    tokensValidFrom: null,
    createdAt,
    updatedAt: createdAt,
    version: 1,
  };
}

/** `position` gives the country of a bank that is none of `generatedBankIds`. */
export function generateBank(seed: number, bankId: string, position: number): GeneratedBank {
  const known = generatedBankIds.indexOf(bankId);
  const country = countries[(known === -1 ? position : known) % countries.length] ?? countries[0];
  const { faker } = country;
  reseed(faker, seed, bankId, -1);
  const stamps = { createdAt: firstMoment, updatedAt: firstMoment, version: 1 };
  const definition = (
    name: string,
    type: AttributeType,
    description: string,
    canBeSeenOnViews: string[],
  ): AttributeDefinitionRow => ({
    id: faker.string.uuid(),
    bankId,
    name,
    category: 'Customer',
    type,
    description,
    alias: name.toLowerCase(),
    canBeSeenOnViews,
    isActive: true,
    ...stamps,
  });

  return {
    seed,
    country,
    bank: {
      id: bankId,
      kycFourEyes: false,
      kycReasonRequired: false,
      grantApprovalRequired: false,
      retentionDays: null,
      shortName: bankNames.get(bankId)?.shortName ?? bankId,
      fullName: bankNames.get(bankId)?.fullName ?? `Bank ${bankId}`,
      logoUrl: `https://www.example.com/${bankId}/logo.png`,
      websiteUrl: `https://www.example.com/${bankId}`,
      ...stamps,
    },
    attributeDefinitions: [
      definition('CUSTOMER_SINCE', AttributeType.DATE_WITH_DAY, 'The day of the first contract.', ['owner', 'bank']),
      definition('RISK_SCORE', AttributeType.INTEGER, 'From 1 (low) to 100. For the bank only.', ['bank']),
      definition('ACCOUNT_MANAGEMENT_FEE', AttributeType.DOUBLE, 'A month, in the currency of the bank.', [
        'owner',
        'bank',
      ]),
    ],
    staff: [1, 2, 3].map((number) => {
      const firstName = faker.person.firstName();
      const lastName = faker.person.lastName();
      const username = `${asciiName(firstName)}.${asciiName(lastName)}.staff${number}.${bankId}`;
      return generatedUser(faker, username, firstName, lastName, firstMoment);
    }),
  };
}

/** The customer at `index` (from 0) of a bank: always the same one for the same seed and bank id. */
export function generateCustomer(generatedBank: GeneratedBank, index: number): GeneratedCustomer {
  const { seed, country, staff } = generatedBank;
  const { faker } = country;
  const bankId = generatedBank.bank.id;
  reseed(faker, seed, bankId, index);
  const uuid = () => faker.string.uuid();
  const chance = (probability: number) => faker.number.float() < probability;
  const oneOf = <Item>(items: readonly Item[]): Item => faker.helpers.arrayElement(items);
  const times = <Item>(min: number, max: number, make: (position: number) => Item): Item[] =>
    Array.from({ length: faker.number.int({ min, max }) }, (_, position) => make(position));

  const id = uuid();
  const customerNumber = String(firstCustomerNumber + index);
  const firstName = faker.person.firstName();
  const lastName = faker.person.lastName();
  const legalName = chance(0.15) ? `${firstName} ${faker.person.firstName()} ${lastName}` : `${firstName} ${lastName}`;
  const username = `${asciiName(firstName)}.${asciiName(lastName)}.${customerNumber}`;
  const email = chance(0.95) ? `${username}@example.com` : null;
  const mobilePhoneNumber = faker.helpers.replaceSymbols(country.mobilePhoneNumber);
  const createdAt = between(faker, firstMoment, daysAfter(lastMoment, -200));
  const city = faker.location.city();
  const ofCustomer = { bankId, customerId: id };
  const clerk = oneOf(staff);
  const clerkName = `${clerk.firstName} ${clerk.lastName}`;
  const laterMoment = () => between(faker, createdAt, lastMoment);
  const written = (moment: Date) => ({ createdAt: moment, updatedAt: moment });

  const kycStatuses: KycStatusRow[] = [];
  if (chance(0.95)) {
    let date = daysAfter(createdAt, faker.number.int({ min: 1, max: 30 }));
    const last = faker.number.int({ min: 1, max: 3 });
    for (let number = 1; number <= last && date < lastMoment; number += 1) {
      kycStatuses.push({ id: uuid(), ...ofCustomer, ok: chance(0.85), date, ...written(date) });
      date = daysAfter(date, faker.number.int({ min: 30, max: 700 }));
    }
  }
  const kycStatus = kycStatuses.at(-1)?.ok ?? false;
  const lastOkDate = kycStatuses.findLast(({ ok }) => ok)?.date ?? null;

  const user = chance(0.4) ? generatedUser(faker, username, firstName, lastName, createdAt) : null;
  const dobOfDependants = times(0, 2, () => localDate(daysAfter(lastMoment, -faker.number.int({ max: 6500 }))));
  const hasFace = chance(0.3);
  const customer: Omit<CustomerRow, 'rowNumber'> = {
    id,
    bankId,
    customerNumber,
    legalName,
    mobilePhoneNumber,
    email,
    faceImageUrl: hasFace ? `https://www.example.com/${bankId}/faces/${id}.png` : null,
    faceImageDate: hasFace ? createdAt : null,
    dateOfBirth: localDate(daysAfter(lastMoment, -faker.number.int({ min: 6600, max: 32000 }))),
    relationshipStatus: oneOf(['single', 'married', 'divorced', 'widowed']),
    dependants: dobOfDependants.length,
    dobOfDependants,
    creditRating: oneOf(['AAA', 'AA', 'A', 'BBB', 'BB', 'B']),
    creditSource: oneOf(['internal', 'credit bureau']),
    creditLimitCurrency: country.currency,
    creditLimitAmount: String(faker.number.int({ max: 40 }) * 500),
    highestEducationAttained: oneOf(['Secondary', 'Vocational', 'Bachelor', 'Master', 'Doctorate']),
    employmentStatus: oneOf(['worker', 'self-employed', 'student', 'retired', 'unemployed']),
    kycStatus,
    lastOkDate,
    title: chance(0.3) ? oneOf(['Dr.', 'Prof.', 'Ms.', 'Mr.']) : null,
    branchId: oneOf(branchIds),
    nameSuffix: chance(0.05) ? oneOf(['Sr', 'Jr']) : null,
    ...derivedColumns({ legalName, mobilePhoneNumber, email, lastOkDate }),
    createdAt,
    updatedAt: kycStatuses.at(-1)?.date ?? createdAt,
    version: 1,
  };

  const addresses: CustomerAddressRow[] = times(1, 2, (position) => {
    const insertDate = position === 0 ? createdAt : laterMoment();
    return {
      id: uuid(),
      ...ofCustomer,
      line1: faker.location.streetAddress(),
      line2: chance(0.2) ? faker.location.secondaryAddress() : null,
      line3: null,
      city: position === 0 ? city : faker.location.city(),
      county: null,
      state: null,
      postcode: faker.location.zipCode(),
      countryCode: country.code,
      tags: position === 0 ? ['mailing', 'home'] : ['work'],
      status: 'OK',
      insertDate,
      updatedAt: insertDate,
      version: 1,
    };
  });

  const attribute = (name: string, type: AttributeType, value: string): CustomerAttributeRow => ({
    id: uuid(),
    ...ofCustomer,
    name,
    type,
    value,
    valueSearch: attributeSearchValue(value),
    ...written(createdAt),
    version: 1,
  });
  const attributes = [
    attribute('CUSTOMER_SINCE', AttributeType.DATE_WITH_DAY, localDate(createdAt)),
    attribute('RISK_SCORE', AttributeType.INTEGER, String(faker.number.int({ min: 1, max: 100 }))),
  ];
  if (chance(0.5)) {
    attributes.push(attribute('ACCOUNT_MANAGEMENT_FEE', AttributeType.DOUBLE, oneOf(['0.00', '2.50', '4.90'])));
  }

  const accountRoutings: AccountRoutingRow[] = [];
  const accountHolders: AccountHolderRow[] = [];
  const accountAttributes: AccountAttributeRow[] = [];
  const customerAccountLinks: CustomerAccountLinkRow[] = [];
  const accounts: AccountRow[] = times(1, 2, (position) => {
    const accountId = uuid();
    const ofAccount = { bankId, accountId };
    // Two for each customer, so that no two accounts of a bank share one.
    const number = String(10_000_001 + index * 2 + position).padStart(country.iban.accountDigits, '0');
    const productCode = position === 0 ? 'CURRENT' : 'SAVINGS';
    const accountAttribute = (name: string, type: AttributeType, value: string, contractCode: string | null = null) => {
      accountAttributes.push({
        id: uuid(),
        ...ofAccount,
        productCode,
        contractCode,
        name,
        type,
        value,
        ...written(createdAt),
        version: 1,
      });
    };
    accountRoutings.push(
      { ...ofAccount, scheme: 'AccountNumber', address: number, createdAt },
      { ...ofAccount, scheme: 'IBAN', address: iban(country.code, country.iban.bank + number), createdAt },
    );
    if (user !== null) accountHolders.push({ ...ofAccount, userId: user.id, createdAt });
    customerAccountLinks.push({
      id: uuid(),
      ...ofCustomer,
      accountId,
      relationshipType: 'Owner',
      ...written(createdAt),
      version: 1,
    });
    // By this attribute OBP finds the accounts of a customer's overview.
    accountAttribute('customer_number', AttributeType.STRING, customerNumber);
    if (position === 0) {
      const contractCode = `C${customerNumber}-${position + 1}`;
      const term = oneOf([12, 24, 36, 60]);
      const opening = laterMoment();
      const contract = (name: string, type: AttributeType, value: string) =>
        accountAttribute(name, type, value, contractCode);
      contract('product_description', AttributeType.STRING, `Instalment credit of ${term} months`);
      contract('issuance_amount', AttributeType.DOUBLE, `${faker.number.int({ min: 5, max: 50 }) * 100}.00`);
      contract('interest_rate', AttributeType.DOUBLE, oneOf(['1.9', '2.45', '3.75', '5.2']));
      contract('term', AttributeType.INTEGER, String(term));
      contract('payment_method', AttributeType.STRING, oneOf(['direct debit', 'standing order']));
      contract('branch_code', AttributeType.STRING, oneOf(branchIds));
      contract('opening_date', AttributeType.DATE_WITH_DAY, localDate(opening));
      contract('maturity_date', AttributeType.DATE_WITH_DAY, localDate(daysAfter(opening, term * 30)));
    }
    return {
      id: accountId,
      bankId,
      label: position === 0 ? 'Current account' : 'Savings account',
      number,
      productCode,
      balanceCurrency: country.currency,
      balanceAmount: `${faker.number.int({ max: 20_000 })}.${faker.string.numeric(2)}`,
      branchId: customer.branchId,
      ...written(createdAt),
      version: 1,
    };
  });

  const taxCountries = chance(0.1) ? [country.code, 'US'] : [country.code];
  const handleTypes = faker.helpers.arrayElements(['twitter', 'linkedin', 'facebook'], { min: 0, max: 2 });

  const kycChecks: Generated<KycCheckRow>[] = times(1, 2, (position) => {
    const date = position === 0 ? createdAt : laterMoment();
    const satisfied = chance(0.9);
    return {
      customerId: id,
      id: `check-${position + 1}`,
      bankId,
      date,
      how: oneOf(['in branch', 'video identification', 'postal identification']),
      staffUserId: clerk.id,
      staffName: clerkName,
      satisfied,
      comments: satisfied ? null : 'The picture is hard to recognise; to be repeated.',
      ...written(date),
    };
  });
  const kycDocuments: Generated<KycDocumentRow>[] = times(1, 2, (position) => {
    const issued = between(faker, daysAfter(createdAt, -3000), daysAfter(createdAt, -10));
    return {
      customerId: id,
      id: `document-${position + 1}`,
      bankId,
      type: position === 0 ? oneOf(['passport', 'identity card']) : 'driving licence',
      number: faker.string.alphanumeric({ length: 9, casing: 'upper' }),
      issueDate: localDate(issued),
      issuePlace: city,
      expiryDate: localDate(daysAfter(issued, 3652)),
      ...written(createdAt),
    };
  });
  const kycMedia: Generated<KycMediaRow>[] = kycDocuments.map((document, position) => {
    const check = kycChecks[position] ?? null;
    return {
      customerId: id,
      id: `media-${position + 1}`,
      bankId,
      type: 'image',
      url: `https://kyc-media.example.com/${bankId}/${id}/media-${position + 1}.png`,
      date: check?.date ?? createdAt,
      relatesToKycDocumentId: document.id,
      relatesToKycCheckId: check?.id ?? null,
      ...written(check?.date ?? createdAt),
    };
  });

  const meetingInvitees: MeetingInviteeRow[] = [];
  const meetings: Generated<MeetingRow>[] = times(0, 3, () => {
    const meetingId = uuid();
    const when = laterMoment();
    const bookedAt = daysAfter(when, -5);
    meetingInvitees.push({
      meetingId,
      position: 0,
      name: legalName,
      mobilePhone: mobilePhoneNumber,
      emailAddress: email,
      userId: user?.id ?? null,
      status: oneOf(['accepted', 'declined', 'invited']),
    });
    if (chance(0.3)) {
      const adviser = faker.person.firstName();
      meetingInvitees.push({
        meetingId,
        position: 1,
        name: `${adviser} ${faker.person.lastName()}`,
        mobilePhone: null,
        emailAddress: `${asciiName(adviser)}.adviser@example.com`,
        userId: null,
        status: 'invited',
      });
    }
    return {
      id: meetingId,
      ...ofCustomer,
      providerId: 'tokbox',
      purposeId: oneOf(['onboarding', 'mortgage', 'complaint']),
      when,
      sessionId: uuid(),
      creatorUserId: clerk.id,
      creatorName: clerkName,
      creatorMobilePhone: null,
      creatorEmailAddress: clerk.email,
      staffUserId: clerk.id,
      customerUserId: user?.id ?? null,
      ...written(bookedAt),
      version: 1,
    };
  });

  const messages: CustomerMessageRow[] = times(0, 3, () => {
    const date = laterMoment();
    return {
      id: uuid(),
      ...ofCustomer,
      date,
      transport: oneOf(['SMS', 'EMAIL', null]),
      message: oneOf([
        'Your documents have arrived. Thank you.',
        'Your identity card expires soon: please send us the new one.',
        'Your appointment is confirmed.',
        'Please call us about your account.',
      ]),
      fromDepartment: oneOf(['Customer Service', 'Compliance', 'Branch']),
      fromPerson: clerkName,
      ...written(date),
    };
  });
  const crmEvents: CrmEventRow[] = times(0, 2, () => {
    const actualDate = laterMoment();
    return {
      id: uuid(),
      ...ofCustomer,
      customerName: legalName,
      customerNumber,
      category: oneOf(['Call', 'Visit', 'Letter']),
      detail: oneOf(['Asked for a credit', 'Changed the address', 'Asked about fees']),
      channel: oneOf(['Phone', 'Branch', 'Post']),
      scheduledDate: chance(0.5) ? daysAfter(actualDate, -1) : null,
      actualDate,
      result: oneOf(['Done', 'To be called back', null]),
      ...written(actualDate),
    };
  });

  return {
    users: user === null ? [] : [user],
    customers: [customer],
    addresses,
    attributes,
    accounts,
    accountRoutings,
    accountHolders,
    accountAttributes,
    customerAccountLinks,
    userCustomerLinks:
      user === null
        ? []
        : [
            {
              id: uuid(),
              ...ofCustomer,
              userId: user.id,
              isActive: true,
              dateInserted: createdAt,
              updatedAt: createdAt,
              version: 1,
            },
          ],
    taxResidences: taxCountries.map((domain) => ({
      id: uuid(),
      ...ofCustomer,
      domain,
      taxNumber: faker.helpers.replaceSymbols(country.taxNumber),
      ...written(createdAt),
      version: 1,
    })),
    socialMediaHandles: handleTypes.map((type) => ({
      id: uuid(),
      ...ofCustomer,
      type,
      handle: `@${username}`,
      dateAdded: createdAt,
      dateActivated: chance(0.8) ? daysAfter(createdAt, 1) : null,
      ...written(createdAt),
      version: 1,
    })),
    kycStatuses,
    kycChecks,
    kycDocuments,
    kycMedia,
    meetings,
    meetingInvitees,
    messages,
    crmEvents,
  };
}
