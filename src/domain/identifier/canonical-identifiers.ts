import { asc, getTableName, type SQL } from 'drizzle-orm';
import type { SQLiteColumn, SQLiteTable } from 'drizzle-orm/sqlite-core';
import { derivedCanonicalForm } from '../../base/identifiers.ts';
import type { Database, Queries } from '../../database/database.ts';
import { fillMissing, type OnFilled } from '../../database/fill-missing.ts';
import { lockedForWriting } from '../../database/lock.ts';
import { isUnderived } from '../../database/plain-text.ts';
import { accountRouting } from '../account/account-routing.table.ts';
import { crmEvent } from '../crm-event/crm-event.table.ts';
import { customer } from '../customer/customer.table.ts';

/** A table with identifiers that earlier versions stored in any form. */
interface IdentifierTable {
  table: SQLiteTable;
  /** The primary key, or another unique one. */
  key: readonly SQLiteColumn[];
  /** The columns of the identifier. */
  parts: readonly SQLiteColumn[];
  canonical: SQLiteColumn;
}

const tables: readonly IdentifierTable[] = [
  { table: customer, key: [customer.id], parts: [customer.customerNumber], canonical: customer.canonicalNumber },
  {
    table: accountRouting,
    key: [accountRouting.bankId, accountRouting.accountId, accountRouting.scheme],
    parts: [accountRouting.scheme, accountRouting.address],
    canonical: accountRouting.canonicalRouting,
  },
  { table: crmEvent, key: [crmEvent.id], parts: [crmEvent.customerNumber], canonical: crmEvent.canonicalNumber },
];

const batchSize = 500;

/**
 * Derives the canonical forms of identifiers of an earlier version, which SQL cannot do. Most identifiers are plain, and need none. An
 * index finds the others, so that a start takes no longer if there are none. Resumes where an earlier run stopped.
 */
export async function fillCanonicalIdentifiers(database: Database, onFilled?: OnFilled): Promise<void> {
  for (const identifiers of tables) {
    const isPending = async () => (await pendingRows(database.read, identifiers, 1)).length > 0;
    while (await isPending()) {
      const rows = await database.transaction((transaction) => fillBatch(transaction, identifiers));
      onFilled?.(identifiers.table, rows);
    }
  }
}

function pendingRows(queries: Queries, { table, key, parts, canonical }: IdentifierTable, limit: number) {
  const columns = [...key, ...parts];
  return queries
    .select(Object.fromEntries(columns.map((column) => [column.name, column])))
    .from(table)
    .where(isUnderived(canonical.name, ...parts.map(({ name }) => name)))
    .orderBy(...key.map((column): SQL => asc(column)))
    .limit(limit);
}

/** Processes that start together lock the rows in the same order. */
async function fillBatch(transaction: Queries, identifiers: IdentifierTable): Promise<number> {
  const { table, key, parts, canonical } = identifiers;
  const rows = await lockedForWriting(pendingRows(transaction, identifiers, batchSize));
  const textsOf = (row: Record<string, unknown>, columns: readonly SQLiteColumn[]) =>
    columns.map(({ name }) => String(row[name]));
  const values = rows.map((row) => {
    const form = derivedCanonicalForm(...textsOf(row, parts));
    // The database and the program have the same rule. If they had not, this would never end.
    if (form === null) throw new Error(`An identifier of ${getTableName(table)} is plain, but the database disagrees.`);
    return [...textsOf(row, key), form];
  });
  await fillMissing(transaction, { table, key, column: canonical, values });
  return rows.length;
}
