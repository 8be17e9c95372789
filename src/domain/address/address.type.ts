import { Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import { MaxInputItems } from '../../graph/max-input-items.ts';
import { CountryCode, DateTime } from '../../graph/scalars.ts';

@ObjectType({ simpleResolvers: true, description: 'A postal address of a customer.' })
export class CustomerAddress {
  bankId: string;

  @Field(() => ID, { description: 'The id of the address.' })
  id: string;

  @Field(() => ID, { description: 'The customer whose address this is.' })
  customerId: string;

  @Field(() => String, { description: 'The first line.' })
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

  @Field(() => String, { description: 'The postcode.' })
  postcode: string;

  @Field(() => CountryCode, { description: 'The country, as ISO 3166-1 has it in two letters.' })
  countryCode: string;

  @Field(() => [String], { description: 'What the address is for, such as mailing or home.' })
  tags: string[];

  @Field(() => String, { nullable: true, description: 'Whether it is in use, in the bank’s own words.' })
  status: string | null;

  @Field(() => DateTime, { description: 'When the address was first stored.' })
  insertDate: Date;

  @Field(() => DateTime, { description: 'When the address was last changed.' })
  updatedAt: Date;

  @Field(() => Int, { description: 'Grows by one with each update: what an update may expect.' })
  version: number;
}

@InputType({ description: 'A postal address as it is to be.' })
export class CustomerAddressInput {
  @Field(() => String, { description: 'The first line, at most 255 characters.' })
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

  @Field(() => String, { description: 'The postcode, at most 20 characters.' })
  postcode: string;

  @Field(() => CountryCode, { description: 'The country, as ISO 3166-1 has it in two letters, such as DE.' })
  countryCode: string;

  @Field(() => [String], {
    nullable: true,
    description: 'The purposes of the address, such as mailing or home, each of at most 50 characters.',
  })
  @MaxInputItems(20)
  tags?: string[] | null;

  @Field(() => String, { nullable: true, description: 'Whether it is in use, such as OK; at most 255 characters.' })
  status?: string | null;
}

@ObjectType({ simpleResolvers: true, description: 'An address that was written, and its customer.' })
export class CustomerAddressPayload {
  bankId: string;
  customerId: string;

  @Field(() => CustomerAddress, {
    nullable: true,
    description: 'The address as it is now; one that was deleted as it was, once.',
  })
  customerAddress: CustomerAddress | null;
}
