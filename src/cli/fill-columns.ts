import type { SQLiteTable } from 'drizzle-orm/sqlite-core';
import type { Database } from '../database/database.ts';

/** Fills the columns that a migration added, and whose values SQL cannot derive. */
export async function fillColumns(database: Database): Promise<void> {
  const { fillCanonicalNames } = await import('../domain/user/canonical-names.ts');
  const { fillCanonicalIdentifiers } = await import('../domain/identifier/canonical-identifiers.ts');
  const { fillAttributeOrders } = await import('../domain/customer/attribute-orders.ts');
  const filled = new Map<SQLiteTable, number>();
  const onFilled = (table: SQLiteTable, rows: number) => filled.set(table, (filled.get(table) ?? 0) + rows);
  await fillCanonicalNames(database, onFilled);
  await fillCanonicalIdentifiers(database, onFilled);
  await fillAttributeOrders(database, onFilled);
  await database.updateStatistics(filled);
}
