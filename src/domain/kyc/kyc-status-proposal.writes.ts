import { randomUUID } from 'node:crypto';
import { and, count, eq, sql } from 'drizzle-orm';
import { gatewayError } from '../../base/errors.ts';
import type { Queries } from '../../database/database.ts';
import { insertRow, updateRows } from '../../database/write-row.ts';
import { bank } from '../bank/bank.table.ts';
import { refuseClosed } from '../customer/customer-closing.rules.ts';
import { maxCollectionSize } from '../customer/customer-collection.ts';
import type { LockedCustomer } from '../customer/locked-customer.ts';
import { empowermentsOf } from '../user/empowerment.writes.ts';
import { areUnrelated } from '../user/independence.rules.ts';
import type { KycStatusValues } from './kyc-status.rules.ts';
import { type KycStatusProposalRow, kycStatusProposal } from './kyc-status-proposal.table.ts';
import { KycStatusProposalState } from './kyc-status-proposal-state.ts';

/** Whether a second officer must confirm the KYC statuses of the bank's customers. */
export async function needsConfirmation(queries: Queries, bankId: string): Promise<boolean> {
  const [settings] = await queries.select({ kycFourEyes: bank.kycFourEyes }).from(bank).where(eq(bank.id, bankId));
  return settings?.kycFourEyes === true;
}

/**
 * Stores a proposal. If an open proposal has the same status and date, returns that one, even if another officer proposed it.
 * @throws CUSTOMER_CLOSED; TOO_MANY_ITEMS if more than 500 are open, because they are returned as a plain list.
 */
export async function insertProposal(
  transaction: Queries,
  customer: LockedCustomer,
  { ok, date, sentDate, reason, proposedByUserId }: KycStatusValues & { proposedByUserId: string },
): Promise<KycStatusProposalRow> {
  refuseClosed(customer);
  const { id: customerId, bankId } = customer;
  const now = new Date();
  const state = KycStatusProposalState.PROPOSED;
  const open = and(eq(kycStatusProposal.customerId, customerId), eq(kycStatusProposal.state, state));
  const isRetry = and(open, eq(kycStatusProposal.sentDate, sentDate ?? date), eq(kycStatusProposal.ok, ok));
  const [sent] = await transaction.select().from(kycStatusProposal).where(isRetry).limit(1);
  if (sent !== undefined) return sent;
  const values = { bankId, customerId, ok, date, sentDate, reason, state, proposedByUserId };
  const row = { id: randomUUID(), ...values, createdAt: now, updatedAt: now };
  const [added] = await insertRow(transaction, kycStatusProposal, row, 'ignore');
  if (added === undefined) {
    const [same] = await transaction
      .select()
      .from(kycStatusProposal)
      .where(and(open, eq(kycStatusProposal.date, date), eq(kycStatusProposal.ok, ok)));
    if (same === undefined) throw gatewayError('VERSION_CONFLICT', { detail: 'PROPOSAL_JUST_DECIDED' });
    return same;
  }
  const [counted] = await transaction.select({ total: count() }).from(kycStatusProposal).where(open);
  if (Number(counted?.total ?? 0) > maxCollectionSize) {
    throw gatewayError('TOO_MANY_ITEMS', { detail: 'OF_CUSTOMER', limit: maxCollectionSize });
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
 * Decides on the proposal of another officer.
 * @throws KYC_STATUS_PROPOSAL_NOT_FOUND; KYC_STATUS_NEEDS_CONFIRMATION for the caller's own proposal; KYC_OFFICERS_NOT_INDEPENDENT;
 * VERSION_CONFLICT if it is already decided.
 */
export async function decideProposal(
  transaction: Queries,
  customer: LockedCustomer,
  id: string,
  { state, decidedByUserId, reason }: Decision,
): Promise<KycStatusProposalRow> {
  const own = and(eq(kycStatusProposal.id, id), eq(kycStatusProposal.customerId, customer.id));
  const [proposal] = await transaction.select().from(kycStatusProposal).where(own);
  if (proposal === undefined) throw gatewayError('KYC_STATUS_PROPOSAL_NOT_FOUND');
  if (proposal.proposedByUserId === decidedByUserId) {
    throw gatewayError('KYC_STATUS_NEEDS_CONFIRMATION', { detail: 'OWN_PROPOSAL', bankId: customer.bankId });
  }
  await requireUnrelatedOfficers(transaction, customer.bankId, proposal.proposedByUserId, decidedByUserId);
  const now = new Date();
  const version = sql`${kycStatusProposal.version} + 1`;
  const [decided] = await updateRows(transaction, kycStatusProposal, {
    before: proposal,
    set: { state, decidedByUserId, decidedAt: now, decisionReason: reason, updatedAt: now, version },
    where: and(own, eq(kycStatusProposal.state, KycStatusProposalState.PROPOSED)),
  });
  if (decided === undefined) throw gatewayError('VERSION_CONFLICT', { detail: 'PROPOSAL_DECIDED' });
  return decided;
}
