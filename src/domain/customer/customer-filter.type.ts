import { Field, ID, InputType } from 'type-graphql';
import { DateTime, EmailAddress } from '../../graph/scalars.ts';

@InputType({ description: 'An attribute by its name and value, both exact.' })
export class AttributeFilter {
  @Field(() => String, { description: 'The name of the attribute.' })
  name: string;

  @Field(() => String, { description: 'Its value, as it is stored.' })
  value: string;
}

@InputType({ description: 'Which customers: all that is given must hold.' })
export class CustomerFilter {
  @Field(() => String, { nullable: true, description: 'The exact customer number.' })
  customerNumber?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'How the legal name begins; letter case, width and repeated spaces do not matter.',
  })
  legalNameStartsWith?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'What the legal name contains, from 3 to 255 characters; letter case does not matter.',
  })
  legalNameContains?: string | null;

  @Field(() => EmailAddress, { nullable: true, description: 'The e-mail address; letter case does not matter.' })
  email?: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      'The mobile phone number, international; or a pattern of it, with % for any digits and _ for one, and at least three digits in a row.',
  })
  mobilePhoneNumber?: string | null;

  @Field(() => Boolean, { nullable: true, description: 'Whether the newest KYC status is ok.' })
  kycStatus?: boolean | null;

  @Field(() => ID, { nullable: true, description: 'The branch that looks after the customer.' })
  branchId?: string | null;

  @Field(() => DateTime, { nullable: true, description: 'Stored here at this moment or later.' })
  createdFrom?: Date | null;

  @Field(() => DateTime, { nullable: true, description: 'Stored here before this moment.' })
  createdBefore?: Date | null;

  @Field(() => DateTime, { nullable: true, description: 'Last ok at this moment or later.' })
  lastOkFrom?: Date | null;

  @Field(() => DateTime, { nullable: true, description: 'Last ok before this moment; never ok is not before.' })
  lastOkBefore?: Date | null;

  @Field(() => AttributeFilter, {
    nullable: true,
    description:
      'Has this attribute. Needs a role that reads attributes: CanGetCustomerAttributesAtOneBank or CanGetCustomerAttributesAtAnyBank.',
  })
  attribute?: AttributeFilter | null;
}
