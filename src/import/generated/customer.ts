import { AttributeType } from '../../domain/attribute/attribute-type.ts';
import { derivedColumns, timelineColumns } from '../../domain/customer/customer.rules.ts';
import { derivedAttributeColumns } from '../../domain/customer/customer-attribute.rules.ts';
import type { CustomerAttributeRow } from '../../domain/customer/customer-attribute.table.ts';
import { CustomerType } from '../../domain/customer/customer-type.ts';
import type { KycStatusRow } from '../../domain/kyc/kyc-status.table.ts';
import type { UserRow } from '../../domain/user/user.table.ts';
import { generateAccounts } from './accounts.ts';
import type { GeneratedBank } from './bank.ts';
import { generateCompany, generateCustomerLinks } from './company.ts';
import { generateCrmEvents, generateMeetings, generateMessages } from './contacts.ts';
import { generateKycEvidence, generateKycStatuses } from './kyc.ts';
import { branchIds, generateProfile, type Profile, writtenAt } from './profile.ts';
import { daysAfter, lastTime, localDate } from './random.ts';
import type { Generated, GeneratedCustomer } from './rows.ts';
import { generateUser } from './user.ts';

/**
 * Generates the customer at `index` (from 0) of a bank, which is always the same for the same seed and bank. The functions
 * must be called in this order, because all of them draw from one sequence of random values.
 */
export function generateCustomer(bank: GeneratedBank, index: number): GeneratedCustomer {
  const profile = generateProfile(bank, index);
  const { random, country } = profile;
  const kycStatuses = generateKycStatuses(profile);
  const user = random.chance(0.4) ? generateUser(random, profile) : null;
  const customer = generateCustomerRow(profile, kycStatuses);
  const addresses = generateAddresses(profile);
  const attributes = generateAttributes(profile);
  const accounts = generateAccounts(profile, user, customer.branchId);
  const taxCountries = random.chance(0.1) ? [country.code, 'US'] : [country.code];
  const handleTypes = random.faker.helpers.arrayElements(['twitter', 'linkedin', 'facebook'], { min: 0, max: 2 });
  const evidence = generateKycEvidence(profile);
  const meetings = generateMeetings(profile, user);
  const messages = generateMessages(profile);
  const crmEvents = generateCrmEvents(profile);
  return {
    users: user === null ? [] : [user],
    customers: [generateCompany(profile, { ...customer, ...generateClosing(profile, customer.updatedAt) })],
    customerLinks: generateCustomerLinks(bank, profile),
    addresses,
    attributes,
    ...accounts,
    userCustomerLinks: user === null ? [] : [generateUserCustomerLink(profile, user)],
    taxResidences: generateTaxResidences(profile, taxCountries),
    socialMediaHandles: generateSocialMediaHandles(profile, handleTypes),
    kycStatuses,
    ...evidence,
    ...meetings,
    messages,
    crmEvents,
  };
}

function generateCustomerRow(
  { random, country, createdAt, ...profile }: Profile,
  kycStatuses: Generated<KycStatusRow>[],
): GeneratedCustomer['customers'][number] {
  const { chance, oneOf, integer, times } = random;
  const { id, bankId, customerNumber, legalName, mobilePhoneNumber, email } = profile;
  const timeline = timelineColumns(kycStatuses.at(-1), kycStatuses.findLast(({ ok }) => ok)?.date ?? null);
  const dobOfDependants = times(0, 2, () => localDate(daysAfter(lastTime, -integer(0, 6500))));
  const hasFace = chance(0.3);
  return {
    id,
    bankId,
    customerNumber,
    canonicalNumber: null,
    legalName,
    mobilePhoneNumber,
    email,
    faceImageUrl: hasFace ? `https://www.example.com/${bankId}/faces/${id}.png` : null,
    faceImageDate: hasFace ? createdAt : null,
    dateOfBirth: localDate(daysAfter(lastTime, -integer(6600, 32_000))),
    relationshipStatus: oneOf(['single', 'married', 'divorced', 'widowed']),
    dependants: dobOfDependants.length,
    dobOfDependants,
    creditRating: oneOf(['AAA', 'AA', 'A', 'BBB', 'BB', 'B']),
    creditSource: oneOf(['internal', 'credit bureau']),
    creditLimitCurrency: country.currency,
    creditLimitAmount: String(integer(0, 40) * 500),
    highestEducationAttained: oneOf(['Secondary', 'Vocational', 'Bachelor', 'Master', 'Doctorate']),
    employmentStatus: oneOf(['worker', 'self-employed', 'student', 'retired', 'unemployed']),
    ...timeline,
    title: chance(0.3) ? oneOf(['Dr.', 'Prof.', 'Ms.', 'Mr.']) : null,
    branchId: oneOf(branchIds),
    nameSuffix: chance(0.05) ? oneOf(['Sr', 'Jr']) : null,
    ...derivedColumns({ legalName, mobilePhoneNumber, email, ...timeline }),
    createdAt,
    updatedAt: kycStatuses.at(-1)?.date ?? createdAt,
    version: 1,
    customerType: CustomerType.RETAIL,
    registrationNumber: null,
    incorporationDate: null,
    legalForm: null,
    closedOn: null,
    closingReason: null,
    closedByUserId: null,
    closedAt: null,
    changedBeforeClosing: null,
  };
}

