import type { Faker } from '@faker-js/faker';
import { faker as germanFaker } from '@faker-js/faker/locale/de';
import { faker as britishFaker } from '@faker-js/faker/locale/en_GB';
import { faker as dutchFaker } from '@faker-js/faker/locale/nl';
import type { AttributeDefinitionRow } from '../../domain/attribute/attribute-definition.table.ts';
import { AttributeType } from '../../domain/attribute/attribute-type.ts';
import type { BankRow } from '../../domain/bank/bank.table.ts';
import type { UserRow } from '../../domain/user/user.table.ts';
import { firstTime, openRandom, type Random } from './random.ts';
import { asciiName, generateUser } from './user.ts';

/** A bank, and the rows that all of its customers share. */
export interface GeneratedBank {
  seed: number;
  country: Country;
  bank: BankRow;
  attributeDefinitions: AttributeDefinitionRow[];
  staff: UserRow[];
}

export interface Country {
  code: string;
  currency: string;
  faker: Faker;
  mobilePhoneNumber: string;
  /** The part of an IBAN before the account number, and the length of the account number. */
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

/** Generates a bank. The position selects the country of a bank that is not one of `generatedBankIds`. */
export function generateBank(seed: number, bankId: string, position: number): GeneratedBank {
  const known = generatedBankIds.indexOf(bankId);
  const country = countries[(known === -1 ? position : known) % countries.length] ?? countries[0];
  const random = openRandom(country.faker, seed, bankId, -1);
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
      createdAt: firstTime,
      updatedAt: firstTime,
      version: 1,
    },
    attributeDefinitions: generateAttributeDefinitions(random, bankId),
    staff: [1, 2, 3].map((number) => generateStaff(random, bankId, number)),
  };
}

function generateAttributeDefinitions(random: Random, bankId: string): AttributeDefinitionRow[] {
  const definition = (
    name: string,
    type: AttributeType,
    description: string,
    canBeSeenOnViews: string[],
  ): AttributeDefinitionRow => ({
    id: random.uuid(),
    bankId,
    name,
    category: 'Customer',
    type,
    description,
    alias: name.toLowerCase(),
    canBeSeenOnViews,
    isActive: true,
    createdAt: firstTime,
    updatedAt: firstTime,
    version: 1,
  });
  return [
    definition('CUSTOMER_SINCE', AttributeType.DATE_WITH_DAY, 'The day of the first contract.', ['owner', 'bank']),
    definition('RISK_SCORE', AttributeType.INTEGER, 'From 1 (low) to 100. For the bank only.', ['bank']),
    definition('ACCOUNT_MANAGEMENT_FEE', AttributeType.DOUBLE, 'A month, in the currency of the bank.', [
      'owner',
      'bank',
    ]),
  ];
}

function generateStaff(random: Random, bankId: string, number: number): UserRow {
  const firstName = random.faker.person.firstName();
  const lastName = random.faker.person.lastName();
  const username = `${asciiName(firstName)}.${asciiName(lastName)}.staff${number}.${bankId}`;
  return generateUser(random, { username, firstName, lastName, createdAt: firstTime });
}
