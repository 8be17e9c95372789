import { Field, ID, Int, ObjectType, registerEnumType } from 'type-graphql';
import { connectionOf } from '../../graph/connection.ts';
import { Currency, DateTime, Decimal, EmailAddress, HttpsUrl, LocalDate } from '../../graph/scalars.ts';
import type { CustomerRow } from './customer.table.ts';

@ObjectType({ simpleResolvers: true, description: 'An amount of money, exact to the digits of its currency.' })
export class AmountOfMoney {
  @Field(() => Currency, { description: 'The currency, as ISO 4217 has it.' })
  currency: string;

  @Field(() => Decimal, { description: 'How much of it.' })
  amount: string;
}

/** Null unless both are known. */
export function toAmountOfMoney(currency: string | null, amount: string | null): AmountOfMoney | null {
  return currency === null || amount === null ? null : { currency, amount };
}

@ObjectType({ simpleResolvers: true, description: 'A picture of the customer’s face.' })
export class FaceImage {
  @Field(() => HttpsUrl, { description: 'Where the picture is. The gateway never fetches it.' })
  url: string;

  @Field(() => DateTime, { nullable: true, description: 'When it was taken.' })
  date: Date | null;
}

@ObjectType({ simpleResolvers: true, description: 'How a customer’s credit is rated.' })
export class CreditRating {
  @Field(() => String, { nullable: true, description: 'The rating, in the words of its source.' })
  rating: string | null;

  @Field(() => String, { nullable: true, description: 'Who rates.' })
  source: string | null;
}

@ObjectType({
  simpleResolvers: true,
  description: 'The legal entity that has the relationship to the bank: a person or an organisation.',
})
export class Customer {
  /** The customer for access checks. Equal to `id`. */
  customerId: string;

  @Field(() => ID, { description: 'The id of the customer, unique over all banks.' })
  id: string;

  @Field(() => ID, { description: 'The bank whose customer this is.' })
  bankId: string;

  @Field(() => String, { description: 'The number of the customer, unique at the bank.' })
  customerNumber: string;

  @Field(() => String, { description: 'The full name in law.' })
  legalName: string;

  @Field(() => String, { description: 'The mobile phone number as it was written.' })
  mobilePhoneNumber: string;

  @Field(() => String, { nullable: true, description: 'The mobile phone number in E.164 form, as +447972444876.' })
  mobilePhoneNumberE164: string | null;

  @Field(() => EmailAddress, { nullable: true, description: 'The e-mail address.' })
  email: string | null;

  @Field(() => FaceImage, { nullable: true, description: 'A picture of the face.' })
  faceImage: FaceImage | null;

  @Field(() => LocalDate, { nullable: true, description: 'The day of birth.' })
  dateOfBirth: string | null;

  @Field(() => String, { nullable: true, description: 'Such as single or married, in the bank’s own words.' })
  relationshipStatus: string | null;

  @Field(() => Int, { nullable: true, description: 'How many people depend on the customer.' })
  dependants: number | null;

  @Field(() => [LocalDate], { description: 'The days of birth of the dependants.' })
  dobOfDependants: string[];

  @Field(() => CreditRating, { nullable: true, description: 'How the customer’s credit is rated, and by whom.' })
  creditRating: CreditRating | null;

  @Field(() => AmountOfMoney, { nullable: true, description: 'How much credit the bank gives at most.' })
  creditLimit: AmountOfMoney | null;

  @Field(() => String, { nullable: true, description: 'The highest education, in the bank’s own words.' })
  highestEducationAttained: string | null;

  @Field(() => String, { nullable: true, description: 'Such as employed or retired, in the bank’s own words.' })
  employmentStatus: string | null;

  @Field(() => Boolean, { description: 'Whether the newest KYC status, by its date, is ok.' })
  kycStatus: boolean;

  @Field(() => DateTime, { nullable: true, description: 'The date of the newest KYC status that is ok.' })
  lastOkDate: Date | null;

