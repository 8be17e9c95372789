import { and, eq, isNotNull } from 'drizzle-orm';
import { gatewayError } from '../../base/errors.ts';
import type { Queries } from '../../database/database.ts';
import { legalHold } from '../customer/legal-hold.table.ts';
import type { DeletableCustomer } from '../customer/locked-customer.ts';
import { needsConfirmation } from '../kyc/kyc-status-proposal.writes.ts';
import { empowermentsOf } from '../user/empowerment.writes.ts';
import { areUnrelated } from '../user/independence.rules.ts';

/** The roles with which a deletion is prepared and executed. */
const roles = ['CanCloseCustomer', 'CanDeleteCustomerCascade', 'CanSetLegalHold'] as const;

/** The users who closed the customer, and who lifted legal holds. */
async function preparersOf(transaction: Queries, { id, closedByUserId }: DeletableCustomer): Promise<Set<string>> {
  const lifted = await transaction
    .selectDistinct({ userId: legalHold.liftedByUserId })
    .from(legalHold)
    .where(and(eq(legalHold.customerId, id), isNotNull(legalHold.liftedAt)));
  return new Set([closedByUserId, ...lifted.map(({ userId }) => userId)].filter((userId) => userId !== null));
}

/**
 * At a bank with the four-eyes principle, no officer alone can remove what prevents a deletion and then delete.
 * @throws DELETION_NEEDS_SECOND_OFFICER or KYC_OFFICERS_NOT_INDEPENDENT
 */
export async function requireSecondOfficer(
  transaction: Queries,
  customer: DeletableCustomer,
  callerId: string,
): Promise<void> {
  const { bankId } = customer;
  if (!(await needsConfirmation(transaction, bankId))) return;
  const preparers = await preparersOf(transaction, customer);
  if (preparers.has(callerId)) throw gatewayError('DELETION_NEEDS_SECOND_OFFICER', { bankId });
  if (preparers.size === 0) return;
  const links = await empowermentsOf(transaction, [callerId, ...preparers], { roles, bankId });
  for (const preparer of preparers) {
    if (!areUnrelated(callerId, preparer, links)) throw gatewayError('KYC_OFFICERS_NOT_INDEPENDENT', { bankId });
  }
}
