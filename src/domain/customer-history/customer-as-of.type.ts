import { Field, ID, ObjectType } from 'type-graphql';
import { DateTime } from '../../graph/scalars.ts';
import { CustomerAccountLinkFields } from '../account/customer-account-link.type.ts';
import { CustomerAddressFields } from '../address/address.type.ts';
import { CustomerFields } from '../customer/customer.type.ts';
import { CustomerAttributeFields } from '../customer/customer-attribute.type.ts';
import { CustomerLinkFields } from '../customer-link/customer-link.type.ts';
import { SocialMediaHandleFields } from '../social-media-handle/social-media-handle.type.ts';
import { TaxResidenceFields } from '../tax-residence/tax-residence.type.ts';
import { UserCustomerLinkFields } from '../user-customer-link/user-customer-link.type.ts';

// Only the customer has an `id`. If a part had one, client caches would replace the present object or that of another time.

@ObjectType({
  simpleResolvers: true,
  description: 'A customer as it was at a time, with the fields that `Customer` has.',
})
export class CustomerAsOf extends CustomerFields {
  @Field(() => ID, { description: 'The ID of the customer at the time, unique among all objects.' })
  id: string;

  @Field(() => ID, { description: 'The ID of the customer.' })
  customerId: string;

  @Field(() => DateTime, { description: 'The time at which the customer was as described.' })
  time: Date;
}

@ObjectType({ simpleResolvers: true, description: 'An address of a customer as it was at a time.' })
export class CustomerAddressAsOf extends CustomerAddressFields {
  @Field(() => ID, { description: 'The ID of the address, `CustomerAddress.id`.' })
  addressId: string;
}

@ObjectType({ simpleResolvers: true, description: 'An attribute of a customer as it was at a time.' })
export class CustomerAttributeAsOf extends CustomerAttributeFields {
  @Field(() => ID, { description: 'The ID of the attribute, `CustomerAttribute.id`.' })
  attributeId: string;
}

@ObjectType({ simpleResolvers: true, description: 'A tax residence of a customer as it was at a time.' })
export class TaxResidenceAsOf extends TaxResidenceFields {
  @Field(() => ID, { description: 'The ID of the tax residence, `TaxResidence.id`.' })
  taxResidenceId: string;
}

@ObjectType({ simpleResolvers: true, description: 'A social media handle of a customer as it was at a time.' })
export class SocialMediaHandleAsOf extends SocialMediaHandleFields {
  @Field(() => ID, { description: 'The ID of the social media handle, `SocialMediaHandle.id`.' })
  socialMediaHandleId: string;
}

@ObjectType({ simpleResolvers: true, description: 'A link between a customer and an account as it was at a time.' })
export class CustomerAccountLinkAsOf extends CustomerAccountLinkFields {
  @Field(() => ID, { description: 'The ID of the link, `CustomerAccountLink.id`.' })
  customerAccountLinkId: string;
}

@ObjectType({ simpleResolvers: true, description: 'A link between two customers as it was at a time.' })
export class CustomerLinkAsOf extends CustomerLinkFields {
  @Field(() => ID, { description: 'The ID of the link, `CustomerLink.id`.' })
  customerLinkId: string;
}

@ObjectType({ simpleResolvers: true, description: 'A link between a user and a customer as it was at a time.' })
export class UserCustomerLinkAsOf extends UserCustomerLinkFields {
  @Field(() => ID, { description: 'The ID of the link, `UserCustomerLink.id`.' })
  userCustomerLinkId: string;
}