  @Field(() => String, { nullable: true, description: 'The form of address, such as Dr.' })
  title: string | null;

  @Field(() => ID, { nullable: true, description: 'The branch that looks after the customer.' })
  branchId: string | null;

  @Field(() => String, { nullable: true, description: 'What follows the name, such as Jr.' })
  nameSuffix: string | null;

  @Field(() => DateTime, { description: 'When the customer was first stored here.' })
  createdAt: Date;

  @Field(() => DateTime, { description: 'When the customer was last changed.' })
  updatedAt: Date;

  @Field(() => Int, { description: 'Grows by one with each update: what an update may expect.' })
  version: number;
}

/** What identifies a customer: all that its collections need of it. */
export type CustomerKey = Pick<Customer, 'id' | 'bankId'>;

export function toCustomer(row: CustomerRow): Customer {
  const { creditRating, creditSource } = row;
  return {
    customerId: row.id,
    id: row.id,
    bankId: row.bankId,
    customerNumber: row.customerNumber,
    legalName: row.legalName,
    mobilePhoneNumber: row.mobilePhoneNumber,
    mobilePhoneNumberE164: row.mobilePhoneNumberE164,
    email: row.email,
    faceImage: row.faceImageUrl === null ? null : { url: row.faceImageUrl, date: row.faceImageDate },
    dateOfBirth: row.dateOfBirth,
    relationshipStatus: row.relationshipStatus,
    dependants: row.dependants,
    dobOfDependants: row.dobOfDependants,
    creditRating:
      creditRating === null && creditSource === null ? null : { rating: creditRating, source: creditSource },
    creditLimit: toAmountOfMoney(row.creditLimitCurrency, row.creditLimitAmount),
    highestEducationAttained: row.highestEducationAttained,
    employmentStatus: row.employmentStatus,
    kycStatus: row.kycStatus,
    lastOkDate: row.lastOkDate,
    title: row.title,
    branchId: row.branchId,
    nameSuffix: row.nameSuffix,
    createdAt: row.createdAt,
    updatedAt: row.updatedAt,
    version: row.version,
  };
}

@ObjectType({ simpleResolvers: true, description: 'A customer who was written.' })
export class CustomerPayload {
  @Field(() => Customer, {
    nullable: true,
    description: 'The customer as it is now; null where it was deleted since, when a call is repeated.',
  })
  customer: Customer | null;
}

export const CustomerConnection = connectionOf('CustomerConnection', 'CustomerEdge', () => Customer);

@ObjectType({ simpleResolvers: true, description: 'Which customer, and nothing else of it.' })
export class CustomerMinimal {
  @Field(() => ID, { description: 'The bank whose customer this is.' })
  bankId: string;

  @Field(() => ID, { description: 'The id of the customer.' })
  customerId: string;
}

export const CustomerMinimalConnection = connectionOf(
  'CustomerMinimalConnection',
  'CustomerMinimalEdge',
  () => CustomerMinimal,
);

export enum SortDirection {
  ASC = 'ASC',
  DESC = 'DESC',
}

registerEnumType(SortDirection, {
  name: 'SortDirection',
  description: 'Which end of an order comes first.',
  valuesConfig: {
    ASC: { description: 'The smallest or oldest first; what is unset comes first.' },
    DESC: { description: 'The greatest or newest first; what is unset comes last.' },
  },
});

export enum CustomerSort {
  LAST_OK_DATE = 'LAST_OK_DATE',
  CREATED = 'CREATED',
  CUSTOMER_NUMBER = 'CUSTOMER_NUMBER',
}

registerEnumType(CustomerSort, {
  name: 'CustomerSort',
  description: 'What customers are sorted by; those that are equal follow their ids.',
  valuesConfig: {
    LAST_OK_DATE: { description: 'The date of the newest KYC status that is ok.' },
    CREATED: { description: 'When the customer was first stored here.' },
    CUSTOMER_NUMBER: { description: 'The customer number, character by character.' },
  },
});
