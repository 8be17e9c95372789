import { Field, ID, InputType, Int } from 'type-graphql';
import { MaxInputItems } from '../../graph/max-input-items.ts';
import { Currency, DateTime, Decimal, EmailAddress, HttpsUrl, LocalDate } from '../../graph/scalars.ts';

/** The maximum number of dates of birth that an input takes. */
export const maxDependants = 100;

@InputType({ description: 'A picture of the customer’s face.' })
export class FaceImageInput {
  @Field(() => HttpsUrl, { description: 'Where the picture is, such as https://media.example.com/eveline.png.' })
  url: string;

  @Field(() => DateTime, { nullable: true, description: 'When it was taken.' })
  date?: Date | null;
}

@InputType({ description: 'How a customer’s credit is rated.' })
export class CreditRatingInput {
  @Field(() => String, { nullable: true, description: 'The rating, such as AA+; at most 100 characters.' })
  rating?: string | null;

  @Field(() => String, { nullable: true, description: 'Who rates; at most 100 characters.' })
  source?: string | null;
}

@InputType({ description: 'How much credit the bank gives at most.' })
export class CreditLimitInput {
  @Field(() => Currency, { description: 'The currency, as ISO 4217 has it, such as EUR.' })
  currency: string;

  @Field(() => Decimal, {
    description: 'How much of it, such as "1000.50": not negative, with no more digits than the currency has.',
  })
  amount: string;
}

@InputType({ description: 'The branch that is to look after a customer.' })
export class UpdateCustomerBranchInput {
  @Field(() => ID, {
    nullable: true,
    description:
      'The branch, such as DERBY6: 0-9 a-z A-Z - . _, at most 254 characters. It has to be given: null unsets it.',
  })
  branchId?: string | null;
}

@InputType({ description: 'A customer’s credit limit as it is to be.' })
export class UpdateCustomerCreditLimitInput {
  @Field(() => CreditLimitInput, {
    nullable: true,
    description: 'How much credit the bank gives at most. It has to be given: null unsets it.',
  })
  creditLimit?: CreditLimitInput | null;
}

@InputType({ description: 'A customer’s credit rating as it is to be: what is left out becomes null.' })
export class UpdateCustomerCreditRatingAndSourceInput {
  @Field(() => String, { nullable: true, description: 'The rating, such as AA+; at most 100 characters.' })
  creditRating?: string | null;

  @Field(() => String, { nullable: true, description: 'Who rates; at most 100 characters.' })
  creditSource?: string | null;
}

@InputType({ description: 'A customer’s e-mail address as it is to be.' })
export class UpdateCustomerEmailInput {
  @Field(() => EmailAddress, {
    nullable: true,
    description: 'The address, such as felixsmith@example.com. It has to be given: null unsets it.',
  })
  email?: string | null;
}

@InputType({ description: 'Who a customer is: what is left out becomes null.' })
export class UpdateCustomerIdentityInput {
  @Field(() => String, { description: 'The full name in law, at most 255 characters.' })
  legalName: string;

  @Field(() => LocalDate, { nullable: true, description: 'The day of birth, such as 1985-10-26; not in the future.' })
  dateOfBirth?: string | null;

  @Field(() => String, { nullable: true, description: 'The form of address, such as Dr.; at most 255 characters.' })
  title?: string | null;

  @Field(() => String, { nullable: true, description: 'What follows the name, such as Jr.; at most 255 characters.' })
  nameSuffix?: string | null;
}

@InputType({ description: 'A customer’s mobile phone number as it is to be.' })
export class UpdateCustomerMobilePhoneNumberInput {
  @Field(() => String, {
    description: 'An international number, such as +44 7972 444876; kept as it is written, at most 50 characters.',
  })
  mobilePhoneNumber: string;
}

@InputType({ description: 'A customer’s number as it is to be.' })
export class UpdateCustomerNumberInput {
  @Field(() => String, {
    description: 'The number, unique at the bank, such as 5987953: at most 50 characters, without ::::.',
  })
  customerNumber: string;
}

@InputType({ description: 'The other data of a customer: what is left out becomes null, a list empty.' })
export class UpdateCustomerDataInput {
  @Field(() => FaceImageInput, { nullable: true, description: 'A picture of the face.' })
  faceImage?: FaceImageInput | null;

  @Field(() => String, { nullable: true, description: 'Such as single or married; at most 16 characters.' })
  relationshipStatus?: string | null;

  @Field(() => Int, {
    nullable: true,
    description: 'How many people depend on the customer: as many as there are dobOfDependants.',
  })
  dependants?: number | null;

  @Field(() => [LocalDate], {
    nullable: true,
    description: 'The days of birth of the dependants, such as 2012-09-08; not in the future.',
  })
  @MaxInputItems(maxDependants)
  dobOfDependants?: string[] | null;

  @Field(() => String, { nullable: true, description: 'Such as Bachelor’s Degree; at most 32 characters.' })
  highestEducationAttained?: string | null;

  @Field(() => String, { nullable: true, description: 'Such as Employed; at most 32 characters.' })
  employmentStatus?: string | null;
}
