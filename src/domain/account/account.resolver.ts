import { Arg, Ctx, FieldResolver, ID, Mutation, Query, Resolver, Root } from 'type-graphql';
import { gatewayError } from '../../base/errors.ts';
import { manyBy, oneBy } from '../../database/batch.ts';
import { Batched, BatchedByKey, PrefetchKey } from '../../execution/batched.ts';
import { ByIds } from '../../execution/by-ids.ts';
import { defaultMaxItems } from '../../execution/max-items.ts';
import { holdsFurtherRole } from '../../graph/access/further-role.ts';
import { Authenticated, Public, RequiresRole } from '../../graph/access/rule.ts';
import { AccountId, BankId, maxIds } from '../../graph/arguments.ts';
import type { Context } from '../../graph/context.ts';
import { MaxInputItems } from '../../graph/max-input-items.ts';
import { mutate } from '../../graph/mutation.ts';
import { bankAt } from '../bank/bank.loader.ts';
import { Bank } from '../bank/bank.type.ts';
import { User } from '../user/user.type.ts';
import { UserSummary } from '../user/user-summary.type.ts';
import { accountAt, accountsAt, holdersOf, holdingsByUser, loadAccount } from './account.loader.ts';
import {
  Account,
  AccountAttribute,
  AccountAttributeInput,
  AccountAttributePayload,
  type AccountKey,
  AccountPayload,
  AccountRouting,
  AccountSummary,
  accountKey,
  CreateAccountInput,
} from './account.type.ts';
import { checkNewAccounts, holderOf, insertAccount, isSelfServiceInput, newAccount } from './account.writes.ts';
import { accountAttribute } from './account-attribute.table.ts';
import { accountAttributeValues, insertAccountAttribute } from './account-attribute.writes.ts';
import { accountRouting } from './account-routing.table.ts';
import { contractsOf } from './contract.rules.ts';
import { Contract } from './contract.type.ts';
import './searched-routing.ts';

const routingsByAccount = manyBy(accountRouting, ['bankId', 'accountId'], { orderBy: ['scheme'] });
const attributesByAccount = manyBy(accountAttribute, ['bankId', 'accountId'], { orderBy: ['createdAt', 'id'] });
const attributeById = oneBy(accountAttribute, 'id');

function keyOf({ bankId, accountId }: AccountSummary): [bankId: string, accountId: string] {
  return [bankId, accountId];
}

@Resolver(() => Account)
export class AccountResolver {
  @FieldResolver(() => Bank, { description: 'The bank of the account.' })
  @Public()
  bank(@Root() account: Account, @Ctx() context: Context): Promise<Bank> {
    return bankAt(context, account.bankId);
  }

  @FieldResolver(() => [AccountRouting], {
    nullable: true,
    description: 'The routings of the account, sorted by scheme.',
  })
  @RequiresRole(['CanGetCustomerOverview', 'CanGetCustomerOverviewFlat', 'CanCreateAccount'], {
    orLinkedUser: true,
    orHolder: true,
  })
  @BatchedByKey<AccountKey>()
  routings(@Root() accounts: AccountKey[], @Ctx() context: Context): Promise<AccountRouting[][]> {
    return context.loader(routingsByAccount).loadAll(accounts.map(keyOf));
  }

  @FieldResolver(() => [AccountAttribute], {
    nullable: true,
    description: 'The attributes of the account, sorted by creation time, oldest first.',
  })
  @RequiresRole(['CanGetCustomerOverview', 'CanGetCustomerOverviewFlat', 'CanCreateAccountAttributeAtOneBank'], {
    orLinkedUser: true,
    orHolder: true,
  })
  @BatchedByKey<AccountKey>()
  attributes(@Root() accounts: AccountKey[], @Ctx() context: Context): Promise<AccountAttribute[][]> {
    return context.loader(attributesByAccount).loadAll(accounts.map(keyOf));
  }

  @FieldResolver(() => [UserSummary], {
    nullable: true,
    description: 'The users to whom the account belongs, sorted by `userId`.',
  })
  @RequiresRole(['CanGetCustomerOverview', 'CanGetCustomerOverviewFlat', 'CanCreateAccount'], { orHolder: true })
  @BatchedByKey<AccountKey>()
  holders(@Root() accounts: AccountKey[], @Ctx() context: Context): Promise<UserSummary[][]> {
    return holdersOf(context, accounts);
  }

  @FieldResolver(() => [Contract], {
    nullable: true,
    description: 'The contracts of the account, one for each contract code of its attributes.',
  })
  @RequiresRole(['CanGetCustomerOverview', 'CanGetCustomerOverviewFlat'], { orLinkedUser: true, orHolder: true })
  @Batched()
  async contracts(@Root() accounts: Account[], @Ctx() context: Context): Promise<Contract[][]> {
    const attributes = await context.loader(attributesByAccount).loadAll(accounts.map(keyOf));
    return accounts.map((account, index) => contractsOf(account, attributes[index] ?? []));
  }

