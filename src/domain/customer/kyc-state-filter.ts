import { type SQL, sql } from 'drizzle-orm';
import { orderedScan, withoutIndex } from '../../database/search.ts';
import { bank } from '../bank/bank.table.ts';
import { customer } from './customer.table.ts';
import { CustomerSort } from './customer.type.ts';
import type { Condition, ListPlace } from './customer-condition.ts';
import { kycCount } from './kyc-count.table.ts';
import type { KycState } from './kyc-state.ts';

/**
 * The condition of a KYC state, which almost all customers can have, or very few. The index of the state has the default order, too.
 * In another order, few customers are sorted.
 */
export function kycStateCondition(kycState: KycState, { atBank, sortBy }: ListPlace): Condition {
  const bankId = sql.placeholder('bankId');
  const isInState = (column: SQL) => sql`${column} = ${sql.placeholder('kycState')}`;
  // The index contains the bank.
  const atBanks = atBank
    ? sql`${customer.bankId} = ${bankId}`
    : sql`${customer.bankId} in (select ${bank.id} from ${bank})`;
  const found = sql`${atBanks} and ${isInState(sql`${customer.kycState}`)}`;
  const hasOrder = atBank && sortBy === CustomerSort.LAST_OK_DATE;
  return {
    name: `kycState ${atBank ? 'at bank' : 'at any bank'} ${hasOrder ? 'in order' : ''}`,
    sql: found,
    unindexed: isInState(withoutIndex(customer.kycState)),
    values: { kycState },
    selective: !hasOrder,
    dependsOnValues: true,
    indexOrderedBy: customer.lastOkDateOrder,
    orderedScan: hasOrder ? null : orderedScan(sql`select 1 from ${customer} where ${found}`, null),
    total: sql`select coalesce(sum(${kycCount.total}), 0) as total from ${kycCount}
      where ${kycCount.bankId} = ${bankId} and ${kycCount.state} = ${sql.placeholder('kycState')}`,
  };
}
