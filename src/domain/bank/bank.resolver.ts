import { asc } from 'drizzle-orm';
import { Arg, Ctx, FieldResolver, ID, Int, Query, Resolver, Root } from 'type-graphql';
import { statement } from '../../database/statement.ts';
import { Batched } from '../../execution/batched.ts';
import { MaxItems } from '../../execution/max-items.ts';
import { Authenticated, Public, RequiresRole } from '../../graph/access/rule.ts';
import type { Context } from '../../graph/context.ts';
import { bankAt, reviewIntervalsByBank } from './bank.loader.ts';
import { type BankRow, bank } from './bank.table.ts';
import { Bank, toBank } from './bank.type.ts';
import { maxBanks } from './bank.writes.ts';
import { maxReviewIntervals } from './review-interval.table.ts';
import { ReviewInterval, toReviewInterval } from './review-interval.type.ts';

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
      "The retention period in days. A customer cannot be deleted until this period has passed since the customer's closing or, if the customer is not closed, the last change. Null if there is none. Set by the operator.",
  })
  @Authenticated()
  retentionDays(@Root() bank: Bank): number | null {
    return bank.retentionDays;
  }

  @FieldResolver(() => [ReviewInterval], {
    nullable: true,
    description:
      'The intervals after which customers are due for review, sorted by attribute, the one for all customers first. Set by the operator.',
  })
  @RequiresRole(['CanGetAnyKycStatuses', 'CanGetKycStatusesAtOneBank', 'CanSetKycReviewDate'])
  @MaxItems(maxReviewIntervals)
  @Batched()
  async reviewIntervals(@Root() banks: Bank[], @Ctx() context: Context): Promise<ReviewInterval[][]> {
    const intervals = await context.loader(reviewIntervalsByBank).loadAll(banks.map(({ id }) => id));
    return intervals.map((rows) => rows.map(toReviewInterval));
  }
}
