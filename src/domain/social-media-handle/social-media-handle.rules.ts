import { notInFuture, type RowRule } from '../../base/row-rule.ts';
import type { SocialMediaHandleRow } from './social-media-handle.table.ts';

export const socialMediaHandleRules: readonly RowRule<SocialMediaHandleRow>[] = [
  notInFuture('dateAdded'),
  notInFuture('dateActivated'),
];
