import { oneBy } from '../../database/batch.ts';
import { loadNullable } from '../../database/loader.ts';
import type { Context } from '../../graph/context.ts';
import { kycStatusProposal } from './kyc-status-proposal.table.ts';
import type { KycStatusProposal } from './kyc-status-proposal.type.ts';

const proposalById = oneBy(kycStatusProposal, 'id');

/** Loads proposals. Null for each ID that is null, or that no proposal has. */
export function proposalsById(
  context: Context,
  ids: readonly (string | null)[],
): Promise<(KycStatusProposal | null)[]> {
  return loadNullable(context.loader(proposalById), ids);
}
