import type { Database } from '../database/database.ts';

/** Fills the columns that a migration added, and whose values SQL cannot derive. */
export async function fillColumns(database: Database): Promise<void> {
  const { fillCanonicalNames } = await import('../domain/user/canonical-names.ts');
  const { fillCanonicalIdentifiers } = await import('../domain/identifier/canonical-identifiers.ts');
  const { fillAttributeOrders } = await import('../domain/customer/attribute-orders.ts');
  await fillCanonicalNames(database);
  await fillCanonicalIdentifiers(database);
  await fillAttributeOrders(database);
}
