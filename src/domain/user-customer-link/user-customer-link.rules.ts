import { notInFuture, type RowRule } from '../../base/row-rule.ts';
import type { UserCustomerLinkRow } from './user-customer-link.table.ts';

export const userCustomerLinkRules: readonly RowRule<UserCustomerLinkRow>[] = [notInFuture('dateInserted')];
