import { notInFuture, type RowRule } from '../../base/row-rule.ts';
import type { CustomerMessageRow } from './message.table.ts';

export const messageRules: readonly RowRule<CustomerMessageRow>[] = [notInFuture('date')];
