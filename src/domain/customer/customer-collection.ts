import { randomUUID } from 'node:crypto';
import { and, count, eq, getTableName, sql } from 'drizzle-orm';
import type { SQLiteColumn, SQLiteTable } from 'drizzle-orm/sqlite-core';
import { gatewayError, type PlainErrorKey } from '../../base/errors.ts';
import { manyBy } from '../../database/batch.ts';
import type { Queries } from '../../database/database.ts';
import { isForeignKeyViolation } from '../../database/errors.ts';
import { insertRows } from '../../database/insert-rows.ts';
import { statement, statementByShape } from '../../database/statement.ts';
import { deleteOf, insertRow, updateOf } from '../../database/write-row.ts';
import { requireVersion } from '../../graph/input.ts';
import { refuseClosed } from './customer-closing.rules.ts';
import { isUnderNoHold, refuseUnderHold } from './legal-hold-condition.ts';
import type { ChildTable, LockedCustomer } from './locked-customer.ts';

/** The maximum number of rows of one kind for a customer, because they are returned as a plain list. */
export const maxCollectionSize = 500;

type CustomerTable = SQLiteTable & { customerId: SQLiteColumn };

/** Counts the rows of a customer. */
export const countOf = statementByShape(getTableName<CustomerTable>, (queries, table: CustomerTable) =>
  queries
    .select({ total: count() })
    .from(table as SQLiteTable)
    .where(eq(table.customerId, sql.placeholder('customerId'))),
);

/** The columns that the collection sets itself. */
type OwnColumn = 'id' | 'bankId' | 'customerId' | 'createdAt' | 'insertDate' | 'dateInserted' | 'updatedAt' | 'version';

/** The columns that the input sets. */
export type ChildValues<Table extends ChildTable> = Omit<Table['$inferInsert'], OwnColumn>;

type VersionedTable = ChildTable & { version: SQLiteColumn; updatedAt: SQLiteColumn };

export interface CollectionOptions<Table extends ChildTable> {
  /** The error for a row that does not exist, or that belongs to another customer. */
  notFound: PlainErrorKey;
  /** The column of the time when a row was stored. */
  storedAt: keyof Table['$inferInsert'] & ('createdAt' | 'insertDate' | 'dateInserted');
}

/**
 * The reads and writes that are the same for all kinds of rows of a customer. The writes need a locked customer, and match the ID of
 * the row and of its customer. An update increments the version of the row.
 */
export function customerCollection<Table extends VersionedTable>(
  table: Table,
  { notFound, storedAt }: CollectionOptions<Table>,
) {
  type Row = Table['$inferSelect'];
  type RowName = keyof Row & string;

  const own = and(eq(table.id, sql.placeholder('id')), eq(table.customerId, sql.placeholder('customerId')));
  /** Matches any version if none is expected. */
  const expected = eq(table.version, sql`coalesce(${sql.placeholder('expectedVersion')}, ${table.version})`);
  const matching = and(own, expected);

  const findOwn = statement((queries) =>
    queries
      .select()
      .from(table as SQLiteTable)
      .where(own),
  );
  const updateMatching = updateOf(table as VersionedTable, matching, { version: sql`${table.version} + 1` });
  const deleteMatching = deleteOf(table as VersionedTable, and(matching, isUnderNoHold));

  function keyOf({ id: customerId }: LockedCustomer, id: string, expectedVersion: number | null = null) {
    return { id, customerId, expectedVersion };
  }

  /** The reason why no row was written: it does not exist, or it has another version. @throws CUSTOMER_UNDER_LEGAL_HOLD */
  async function refusal(
    transaction: Queries,
    customer: LockedCustomer,
    id: string,
    isDeletion = false,
  ): Promise<Error> {
    const [row] = await findOwn(transaction, keyOf(customer, id));
    if (row === undefined) return gatewayError(notFound);
    if (isDeletion) await refuseUnderHold(transaction, customer.id);
    return gatewayError('VERSION_CONFLICT', { currentVersion: Number(row.version), field: 'expectedVersion' });
  }

  function refuseOverflow(total: number): void {
    if (total <= maxCollectionSize) return;
    throw gatewayError('TOO_MANY_ITEMS', { detail: 'OF_CUSTOMER', limit: maxCollectionSize });
  }

  /** The columns of a new row that the collection sets. */
  function ownColumns({ id: customerId, bankId }: LockedCustomer, now: Date, id: string | undefined) {
    return { id, bankId, customerId, [storedAt]: now, updatedAt: now };
  }

  return {
    byCustomer: manyBy(table, ['customerId' as RowName], { orderBy: [storedAt as RowName, 'id' as RowName] }),

    /** @throws CUSTOMER_CLOSED */
    async create(transaction: Queries, customer: LockedCustomer, values: ChildValues<Table>): Promise<Row> {
      refuseClosed(customer);
      const [counted] = await countOf(transaction, table, { customerId: customer.id });
      refuseOverflow(Number(counted?.total ?? 0) + 1);
      const row = { ...values, ...ownColumns(customer, new Date(), randomUUID()) };
      const [stored] = await insertRow<VersionedTable>(transaction, table, row).catch((error: unknown) => {
        // The customer was deleted after it was read. This can only happen on PostgreSQL.
        if (isForeignKeyViolation(error, ['bank_id', 'customer_id'])) throw gatewayError('OBP-30046', { cause: error });
        throw error;
      });
      return stored as Row;
    },

    /**
     * Inserts all rows of a new customer with one statement. The IDs are sorted, because they decide the order of rows of the same time.
     */
    async createMany(transaction: Queries, customer: LockedCustomer, values: ChildValues<Table>[]): Promise<void> {
      if (values.length === 0) return;
      refuseOverflow(values.length);
      const now = new Date();
      const ids = values.map(() => randomUUID()).sort();
      const rows = values.map((columns, index) => ({ ...columns, ...ownColumns(customer, now, ids[index]) }));
      await insertRows<SQLiteTable>(transaction, table, rows);
    },

    /** Changes the columns of `values`, which can depend on the stored row. Without columns, nothing is written. */
    async update(
      transaction: Queries,
      customer: LockedCustomer,
      id: string,
      values: Partial<ChildValues<Table>> | ((stored: Row) => Partial<ChildValues<Table>>),
      expectedVersion: number | null | undefined,
    ): Promise<Row> {
      const [before] = await findOwn(transaction, keyOf(customer, id));
      if (before === undefined) throw gatewayError(notFound);
      const changed = typeof values === 'function' ? values(before as Row) : values;
      if (Object.keys(changed).length === 0) {
        requireVersion(before as Row & { version: number }, expectedVersion);
        return before as Row;
      }
      const [row] = await updateMatching(transaction, {
        before,
        set: { ...changed, updatedAt: new Date() },
        where: keyOf(customer, id, expectedVersion),
      });
      if (row === undefined) throw await refusal(transaction, customer, id);
      return row as Row;
    },

    /** @throws CUSTOMER_UNDER_LEGAL_HOLD */
    async delete(
      transaction: Queries,
      customer: LockedCustomer,
      id: string,
      expectedVersion: number | null | undefined,
    ): Promise<Row> {
      const [row] = await deleteMatching(transaction, keyOf(customer, id, expectedVersion));
      if (row === undefined) throw await refusal(transaction, customer, id, true);
      return row as Row;
    },
  };
}
