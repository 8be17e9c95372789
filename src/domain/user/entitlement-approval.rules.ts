import { isEmpowering, type Role } from '../../base/roles.ts';
import type { GrantApproval } from '../../config.ts';

export interface ProposedGrant {
  roleName: Role;
  /** Whether the right of the granter came from the recipient, through any chain. */
  isRecipientUpstream: boolean;
  /** Whether the bank of the role requires an approval of every grant. */
  isRequiredByBank: boolean;
}

/** Whether a grant needs the approval of a second granter. */
export function isApprovalRequired(
  setting: GrantApproval,
  { roleName, isRecipientUpstream, isRequiredByBank }: ProposedGrant,
): boolean {
  if (isRequiredByBank || setting === 'every') return true;
  return setting === 'on' && (isEmpowering(roleName) || isRecipientUpstream);
}
