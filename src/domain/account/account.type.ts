import { Field, ID, Int, ObjectType } from 'type-graphql';
import { DateTime } from '../../scalars.ts';
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
