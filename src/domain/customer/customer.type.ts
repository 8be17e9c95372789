import { Field, ID, Int, ObjectType, registerEnumType } from 'type-graphql';
import { connectionOf } from '../../graph/connection.ts';
import { versionDescription } from '../../graph/descriptions.ts';
import { Currency, DateTime, Decimal, EmailAddress, HttpsUrl, LocalDate } from '../../graph/scalars.ts';
import { kycStateOf } from './customer.rules.ts';
import type { CustomerRow } from './customer.table.ts';
import { type CustomerClosing, toCustomerClosing } from './customer-closing.type.ts';
import { CustomerMatch } from './customer-search.type.ts';
import { CustomerType } from './customer-type.ts';
import { KycState } from './kyc-state.ts';

registerEnumType(CustomerType, {
  name: 'CustomerType',
  description: 'Whether a customer is a person or a company.',
  valuesConfig: {
    RETAIL: { description: 'A person.' },
    CORPORATE: {
      description:
        'A company. It has no title, date of birth, dependants, relationship status, education, or employment status.',
    },
  },
});

@ObjectType({ simpleResolvers: true, description: 'An amount of money in a currency.' })
export class AmountOfMoney {
  @Field(() => Currency, { description: 'The currency, such as `EUR`.' })
  currency: string;

  @Field(() => Decimal, { description: 'The exact amount, such as `"1000.50"`.' })
  amount: string;
}

/** Null if the currency or the amount is null. */
export function toAmountOfMoney(currency: string | null, amount: string | null): AmountOfMoney | null {
  return currency === null || amount === null ? null : { currency, amount };
}

@ObjectType({ simpleResolvers: true, description: "A picture of a customer's face." })
export class FaceImage {
  @Field(() => HttpsUrl, { description: 'The URL of the picture. The gateway never fetches it.' })
  url: string;

  @Field(() => DateTime, { nullable: true, description: 'The time when the picture was taken.' })
  date: Date | null;
}

@ObjectType({ simpleResolvers: true, description: 'The credit rating of a customer.' })
export class CreditRating {
  @Field(() => String, { nullable: true, description: 'The credit rating in the terms of its source, such as `AA+`.' })
  rating: string | null;

  @Field(() => String, { nullable: true, description: 'The source of the credit rating, such as `Experian`.' })
  source: string | null;
}

registerEnumType(KycState, {
  name: 'KycState',
  description: 'The state of a customer in the KYC process.',
  valuesConfig: {
    NEVER_ASSESSED: { description: 'The customer has no KYC status that is not retracted.' },
    OK: { description: 'The KYC status with the latest date is ok.' },
    NOT_OK: { description: 'The KYC status with the latest date is not ok.' },
  },
});

/** The fields of a customer, and of a customer as it was at a time. */
@ObjectType({ simpleResolvers: true, description: 'The data of a customer.' })
export class CustomerFields {
  @Field(() => ID, { description: 'The ID of the bank.' })
  bankId: string;

  @Field(() => String, { description: 'The customer number, such as `5987953`, unique at the bank.' })
  customerNumber: string;

  @Field(() => String, { description: 'The full legal name.' })
  legalName: string;

  @Field(() => String, { description: 'The mobile phone number as written. Empty if an imported customer has none.' })
  mobilePhoneNumber: string;

  @Field(() => String, {
    nullable: true,
    description:
      'The mobile phone number in E.164 format, such as `+447972444876`. Null if the number is not a valid international number.',
  })
  mobilePhoneNumberE164: string | null;

  @Field(() => EmailAddress, { nullable: true, description: 'The email address.' })
  email: string | null;

  @Field(() => FaceImage, { nullable: true, description: "A picture of the customer's face." })
  faceImage: FaceImage | null;

  @Field(() => LocalDate, { nullable: true, description: 'The date of birth.' })
  dateOfBirth: string | null;

  @Field(() => String, {
    nullable: true,
    description: "The relationship status in the bank's own terms, such as `single` or `married`.",
  })
  relationshipStatus: string | null;

  @Field(() => Int, { nullable: true, description: "The number of the customer's dependants." })
  dependants: number | null;

  @Field(() => [LocalDate], { description: 'The dates of birth of the dependants.' })
  dobOfDependants: string[];

  @Field(() => CreditRating, {
    nullable: true,
    description: 'The credit rating of the customer. Null if neither a rating nor a source is stored.',
  })
  creditRating: CreditRating | null;

  @Field(() => AmountOfMoney, {
    nullable: true,
    description: 'The maximum credit that the bank grants to the customer.',
  })
  creditLimit: AmountOfMoney | null;

  @Field(() => String, {
    nullable: true,
    description: "The highest education attained in the bank's own terms, such as `Bachelor's Degree`.",
  })
  highestEducationAttained: string | null;

  @Field(() => String, {
    nullable: true,
    description: "The employment status in the bank's own terms, such as `Employed`.",
  })
  employmentStatus: string | null;

  @Field(() => Boolean, { description: 'Whether the KYC status with the latest date is ok. False if there is none.' })
  kycStatus: boolean;

  @Field(() => KycState, {
    description: 'The state of the customer in the KYC process. Retracted statuses do not count.',
  })
  kycState: KycState;

  @Field(() => DateTime, {
    nullable: true,
    description: 'The latest date of a KYC status that is ok. Null if there is none.',
  })
  lastOkDate: Date | null;

