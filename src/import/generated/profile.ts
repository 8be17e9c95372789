import type { UserRow } from '../../domain/user/user.table.ts';
import type { Country, GeneratedBank } from './bank.ts';
import { daysAfter, firstTime, lastTime, openRandom, type Random } from './random.ts';
import { asciiName } from './user.ts';

/** Values that several rows of a customer have in common. */
export interface Profile {
  random: Random;
  country: Country;
  /** The position of the customer among those of the bank, from 0. */
  index: number;
  id: string;
  bankId: string;
  /** The columns that name the customer in other rows. */
  ofCustomer: { bankId: string; customerId: string };
  customerNumber: string;
  firstName: string;
  lastName: string;
  legalName: string;
  username: string;
  email: string | null;
  mobilePhoneNumber: string;
  createdAt: Date;
  city: string;
  clerk: UserRow;
  clerkName: string;
  /** Draws a time after the customer was created. */
  laterTime(): Date;
}

/** The customer numbers of a bank count up from here. */
const firstCustomerNumber = 5_000_001;

export const branchIds = ['HARBOUR1', 'MARKET2', 'STATION3', 'DERBY6'];

/** The ID of another customer of the bank, which is the first value of its sequence. */
export function idOfCustomer({ seed, country, bank }: GeneratedBank, index: number): string {
  return openRandom(country.faker, seed, bank.id, index).uuid();
}

export function generateProfile({ seed, country, staff, bank }: GeneratedBank, index: number): Profile {
  const bankId = bank.id;
  const random = openRandom(country.faker, seed, bankId, index);
  const { faker, chance, between } = random;
  const id = random.uuid();
  const customerNumber = String(firstCustomerNumber + index);
  const firstName = faker.person.firstName();
  const lastName = faker.person.lastName();
  const legalName = chance(0.15) ? `${firstName} ${faker.person.firstName()} ${lastName}` : `${firstName} ${lastName}`;
  const username = `${asciiName(firstName)}.${asciiName(lastName)}.${customerNumber}`;
  const email = chance(0.95) ? `${username}@example.com` : null;
  const mobilePhoneNumber = faker.helpers.replaceSymbols(country.mobilePhoneNumber);
  const createdAt = between(firstTime, daysAfter(lastTime, -200));
  const city = faker.location.city();
  const clerk = random.oneOf(staff);
  return {
    random,
    country,
    index,
    id,
    bankId,
    ofCustomer: { bankId, customerId: id },
    customerNumber,
    firstName,
    lastName,
    legalName,
    username,
    email,
    mobilePhoneNumber,
    createdAt,
    city,
    clerk,
    clerkName: `${clerk.firstName} ${clerk.lastName}`,
    laterTime: () => between(createdAt, lastTime),
  };
}

/** The times of a row that was never updated. */
export function writtenAt(time: Date): { createdAt: Date; updatedAt: Date } {
  return { createdAt: time, updatedAt: time };
}
