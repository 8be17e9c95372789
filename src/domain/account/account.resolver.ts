import { Arg, Ctx, FieldResolver, ID, Query, Resolver, Root } from 'type-graphql';
import { Public, RequiresRole } from '../../auth/requires-role.ts';
import type { Context } from '../../context.ts';
import { manyBy } from '../../database/batch.ts';
import { bankAt } from '../bank/bank.loader.ts';
import { Bank } from '../bank/bank.type.ts';
import { User } from '../user/user.type.ts';
import { accountAt, holdingsByUser, loadAccount } from './account.loader.ts';
import { Account, AccountAttribute, AccountRouting } from './account.type.ts';
import { accountAttribute } from './account-attribute.table.ts';
import { accountRouting } from './account-routing.table.ts';
import { contractsOf } from './contract.rules.ts';
import { Contract } from './contract.type.ts';

const routingsByAccount = manyBy(accountRouting, ['bankId', 'accountId'], { orderBy: ['scheme'] });
const attributesByAccount = manyBy(accountAttribute, ['bankId', 'accountId'], { orderBy: ['createdAt', 'id'] });

@Resolver(() => Account)
export class AccountResolver {
  @FieldResolver(() => Bank, { description: 'The bank that keeps the account.' })
  @Public()
  bank(@Root() account: Account, @Ctx() context: Context): Promise<Bank> {
    return bankAt(context, account.bankId);
  }

  @FieldResolver(() => [AccountRouting], { nullable: true, description: 'How the account is addressed, by scheme.' })
  @RequiresRole(['CanGetCustomerOverview', 'CanGetCustomerOverviewFlat'], { orLinkedUser: true, orHolder: true })
  routings(@Root() account: Account, @Ctx() context: Context): Promise<AccountRouting[]> {
    return context.loader(routingsByAccount).load([account.bankId, account.id]);
  }

  @FieldResolver(() => [AccountAttribute], { nullable: true, description: 'The attributes, the oldest first.' })
  @RequiresRole(['CanGetCustomerOverview', 'CanGetCustomerOverviewFlat'], { orLinkedUser: true, orHolder: true })
  attributes(@Root() account: Account, @Ctx() context: Context): Promise<AccountAttribute[]> {
    return context.loader(attributesByAccount).load([account.bankId, account.id]);
  }

  @FieldResolver(() => [Contract], {
    nullable: true,
    description: 'The contracts, made from the attributes that carry a contract code.',
  })
  @RequiresRole(['CanGetCustomerOverview', 'CanGetCustomerOverviewFlat'], { orLinkedUser: true, orHolder: true })
  async contracts(@Root() account: Account, @Ctx() context: Context): Promise<Contract[]> {
    return contractsOf(account, await context.loader(attributesByAccount).load([account.bankId, account.id]));
  }

  @Query(() => Account, { nullable: true, description: 'The account with this id at the bank.' })
  @RequiresRole(['CanGetCustomerOverview', 'CanGetCustomerOverviewFlat'], { orHolder: true })
  account(
    @Arg('bankId', () => ID, { description: 'The bank.' }) bankId: string,
    @Arg('id', () => ID, { description: 'The id of the account.' }) id: string,
    @Ctx() context: Context,
  ): Promise<Account> {
    return accountAt(context, bankId, id);
  }
}

@Resolver(() => User)
export class UserAccountsResolver {
  @FieldResolver(() => [Account], { nullable: true, description: 'The accounts, at any bank, that the user holds.' })
  @RequiresRole([], { orSelf: true })
  async accounts(@Root() user: User, @Ctx() context: Context): Promise<Account[]> {
    const holdings = await context.loader(holdingsByUser).load(user.id);
    const accounts = await Promise.all(
      holdings.map(({ bankId, accountId }) => loadAccount(context, { bankId, accountId })),
    );
    return accounts.filter((account) => account !== null);
  }
}
