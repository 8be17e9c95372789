import { Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import { globalIdDescription } from '../../graph/descriptions.ts';
import { globalId } from '../../graph/global-id.ts';
import { MaxInputItems } from '../../graph/max-input-items.ts';
import { DateTime } from '../../graph/scalars.ts';
import { AttributeType } from '../attribute/attribute-type.ts';
import { AmountOfMoney, toAmountOfMoney } from '../customer/customer.type.ts';
import { UserSummary } from '../user/user-summary.type.ts';
import type { AccountRow } from './account.table.ts';

@ObjectType({ simpleResolvers: true, description: 'An account at a bank.' })
export class Account {
  /** The customer through whose link the account was reached. Linked users of this customer can access the account. */
  customerId: string | null;

  @Field(() => ID, { description: globalIdDescription('account') })
  id: string;

  @Field(() => ID, { description: 'The ID of the bank.' })
  bankId: string;

  @Field(() => ID, { description: 'The ID of the account at the bank, such as `current-1`.' })
  accountId: string;

  @Field(() => String, { nullable: true, description: 'The label of the account, such as `Everyday`.' })
  label: string | null;

  @Field(() => String, { nullable: true, description: 'The account number.' })
  number: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'The code of the product, such as `CURRENT`. It determines the kind of account.',
  })
  productCode: string | null;

  @Field(() => AmountOfMoney, { nullable: true, description: 'The balance of the account.' })
  balance: AmountOfMoney | null;

  @Field(() => ID, { nullable: true, description: 'The ID of the branch that is responsible for the account.' })
  branchId: string | null;

  @Field(() => DateTime, { description: 'The time when the account was first stored in the gateway.' })
  createdAt: Date;

  @Field(() => DateTime, { description: 'The time when the account was last changed.' })
  updatedAt: Date;

  @Field(() => Int, { description: 'The version of the object, incremented by every update.' })
  version: number;
}

/** The `id` of an account, and the parts of which it is made. */
export type AccountKey = Pick<Account, 'id' | 'bankId' | 'accountId'>;

export function accountKey(bankId: string, accountId: string): AccountKey {
  return { id: globalId('Account', bankId, accountId), bankId, accountId };
}

/** `reachedThrough` has the customer through whose link the account was reached. */
export function toAccount(row: AccountRow, reachedThrough: { customerId: string | null } | null = null): Account {
  return {
    ...accountKey(row.bankId, row.id),
    customerId: reachedThrough?.customerId ?? null,
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

@ObjectType({ simpleResolvers: true, description: 'An address of an account in a routing scheme, such as its IBAN.' })
export class AccountRouting {
  @Field(() => String, { description: 'The routing scheme, such as `IBAN`.' })
  scheme: string;

  @Field(() => String, {
    description: 'The address, such as `DE89370400440532013000`, unique for its scheme at the bank.',
  })
  address: string;
}

@ObjectType({ simpleResolvers: true, description: 'A typed name-value pair that the bank stores for an account.' })
export class AccountAttribute {
  @Field(() => ID, { description: 'The ID of the attribute.' })
  id: string;

  @Field(() => String, { nullable: true, description: 'The code of the product to which the attribute belongs.' })
  productCode: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      'The code of the contract to which the attribute belongs. Null if it belongs to the account as a whole.',
  })
  contractCode: string | null;

  @Field(() => String, { description: 'The name of the attribute, such as `OVERDRAFT_START_DATE`.' })
  name: string;

  @Field(() => AttributeType, { description: 'The type of the value.' })
  type: AttributeType;

  @Field(() => String, { description: 'The value, in the format of its type.' })
  value: string;

  @Field(() => DateTime, { description: 'The time when the attribute was first stored in the gateway.' })
  createdAt: Date;

  @Field(() => DateTime, { description: 'The time when the attribute was last changed.' })
  updatedAt: Date;

  @Field(() => Int, { description: 'The version of the object, incremented by every update.' })
  version: number;
}

@InputType({ description: 'The initial balance of an account, which must be zero.' })
export class InitialBalanceInput {
  @Field(() => String, { description: 'The ISO 4217 code of the currency, such as `EUR`, or `XBT` for bitcoin.' })
  currency: string;

