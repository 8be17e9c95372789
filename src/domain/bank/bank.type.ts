import { Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import { DateTime, HttpsUrl } from '../../graph/scalars.ts';
import type { BankRow } from './bank.table.ts';

@ObjectType({ simpleResolvers: true, description: 'A bank. Which banks there are is public.' })
export class Bank {
  /** What the access rules judge by; the same as `id`. */
  bankId: string;

  @Field(() => ID, { description: 'The id of the bank, such as gh.29.uk.' })
  id: string;

  @Field(() => String, { nullable: true, description: 'The name in short.' })
  shortName: string | null;

  @Field(() => String, { nullable: true, description: 'The name in full.' })
  fullName: string | null;

  @Field(() => HttpsUrl, { nullable: true, description: 'Where the logo is.' })
  logoUrl: string | null;

  @Field(() => HttpsUrl, { nullable: true, description: 'Where the web site is.' })
  websiteUrl: string | null;

  // The settings below have resolvers, because anonymous callers cannot read them.
  kycFourEyes: boolean;
  kycReasonRequired: boolean;
  grantApprovalRequired: boolean;
  retentionDays: number | null;

  @Field(() => DateTime, { description: 'When the bank was first stored here.' })
  createdAt: Date;

  @Field(() => DateTime, { description: 'When the bank was last changed.' })
  updatedAt: Date;

  @Field(() => Int, { description: 'Grows by one with each update: what an update may expect.' })
  version: number;
}

export function toBank(row: BankRow): Bank {
  return { bankId: row.id, ...row };
}

@InputType({ description: 'A new bank.' })
export class CreateBankInput {
  @Field(() => ID, {
    description: 'The id, such as gh.29.uk: 0-9, a-z, A-Z, hyphen, dot and underscore, fewer than 255 characters.',
  })
  id: string;

  @Field(() => String, { description: 'The name in short, at most 100 characters.' })
  shortName: string;

  @Field(() => String, { description: 'The name in full, at most 255 characters.' })
  fullName: string;

  @Field(() => HttpsUrl, {
    nullable: true,
    description: 'Where the logo is, such as https://www.example.com/logo.png.',
  })
  logoUrl?: string | null;

  @Field(() => HttpsUrl, { nullable: true, description: 'Where the web site is, such as https://www.example.com.' })
  websiteUrl?: string | null;
}

@ObjectType({ simpleResolvers: true, description: 'A bank that was created.' })
export class BankPayload {
  @Field(() => Bank, { nullable: true, description: 'The bank as it is now.' })
  bank: Bank | null;
}
