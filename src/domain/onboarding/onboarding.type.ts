import { Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import { pastTimeDescription } from '../../graph/descriptions.ts';
import { MaxInputItems } from '../../graph/max-input-items.ts';
import { DateTime, EmailAddress, JSONObject, LocalDate } from '../../graph/scalars.ts';
import { CreateCustomerAccountLinkInput } from '../account/customer-account-link.type.ts';
import { CustomerAddressInput } from '../address/address.type.ts';
import { maxDependants } from '../customer/customer.rules.ts';
import { Customer } from '../customer/customer.type.ts';
import { CustomerAttributeInput } from '../customer/customer-attribute.type.ts';
import { maxCollectionSize } from '../customer/customer-collection.ts';
import { CreditLimitInput, CreditRatingInput, FaceImageInput } from '../customer/customer-input.type.ts';
import { CustomerType } from '../customer/customer-type.ts';
import { CreateCustomerLinkInput } from '../customer-link/customer-link.type.ts';
import { AddKycCheckInput } from '../kyc/kyc-check.type.ts';
import { AddKycDocumentInput } from '../kyc/kyc-document.type.ts';
import { AddKycMediaInput } from '../kyc/kyc-media.type.ts';
import { NewCustomerMeetingInput } from '../meeting/meeting.type.ts';
import { SocialMediaHandleInput } from '../social-media-handle/social-media-handle.type.ts';
import { TaxResidenceInput } from '../tax-residence/tax-residence.type.ts';
import { CreateUserCustomerLinkInput } from '../user-customer-link/user-customer-link.type.ts';
import { type BelongingName, belongingEntries } from './belongings.ts';

@InputType({
  description:
    'A new customer, with the data that belongs to the customer. Either everything is stored or nothing. Some parts require a role of their own.',
})
export class CreateCustomerInput {
  @Field(() => String, {
    nullable: true,
    description:
      'The customer number, such as `5987953`, at most 50 characters. It must be unique at the bank and must not contain `::::`. Defaults to a generated number.',
  })
  customerNumber?: string | null;

  @Field(() => String, { description: 'The full legal name, such as `Eveline Tripman`, at most 255 characters.' })
  legalName: string;

  @Field(() => String, {
    description:
      'The mobile phone number in international format, such as `+44 7972 444876`, at most 50 characters. It is stored as written.',
  })
  mobilePhoneNumber: string;

  @Field(() => EmailAddress, { nullable: true, description: 'The email address, such as `felixsmith@example.com`.' })
  email?: string | null;

  @Field(() => FaceImageInput, { nullable: true, description: "A picture of the customer's face." })
  faceImage?: FaceImageInput | null;

  @Field(() => LocalDate, {
    nullable: true,
    description: 'The date of birth, such as `1985-10-26`. It must not be in the future.',
  })
  dateOfBirth?: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      "The relationship status in the bank's own terms, such as `single` or `married`, at most 16 characters.",
  })
  relationshipStatus?: string | null;

  @Field(() => Int, {
    nullable: true,
    description:
      "The number of the customer's dependants. It must equal the number of dates in `dobOfDependants`. Null counts as 0.",
  })
  dependants?: number | null;

  @Field(() => [LocalDate], {
    nullable: true,
    description: 'The dates of birth of the dependants, such as `2012-09-08`. They must not be in the future.',
  })
  @MaxInputItems(maxDependants)
  dobOfDependants?: string[] | null;

  @Field(() => CreditRatingInput, { nullable: true, description: 'The credit rating of the customer.' })
  creditRating?: CreditRatingInput | null;

  @Field(() => CreditLimitInput, {
    nullable: true,
    description: 'The maximum credit that the bank grants to the customer.',
  })
  creditLimit?: CreditLimitInput | null;

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

  @Field(() => Boolean, {
    nullable: true,
    description:
      'Whether the KYC status is ok. `true` becomes the first status of the timeline. It requires `CanAddKycStatus` and, if the bank requires a reason, the `X-Reason` header. At a bank with `kycFourEyes`, it fails with `KYC_STATUS_NEEDS_CONFIRMATION`.',
  })
  kycStatus?: boolean | null;

  @Field(() => DateTime, {
    nullable: true,
    description: `The time of the first KYC status, such as \`2024-05-31T09:30:00Z\`. It is invalid unless \`kycStatus\` is \`true\`. ${pastTimeDescription} Defaults to the current time.`,
  })
  lastOkDate?: Date | null;

  @Field(() => String, { nullable: true, description: 'The title, such as `Dr`, at most 255 characters.' })
  title?: string | null;

  @Field(() => ID, {
    nullable: true,
    description:
      'The ID of the branch that is responsible for the customer, such as `DERBY6`, at most 254 characters of 0-9, a-z, A-Z, `-`, `.`, and `_`.',
  })
  branchId?: string | null;

  @Field(() => String, { nullable: true, description: 'The suffix of the name, such as `Jr`, at most 255 characters.' })
  nameSuffix?: string | null;

  @Field(() => CustomerType, {
    nullable: true,
    description: 'Whether the customer is a person or a company. Defaults to `RETAIL`.',
  })
  customerType?: CustomerType | null;

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

  @Field(() => ID, {
    nullable: true,
    description: 'The ID of the parent company of a company. Requires `CanCreateCustomerLink`.',
  })
  parentCustomerId?: string | null;

  @Field(() => [CreateCustomerLinkInput], {
    nullable: true,
    description: 'The links to other customers of the bank to create. Requires `CanCreateCustomerLink`.',
  })
  @MaxInputItems(maxCollectionSize)
  customerLinks?: CreateCustomerLinkInput[] | null;

  @Field(() => [CustomerAddressInput], {
    nullable: true,
    description: 'The addresses to create. Requires `CanCreateCustomerAddress`.',
  })
  @MaxInputItems(maxCollectionSize)
  addresses?: CustomerAddressInput[] | null;

  @Field(() => [CustomerAttributeInput], {
    nullable: true,
    description:
      'The attributes to create. Requires `CanCreateCustomerAttributeAtOneBank` or `CanCreateCustomerAttributeAtAnyBank`.',
  })
  @MaxInputItems(maxCollectionSize)
  attributes?: CustomerAttributeInput[] | null;

  @Field(() => [TaxResidenceInput], {
    nullable: true,
    description: 'The tax residences to create. Requires `CanCreateTaxResidence`.',
  })
  @MaxInputItems(maxCollectionSize)
  taxResidences?: TaxResidenceInput[] | null;

  @Field(() => [CreateCustomerAccountLinkInput], {
    nullable: true,
    description: 'The links to accounts of the bank to create. Requires `CanCreateCustomerAccountLink`.',
  })
  @MaxInputItems(maxCollectionSize)
  accountLinks?: CreateCustomerAccountLinkInput[] | null;

  @Field(() => [CreateUserCustomerLinkInput], {
    nullable: true,
    description:
      'The links to users to create. Requires `CanCreateUserCustomerLink` or `CanCreateUserCustomerLinkAtAnyBank`. A link to the caller fails with `SELF_LINK_REFUSED`.',
  })
  @MaxInputItems(maxCollectionSize)
  userLinks?: CreateUserCustomerLinkInput[] | null;

  @Field(() => [AddKycCheckInput], {
    nullable: true,
    description:
      'The KYC checks to add. Requires `CanAddKycCheck` and, if the bank requires a reason, the `X-Reason` header.',
  })
  @MaxInputItems(maxCollectionSize)
  kycChecks?: AddKycCheckInput[] | null;

  @Field(() => [AddKycDocumentInput], {
    nullable: true,
    description:
      'The KYC documents to add. Requires `CanAddKycDocument` and, if the bank requires a reason, the `X-Reason` header.',
  })
  @MaxInputItems(maxCollectionSize)
  kycDocuments?: AddKycDocumentInput[] | null;

  @Field(() => [AddKycMediaInput], {
    nullable: true,
    description:
      'The media items to add, which can relate to the checks and documents by their IDs. Requires `CanAddKycMedia` and, if the bank requires a reason, the `X-Reason` header.',
  })
  @MaxInputItems(maxCollectionSize)
  kycMedia?: AddKycMediaInput[] | null;

  @Field(() => [SocialMediaHandleInput], {
    nullable: true,
    description: 'The social media handles to add. Requires `CanAddSocialMediaHandle`.',
  })
  @MaxInputItems(maxCollectionSize)
  socialMediaHandles?: SocialMediaHandleInput[] | null;

  @Field(() => NewCustomerMeetingInput, {
    nullable: true,
    description:
      'A meeting to create with the customer. The user who takes part for the customer must be one of `userLinks`. Requires `CanCreateMeeting`.',
  })
  meeting?: NewCustomerMeetingInput | null;
}

