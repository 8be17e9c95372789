import type { GraphQLSchema } from 'graphql';
import type { ChangeRow } from '../../changes/change.table.ts';
import { changesOfBankInOrder } from '../../changes/change-order.ts';
import { type Position, startOfTable } from '../../database/commit-order.ts';
import { cutPage, type PageArguments, type PageInfo } from '../../graph/connection.ts';
import type { Context } from '../../graph/context.ts';
import { encodeCursor } from '../../graph/cursor.ts';
import { type Change, toChange } from './change.type.ts';
import {
  type ChangeCursor,
  changeCursorOf,
  cursorOfChange,
  cursorOfEnd,
  cursorValues,
  requireComplete,
} from './change-cursor.ts';
import { fieldsVisibleAtBank } from './visible-fields.ts';

const field = 'Query.changes';

/** How many changes are read at once after the first page, and at most for a page, if the caller cannot read most of them. */
const rowsAtOnce = 500;
const maxRows = 2_000;

interface VisibleChange {
  row: ChangeRow;
  position: Position;
  fields: string[];
}

/** The visible changes from a position on, and the position up to which changes were read. */
interface ReadChanges {
  changes: VisibleChange[];
  readUpTo: ChangeCursor;
  isAtEnd: boolean;
}

async function readVisible(
  { schema, context, bankId }: { schema: GraphQLSchema; context: Context; bankId: string },
  after: ChangeCursor | null,
  limit: number,
): Promise<ReadChanges> {
  const { primary, config } = context;
  const issuedAt = Date.now();
  const changes: VisibleChange[] = [];
  let position = after?.position ?? startOfTable;
  for (let read = 0; ; ) {
    const atOnce = read === 0 ? limit : rowsAtOnce;
    const { rows, end } = await changesOfBankInOrder.read(primary, position, { limit: atOnce, values: { bankId } });
    if (read === 0 && after !== null) {
      await requireComplete(primary, after, { end, retentionSeconds: config.changeRetentionSeconds });
    }
    const fieldsOfRows = await fieldsVisibleAtBank(
      { schema, context, bankId },
      rows.map(({ row }) => row.fields),
    );
    rows.forEach((placed, index) => {
      const fields = fieldsOfRows[index] ?? [];
      if (fields.length > 0) changes.push({ ...placed, fields });
    });
    const last = rows.at(-1);
    if (last === undefined || rows.length < atOnce)
      return { changes, readUpTo: cursorOfEnd(end, issuedAt), isAtEnd: true };
    position = last.position;
    read += rows.length;
    if (changes.length >= limit || read >= maxRows) {
      return { changes, readUpTo: cursorOfChange(last.row, position, issuedAt), isAtEnd: false };
    }
  }
}

/**
 * One page of the changes at a bank that the caller can read, in the order of their commits. Read from the primary, because replicas do
 * not know which transactions are in progress. An empty page has an end cursor, too, so that the cursor of a client that polls does not
 * expire.
 */
export async function changePage(
  { schema, context, bankId }: { schema: GraphQLSchema; context: Context; bankId: string },
  page: PageArguments,
) {
  const issuedAt = Date.now();
  let last: { endCursor: string; hasNextPage: boolean } | null = null;
  const cut = await cutPage<VisibleChange, Change>(context, page, {
    field,
    boundTo: bankId,
    orderValues: ({ row, position }) => cursorValues(cursorOfChange(row, position, issuedAt)),
    toNode: ({ row, fields }) => toChange(row, fields),
    async read({ after, limit }) {
      const cursor = after === null ? null : changeCursorOf(after);
      const { changes, readUpTo, isAtEnd } = await readVisible({ schema, context, bankId }, cursor, limit);
      if (changes.length < limit) {
        const scope = { secret: context.config.secret, field, arguments: bankId };
        last = { endCursor: encodeCursor(scope, cursorValues(readUpTo)), hasNextPage: !isAtEnd };
      }
      return changes;
    },
  });
  const { hasNextPage, hasPreviousPage, startCursor, endCursor } = cut.pageInfo;
  const pageInfo: PageInfo = { hasNextPage, hasPreviousPage, startCursor, endCursor, ...(last ?? {}) };
  return { nodes: cut.nodes, edges: cut.edges, pageInfo };
}
