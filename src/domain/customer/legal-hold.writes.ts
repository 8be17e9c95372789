import { randomUUID } from 'node:crypto';
import { and, eq, isNull } from 'drizzle-orm';
import { gatewayError } from '../../base/errors.ts';
import type { Queries } from '../../database/database.ts';
import { insertRow, updateRows } from '../../database/write-row.ts';
import { countOf, maxCollectionSize } from './customer-collection.ts';
import { type LegalHoldRow, legalHold } from './legal-hold.table.ts';
import type { LockedCustomer } from './locked-customer.ts';

/** The user who sets or lifts a hold, and the reason. */
export interface HoldDecision {
  userId: string;
  reason: string;
}

/** Sets a further hold. @throws TOO_MANY_ITEMS if the customer has 500 holds, because they are returned as a plain list. */
export async function setLegalHold(
  transaction: Queries,
  { id: customerId, bankId }: LockedCustomer,
  { userId: setByUserId, reason }: HoldDecision,
): Promise<LegalHoldRow> {
  const [counted] = await countOf(transaction, legalHold, { customerId });
  if (Number(counted?.total ?? 0) >= maxCollectionSize) {
    throw gatewayError('TOO_MANY_ITEMS', { detail: 'OF_CUSTOMER', limit: maxCollectionSize });
  }
  const row = { id: randomUUID(), bankId, customerId, reason, setAt: new Date(), setByUserId };
  const [added] = await insertRow(transaction, legalHold, row);
  if (added === undefined) throw new Error('The legal hold was not stored.');
  return added;
}

/** @throws LEGAL_HOLD_NOT_FOUND or LEGAL_HOLD_LIFTED */
export async function liftLegalHold(
  transaction: Queries,
  customer: LockedCustomer,
  id: string,
  { userId, reason }: HoldDecision,
): Promise<LegalHoldRow> {
  const own = and(eq(legalHold.id, id), eq(legalHold.customerId, customer.id));
  const [before] = await transaction.select().from(legalHold).where(own);
  const field = 'input.legalHoldId';
  if (before === undefined) throw gatewayError('LEGAL_HOLD_NOT_FOUND', { field });
  const [lifted] = await updateRows(transaction, legalHold, {
    before,
    set: { liftedAt: new Date(), liftedByUserId: userId, liftReason: reason },
    where: and(own, isNull(legalHold.liftedAt)),
  });
  if (lifted === undefined) throw gatewayError('LEGAL_HOLD_LIFTED', { field });
  return lifted;
}
