import { count, eq, sql } from 'drizzle-orm';
import { type ChangeRow, change } from '../../changes/change.table.ts';
import { changesOfBankInOrder } from '../../changes/change-order.ts';
import { type Position, startOfTable } from '../../database/commit-order.ts';
import { statement } from '../../database/statement.ts';
import { cutPage, type PageArguments, type PageInfo, totalOf } from '../../graph/connection.ts';
import type { Context } from '../../graph/context.ts';
import { encodeCursor } from '../../graph/cursor.ts';
import { type Change, toChange } from './change.type.ts';
import { changeCursorOf, cursorOfChange, cursorOfEnd, cursorValues, requireComplete } from './change-cursor.ts';

const field = 'Query.changes';

const countOfBank = statement((queries) =>
  queries
    .select({ total: count() })
    .from(change)
    .where(eq(change.bankId, sql.placeholder('bankId'))),
);

interface PlacedChange {
  row: ChangeRow;
  position: Position;
}

/**
 * One page of the changes at a bank, in the order of their commits. Read from the primary, because replicas do not know which
 * transactions are in progress. An empty page has an end cursor, too, so that the cursor of a client that polls does not expire.
 */
export async function changePage(context: Context, bankId: string, page: PageArguments) {
  const { primary, config } = context;
  const issuedAt = Date.now();
  let end = '';
  const cut = await cutPage<PlacedChange, Change>(context, page, {
    field,
    boundTo: bankId,
    orderValues: ({ row, position }) => cursorValues(cursorOfChange(row, position, issuedAt)),
    toNode: ({ row }) => toChange(row),
    count: async () => totalOf(await countOfBank(primary, { bankId })),
    async read({ after, limit }) {
      const cursor = after === null ? null : changeCursorOf(after);
      const read = await changesOfBankInOrder.read(primary, cursor?.position ?? startOfTable, {
        limit,
        values: { bankId },
      });
      if (cursor !== null) {
        const { changeRetentionSeconds: retentionSeconds } = config;
        await requireComplete(primary, cursor, { end: read.end, retentionSeconds });
      }
      const scope = { secret: config.secret, field, arguments: bankId };
      end = encodeCursor(scope, cursorValues(cursorOfEnd(read.end, issuedAt)));
      return read.rows;
    },
  });
  const { pageInfo, nodes } = cut;
  const { hasNextPage, hasPreviousPage, startCursor, endCursor } = pageInfo;
  const ownPageInfo: PageInfo = { hasNextPage, hasPreviousPage, startCursor, endCursor: endCursor ?? end };
  return { nodes, pageInfo: ownPageInfo, edges: cut.edges, totalCount: () => cut.totalCount };
}
