import { Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import { DateTime, HttpsUrl } from '../../graph/scalars.ts';
import type { BankRow } from './bank.table.ts';

@ObjectType({
  simpleResolvers: true,
  description: 'A bank. Anonymous callers can read the banks, but not their settings.',
})
export class Bank {
  /** The bank for access checks. Equal to `id`. */
  bankId: string;

  @Field(() => ID, { description: 'The ID of the bank, such as `gh.29.uk`.' })
  id: string;

  @Field(() => String, {
    nullable: true,
    description: 'The short name of the bank. Null for a placeholder, which is a bank that is only referenced so far.',
  })
  shortName: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'The full name of the bank. Null for a placeholder, which is a bank that is only referenced so far.',
  })
  fullName: string | null;

  @Field(() => HttpsUrl, { nullable: true, description: 'The URL of the logo.' })
  logoUrl: string | null;

  @Field(() => HttpsUrl, { nullable: true, description: 'The URL of the website.' })
  websiteUrl: string | null;

  // The settings below have resolvers, because anonymous callers cannot read them.
  kycFourEyes: boolean;
  kycReasonRequired: boolean;
  grantApprovalRequired: boolean;
  retentionDays: number | null;

  @Field(() => DateTime, { description: 'The time when the bank was first stored in the gateway.' })
  createdAt: Date;

  @Field(() => DateTime, { description: 'The time when the bank was last changed.' })
  updatedAt: Date;

  @Field(() => Int, { description: 'The version of the object, incremented by every update.' })
  version: number;
}

export function toBank(row: BankRow): Bank {
  return { bankId: row.id, ...row };
}

@InputType({ description: 'A new bank.' })
export class CreateBankInput {
  @Field(() => ID, {
    description: 'The ID of the bank, such as `gh.29.uk`, at most 254 characters of 0-9, a-z, A-Z, `-`, `.`, and `_`.',
  })
  bankId: string;

  @Field(() => String, { description: 'The short name of the bank, at most 100 characters.' })
  shortName: string;

  @Field(() => String, { description: 'The full name of the bank, at most 255 characters.' })
  fullName: string;

  @Field(() => HttpsUrl, {
    nullable: true,
    description: 'The URL of the logo, such as `https://www.example.com/logo.png`.',
  })
  logoUrl?: string | null;

  @Field(() => HttpsUrl, { nullable: true, description: 'The URL of the website, such as `https://www.example.com`.' })
  websiteUrl?: string | null;
}

@ObjectType({ simpleResolvers: true, description: 'The result of creating a bank.' })
export class BankPayload {
  @Field(() => Bank, { nullable: true, description: 'The bank after the mutation.' })
  bank: Bank | null;
}
