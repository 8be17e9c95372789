import { asc } from 'drizzle-orm';
import { Arg, Ctx, ID, Mutation, Query, Resolver } from 'type-graphql';
import { Public, RequiresRole } from '../../auth/requires-role.ts';
import type { Context } from '../../context.ts';
import { oncePerDatabase } from '../../database/batch.ts';
import { gatewayError } from '../../errors.ts';
import { idempotencyKeyDescription, mutate } from '../../execution/mutate.ts';
import { bankAt } from './bank.loader.ts';
import { type BankRow, bank } from './bank.table.ts';
import { Bank, BankPayload, CreateBankInput, toBank } from './bank.type.ts';
import { bankValues, insertBank } from './bank.writes.ts';

const allBanks = oncePerDatabase((database) =>
  database.prepare<BankRow>(database.read.select().from(bank).orderBy(asc(bank.id))),
);

@Resolver(() => Bank)
export class BankResolver {
  @Query(() => [Bank], { nullable: true, description: 'All banks, by their ids.' })
  @Public()
  async banks(@Ctx() context: Context): Promise<Bank[]> {
    return (await allBanks(context.readDatabase())()).map(toBank);
  }

  @Query(() => Bank, { nullable: true, description: 'The bank with this id.' })
  @Public()
  bank(
    @Arg('bankId', () => ID, { description: 'The id of the bank.' }) bankId: string,
    @Ctx() context: Context,
  ): Promise<Bank> {
    return bankAt(context, bankId);
  }

  @Mutation(() => BankPayload, {
    nullable: true,
    description: 'Creates a bank. Its creator may grant roles there, from the next request on.',
  })
  @RequiresRole(['CanCreateBank'])
  createBank(
    @Arg('input', () => CreateBankInput, { description: 'The new bank.' }) input: CreateBankInput,
    @Arg('idempotencyKey', () => String, { nullable: true, description: idempotencyKeyDescription })
    idempotencyKey: string | null,
    @Ctx() context: Context,
  ): Promise<BankPayload> {
    const values = bankValues(input);
    const { user } = context;
    if (user === null) throw gatewayError('OBP-20001');
    return mutate(
      context,
      { field: 'createBank', arguments: [input], idempotencyKey },
      async (transaction) => {
        await insertBank(transaction, values, user.id);
        return { id: values.id };
      },
      async ({ id }) => ({ bank: await bankAt(context, id) }),
    );
  }
}
