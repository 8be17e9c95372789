import { asc } from 'drizzle-orm';
import { Arg, Ctx, ID, Query, Resolver } from 'type-graphql';
import { Public } from '../../auth/requires-role.ts';
import type { Context } from '../../context.ts';
import { oncePerDatabase } from '../../database/batch.ts';
import { bankAt } from './bank.loader.ts';
import { type BankRow, bank } from './bank.table.ts';
import { Bank, toBank } from './bank.type.ts';

const allBanks = oncePerDatabase((database) =>
  database.prepare<BankRow>(database.read.select().from(bank).orderBy(asc(bank.id))),
);

@Resolver(() => Bank)
export class BankResolver {
  @Query(() => [Bank], { nullable: true, description: 'All banks, by their ids.' })
  @Public()
  async banks(@Ctx() context: Context): Promise<Bank[]> {
    return (await allBanks(context.database)()).map(toBank);
  }

  @Query(() => Bank, { nullable: true, description: 'The bank with this id.' })
  @Public()
  bank(
    @Arg('bankId', () => ID, { description: 'The id of the bank.' }) bankId: string,
    @Ctx() context: Context,
  ): Promise<Bank> {
    return bankAt(context, bankId);
  }
}
