import { Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import { MaxInputItems } from '../../graph/max-input-items.ts';
import { DateTime } from '../../graph/scalars.ts';
import { AttributeType } from '../attribute/attribute-type.ts';
import { AmountOfMoney, toAmountOfMoney } from '../customer/customer.type.ts';
import type { AccountRow } from './account.table.ts';

@ObjectType({ simpleResolvers: true, description: 'An account at a bank. Its id is unique at the bank only.' })
export class Account {
  /** What the access rules judge by; the same as `id`. */
  accountId: string;

  /** The customer through whom the account was reached: their linked users see it. */
  customerId: string | null;

  @Field(() => ID, { description: 'The id of the account, unique at its bank.' })
  id: string;

  @Field(() => ID, { description: 'The bank that keeps the account.' })
  bankId: string;

  @Field(() => String, { nullable: true, description: 'What its holders call it.' })
  label: string | null;

  @Field(() => String, { nullable: true, description: 'The account number.' })
  number: string | null;

  @Field(() => String, { nullable: true, description: 'The code of the product, which is what kind of account it is.' })
  productCode: string | null;

  @Field(() => AmountOfMoney, { nullable: true, description: 'How much is on it.' })
  balance: AmountOfMoney | null;

  @Field(() => ID, { nullable: true, description: 'The branch that looks after the account.' })
  branchId: string | null;

  @Field(() => DateTime, { description: 'When the account was first stored here.' })
  createdAt: Date;

  @Field(() => DateTime, { description: 'When the account was last changed.' })
  updatedAt: Date;

  @Field(() => Int, { description: 'Grows by one with each update: what an update may expect.' })
  version: number;
}

/** `reachedThrough` is the customer whose link led to the account. */
export function toAccount(row: AccountRow, reachedThrough: { customerId: string | null } | null = null): Account {
  return {
    accountId: row.id,
    customerId: reachedThrough?.customerId ?? null,
    id: row.id,
    bankId: row.bankId,
    label: row.label,
    number: row.number,
    productCode: row.productCode,
    balance: toAmountOfMoney(row.balanceCurrency, row.balanceAmount),
    branchId: row.branchId,
    createdAt: row.createdAt,
    updatedAt: row.updatedAt,
    version: row.version,
  };
}

/** What identifies an account. */
export type AccountKey = Pick<Account, 'bankId' | 'id'>;

@ObjectType({ simpleResolvers: true, description: 'How an account is addressed, such as by its IBAN.' })
export class AccountRouting {
  @Field(() => String, { description: 'The kind of address, such as IBAN.' })
  scheme: string;

  @Field(() => String, { description: 'The address, unique for its scheme at the bank.' })
  address: string;
}

@ObjectType({ simpleResolvers: true, description: 'What a bank keeps of an account beyond the fields of an account.' })
export class AccountAttribute {
  @Field(() => ID, { description: 'The id of the attribute.' })
  id: string;

  @Field(() => String, { nullable: true, description: 'The code of the product that it comes from.' })
  productCode: string | null;

  @Field(() => String, { nullable: true, description: 'The contract that it is a detail of.' })
  contractCode: string | null;

  @Field(() => String, { description: 'The name, such as OVERDRAFT_START_DATE.' })
  name: string;

  @Field(() => AttributeType, { description: 'What the value is.' })
  type: AttributeType;

  @Field(() => String, { description: 'The value, written as its type is.' })
  value: string;

  @Field(() => DateTime, { description: 'When the attribute was first stored here.' })
  createdAt: Date;

  @Field(() => DateTime, { description: 'When the attribute was last changed.' })
  updatedAt: Date;

  @Field(() => Int, { description: 'Grows by one with each update: what an update may expect.' })
  version: number;
}

@InputType({ description: 'The balance with which an account is opened: zero of its currency.' })
export class InitialBalanceInput {
  @Field(() => String, { description: 'The currency, as ISO 4217 has it, such as EUR; or XBT.' })
  currency: string;

  @Field(() => String, {
    nullable: true,
    description: 'Zero, with no more digits after the point than the currency has, such as 0 or 0.00.',
  })
  amount?: string | null;
}

@InputType({ description: 'How an account is addressed, such as by its IBAN.' })
export class AccountRoutingInput {
  @Field(() => String, { description: 'The kind of address, such as IBAN; at most 50 characters.' })
  scheme: string;

  @Field(() => String, {
    description:
      'The address, unique for its scheme at the bank, such as DE89370400440532013000; at most 255 characters.',
  })
  address: string;
}

@InputType({ description: 'A new account.' })
export class CreateAccountInput {
  @Field(() => ID, {
    nullable: true,
    description:
      'The ID, unique at the bank: 0-9, a-z, A-Z, hyphen, dot and underscore, fewer than 255 characters. Generated by default. Requires `CanCreateAccount`, unless the operator allows it.',
  })
  id?: string | null;

  @Field(() => ID, { nullable: true, description: 'The user who is to hold it: the caller when it is left out.' })
  userId?: string | null;

  @Field(() => String, { description: 'What its holder calls it, at most 255 characters.' })
  label: string;

  @Field(() => String, {
    description:
      'The code of the product, which is what kind of account it is, such as CURRENT; at most 100 characters.',
  })
  productCode: string;

  @Field(() => InitialBalanceInput, { description: 'The balance, which is zero.' })
  balance: InitialBalanceInput;

  @Field(() => ID, { description: 'The branch that looks after the account, at most 255 characters.' })
  branchId: string;

  @Field(() => [AccountRoutingInput], {
    nullable: true,
    description:
      'The routings of the account, one per scheme. Requires `CanCreateAccount`, unless the operator allows it.',
  })
  @MaxInputItems(500)
  accountRoutings?: AccountRoutingInput[] | null;
}

@ObjectType({ simpleResolvers: true, description: 'An account that was opened.' })
export class AccountPayload {
  @Field(() => Account, { nullable: true, description: 'The account as it is now.' })
  account: Account | null;
}

@InputType({ description: 'What a bank is to keep of an account beyond the fields of an account.' })
export class AccountAttributeInput {
  @Field(() => String, {
    nullable: true,
    description: 'The code of the product that it comes from, at most 100 characters.',
  })
  productCode?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'The contract that it is a detail of, by its code; at most 100 characters.',
  })
  contractCode?: string | null;

  @Field(() => String, { description: 'The name, such as OVERDRAFT_START_DATE; at most 100 characters.' })
  name: string;

  @Field(() => AttributeType, { description: 'What the value is.' })
  type: AttributeType;

  @Field(() => String, { description: 'The value, written as its type is; at most 2000 characters.' })
  value: string;
}

@ObjectType({ simpleResolvers: true, description: 'An attribute of an account that was written, and the account.' })
export class AccountAttributePayload {
  bankId: string;
  accountId: string;

  @Field(() => AccountAttribute, { nullable: true, description: 'The attribute as it is now.' })
  accountAttribute: AccountAttribute | null;
}