@ObjectType({ simpleResolvers: true, description: 'The result of creating customers.' })
export class CustomersPayload {
  @Field(() => [Customer], {
    description:
      'The customers after the mutation, in the order of the input. If the mutation is retried with the same idempotency key, deleted customers are missing.',
  })
  customers: Customer[];
}

@ObjectType('DeletedWithCustomer', {
  simpleResolvers: true,
  description: 'The numbers of objects that were deleted with a customer.',
})
class DeletedRows {}

for (const [name, { description }] of belongingEntries) {
  Field(() => Int, { description })(DeletedRows.prototype, name);
}

export type DeletedWithCustomer = Record<BelongingName, number>;

@ObjectType({
  simpleResolvers: true,
  description: 'The result of deleting a customer with all data that belongs to the customer.',
})
export class DeleteCustomerCascadePayload {
  bankId: string;

  /** The customer before the deletion. Null if the call is a retry. */
  deletedCustomer: Customer | null;

  @Field(() => DeletedRows, { description: 'The numbers of deleted objects.' })
  deleted: DeletedWithCustomer;
}

const exportedMembers = belongingEntries
  .filter(([, { exportedBy }]) => exportedBy !== null)
  .map(([name]) => `\`${name}\``)
  .join(', ');

@ObjectType({
  simpleResolvers: true,
  description:
    "All data that the gateway stores about a customer, which the bank can hand over at the customer's request.",
})
export class CustomerData {
  @Field(() => ID, { description: 'The ID of the bank.' })
  bankId: string;

  @Field(() => ID, { description: 'The ID of the customer.' })
  customerId: string;

  @Field(() => DateTime, { description: 'The time when the data was read.' })
  exportedAt: Date;

  @Field(() => JSONObject, {
    description: `An object with the member \`customer\` and the lists ${exportedMembers}. The names inside are those of this schema. Each account link contains its account. The lists are complete, oldest first. Retracted KYC evidence, attributes that are hidden from linked users, legal holds, and the reason for a closing are included.`,
  })
  data: object;
}
