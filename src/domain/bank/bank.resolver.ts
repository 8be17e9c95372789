import { asc } from 'drizzle-orm';
import { Arg, Ctx, FieldResolver, ID, Int, Mutation, Query, Resolver, Root } from 'type-graphql';
import { gatewayError } from '../../base/errors.ts';
import { statement } from '../../database/statement.ts';
import { MaxItems } from '../../execution/max-items.ts';
import { Authenticated, Public, RequiresRole } from '../../graph/access/rule.ts';
import type { Context } from '../../graph/context.ts';
import { mutate } from '../../graph/mutation.ts';
import { bankAt } from './bank.loader.ts';
import { type BankRow, bank } from './bank.table.ts';
import { Bank, BankPayload, CreateBankInput, toBank } from './bank.type.ts';
import { bankValues, insertBank, maxBanks } from './bank.writes.ts';

const allBanks = statement<BankRow[]>((queries) =>
  queries
    .select()
    .from(bank)
    .orderBy(asc(bank.id))
    .limit(maxBanks + 1),
);

@Resolver(() => Bank)
export class BankResolver {
  @Query(() => [Bank], { nullable: true, description: 'All banks, sorted by ID.' })
  @Public()
  @MaxItems(maxBanks)
  async banks(@Ctx() context: Context): Promise<Bank[]> {
    return (await allBanks(context.readDatabase())).map(toBank);
  }

  @Query(() => Bank, {
    nullable: true,
    description: 'The bank with this ID. Fails with `OBP-30001` if it does not exist.',
  })
  @Public()
  bank(
    @Arg('bankId', () => ID, { description: 'The ID of the bank.' }) bankId: string,
    @Ctx() context: Context,
  ): Promise<Bank> {
    return bankAt(context, bankId);
  }

  @FieldResolver(() => Boolean, {
    nullable: true,
    description: 'Whether a second officer must confirm every KYC status. Set by the operator.',
  })
  @Authenticated()
  kycFourEyes(@Root() bank: Bank): boolean {
    return bank.kycFourEyes;
  }

  @FieldResolver(() => Boolean, {
    nullable: true,
    description: 'Whether access to KYC material requires a reason in the `X-Reason` header. Set by the operator.',
  })
  @Authenticated()
  kycReasonRequired(@Root() bank: Bank): boolean {
    return bank.kycReasonRequired;
  }

  @FieldResolver(() => Boolean, {
    nullable: true,
    description: 'Whether a second granter must approve every grant of a role at the bank. Set by the operator.',
  })
  @Authenticated()
  grantApprovalRequired(@Root() bank: Bank): boolean {
    return bank.grantApprovalRequired;
  }

  @FieldResolver(() => Int, {
    nullable: true,
    description:
      "The retention period in days. A customer cannot be deleted until this period has passed since the customer's last change. Null if there is none. Set by the operator.",
  })
  @Authenticated()
  retentionDays(@Root() bank: Bank): number | null {
    return bank.retentionDays;
  }

  @Mutation(() => BankPayload, {
    nullable: true,
    description:
      'Creates a bank. The creator can grant roles at the bank from the next request on. Fails with `OBP-34000` if the ID exists.',
  })
  @RequiresRole(['CanCreateBank'])
  createBank(
    @Arg('input', () => CreateBankInput, { description: 'The new bank.' }) input: CreateBankInput,
    @Ctx() context: Context,
  ): Promise<BankPayload> {
    const values = bankValues(input);
    const { user } = context;
    if (user === null) throw gatewayError('OBP-20001');
    return mutate(
      context,
      async (transaction) => {
        await insertBank(transaction, values, user.id);
        return { id: values.id };
      },
      async ({ id }) => ({ bank: await bankAt(context, id) }),
    );
  }
}