  @Field(() => String, { nullable: true, description: 'The title, such as `Dr`.' })
  title: string | null;

  @Field(() => ID, {
    nullable: true,
    description: 'The ID of the branch that is responsible for the customer, such as `DERBY6`.',
  })
  branchId: string | null;

  @Field(() => String, { nullable: true, description: 'The suffix of the name, such as `Jr`.' })
  nameSuffix: string | null;

  @Field(() => CustomerType, { description: 'Whether the customer is a person or a company. It never changes.' })
  customerType: CustomerType;

  @Field(() => String, {
    nullable: true,
    description: 'The registration number of a company, such as `HRB 12345 B`. Null for a person.',
  })
  registrationNumber: string | null;

  @Field(() => LocalDate, {
    nullable: true,
    description: 'The day on which a company was incorporated. Null for a person.',
  })
  incorporationDate: string | null;

  @Field(() => String, {
    nullable: true,
    description: "The legal form of a company in the bank's own terms, such as `GmbH`. Null for a person.",
  })
  legalForm: string | null;

  @Field(() => LocalDate, {
    nullable: true,
    description: 'The day on which the relationship with the customer ended. Null if the customer is not closed.',
  })
  closedOn: string | null;

  /** Has a resolver, because the reason is not for linked users. */
  closing: CustomerClosing | null;
  // The dates below have resolvers, because only KYC officers can read them.
  kycReviewDate: string | null;
  kycReviewDueOn: string | null;

  @Field(() => DateTime, { description: 'The time when the customer was first stored in the gateway.' })
  createdAt: Date;
}

@ObjectType({
  simpleResolvers: true,
  description: 'A person or organisation that is a customer of a bank.',
})
export class Customer extends CustomerFields {
  /** The customer for access checks. Equal to `id`. */
  customerId: string;

  @Field(() => ID, { description: 'The ID of the customer, unique across all banks.' })
  id: string;

  @Field(() => DateTime, {
    description: 'The time when the customer was last changed, except for data that linked users cannot read.',
  })
  updatedAt: Date;

  @Field(() => Int, {
    description: `${versionDescription} Data that linked users cannot read, such as \`kycReviewDate\`, do not change it.`,
  })
  version: number;
}

/** The primary key of a customer, from which its collections are read. */
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
    kycState: kycStateOf(row),
    lastOkDate: row.lastOkDate,
    title: row.title,
    branchId: row.branchId,
    nameSuffix: row.nameSuffix,
    customerType: row.customerType,
    registrationNumber: row.registrationNumber,
    incorporationDate: row.incorporationDate,
    legalForm: row.legalForm,
    closedOn: row.closedOn,
    closing: toCustomerClosing(row),
    kycReviewDate: row.kycReviewDate,
    kycReviewDueOn: row.kycReviewDueOn,
    createdAt: row.createdAt,
    updatedAt: row.updatedAt,
    version: row.version,
  };
}

@ObjectType({ simpleResolvers: true, description: 'The result of creating or updating a customer.' })
export class CustomerPayload {
  /** The bank for access checks. */
  bankId: string;
  /** The customer for the audit trail. */
  customerId: string | null;

  @Field(() => Customer, {
    nullable: true,
    description:
      'The customer after the mutation. Null if the mutation is retried with the same idempotency key after the customer was deleted.',
  })
  customer: Customer | null;
}

export function toCustomerPayload(bankId: string, customer: Customer | null): CustomerPayload {
  return { bankId, customerId: customer?.id ?? null, customer };
}

export const CustomerConnection = connectionOf('CustomerConnection', 'CustomerEdge', () => Customer, {
  declareEdgeFields(edge) {
    Field(() => [CustomerMatch], {
      nullable: true,
      description:
        'The data that match `search`, as far as the caller can read them, sorted by rank. Null unless the filter contains `search`.',
    })(edge, 'matchedOn');
  },
});

@ObjectType({ simpleResolvers: true, description: 'The IDs of a customer and its bank.' })
export class CustomerMinimal {
  @Field(() => ID, { description: 'The ID of the bank.' })
  bankId: string;

  @Field(() => ID, { description: 'The ID of the customer.' })
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
  description: 'The direction in which a list is sorted.',
  valuesConfig: {
    ASC: { description: 'Smallest or oldest first. Null values come first.' },
    DESC: { description: 'Largest or newest first. Null values come last.' },
  },
});

export enum CustomerSort {
  LAST_OK_DATE = 'LAST_OK_DATE',
  CREATED = 'CREATED',
  UPDATED = 'UPDATED',
  CUSTOMER_NUMBER = 'CUSTOMER_NUMBER',
  LEGAL_NAME = 'LEGAL_NAME',
}

registerEnumType(CustomerSort, {
  name: 'CustomerSort',
  description: 'The value by which customers are sorted. Customers with equal values are sorted by ID.',
  valuesConfig: {
    LAST_OK_DATE: { description: 'The latest date of a KYC status that is ok, `lastOkDate`.' },
    CREATED: { description: 'The time when the customer was first stored in the gateway, `createdAt`.' },
    UPDATED: { description: 'The time when the customer was last changed, `updatedAt`.' },
    CUSTOMER_NUMBER: { description: 'The customer number, compared character by character.' },
    LEGAL_NAME: {
      description:
        'The legal name, compared character by character. Letter case, character width, and repeated spaces are ignored.',
    },
  },
});
