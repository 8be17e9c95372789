import { Field, ID, InputType, Int } from 'type-graphql';
import { pastTimeDescription } from '../../graph/descriptions.ts';
import { MaxInputItems } from '../../graph/max-input-items.ts';
import { Currency, DateTime, Decimal, EmailAddress, HttpsUrl, LocalDate } from '../../graph/scalars.ts';
import { maxDependants } from './customer.rules.ts';

@InputType({ description: "A picture of a customer's face." })
export class FaceImageInput {
  @Field(() => HttpsUrl, { description: 'The URL of the picture, such as `https://media.example.com/eveline.png`.' })
  url: string;

  @Field(() => DateTime, {
    nullable: true,
    description: `The time when the picture was taken. ${pastTimeDescription}`,
  })
  date?: Date | null;
}

@InputType({ description: 'The credit rating of a customer.' })
export class CreditRatingInput {
  @Field(() => String, { nullable: true, description: 'The credit rating, such as `AA+`, at most 100 characters.' })
  rating?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'The source of the credit rating, such as `Experian`, at most 100 characters.',
  })
  source?: string | null;
}

@InputType({ description: 'The maximum credit that the bank grants to the customer.' })
export class CreditLimitInput {
  @Field(() => Currency, { description: 'The currency, such as `EUR`.' })
  currency: string;

  @Field(() => Decimal, {
    description:
      'The amount, such as `"1000.50"`. It must not be negative or have more decimal places than the currency has.',
  })
  amount: string;
}

@InputType({ description: 'The new branch of a customer.' })
export class UpdateCustomerBranchInput {
  @Field(() => ID, {
    nullable: true,
    description:
      'The ID of the branch that is responsible for the customer, such as `DERBY6`, at most 254 characters of 0-9, a-z, A-Z, `-`, `.`, and `_`. Null removes the branch.',
  })
  branchId?: string | null;
}

@InputType({ description: 'The new credit limit of a customer.' })
export class UpdateCustomerCreditLimitInput {
  @Field(() => CreditLimitInput, {
    nullable: true,
    description: 'The maximum credit that the bank grants to the customer. Null removes the credit limit.',
  })
  creditLimit?: CreditLimitInput | null;
}

@InputType({ description: 'New values of the credit rating of a customer. Omitted fields stay.' })
export class UpdateCustomerCreditRatingAndSourceInput {
  @Field(() => String, { nullable: true, description: 'The credit rating, such as `AA+`, at most 100 characters.' })
  creditRating?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'The source of the credit rating, such as `Experian`, at most 100 characters.',
  })
  creditSource?: string | null;
}

@InputType({ description: 'The new email address of a customer.' })
export class UpdateCustomerEmailInput {
  @Field(() => EmailAddress, {
    nullable: true,
    description: 'The email address, such as `felixsmith@example.com`. Null removes the email address.',
  })
  email?: string | null;
}

@InputType({ description: 'New identity data of a customer. Omitted fields stay.' })
export class UpdateCustomerIdentityInput {
  @Field(() => String, {
    nullable: true,
    description: 'The full legal name, such as `Eveline Tripman`, at most 255 characters. It cannot be unset.',
  })
  legalName?: string | null;

  @Field(() => LocalDate, {
    nullable: true,
    description: 'The date of birth, such as `1985-10-26`. It must not be in the future.',
  })
  dateOfBirth?: string | null;

  @Field(() => String, { nullable: true, description: 'The title, such as `Dr`, at most 255 characters.' })
  title?: string | null;

  @Field(() => String, { nullable: true, description: 'The suffix of the name, such as `Jr`, at most 255 characters.' })
  nameSuffix?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'The registration number of a company, such as `HRB 12345 B`, at most 50 characters.',
  })
  registrationNumber?: string | null;

  @Field(() => LocalDate, {
    nullable: true,
    description: 'The day on which a company was incorporated, such as `1999-04-01`. It must not be in the future.',
  })
  incorporationDate?: string | null;

  @Field(() => String, {
    nullable: true,
    description: "The legal form of a company in the bank's own terms, such as `GmbH`, at most 64 characters.",
  })
  legalForm?: string | null;
}

@InputType({ description: 'The new mobile phone number of a customer.' })
export class UpdateCustomerMobilePhoneNumberInput {
  @Field(() => String, {
    nullable: true,
    description:
      'The mobile phone number in international format, such as `+44 7972 444876`, at most 50 characters. It is stored as written, and cannot be unset.',
  })
  mobilePhoneNumber?: string | null;
}

@InputType({ description: 'The new customer number of a customer.' })
export class UpdateCustomerNumberInput {
  @Field(() => String, {
    nullable: true,
    description:
      'The customer number, such as `5987953`, at most 50 characters. It must be unique at the bank and must not contain `::::`. It cannot be unset.',
  })
  customerNumber?: string | null;
}

@InputType({
  description:
    'New values of other data of a customer. Omitted fields stay, and `faceImage` and `dobOfDependants` are replaced as a whole.',
})
export class UpdateCustomerDataInput {
  @Field(() => FaceImageInput, { nullable: true, description: "A picture of the customer's face." })
  faceImage?: FaceImageInput | null;

  @Field(() => String, {
    nullable: true,
    description:
      "The relationship status in the bank's own terms, such as `single` or `married`, at most 16 characters.",
  })
  relationshipStatus?: string | null;

  @Field(() => Int, {
    nullable: true,
    description:
      "The number of the customer's dependants. It must equal the number of dates in `dobOfDependants`, or of the stored dates if they are omitted. Null counts as 0.",
  })
  dependants?: number | null;

  @Field(() => [LocalDate], {
    nullable: true,
    description:
      'The dates of birth of the dependants, such as `2012-09-08`. They must not be in the future. The new list replaces the former one.',
  })
  @MaxInputItems(maxDependants)
  dobOfDependants?: string[] | null;

  @Field(() => String, {
    nullable: true,
    description:
      "The highest education attained in the bank's own terms, such as `Bachelor's Degree`, at most 32 characters.",
  })
  highestEducationAttained?: string | null;

  @Field(() => String, {
    nullable: true,
    description: "The employment status in the bank's own terms, such as `Employed`, at most 32 characters.",
  })
  employmentStatus?: string | null;
}
