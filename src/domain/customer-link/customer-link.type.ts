import { Field, ID, InputType, Int, ObjectType, registerEnumType } from 'type-graphql';
import { payloadObjectId, versionDescription } from '../../graph/descriptions.ts';
import { DateTime, Decimal } from '../../graph/scalars.ts';
import type { CustomerLinkRow } from './customer-link.table.ts';
import { CustomerRelationship } from './customer-relationship.ts';

registerEnumType(CustomerRelationship, {
  name: 'CustomerRelationship',
  description: 'The relationship of a linked customer to the customer of the link.',
  valuesConfig: {
    PARENT: { description: 'The linked customer is the parent company of the company. A company has at most one.' },
    BENEFICIAL_OWNER: { description: 'The linked customer is a person who owns or controls the company.' },
    DIRECTOR: { description: 'The linked customer is a director of the company.' },
    GUARDIAN: { description: 'The linked customer is the guardian of the person.' },
  },
});

/** The fields of a link, and of a link as it was at a time. */
@ObjectType({ simpleResolvers: true, description: 'The data of a link.' })
export class CustomerLinkFields {
  @Field(() => ID, { description: 'The ID of the customer, such as the company.' })
  customerId: string;

  @Field(() => ID, { description: 'The ID of the linked customer, such as the beneficial owner.' })
  linkedCustomerId: string;

  @Field(() => CustomerRelationship, { description: 'The relationship of the linked customer to the customer.' })
  relationshipTo: CustomerRelationship;

  @Field(() => Decimal, {
    nullable: true,
    description: 'The share of a beneficial owner in percent, such as `"25.5"`. Null if it is not stored.',
  })
  percentage: string | null;

  @Field(() => DateTime, { description: 'The time when the link was first stored in the gateway.' })
  createdAt: Date;

  /** Both customers, for the audit trail. */
  auditedCustomerIds: readonly string[];
}

@ObjectType({
  simpleResolvers: true,
  description:
    'A link between two customers of a bank, such as a company and its beneficial owner. The linked customer has the relationship to the customer.',
})
export class CustomerLink extends CustomerLinkFields {
  @Field(() => ID, { description: 'The ID of the link.' })
  id: string;

  @Field(() => ID, { description: 'The ID of the bank.' })
  bankId: string;

  @Field(() => DateTime, { description: 'The time when the link was last changed.' })
  updatedAt: Date;

  @Field(() => Int, { description: versionDescription })
  version: number;
}

export function toCustomerLink(row: CustomerLinkRow): CustomerLink {
  return { ...row, auditedCustomerIds: [row.customerId, row.linkedCustomerId] };
}

@InputType({ description: 'A new link to another customer of the same bank.' })
export class CreateCustomerLinkInput {
  @Field(() => ID, {
    description:
      'The ID of the linked customer. A parent must be a corporate customer, and a beneficial owner a retail customer.',
  })
  linkedCustomerId: string;

  @Field(() => CustomerRelationship, {
    description:
      'The relationship of the linked customer to the customer: `GUARDIAN` to a retail customer, another one to a corporate customer.',
  })
  relationshipTo: CustomerRelationship;

  @Field(() => Decimal, {
    nullable: true,
    description:
      'The share of a beneficial owner in percent, such as `"25.5"`, greater than 0 and at most 100. The sum of the shares can exceed 100, because persons can own and control the same shares, directly or through companies.',
  })
  percentage?: string | null;
}

@InputType({ description: 'The values of a link between two customers.' })
export class UpdateCustomerLinkInput {
  @Field(() => Decimal, {
    nullable: true,
    description:
      'The share of a beneficial owner in percent, such as `"25.5"`, greater than 0 and at most 100. Null removes it.',
  })
  percentage?: string | null;
}

@ObjectType({
  simpleResolvers: true,
  description: 'The result of creating, updating, or deleting a link between two customers.',
})
export class CustomerLinkPayload {
  bankId: string;
  customerId: string;

  @Field(() => ID, { description: payloadObjectId('link') })
  customerLinkId: string;

  /** The field `customerLink` requires the role with which it is read, because an update writes only a part of it. */
  customerLink: CustomerLink | null;
}
