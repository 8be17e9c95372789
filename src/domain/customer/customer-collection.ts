import { randomUUID } from 'node:crypto';
import { and, count, eq, getTableName, sql } from 'drizzle-orm';
import type { SQLiteColumn, SQLiteTable } from 'drizzle-orm/sqlite-core';
import { type ErrorKey, gatewayError } from '../../base/errors.ts';
import { manyBy } from '../../database/batch.ts';
import type { Queries } from '../../database/database.ts';
import { isForeignKeyViolation } from '../../database/errors.ts';
import { insertRows } from '../../database/insert-rows.ts';
import { statement, statementByShape } from '../../database/statement.ts';
import { deleteOf, insertRow, updateOf } from '../../database/write-row.ts';
import type { ChildTable, LockedCustomer } from './locked-customer.ts';

/** How many children of one kind a customer has at most: they are given as a plain list. */
export const maxCollectionSize = 500;

type CustomerTable = SQLiteTable & { customerId: SQLiteColumn };

/** How many rows of the table a customer has. */
export const countOf = statementByShape(getTableName<CustomerTable>, (queries, table: CustomerTable) =>
  queries
    .select({ total: count() })
    .from(table as SQLiteTable)
    .where(eq(table.customerId, sql.placeholder('customerId'))),
);

/** What the collection gives to a row by itself. */
type OwnColumn = 'id' | 'bankId' | 'customerId' | 'createdAt' | 'insertDate' | 'dateInserted' | 'updatedAt' | 'version';

/** The columns that are the caller's to fill. */
export type ChildValues<Table extends ChildTable> = Omit<Table['$inferInsert'], OwnColumn>;

type VersionedTable = ChildTable & { version: SQLiteColumn; updatedAt: SQLiteColumn };

export interface CollectionOptions<Table extends ChildTable> {
  /** What the read and the writes answer for a row that is not there, or is another customer's. */
  notFound: ErrorKey;
  /** The column of the time at which a row was stored. */
  storedAt: keyof Table['$inferInsert'] & ('createdAt' | 'insertDate' | 'dateInserted');
}

/**
 * The reads and writes that are alike for the children of a customer. The writes take a found customer and match both the
 * row's id and its customer; of a row that is updated the version grows by one.
 */
export function customerCollection<Table extends VersionedTable>(
  table: Table,
  { notFound, storedAt }: CollectionOptions<Table>,
) {
  type Row = Table['$inferSelect'];
  type RowName = keyof Row & string;

  const own = and(eq(table.id, sql.placeholder('id')), eq(table.customerId, sql.placeholder('customerId')));
  /** Any version where none is expected. */
  const expected = eq(table.version, sql`coalesce(${sql.placeholder('expectedVersion')}, ${table.version})`);
  const matching = and(own, expected);

  const findOwn = statement((queries) =>
    queries
      .select()
      .from(table as SQLiteTable)
      .where(own),
  );
  const updateMatching = updateOf(table as VersionedTable, matching, { version: sql`${table.version} + 1` });
  const deleteMatching = deleteOf(table as VersionedTable, matching);

  function keyOf({ id: customerId }: LockedCustomer, id: string, expectedVersion: number | null = null) {
    return { id, customerId, expectedVersion };
  }

  /** Why a row was not written: it is not there, or it has another version. */
  async function refusal(transaction: Queries, customer: LockedCustomer, id: string): Promise<Error> {
    const [row] = await findOwn(transaction, keyOf(customer, id));
    if (row === undefined) return gatewayError(notFound);
    return gatewayError('VERSION_CONFLICT', { currentVersion: Number(row.version), field: 'expectedVersion' });
  }

  async function refuseOverflow(transaction: Queries, customer: LockedCustomer, added: number): Promise<void> {
    const [counted] = await countOf(transaction, table, { customerId: customer.id });
    if (Number(counted?.total ?? 0) + added <= maxCollectionSize) return;
    const message = `A customer has at most ${maxCollectionSize} of them.`;
    throw gatewayError('TOO_MANY_ITEMS', { message, limit: maxCollectionSize });
  }

  /** What the collection gives to a new row by itself. */
  function made({ id: customerId, bankId }: LockedCustomer, now: Date, id: string | undefined) {
    return { id, bankId, customerId, [storedAt]: now, updatedAt: now };
  }

  return {
    byCustomer: manyBy(table, ['customerId' as RowName], { orderBy: [storedAt as RowName, 'id' as RowName] }),

    async create(transaction: Queries, customer: LockedCustomer, values: ChildValues<Table>): Promise<Row> {
      await refuseOverflow(transaction, customer, 1);
      const row = { ...values, ...made(customer, new Date(), randomUUID()) };
      const [stored] = await insertRow<VersionedTable>(transaction, table, row).catch((error: unknown) => {
        // Deleted since it was found, which only PostgreSQL lets happen.
        if (isForeignKeyViolation(error, ['bank_id', 'customer_id'])) throw gatewayError('OBP-30046', { cause: error });
        throw error;
      });
      return stored as Row;
    },

    /** All of them in one statement; they keep their order, as ids decide between rows of one moment. */
    async createMany(transaction: Queries, customer: LockedCustomer, values: ChildValues<Table>[]): Promise<void> {
      if (values.length === 0) return;
      await refuseOverflow(transaction, customer, values.length);
      const now = new Date();
      const ids = values.map(() => randomUUID()).sort();
      const rows = values.map((each, index) => ({ ...each, ...made(customer, now, ids[index]) }));
      await insertRows<SQLiteTable>(transaction, table, rows);
    },

    async update(
      transaction: Queries,
      customer: LockedCustomer,
      id: string,
      values: Partial<ChildValues<Table>>,
      expectedVersion: number | null | undefined,
    ): Promise<Row> {
      const [before] = await findOwn(transaction, keyOf(customer, id));
      const [row] = await updateMatching(transaction, {
        before: before ?? {},
        set: { ...values, updatedAt: new Date() },
        where: keyOf(customer, id, expectedVersion),
      });
      if (row === undefined) throw await refusal(transaction, customer, id);
      return row as Row;
    },

    async delete(
      transaction: Queries,
      customer: LockedCustomer,
      id: string,
      expectedVersion: number | null | undefined,
    ): Promise<Row> {
      const [row] = await deleteMatching(transaction, keyOf(customer, id, expectedVersion));
      if (row === undefined) throw await refusal(transaction, customer, id);
      return row as Row;
    },
  };
}
