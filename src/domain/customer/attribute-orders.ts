import { and, asc, gt, sql } from 'drizzle-orm';
import type { Database, Queries } from '../../database/database.ts';
import type { OnFilled } from '../../database/fill-missing.ts';
import { jsonTable } from '../../database/json-list.ts';
import { lockedForWriting } from '../../database/lock.ts';
import { derivedAttributeColumns } from './customer-attribute.rules.ts';
import { customerAttribute, isUnordered } from './customer-attribute.table.ts';

const batchSize = 2_000;

/**
 * Derives the order of the attributes that an earlier version stored, which SQL cannot do. Resumes where an earlier run stopped.
 */
export async function fillAttributeOrders(database: Database, onFilled?: OnFilled): Promise<void> {
  let last: string | undefined = '';
  while (last !== undefined) {
    const after: string = last;
    const batch = await database.transaction((transaction) => fillBatch(transaction, after));
    onFilled?.(customerAttribute, batch.rows);
    last = batch.last;
  }
}

/** Fills the first rows after an ID. Returns their number, and the ID of the last one, or undefined if there was none. */
async function fillBatch(transaction: Queries, after: string): Promise<{ rows: number; last: string | undefined }> {
  const { id, name, type, value } = customerAttribute;
  const rows = await lockedForWriting(
    transaction
      .select({ id, name, type, value })
      .from(customerAttribute)
      .where(and(isUnordered, gt(id, after)))
      .orderBy(asc(id))
      .limit(batchSize),
  );
  if (rows.length === 0) return { rows: 0, last: undefined };
  const orders = rows.map((row) => [row.id, derivedAttributeColumns(row).valueOrder]);
  await transaction
    .update(customerAttribute)
    .set({ valueOrder: sql`filled.value_order` })
    .from(jsonTable(JSON.stringify(orders), 'filled', ['id', 'value_order']))
    .where(sql`${id} = filled.id`);
  return { rows: rows.length, last: rows.at(-1)?.id };
}