  @Query(() => Account, {
    nullable: true,
    description: 'The account with this ID. Fails with `OBP-30018` if the bank has no such account.',
  })
  @RequiresRole(['CanGetCustomerOverview', 'CanGetCustomerOverviewFlat'], { orHolder: true })
  @PrefetchKey((_: unknown, { bankId, accountId }: AccountKey): AccountKey => accountKey(bankId, accountId))
  account(@BankId() bankId: string, @AccountId() accountId: string, @Ctx() context: Context): Promise<Account> {
    return accountAt(context, bankId, accountId);
  }

  @Query(() => [Account], {
    nullable: 'itemsAndList',
    description:
      'The accounts of the bank with these IDs, in the same order. Each is found or refused as by `account`: its place is null, with an error of its own.',
  })
  @RequiresRole(['CanGetCustomerOverview', 'CanGetCustomerOverviewFlat'], { orHolder: true })
  @MaxInputItems(maxIds, 'accountIds')
  @ByIds('accountIds', 'accountId')
  accountsById(
    @BankId() bankId: string,
    @Arg('accountIds', () => [ID], { description: 'The IDs of the accounts at the bank.' }) accountIds: string[],
    @Ctx() context: Context,
  ): Promise<(Account | Error)[]> {
    return accountsAt(context, bankId, accountIds);
  }

  @Mutation(() => AccountPayload, {
    nullable: true,
    description:
      'Opens an account for the caller. The operator limits the number of accounts that a user can open within 24 hours (`RATE_LIMITED`). `CanCreateAccount` at the bank is required to open an account for another user, to choose its ID or routings, and to exceed the limit.',
  })
  @Authenticated('CanCreateAccount')
  async createAccount(
    @BankId() bankId: string,
    @Arg('input', () => CreateAccountInput, { description: 'The new account.' }) input: CreateAccountInput,
    @Ctx() context: Context,
  ): Promise<AccountPayload> {
    const { user } = context;
    if (user === null) throw gatewayError('OBP-20001');
    const holderId = holderOf(input, user.id);
    const isSelfService = !holdsFurtherRole(context, 'Mutation.createAccount', ['CanCreateAccount'], bankId);
    const { config } = context;
    // Before anything is read, so that a refusal does not reveal whether users, accounts or routings exist.
    if (isSelfService && (holderId !== user.id || !isSelfServiceInput(input, config))) {
      throw gatewayError('OBP-20006', { missingRoles: ['CanCreateAccount'], bankId });
    }
    const opened = newAccount(input, holderId);
    return mutate(
      context,
      async (transaction) => {
        if (isSelfService) await checkNewAccounts(transaction, user.id, config.newAccountsPerDay);
        await insertAccount(transaction, bankId, opened);
        return { bankId, accountId: opened.account.id };
      },
      async (written) => {
        const [[holder = null] = []] = await holdersOf(context, [written]);
        return { account: await loadAccount(context, written), holder };
      },
    );
  }
}

@Resolver(() => AccountSummary)
export class AccountSummaryResolver {
  @FieldResolver(() => [AccountAttribute], {
    nullable: true,
    description: 'The attributes of the account, sorted by creation time, oldest first.',
  })
  @RequiresRole(['CanCreateAccountAttributeAtOneBank'])
  @Batched()
  attributes(@Root() accounts: AccountSummary[], @Ctx() context: Context): Promise<AccountAttribute[][]> {
    return context.loader(attributesByAccount).loadAll(accounts.map(keyOf));
  }
}

@Resolver()
export class AccountAttributeMutations {
  @Mutation(() => AccountAttributePayload, {
    nullable: true,
    description: 'Adds an attribute to an account. An account can have at most 500 attributes.',
  })
  @RequiresRole(['CanCreateAccountAttributeAtOneBank'])
  createAccountAttribute(
    @BankId() bankId: string,
    @AccountId() accountId: string,
    @Arg('input', () => AccountAttributeInput, { description: 'The new attribute.' }) input: AccountAttributeInput,
    @Ctx() context: Context,
  ): Promise<AccountAttributePayload> {
    const values = accountAttributeValues(input);
    return mutate(
      context,
      async (transaction) => {
        const { id } = await insertAccountAttribute(transaction, bankId, accountId, values);
        return { id };
      },
      async ({ id }) => ({
        account: { bankId, accountId },
        accountAttribute: await context.loader(attributeById).load(id),
      }),
    );
  }
}

@Resolver(() => User)
export class UserAccountsResolver {
  @FieldResolver(() => [Account], {
    nullable: true,
    description: 'The accounts of which the user is a holder, at all banks, sorted by bank and account ID.',
  })
  @RequiresRole([], { orSelf: true })
  async accounts(@Root() user: User, @Ctx() context: Context): Promise<Account[]> {
    // One more than the maximum, so that a list that is too long fails before all its accounts are read.
    const holdings = (await context.loader(holdingsByUser).load(user.id)).slice(0, defaultMaxItems + 1);
    const accounts = await Promise.all(
      holdings.map(({ bankId, accountId }) => loadAccount(context, { bankId, accountId })),
    );
    return accounts.filter((account) => account !== null);
  }
}
