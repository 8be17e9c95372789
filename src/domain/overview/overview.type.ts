import { Field, ID, Int, ObjectType } from 'type-graphql';
import { versionDescription } from '../../graph/descriptions.ts';
import { DateTime, EmailAddress, LocalDate } from '../../graph/scalars.ts';
import { Account } from '../account/account.type.ts';
import { AmountOfMoney, CreditRating, FaceImage } from '../customer/customer.type.ts';
import { CustomerAttribute } from '../customer/customer-attribute.type.ts';
import { CustomerType } from '../customer/customer-type.ts';
import { CustomerLink } from '../customer-link/customer-link.type.ts';

@ObjectType({ simpleResolvers: true, description: 'A customer with their attributes and linked accounts.' })
export class CustomerOverview {
  @Field(() => ID, { description: 'The ID of the customer, unique across all banks.' })
  customerId: string;

  @Field(() => ID, { description: 'The ID of the bank.' })
  bankId: string;

  @Field(() => String, { description: 'The customer number, such as `5987953`, unique at the bank.' })
  customerNumber: string;

  @Field(() => String, { description: 'The full legal name.' })
  legalName: string;

  @Field(() => String, { description: 'The mobile phone number as written.' })
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

  @Field(() => DateTime, { description: 'The time when the customer was first stored in the gateway.' })
  createdAt: Date;

  @Field(() => DateTime, { description: 'The time when the customer was last changed.' })
  updatedAt: Date;

  @Field(() => Int, { description: versionDescription })
  version: number;

  @Field(() => [CustomerLink], {
    description: 'The links of a company to its beneficial owners, sorted by creation time, oldest first.',
  })
  beneficialOwners: CustomerLink[];

  /** The beneficial owners, for the audit trail. */
  auditedCustomerIds: readonly string[];

  @Field(() => [CustomerAttribute], {
    description: 'The attributes of the customer, sorted by creation time, oldest first.',
  })
  attributes: CustomerAttribute[];

  @Field(() => [Account], {
    description: 'The accounts that are linked to the customer, sorted by creation time of the link, oldest first.',
  })
  accounts: Account[];
}

@ObjectType({
  simpleResolvers: true,
  description: 'A customer with their attributes and linked accounts, but with fewer fields than `CustomerOverview`.',
})
export class CustomerOverviewFlat {
  @Field(() => ID, { description: 'The ID of the customer, unique across all banks.' })
  customerId: string;

  @Field(() => ID, { description: 'The ID of the bank.' })
  bankId: string;

  @Field(() => String, { description: 'The customer number, such as `5987953`, unique at the bank.' })
  customerNumber: string;

  @Field(() => String, { description: 'The full legal name.' })
  legalName: string;

  @Field(() => String, { description: 'The mobile phone number as written.' })
  mobilePhoneNumber: string;

  @Field(() => EmailAddress, { nullable: true, description: 'The email address.' })
  email: string | null;

  @Field(() => LocalDate, { nullable: true, description: 'The date of birth.' })
  dateOfBirth: string | null;

  @Field(() => String, { nullable: true, description: 'The title, such as `Dr`.' })
  title: string | null;

  @Field(() => ID, {
    nullable: true,
    description: 'The ID of the branch that is responsible for the customer, such as `DERBY6`.',
  })
  branchId: string | null;

  @Field(() => String, { nullable: true, description: 'The suffix of the name, such as `Jr`.' })
  nameSuffix: string | null;

  @Field(() => [CustomerAttribute], {
    description: 'The attributes of the customer, sorted by creation time, oldest first.',
  })
  attributes: CustomerAttribute[];

  @Field(() => [Account], {
    description: 'The accounts that are linked to the customer, sorted by creation time of the link, oldest first.',
  })
  accounts: Account[];
}
