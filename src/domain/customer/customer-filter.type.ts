import { Field, ID, InputType } from 'type-graphql';
import { MaxInputItems } from '../../graph/max-input-items.ts';
import { DateTime, LocalDate } from '../../graph/scalars.ts';
import { KycState } from './kyc-state.ts';

const boundDescription =
  'A number, such as `12.5`, is compared with values of the types `INTEGER` and `DOUBLE`, in any notation. A date, such as `2012-04-23`, is compared with values of the type `DATE_WITH_DAY`.';

@InputType({
  description:
    'An attribute with an exact value, or with a number or date in a range. A range must have one or both of `from` and `to`, and no `value`.',
})
export class AttributeFilter {
  @Field(() => String, { description: 'The name of the attribute, such as `SEGMENT`.' })
  name: string;

  @Field(() => String, { nullable: true, description: 'The value of the attribute as stored, such as `GOLD`.' })
  value?: string | null;

  @Field(() => String, {
    nullable: true,
    description: `The smallest value of the range, inclusive. ${boundDescription}`,
  })
  from?: string | null;

  @Field(() => String, {
    nullable: true,
    description: `The largest value of the range, inclusive. ${boundDescription}`,
  })
  to?: string | null;
}

@InputType({ description: 'Conditions for customers. A customer must meet all conditions that are not null.' })
export class CustomerFilter {
  @Field(() => String, {
    nullable: true,
    description:
      'The text of a search box, from 2 to 100 characters and at most 10 words. It finds customers by the beginnings of words of the legal name, whatever their order, letter case, accents, and punctuation, and by the whole customer number, email address, or mobile phone number. With `CanGetCustomerOverview` or `CanGetCustomerOverviewFlat`, it also finds them by the routing address of an account, such as an IBAN; with `CanGetAnyKycDocuments` or `CanGetKycDocumentsAtOneBank`, by the number of a KYC document. If the bank requires a reason for access to KYC material, numbers of KYC documents are searched only if the request states one. Unless `sortBy` is set, customers found by an identifier come first, at most 100 for each kind, followed by those found by name, sorted by the matching word.',
  })
  search?: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      'The customer number, such as `5987953`. Full-width digits count as digits. If no customer has this number, the only one whose number differs in letter case, spaces, or punctuation matches.',
  })
  customerNumber?: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      'The beginning of the legal name, such as `evel`, at most 255 characters. Letter case, character width, and repeated spaces are ignored.',
  })
  legalNameStartsWith?: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      'A part of the legal name, such as `trip`, from 3 to 255 characters. Letter case, character width, and repeated spaces are ignored.',
  })
  legalNameContains?: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      'The email address, such as `felixsmith@example.com`. Letter case and character width are ignored. An international domain can be written in Unicode or in ASCII.',
  })
  email?: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      'The mobile phone number in international format, such as `+44 7972 444876`, the digits of an imported number that is not international, or a pattern, such as `%797244%`. In a pattern, `%` matches any number of digits and `_` matches one digit. A pattern must contain at least three consecutive digits, and begin with `+`, `00`, or a wildcard. Brackets and trunk prefixes are ignored before the first wildcard, so `+44 (0)7972 %` matches `+447972444876`. A trunk prefix that a number can also start with must be in brackets, as in `+7 (8) 912 %`. A trunk prefix in brackets after a wildcard is invalid.',
  })
  mobilePhoneNumber?: string | null;

  @Field(() => LocalDate, { nullable: true, description: 'The date of birth.' })
  dateOfBirth?: string | null;

  @Field(() => KycState, {
    nullable: true,
    description: 'The state of the customer in the KYC process. Closed customers match, too.',
  })
  kycState?: KycState | null;

  @Field(() => Boolean, {
    nullable: true,
    description:
      'Whether a proposed KYC status of the customer awaits a decision, also if the customer is closed. Requires a role to read the proposals and, if the bank requires a reason for access to KYC material, the `X-Reason` header. `customersAtAnyBank` always requires the header.',
  })
  hasOpenKycStatusProposal?: boolean | null;

  @Field(() => Boolean, {
    nullable: true,
    description:
      'Whether the KYC status with the latest date is ok. `false` also matches customers without a KYC status.',
  })
  kycStatus?: boolean | null;

  @Field(() => ID, {
    nullable: true,
    description: 'The ID of the branch that is responsible for the customer, such as `DERBY6`.',
  })
  branchId?: string | null;

  @Field(() => DateTime, {
    nullable: true,
    description: 'The start of the period in which the customer was first stored in the gateway, inclusive.',
  })
  createdFrom?: Date | null;

  @Field(() => DateTime, {
    nullable: true,
    description: 'The end of the period in which the customer was first stored in the gateway, exclusive.',
  })
  createdBefore?: Date | null;

  @Field(() => DateTime, {
    nullable: true,
    description: 'The start of the period in which the customer was last changed, inclusive.',
  })
  updatedFrom?: Date | null;

  @Field(() => DateTime, {
    nullable: true,
    description: 'The end of the period in which the customer was last changed, exclusive.',
  })
  updatedBefore?: Date | null;

  @Field(() => DateTime, {
    nullable: true,
    description: 'The start of the period that contains `lastOkDate`, inclusive.',
  })
  lastOkFrom?: Date | null;

  @Field(() => DateTime, {
    nullable: true,
    description:
      'The end of the period that contains `lastOkDate`, exclusive. Customers without a `lastOkDate` do not match.',
  })
  lastOkBefore?: Date | null;

  @Field(() => [AttributeFilter], {
    nullable: true,
    description:
      'The attributes that the customer must have. All entries must match, also those with the same name. Requires `CanGetCustomerAttributesAtOneBank` or `CanGetCustomerAttributesAtAnyBank`.',
  })
  @MaxInputItems(10)
  attributes?: AttributeFilter[] | null;
}
