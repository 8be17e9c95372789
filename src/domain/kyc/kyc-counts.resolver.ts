import { eq, sql } from 'drizzle-orm';
import { Ctx, Query, Resolver } from 'type-graphql';
import { statement } from '../../database/statement.ts';
import { RequiresRole } from '../../graph/access/rule.ts';
import { BankId } from '../../graph/arguments.ts';
import type { Context } from '../../graph/context.ts';
import { requireFilled } from '../customer/customer-fill.ts';
import { kycCount } from '../customer/kyc-count.table.ts';
import { KycState } from '../customer/kyc-state.ts';
import { KycCounts } from './kyc-counts.type.ts';
import { KycStatusProposalState } from './kyc-status-proposal-state.ts';

const countsOfBank = statement((queries) =>
  queries
    .select({ state: kycCount.state, total: sql<number | string>`sum(${kycCount.total})`.as('total') })
    .from(kycCount)
    .where(eq(kycCount.bankId, sql.placeholder('bankId')))
    .groupBy(kycCount.state),
);

@Resolver()
export class KycCountsResolver {
  @Query(() => KycCounts, {
    nullable: true,
    description:
      'The numbers of customers of the bank in each KYC state, and of proposed KYC statuses that await a decision. Closed customers are counted, too. The numbers are exact, and cost the same at a bank of any size.',
  })
  @RequiresRole(['CanGetKycCounts', 'CanGetAnyKycStatuses', 'CanGetKycStatusesAtOneBank'])
  async kycCounts(@BankId() bankId: string, @Ctx() context: Context): Promise<KycCounts> {
    const database = context.readDatabase();
    const [, counts] = await Promise.all([requireFilled(database, 'kyc_states'), countsOfBank(database, { bankId })]);
    const totals = new Map(counts.map(({ state, total }) => [state, Number(total)]));
    return {
      bankId,
      neverAssessed: totals.get(KycState.NEVER_ASSESSED) ?? 0,
      ok: totals.get(KycState.OK) ?? 0,
      notOk: totals.get(KycState.NOT_OK) ?? 0,
      openKycStatusProposals: totals.get(KycStatusProposalState.PROPOSED) ?? 0,
    };
  }
}
