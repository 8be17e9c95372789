import { randomUUID } from 'node:crypto';
import { and, count, eq, sql } from 'drizzle-orm';
import { gatewayError } from '../../base/errors.ts';
import type { Queries } from '../../database/database.ts';
import { insertRow, updateRows } from '../../database/write-row.ts';
import { bank } from '../bank/bank.table.ts';
import { maxCollectionSize } from '../customer/customer-collection.ts';
import type { LockedCustomer } from '../customer/locked-customer.ts';
import { empowermentsOf } from '../user/empowerment.writes.ts';
import { areUnrelated } from '../user/independence.rules.ts';
import { type KycStatusProposalRow, kycStatusProposal } from './kyc-status-proposal.table.ts';
import { KycStatusProposalState } from './kyc-status-proposal-state.ts';

/** Whether a KYC status of this bank's customers counts only when a second officer has confirmed it. */
export async function needsConfirmation(queries: Queries, bankId: string): Promise<boolean> {
  const [found] = await queries.select({ kycFourEyes: bank.kycFourEyes }).from(bank).where(eq(bank.id, bankId));
  return found?.kycFourEyes === true;
}

/**
 * Stores what an officer proposes; of what is open already, whoever proposed it, the one that is there. At most 500 are
 * open: they are given as a plain list.
 */
export async function insertProposal(
  transaction: Queries,
  { id: customerId, bankId }: LockedCustomer,
  { ok, date, proposedByUserId }: Pick<KycStatusProposalRow, 'ok' | 'date' | 'proposedByUserId'>,
): Promise<KycStatusProposalRow> {
  const now = new Date();
  const state = KycStatusProposalState.PROPOSED;
  const values = { bankId, customerId, ok, date, state, proposedByUserId };
  const row = { id: randomUUID(), ...values, createdAt: now, updatedAt: now };
  const [added] = await insertRow(transaction, kycStatusProposal, row, 'ignore');
  const open = and(eq(kycStatusProposal.customerId, customerId), eq(kycStatusProposal.state, state));
  if (added === undefined) {
    const [same] = await transaction
      .select()
      .from(kycStatusProposal)
      .where(and(open, eq(kycStatusProposal.date, date), eq(kycStatusProposal.ok, ok)));
    if (same === undefined) throw gatewayError('VERSION_CONFLICT', { message: 'The proposal was just decided.' });
    return same;
  }
  const [counted] = await transaction.select({ total: count() }).from(kycStatusProposal).where(open);
  if (Number(counted?.total ?? 0) > maxCollectionSize) {
    const message = `A customer has at most ${maxCollectionSize} of them.`;
    throw gatewayError('TOO_MANY_ITEMS', { message, limit: maxCollectionSize });
  }
  return added;
}

interface Decision {
  state: KycStatusProposalState.CONFIRMED | KycStatusProposalState.REJECTED;
  decidedByUserId: string;
  reason: string | null;
}

/** The roles with which two officers set a KYC status. */
const officerRoles = ['CanAddKycStatus', 'CanConfirmKycStatus'] as const;

/** @throws KYC_OFFICERS_NOT_INDEPENDENT if one officer created or empowered the other, through any chain of grants. */
async function requireUnrelatedOfficers(
  transaction: Queries,
  bankId: string,
  proposerId: string,
  deciderId: string,
): Promise<void> {
  const links = await empowermentsOf(transaction, [proposerId, deciderId], { roles: officerRoles, bankId });
  if (!areUnrelated(proposerId, deciderId, links)) throw gatewayError('KYC_OFFICERS_NOT_INDEPENDENT', { bankId });
}

/**
 * Decides what another officer proposed for this customer. Fails with KYC_STATUS_PROPOSAL_NOT_FOUND; with
 * KYC_STATUS_NEEDS_CONFIRMATION for one's own proposal; with KYC_OFFICERS_NOT_INDEPENDENT; and with VERSION_CONFLICT when it was decided before.
 */
export async function decideProposal(
  transaction: Queries,
  customer: LockedCustomer,
  id: string,
  { state, decidedByUserId, reason }: Decision,
): Promise<KycStatusProposalRow> {
  const own = and(eq(kycStatusProposal.id, id), eq(kycStatusProposal.customerId, customer.id));
  const [found] = await transaction.select().from(kycStatusProposal).where(own);
  if (found === undefined) throw gatewayError('KYC_STATUS_PROPOSAL_NOT_FOUND');
  if (found.proposedByUserId === decidedByUserId) {
    const message = 'Nobody decides on what they proposed themself.';
    throw gatewayError('KYC_STATUS_NEEDS_CONFIRMATION', { message, bankId: customer.bankId });
  }
  await requireUnrelatedOfficers(transaction, customer.bankId, found.proposedByUserId, decidedByUserId);
  const now = new Date();
  const version = sql`${kycStatusProposal.version} + 1`;
  const [decided] = await updateRows(transaction, kycStatusProposal, {
    before: found,
    set: { state, decidedByUserId, decidedAt: now, decisionReason: reason, updatedAt: now, version },
    where: and(own, eq(kycStatusProposal.state, KycStatusProposalState.PROPOSED)),
  });
  if (decided === undefined) throw gatewayError('VERSION_CONFLICT', { message: 'The proposal was decided before.' });
  return decided;
}
