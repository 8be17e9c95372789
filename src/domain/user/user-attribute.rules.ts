import { notInFuture, type RowRule } from '../../base/row-rule.ts';
import type { UserAttributeRow } from './user-attribute.table.ts';

export const userAttributeRules: readonly RowRule<UserAttributeRow>[] = [notInFuture('insertDate')];
