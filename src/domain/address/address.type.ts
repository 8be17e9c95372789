import { Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import { payloadObject, versionDescription } from '../../graph/descriptions.ts';
import { MaxInputItems } from '../../graph/max-input-items.ts';
import { CountryCode, DateTime } from '../../graph/scalars.ts';
import { maxTagLength, maxTags } from './tag-limits.ts';

/** The fields of an address, and of an address as it was at a time. */
@ObjectType({ simpleResolvers: true, description: 'The data of an address.' })
export class CustomerAddressFields {
  @Field(() => String, { description: 'The first line, such as `No 1 the Road`.' })
  line1: string;

  @Field(() => String, { nullable: true, description: 'The second line.' })
  line2: string | null;

  @Field(() => String, { nullable: true, description: 'The third line.' })
  line3: string | null;

  @Field(() => String, { description: 'The city or town.' })
  city: string;

  @Field(() => String, { nullable: true, description: 'The county.' })
  county: string | null;

  @Field(() => String, { nullable: true, description: 'The state, province or region.' })
  state: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'The postcode. Null if the address has none, as in Hong Kong and the United Arab Emirates.',
  })
  postcode: string | null;

  @Field(() => CountryCode, { description: 'The country, such as `DE`.' })
  countryCode: string;

  @Field(() => [String], { description: 'The purposes of the address, such as `mailing` or `home`.' })
  tags: string[];

  @Field(() => String, {
    nullable: true,
    description: "The status of the address in the bank's own terms, such as `OK`.",
  })
  status: string | null;

  @Field(() => DateTime, {
    description: 'The time when the address was first stored, or the insert date of an imported record.',
  })
  insertDate: Date;
}

@ObjectType({ simpleResolvers: true, description: 'A postal address of a customer.' })
export class CustomerAddress extends CustomerAddressFields {
  bankId: string;

  @Field(() => ID, { description: 'The ID of the address.' })
  id: string;

  @Field(() => ID, { description: 'The ID of the customer.' })
  customerId: string;

  @Field(() => DateTime, { description: 'The time when the address was last changed.' })
  updatedAt: Date;

  @Field(() => Int, { description: versionDescription })
  version: number;
}

@InputType({ description: 'A new postal address.' })
export class CustomerAddressInput {
  @Field(() => String, { description: 'The first line, such as `No 1 the Road`, at most 255 characters.' })
  line1: string;

  @Field(() => String, { nullable: true, description: 'The second line, at most 255 characters.' })
  line2?: string | null;

  @Field(() => String, { nullable: true, description: 'The third line, at most 255 characters.' })
  line3?: string | null;

  @Field(() => String, { description: 'The city or town, at most 255 characters.' })
  city: string;

  @Field(() => String, { nullable: true, description: 'The county, at most 255 characters.' })
  county?: string | null;

  @Field(() => String, { nullable: true, description: 'The state, province or region, at most 255 characters.' })
  state?: string | null;

  @Field(() => String, { nullable: true, description: 'The postcode, at most 20 characters.' })
  postcode?: string | null;

  @Field(() => CountryCode, { description: 'The country, such as `DE`.' })
  countryCode: string;

  @Field(() => [String], {
    nullable: true,
    description: `The purposes of the address, such as \`mailing\` or \`home\`, each at most ${maxTagLength} characters.`,
  })
  @MaxInputItems(maxTags)
  tags?: string[] | null;

  @Field(() => String, {
    nullable: true,
    description: "The status of the address in the bank's own terms, such as `OK`, at most 255 characters.",
  })
  status?: string | null;
}

@InputType({ description: 'New values of a postal address. Omitted fields stay.' })
export class UpdateCustomerAddressInput {
  @Field(() => String, {
    nullable: true,
    description: 'The first line, such as `No 1 the Road`, at most 255 characters. It cannot be unset.',
  })
  line1?: string | null;

  @Field(() => String, { nullable: true, description: 'The second line, at most 255 characters.' })
  line2?: string | null;

  @Field(() => String, { nullable: true, description: 'The third line, at most 255 characters.' })
  line3?: string | null;

  @Field(() => String, { nullable: true, description: 'The city or town, at most 255 characters. It cannot be unset.' })
  city?: string | null;

  @Field(() => String, { nullable: true, description: 'The county, at most 255 characters.' })
  county?: string | null;

  @Field(() => String, { nullable: true, description: 'The state, province or region, at most 255 characters.' })
  state?: string | null;

  @Field(() => String, { nullable: true, description: 'The postcode, at most 20 characters.' })
  postcode?: string | null;

  @Field(() => CountryCode, { nullable: true, description: 'The country, such as `DE`. It cannot be unset.' })
  countryCode?: string | null;

  @Field(() => [String], {
    nullable: true,
    description: `The purposes of the address, such as \`mailing\` or \`home\`, each at most ${maxTagLength} characters. The new list replaces the former one.`,
  })
  @MaxInputItems(maxTags)
  tags?: string[] | null;

  @Field(() => String, {
    nullable: true,
    description: "The status of the address in the bank's own terms, such as `OK`, at most 255 characters.",
  })
  status?: string | null;
}

@ObjectType({ simpleResolvers: true, description: 'The result of creating, updating, or deleting an address.' })
export class CustomerAddressPayload {
  bankId: string;
  customerId: string;

  @Field(() => CustomerAddress, {
    nullable: true,
    description: payloadObject('address'),
  })
  customerAddress: CustomerAddress | null;
}