/** Closes some of the customers. Drawn last, so that the values of the other rows do not depend on it. */
function generateClosing({ random, clerk }: Profile, changedAt: Date) {
  if (!random.chance(0.04)) return {};
  const closedAt = random.between(changedAt, lastTime);
  const closingReason = random.oneOf(['At the request of the customer', 'Deceased', 'Moved abroad']);
  const closing = { closedOn: localDate(closedAt), closingReason, closedByUserId: clerk.id, closedAt };
  return { ...closing, changedBeforeClosing: changedAt, updatedAt: closedAt };
}

function generateAddresses({ random, ...profile }: Profile): GeneratedCustomer['addresses'] {
  const { faker } = random;
  return random.times(1, 2, (position) => {
    const isHome = position === 0;
    const insertDate = isHome ? profile.createdAt : profile.laterTime();
    return {
      id: random.uuid(),
      ...profile.ofCustomer,
      line1: faker.location.streetAddress(),
      line2: random.chance(0.2) ? faker.location.secondaryAddress() : null,
      line3: null,
      city: isHome ? profile.city : faker.location.city(),
      county: null,
      state: null,
      postcode: faker.location.zipCode(),
      countryCode: profile.country.code,
      tags: isHome ? ['mailing', 'home'] : ['work'],
      status: 'OK',
      insertDate,
      updatedAt: insertDate,
      version: 1,
    };
  });
}

function generateAttributes({ random, ofCustomer, createdAt }: Profile): CustomerAttributeRow[] {
  const attribute = (name: string, type: AttributeType, value: string): CustomerAttributeRow => ({
    id: random.uuid(),
    ...ofCustomer,
    name,
    type,
    value,
    ...derivedAttributeColumns({ name, type, value }),
    ...writtenAt(createdAt),
    version: 1,
  });
  const attributes = [
    attribute('CUSTOMER_SINCE', AttributeType.DATE_WITH_DAY, localDate(createdAt)),
    attribute('RISK_SCORE', AttributeType.INTEGER, String(random.integer(1, 100))),
  ];
  if (random.chance(0.5)) {
    const fee = random.oneOf(['0.00', '2.50', '4.90']);
    attributes.push(attribute('ACCOUNT_MANAGEMENT_FEE', AttributeType.DOUBLE, fee));
  }
  return attributes;
}

function generateUserCustomerLink(
  { random, ofCustomer, createdAt }: Profile,
  user: UserRow,
): GeneratedCustomer['userCustomerLinks'][number] {
  return {
    id: random.uuid(),
    ...ofCustomer,
    userId: user.id,
    isActive: true,
    dateInserted: createdAt,
    updatedAt: createdAt,
    version: 1,
  };
}

function generateTaxResidences(
  { random, ofCustomer, country, createdAt }: Profile,
  domains: string[],
): GeneratedCustomer['taxResidences'] {
  return domains.map((domain) => ({
    id: random.uuid(),
    ...ofCustomer,
    domain,
    taxNumber: random.faker.helpers.replaceSymbols(country.taxNumber),
    ...writtenAt(createdAt),
    version: 1,
  }));
}

function generateSocialMediaHandles(
  { random, ofCustomer, username, createdAt }: Profile,
  types: string[],
): GeneratedCustomer['socialMediaHandles'] {
  return types.map((type) => ({
    id: random.uuid(),
    ...ofCustomer,
    type,
    handle: `@${username}`,
    dateAdded: createdAt,
    dateActivated: random.chance(0.8) ? daysAfter(createdAt, 1) : null,
    ...writtenAt(createdAt),
    version: 1,
  }));
}