  @Field(() => String, {
    nullable: true,
    description:
      'The amount. It must be zero, such as `0` or `0.00`, with no more decimal places than the currency has. Fails with `OBP-30106` if it is omitted.',
  })
  amount?: string | null;
}

@InputType({ description: 'An address of an account in a routing scheme, such as its IBAN.' })
export class AccountRoutingInput {
  @Field(() => String, { description: 'The routing scheme, such as `IBAN`, at most 50 characters.' })
  scheme: string;

  @Field(() => String, {
    description:
      'The address, such as `DE89370400440532013000`, at most 255 characters. It must be unique for its scheme at the bank.',
  })
  address: string;
}

@InputType({ description: 'A new account.' })
export class CreateAccountInput {
  @Field(() => ID, {
    nullable: true,
    description:
      'The ID of the account, such as `current-1`, at most 254 characters of 0-9, a-z, A-Z, `-`, `.`, and `_`. It must be unique at the bank. Defaults to a generated ID. Requires `CanCreateAccount`, unless the operator allows it.',
  })
  accountId?: string | null;

  @Field(() => ID, {
    nullable: true,
    description:
      'The ID of the user who will hold the account. Defaults to the caller. Another user requires `CanCreateAccount`.',
  })
  userId?: string | null;

  @Field(() => String, { description: 'The label of the account, such as `Everyday`, at most 255 characters.' })
  label: string;

  @Field(() => String, {
    description:
      'The code of the product, such as `CURRENT`, at most 100 characters. It determines the kind of account.',
  })
  productCode: string;

  @Field(() => InitialBalanceInput, { description: 'The initial balance, which must be zero.' })
  balance: InitialBalanceInput;

  @Field(() => ID, {
    description:
      'The ID of the branch that is responsible for the account, such as `DERBY6`, at most 254 characters of 0-9, a-z, A-Z, `-`, `.`, and `_`.',
  })
  branchId: string;

  @Field(() => [AccountRoutingInput], {
    nullable: true,
    description:
      'The routings of the account, at most one for each scheme. Requires `CanCreateAccount`, unless the operator allows it.',
  })
  @MaxInputItems(500)
  accountRoutings?: AccountRoutingInput[] | null;
}

@ObjectType({ simpleResolvers: true, description: 'The result of creating an account.' })
export class AccountPayload {
  @Field(() => Account, { nullable: true, description: 'The account after the mutation.' })
  account: Account | null;

  @Field(() => UserSummary, { nullable: true, description: 'The user to whom the account belongs.' })
  holder: UserSummary | null;
}

@InputType({ description: 'A new attribute of an account.' })
export class AccountAttributeInput {
  @Field(() => String, {
    nullable: true,
    description: 'The code of the product to which the attribute belongs, at most 100 characters.',
  })
  productCode?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'The code of the contract to which the attribute belongs, at most 100 characters.',
  })
  contractCode?: string | null;

  @Field(() => String, {
    description: 'The name of the attribute, such as `OVERDRAFT_START_DATE`, at most 100 characters.',
  })
  name: string;

  @Field(() => AttributeType, { description: 'The type of the value.' })
  type: AttributeType;

  @Field(() => String, { description: 'The value, in the format of its type, at most 2,000 characters.' })
  value: string;
}

@ObjectType({ simpleResolvers: true, description: 'An account without its balance, routings, and holders.' })
export class AccountSummary {
  @Field(() => ID, { description: 'The ID of the bank.' })
  bankId: string;

  @Field(() => ID, { description: 'The ID of the account at the bank, such as `current-1`.' })
  accountId: string;
}

@ObjectType({ simpleResolvers: true, description: 'The result of creating an account attribute.' })
export class AccountAttributePayload {
  @Field(() => AccountSummary, { description: 'The account of the attribute.' })
  account: AccountSummary;

  @Field(() => AccountAttribute, { nullable: true, description: 'The attribute after the mutation.' })
  accountAttribute: AccountAttribute | null;
}
