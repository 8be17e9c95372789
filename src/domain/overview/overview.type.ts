import { Field, ID, Int, ObjectType } from 'type-graphql';
import { DateTime, EmailAddress, LocalDate } from '../../graph/scalars.ts';
import { Account } from '../account/account.type.ts';
import { AmountOfMoney, CreditRating, FaceImage } from '../customer/customer.type.ts';
import { CustomerAttribute } from '../customer/customer-attribute.type.ts';

@ObjectType({ simpleResolvers: true, description: 'A customer with their attributes and accounts.' })
export class CustomerOverview {
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

  @Field(() => [CustomerAttribute], { description: 'The attributes, the oldest first.' })
  attributes: CustomerAttribute[];

  @Field(() => [Account], { description: 'The accounts that are linked to the customer, the oldest link first.' })
  accounts: Account[];
}

@ObjectType({
  simpleResolvers: true,
  description: 'A customer with their attributes and accounts, and fewer fields of the customer.',
})
export class CustomerOverviewFlat {
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

  @Field(() => EmailAddress, { nullable: true, description: 'The e-mail address.' })
  email: string | null;

  @Field(() => LocalDate, { nullable: true, description: 'The day of birth.' })
  dateOfBirth: string | null;

  @Field(() => String, { nullable: true, description: 'The form of address, such as Dr.' })
  title: string | null;

  @Field(() => ID, { nullable: true, description: 'The branch that looks after the customer.' })
  branchId: string | null;

  @Field(() => String, { nullable: true, description: 'What follows the name, such as Jr.' })
  nameSuffix: string | null;

  @Field(() => [CustomerAttribute], { description: 'The attributes, the oldest first.' })
  attributes: CustomerAttribute[];

  @Field(() => [Account], { description: 'The accounts that are linked to the customer, the oldest link first.' })
  accounts: Account[];
}
