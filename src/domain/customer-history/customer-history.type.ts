import { Field, ID, InterfaceType, ObjectType, registerEnumType } from 'type-graphql';
import type { HistoryValues } from '../../changes/customer-history.table.ts';
import { CustomerHistoryObject } from '../../changes/customer-history-object.ts';
import { MaxItems } from '../../execution/max-items.ts';
import { connectionOf } from '../../graph/connection.ts';
import { DateTime, JSONValue } from '../../graph/scalars.ts';
import { CustomerHistoryAction } from './customer-history-action.ts';

registerEnumType(CustomerHistoryObject, {
  name: 'CustomerHistoryObject',
  description: 'The kind of a changed object.',
  valuesConfig: {
    CUSTOMER: { description: 'The customer itself.' },
    ACCOUNT_LINK: { description: 'A link of the customer to an account.' },
    ADDRESS: { description: 'An address of the customer.' },
    ATTRIBUTE: { description: 'An attribute of the customer.' },
    CUSTOMER_LINK: { description: 'A link of the customer to another customer.' },
    INVERSE_CUSTOMER_LINK: { description: 'A link of another customer to the customer.' },
    SOCIAL_MEDIA_HANDLE: { description: 'A social media handle of the customer.' },
    TAX_RESIDENCE: { description: 'A tax residence of the customer.' },
    USER_LINK: { description: 'A link of the customer to a user.' },
  },
});

registerEnumType(CustomerHistoryAction, {
  name: 'CustomerHistoryAction',
  description: 'The kind of a change.',
  valuesConfig: {
    CREATED: { description: 'The object was created.' },
    UPDATED: { description: 'Fields of the object were changed.' },
    DELETED: { description: 'The object was deleted.' },
  },
});

/** More than a table has columns. */
export const maxChangedFields = 100;

@ObjectType({ simpleResolvers: true, description: 'The former value and the new value of a field.' })
export class CustomerFieldChange {
  @Field(() => String, {
    description: 'The name of the field, such as `legalName`. Names are those of `Change.fields` without the type.',
  })
  field: string;

  @Field(() => JSONValue, { nullable: true, description: 'The former value. Null if the field had none.' })
  before: unknown;

  @Field(() => JSONValue, {
    nullable: true,
    description: 'The new value. Null if the field has none since the change.',
  })
  after: unknown;

  @Field(() => DateTime, {
    nullable: true,
    description:
      'The time when the new value was replaced, or the object was deleted. Null if the value still applies.',
  })
  until: () => Promise<Date | null>;
}

export const changesDescription =
  'The changed fields, sorted by name. All fields with a value if the object was created, and all fields if it was deleted.';

/** An access rule for `changes` is the only difference between the object types. */
const entryTypes: Record<CustomerHistoryObject, string> = {
  CUSTOMER: 'CustomerDataHistoryEntry',
  ACCOUNT_LINK: 'CustomerAccountLinkHistoryEntry',
  ADDRESS: 'CustomerAddressHistoryEntry',
  ATTRIBUTE: 'CustomerAttributeHistoryEntry',
  CUSTOMER_LINK: 'CustomerLinkHistoryEntry',
  INVERSE_CUSTOMER_LINK: 'InverseCustomerLinkHistoryEntry',
  SOCIAL_MEDIA_HANDLE: 'SocialMediaHandleHistoryEntry',
  TAX_RESIDENCE: 'TaxResidenceHistoryEntry',
  USER_LINK: 'UserCustomerLinkHistoryEntry',
};

@InterfaceType({
  resolveType: ({ object }: CustomerHistoryEntry) => entryTypes[object],
  description:
    'A change of a customer, or of an object of the customer. Each kind of object has a type of its own, because its values require the role with which such objects are read.',
})
export class CustomerHistoryEntry {
  bankId: string;
  customerId: string;
  number: number;
  changedByUserId: string | null;
  before: HistoryValues | null;
  after: HistoryValues | null;

  @Field(() => DateTime, { description: 'The time of the change.' })
  changedAt: Date;

  @Field(() => ID, {
    nullable: true,
    description: 'The ID of the request, as in the audit trail. Null if an import made the change.',
  })
  requestId: string | null;

  @Field(() => Boolean, { description: 'Whether an import made the change.' })
  isImport: boolean;

  @Field(() => CustomerHistoryObject, { description: 'The kind of the changed object.' })
  object: CustomerHistoryObject;

  @Field(() => ID, { description: 'The ID of the changed object, such as `CustomerAddress.id`.' })
  objectId: string;

  @Field(() => CustomerHistoryAction, { description: 'The kind of the change.' })
  action: CustomerHistoryAction;

  @MaxItems(maxChangedFields)
  @Field(() => [CustomerFieldChange], { nullable: true, description: changesDescription })
  changes: CustomerFieldChange[] | null;
}

@ObjectType({ implements: CustomerHistoryEntry, simpleResolvers: true, description: 'A change of a customer.' })
export class CustomerDataHistoryEntry extends CustomerHistoryEntry {}

@ObjectType({
  implements: CustomerHistoryEntry,
  simpleResolvers: true,
  description: 'A change of a link between a customer and an account.',
})
export class CustomerAccountLinkHistoryEntry extends CustomerHistoryEntry {}

@ObjectType({
  implements: CustomerHistoryEntry,
  simpleResolvers: true,
  description: 'A change of an address of a customer.',
})
export class CustomerAddressHistoryEntry extends CustomerHistoryEntry {}

@ObjectType({
  implements: CustomerHistoryEntry,
  simpleResolvers: true,
  description: 'A change of an attribute of a customer.',
})
export class CustomerAttributeHistoryEntry extends CustomerHistoryEntry {}

@ObjectType({
  implements: CustomerHistoryEntry,
  simpleResolvers: true,
  description: 'A change of a link of the customer to another customer.',
})
export class CustomerLinkHistoryEntry extends CustomerHistoryEntry {}

@ObjectType({
  implements: CustomerHistoryEntry,
  simpleResolvers: true,
  description: 'A change of a link of another customer to the customer.',
})
export class InverseCustomerLinkHistoryEntry extends CustomerHistoryEntry {}

@ObjectType({
  implements: CustomerHistoryEntry,
  simpleResolvers: true,
  description: 'A change of a social media handle of a customer.',
})
export class SocialMediaHandleHistoryEntry extends CustomerHistoryEntry {}

@ObjectType({
  implements: CustomerHistoryEntry,
  simpleResolvers: true,
  description: 'A change of a tax residence of a customer.',
})
export class TaxResidenceHistoryEntry extends CustomerHistoryEntry {}

@ObjectType({
  implements: CustomerHistoryEntry,
  simpleResolvers: true,
  description: 'A change of a link between a user and a customer.',
})
export class UserCustomerLinkHistoryEntry extends CustomerHistoryEntry {}

export const CustomerHistoryConnection = connectionOf(
  'CustomerHistoryConnection',
  'CustomerHistoryEdge',
  () => CustomerHistoryEntry,
);
