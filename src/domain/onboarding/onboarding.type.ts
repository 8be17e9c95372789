import { Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import { MaxInputItems } from '../../graph/max-input-items.ts';
import { DateTime, EmailAddress, JSONObject, LocalDate } from '../../graph/scalars.ts';
import { CreateCustomerAccountLinkInput } from '../account/customer-account-link.type.ts';
import { CustomerAddressInput } from '../address/address.type.ts';
import { Customer } from '../customer/customer.type.ts';
import { CustomerAttributeInput } from '../customer/customer-attribute.type.ts';
import { maxCollectionSize } from '../customer/customer-collection.ts';
import { CreditLimitInput, CreditRatingInput, FaceImageInput, maxDependants } from '../customer/customer-input.type.ts';
import { TaxResidenceInput } from '../tax-residence/tax-residence.type.ts';
import { CreateUserCustomerLinkInput } from '../user-customer-link/user-customer-link.type.ts';
import { type BelongingName, belongingEntries } from './belongings.ts';

@InputType({
  description:
    'A new customer, and what is to be around it: all of it is stored, or nothing. Each part needs its own role.',
})
export class CreateCustomerInput {
  @Field(() => String, {
    nullable: true,
    description:
      'The number, unique at the bank, such as 5987953: at most 50 characters, without ::::. One is made when it is left out.',
  })
  customerNumber?: string | null;

  @Field(() => String, { description: 'The full name in law, at most 255 characters.' })
  legalName: string;

  @Field(() => String, {
    description: 'An international number, such as +44 7972 444876; kept as it is written, at most 50 characters.',
  })
  mobilePhoneNumber: string;

  @Field(() => EmailAddress, { nullable: true, description: 'The e-mail address, such as felixsmith@example.com.' })
  email?: string | null;

  @Field(() => FaceImageInput, { nullable: true, description: 'A picture of the face.' })
  faceImage?: FaceImageInput | null;

  @Field(() => LocalDate, { nullable: true, description: 'The day of birth, such as 1985-10-26; not in the future.' })
  dateOfBirth?: string | null;

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

  @Field(() => CreditRatingInput, { nullable: true, description: 'How the customer’s credit is rated, and by whom.' })
  creditRating?: CreditRatingInput | null;

  @Field(() => CreditLimitInput, { nullable: true, description: 'How much credit the bank gives at most.' })
  creditLimit?: CreditLimitInput | null;

  @Field(() => String, { nullable: true, description: 'Such as Bachelor’s Degree; at most 32 characters.' })
  highestEducationAttained?: string | null;

  @Field(() => String, { nullable: true, description: 'Such as Employed; at most 32 characters.' })
  employmentStatus?: string | null;

  @Field(() => Boolean, {
    nullable: true,
    description:
      'Whether the KYC is ok: true becomes the first status of the timeline, and needs CanAddKycStatus; it is refused at a bank with kycFourEyes.',
  })
  kycStatus?: boolean | null;

  @Field(() => DateTime, {
    nullable: true,
    description:
      'The date of that first status, such as 2024-05-31T09:30:00Z; now when it is left out. Only where kycStatus is true.',
  })
  lastOkDate?: Date | null;

  @Field(() => String, { nullable: true, description: 'The form of address, such as Dr.; at most 255 characters.' })
  title?: string | null;

  @Field(() => ID, {
    nullable: true,
    description: 'The branch that looks after the customer, such as DERBY6: 0-9 a-z A-Z - . _, at most 254 characters.',
  })
  branchId?: string | null;

  @Field(() => String, { nullable: true, description: 'What follows the name, such as Jr.; at most 255 characters.' })
  nameSuffix?: string | null;

  @Field(() => [CustomerAddressInput], {
    nullable: true,
    description: 'The addresses to create. Requires CanCreateCustomerAddress.',
  })
  @MaxInputItems(maxCollectionSize)
  addresses?: CustomerAddressInput[] | null;

  @Field(() => [CustomerAttributeInput], {
    nullable: true,
    description:
      'The attributes to create. Requires CanCreateCustomerAttributeAtOneBank or CanCreateCustomerAttributeAtAnyBank.',
  })
  @MaxInputItems(maxCollectionSize)
  attributes?: CustomerAttributeInput[] | null;

  @Field(() => [TaxResidenceInput], {
    nullable: true,
    description: 'The tax residences to create. Requires CanCreateTaxResidence.',
  })
  @MaxInputItems(maxCollectionSize)
  taxResidences?: TaxResidenceInput[] | null;

  @Field(() => [CreateCustomerAccountLinkInput], {
    nullable: true,
    description: 'The accounts of the bank to link. Requires CanCreateCustomerAccountLink.',
  })
  @MaxInputItems(maxCollectionSize)
  accountLinks?: CreateCustomerAccountLinkInput[] | null;

  @Field(() => [CreateUserCustomerLinkInput], {
    nullable: true,
    description: 'The users to link. Requires CanCreateUserCustomerLink or CanCreateUserCustomerLinkAtAnyBank.',
  })
  @MaxInputItems(maxCollectionSize)
  userLinks?: CreateUserCustomerLinkInput[] | null;
}

@ObjectType({ simpleResolvers: true, description: 'The customers that were created.' })
export class CustomersPayload {
  @Field(() => [Customer], {
    description:
      'The customers as they are now, in the order of the input; without those that were deleted since, when a call is repeated.',
  })
  customers: Customer[];
}

@ObjectType('DeletedWithCustomer', { simpleResolvers: true, description: 'How much was deleted with a customer.' })
class DeletedRows {}

for (const [name, { description }] of belongingEntries) {
  Field(() => Int, { description })(DeletedRows.prototype, name);
}

export type DeletedWithCustomer = Record<BelongingName, number>;

@ObjectType({ simpleResolvers: true, description: 'A customer that was deleted with everything around it.' })
export class DeleteCustomerCascadePayload {
  bankId: string;

  /** As it was; null where the call was repeated. */
  deletedCustomer: Customer | null;

  @Field(() => DeletedRows, { description: 'How much was deleted with the customer.' })
  deleted: DeletedWithCustomer;
}

const exportedMembers = belongingEntries
  .filter(([, { exportedBy }]) => exportedBy !== null)
  .map(([name]) => `\`${name}\``)
  .join(', ');

@ObjectType({
  simpleResolvers: true,
  description: 'Everything that is kept about one customer: what the bank hands over when the customer asks for it.',
})
export class CustomerData {
  @Field(() => ID, { description: 'The bank.' })
  bankId: string;

  @Field(() => ID, { description: 'The customer.' })
  customerId: string;

  @Field(() => DateTime, { description: 'When it was read.' })
  exportedAt: Date;

  @Field(() => JSONObject, {
    description: `The member \`customer\`, and the lists ${exportedMembers}, with the names of this schema. Each account link contains its account. The lists are complete, and sorted by time, oldest first. Retracted evidence and attributes that the bank hides from account holders are included.`,
  })
  data: object;
}
