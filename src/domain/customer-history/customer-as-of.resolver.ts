import { Arg, Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import { withinClockLeeway } from '../../base/dates.ts';
import { isInFuture } from '../../base/row-rule.ts';
import { CustomerHistoryObject } from '../../changes/customer-history-object.ts';
import { Batched, BatchedByKey } from '../../execution/batched.ts';
import { RequiresRole } from '../../graph/access/rule.ts';
import type { Context } from '../../graph/context.ts';
import { assertInput } from '../../graph/input.ts';
import { DateTime } from '../../graph/scalars.ts';
import { accountLinksByCustomer } from '../account/customer-account-link.loader.ts';
import { type CustomerAccountLinkRow, customerAccountLink } from '../account/customer-account-link.table.ts';
import { type CustomerAddressRow, customerAddress } from '../address/address.table.ts';
import { addresses } from '../address/address.writes.ts';
import { Customer, type CustomerKey } from '../customer/customer.type.ts';
import { attributesByCustomer } from '../customer/customer-attribute.loader.ts';
import { type CustomerAttributeRow, customerAttribute } from '../customer/customer-attribute.table.ts';
import { linksOfCustomer, linksToCustomer } from '../customer-link/customer-link.loader.ts';
import { type CustomerLinkRow, customerLink } from '../customer-link/customer-link.table.ts';
import { toCustomerLink } from '../customer-link/customer-link.type.ts';
import { type SocialMediaHandleRow, socialMediaHandle } from '../social-media-handle/social-media-handle.table.ts';
import { socialMediaHandles } from '../social-media-handle/social-media-handle.writes.ts';
import { type TaxResidenceRow, taxResidence } from '../tax-residence/tax-residence.table.ts';
import { taxResidences } from '../tax-residence/tax-residence.writes.ts';
import { linksByCustomer } from '../user-customer-link/linked-user.ts';
import { type UserCustomerLinkRow, userCustomerLink } from '../user-customer-link/user-customer-link.table.ts';
import { collectionAsOf, customersAsOf } from './customer-as-of.loader.ts';
import {
  CustomerAccountLinkAsOf,
  CustomerAddressAsOf,
  CustomerAsOf,
  CustomerAttributeAsOf,
  CustomerLinkAsOf,
  SocialMediaHandleAsOf,
  TaxResidenceAsOf,
  UserCustomerLinkAsOf,
} from './customer-as-of.type.ts';

const accountLinksAsOf = collectionAsOf({
  object: CustomerHistoryObject.ACCOUNT_LINK,
  table: customerAccountLink,
  present: accountLinksByCustomer,
  storedAt: ({ createdAt }: CustomerAccountLinkRow) => createdAt,
  toFormer: (row): CustomerAccountLinkAsOf => ({ ...row, customerAccountLinkId: row.id }),
});

const addressesAsOf = collectionAsOf({
  object: CustomerHistoryObject.ADDRESS,
  table: customerAddress,
  present: addresses.byCustomer,
  storedAt: ({ insertDate }: CustomerAddressRow) => insertDate,
  toFormer: (row): CustomerAddressAsOf => ({ ...row, addressId: row.id }),
});

const attributesAsOf = collectionAsOf({
  object: CustomerHistoryObject.ATTRIBUTE,
  table: customerAttribute,
  present: attributesByCustomer,
  storedAt: ({ createdAt }: CustomerAttributeRow) => createdAt,
  toFormer: (row): CustomerAttributeAsOf => ({ ...row, attributeId: row.id }),
});

function customerLinksAsOf(object: CustomerHistoryObject, present: typeof linksOfCustomer) {
  return collectionAsOf({
    object,
    table: customerLink,
    present,
    storedAt: ({ createdAt }: CustomerLinkRow) => createdAt,
    toFormer: (row): CustomerLinkAsOf => ({ ...toCustomerLink(row), customerLinkId: row.id }),
  });
}

const linksOfCustomerAsOf = customerLinksAsOf(CustomerHistoryObject.CUSTOMER_LINK, linksOfCustomer);
const linksToCustomerAsOf = customerLinksAsOf(CustomerHistoryObject.INVERSE_CUSTOMER_LINK, linksToCustomer);

const socialMediaHandlesAsOf = collectionAsOf({
  object: CustomerHistoryObject.SOCIAL_MEDIA_HANDLE,
  table: socialMediaHandle,
  present: socialMediaHandles.byCustomer,
  storedAt: ({ createdAt }: SocialMediaHandleRow) => createdAt,
  isNewestFirst: true,
  toFormer: (row): SocialMediaHandleAsOf => ({ ...row, socialMediaHandleId: row.id }),
});

const taxResidencesAsOf = collectionAsOf({
  object: CustomerHistoryObject.TAX_RESIDENCE,
  table: taxResidence,
  present: taxResidences.byCustomer,
  storedAt: ({ createdAt }: TaxResidenceRow) => createdAt,
  toFormer: (row): TaxResidenceAsOf => ({ ...row, taxResidenceId: row.id }),
});

const userLinksAsOf = collectionAsOf({
  object: CustomerHistoryObject.USER_LINK,
  table: userCustomerLink,
  present: linksByCustomer,
  storedAt: ({ dateInserted }: UserCustomerLinkRow) => dateInserted,
  toFormer: (row): UserCustomerLinkAsOf => ({ ...row, userCustomerLinkId: row.id }),
});

@Resolver(() => Customer)
export class CustomerAsOfResolver {
  @FieldResolver(() => CustomerAsOf, {
    nullable: true,
    description:
      'The customer as it was at a time, such as `2026-03-01T00:00:00Z`. Fails with `HISTORY_NOT_KEPT` if the time is before the customer was first stored in the gateway or, for customers that a version without the history has stored, before the upgrade. The extension `keptSince` states the earliest time.',
  })
  @RequiresRole(['CanGetCustomerHistory'])
  @BatchedByKey<CustomerKey>()
  async asOf(
    @Root() customers: CustomerKey[],
    @Arg('time', () => DateTime, {
      description: 'The time. It must not be in the future. A time that is at most five minutes ahead is the present.',
    })
    time: Date,
    @Ctx() context: Context,
  ): Promise<(CustomerAsOf | Error)[]> {
    const pastTime = withinClockLeeway(time);
    assertInput(!isInFuture(pastTime), 'time', 'NOT_IN_FUTURE');
    return customersAsOf(context, customers, pastTime);
  }
}

@Resolver(() => CustomerAsOf)
export class CustomerAsOfCollectionsResolver {
  @FieldResolver(() => [CustomerAccountLinkAsOf], {
    nullable: true,
    description: 'The links to accounts at the time, sorted by creation time, oldest first.',
  })
  @RequiresRole(['CanGetCustomerAccountLinks'])
  @Batched()
  accountLinks(@Root() customers: CustomerAsOf[], @Ctx() context: Context): Promise<CustomerAccountLinkAsOf[][]> {
    return accountLinksAsOf(context, customers);
  }

  @FieldResolver(() => [CustomerAddressAsOf], {
    nullable: true,
    description: 'The addresses at the time, sorted by `insertDate`, oldest first.',
  })
  @RequiresRole(['CanGetCustomerAddress'])
  @Batched()
  addresses(@Root() customers: CustomerAsOf[], @Ctx() context: Context): Promise<CustomerAddressAsOf[][]> {
    return addressesAsOf(context, customers);
  }

  @FieldResolver(() => [CustomerAttributeAsOf], {
    nullable: true,
    description: 'The attributes at the time, sorted by creation time, oldest first.',
  })
  @RequiresRole(['CanGetCustomerAttributesAtOneBank', 'CanGetCustomerAttributesAtAnyBank'])
  @Batched()
  attributes(@Root() customers: CustomerAsOf[], @Ctx() context: Context): Promise<CustomerAttributeAsOf[][]> {
    return attributesAsOf(context, customers);
  }

  @FieldResolver(() => [CustomerLinkAsOf], {
    nullable: true,
    description: 'The links of the customer to others at the time, sorted by creation time, oldest first.',
  })
  @RequiresRole(['CanGetCustomerLinks'])
  @Batched()
  customerLinks(@Root() customers: CustomerAsOf[], @Ctx() context: Context): Promise<CustomerLinkAsOf[][]> {
    return linksOfCustomerAsOf(context, customers);
  }

  @FieldResolver(() => [CustomerLinkAsOf], {
    nullable: true,
    description: 'The links of other customers to the customer at the time, sorted by creation time, oldest first.',
  })
  @RequiresRole(['CanGetCustomerLinks'])
  @Batched()
  inverseCustomerLinks(@Root() customers: CustomerAsOf[], @Ctx() context: Context): Promise<CustomerLinkAsOf[][]> {
    return linksToCustomerAsOf(context, customers);
  }

  @FieldResolver(() => [SocialMediaHandleAsOf], {
    nullable: true,
    description: 'The social media handles at the time, sorted by creation time, newest first.',
  })
  @RequiresRole(['CanGetSocialMediaHandles'])
  @Batched()
  socialMediaHandles(@Root() customers: CustomerAsOf[], @Ctx() context: Context): Promise<SocialMediaHandleAsOf[][]> {
    return socialMediaHandlesAsOf(context, customers);
  }

  @FieldResolver(() => [TaxResidenceAsOf], {
    nullable: true,
    description: 'The tax residences at the time, sorted by creation time, oldest first.',
  })
  @RequiresRole(['CanGetTaxResidence'])
  @Batched()
  taxResidences(@Root() customers: CustomerAsOf[], @Ctx() context: Context): Promise<TaxResidenceAsOf[][]> {
    return taxResidencesAsOf(context, customers);
  }

  @FieldResolver(() => [UserCustomerLinkAsOf], {
    nullable: true,
    description: 'The links to users at the time, active or not, sorted by `dateInserted`, oldest first.',
  })
  @RequiresRole(['CanGetUserCustomerLink'])
  @Batched()
  userLinks(@Root() customers: CustomerAsOf[], @Ctx() context: Context): Promise<UserCustomerLinkAsOf[][]> {
    return userLinksAsOf(context, customers);
  }
}
