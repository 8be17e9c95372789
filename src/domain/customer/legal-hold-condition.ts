import { and, eq, isNull, sql } from 'drizzle-orm';
import { gatewayError } from '../../base/errors.ts';
import { inKeys, keyValues } from '../../database/batch.ts';
import type { Database, Queries } from '../../database/database.ts';
import { statement } from '../../database/statement.ts';
import { legalHold } from './legal-hold.table.ts';

/** The condition that the customer of the placeholder `customerId` is under no legal hold. */
export const isUnderNoHold = sql`not exists (select 1 from ${legalHold} where ${and(
  eq(legalHold.customerId, sql.placeholder('customerId')),
  isNull(legalHold.liftedAt),
)})`;

const holdsInForce = statement<{ customerId: string }[]>((queries) =>
  queries
    .select({ customerId: legalHold.customerId })
    .from(legalHold)
    .where(and(inKeys([legalHold.customerId]), isNull(legalHold.liftedAt))),
);

/** Those of the customers who are under a legal hold. */
export async function heldCustomers(
  target: Database | Queries,
  customerIds: readonly string[],
): Promise<ReadonlySet<string>> {
  const rows = await holdsInForce(target, keyValues(customerIds));
  return new Set(rows.map(({ customerId }) => customerId));
}

/** The customer is locked, so no hold is set at the same time. @throws CUSTOMER_UNDER_LEGAL_HOLD */
export async function refuseUnderHold(transaction: Queries, customerId: string): Promise<void> {
  const held = await heldCustomers(transaction, [customerId]);
  if (held.size > 0) throw gatewayError('CUSTOMER_UNDER_LEGAL_HOLD');
}
