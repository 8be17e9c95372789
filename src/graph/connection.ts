import { ArgsType, type ClassType, Field, Int, ObjectType } from 'type-graphql';
import { gatewayError } from '../base/errors.ts';
import { type CursorScope, decodeCursor, encodeCursor } from './cursor.ts';

const defaultFirst = 50;
const maxFirst = 100;

@ArgsType()
export class PageArguments {
  @Field(() => Int, { nullable: true, description: 'The number of items to return, from 1 to 100. Defaults to 50.' })
  first?: number | null;

  @Field(() => String, {
    nullable: true,
    description:
      'The cursor after which the page starts, such as `endCursor` of the previous page. Defaults to the start of the list.',
  })
  after?: string | null;
}

@ObjectType({ simpleResolvers: true, description: 'The position of a page in its list.' })
export class PageInfo {
  @Field(() => Boolean, { description: 'Whether more items follow the page.' })
  hasNextPage: boolean;

  @Field(() => Boolean, { description: 'Whether items precede the page.' })
  hasPreviousPage: boolean;

  @Field(() => String, {
    nullable: true,
    description: 'The cursor of the first item of the page. Null if the page is empty.',
  })
  startCursor: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'The cursor of the last item of the page. Null if the page is empty.',
  })
  endCursor: string | null;
}

/** The page size. @throws OBP-10025 if it is not from 1 to 100 */
export function pageSize(first: number | null | undefined): number {
  const size = first ?? defaultFirst;
  if (size < 1 || size > maxFirst) {
    throw gatewayError('OBP-10025', { message: `first must be from 1 to ${maxFirst}.`, field: 'first' });
  }
  return size;
}

/** The values of the sort columns at the cursor. Null for the first page. */
export function afterOf(scope: CursorScope, after: string | null | undefined): unknown[] | null {
  return after == null ? null : decodeCursor(scope, after);
}

interface PageParts<Row, Node> {
  /** The rows of the page, and the row after it if more rows follow. */
  rows: Row[];
  size: number;
  after: string | null | undefined;
  scope: CursorScope;
  /** The values of the sort columns. */
  orderValues(row: Row): readonly unknown[];
  toNode(row: Row): Node;
  /** The number of rows in the list. Called only if `totalCount` is selected. */
  count(): Promise<number>;
}

class LazyEdge<Node> {
  readonly node: Node;
  readonly #makeCursor: () => string;

  constructor(node: Node, makeCursor: () => string) {
    this.node = node;
    this.#makeCursor = makeCursor;
  }

  get cursor(): string {
    return this.#makeCursor();
  }
}

class LazyPageInfo implements PageInfo {
  readonly hasNextPage: boolean;
  readonly hasPreviousPage: boolean;
  /** The cursor of the row at this index. A negative index counts from the end. */
  readonly #cursorAt: (index: number) => string | null;

  constructor({ rows, size, after }: PageParts<unknown, unknown>, cursorAt: (index: number) => string | null) {
    this.hasNextPage = rows.length > size;
    this.hasPreviousPage = after != null;
    this.#cursorAt = cursorAt;
  }

  get startCursor(): string | null {
    return this.#cursorAt(0);
  }

  get endCursor(): string | null {
    return this.#cursorAt(-1);
  }
}

/**
 * A page of a Relay connection. Getters compute the cursors and the total, because most operations do not select them. They
 * are getters of classes: V8 creates a hidden class for each object literal with a getter, and only its rare full garbage
 * collections free what such a class refers to.
 */
export class Page<Row, Node> {
  readonly nodes: Node[];
  readonly #parts: PageParts<Row, Node>;
  readonly #rows: Row[];

  constructor(parts: PageParts<Row, Node>) {
    this.#parts = parts;
    this.#rows = parts.rows.slice(0, parts.size);
    this.nodes = this.#rows.map(parts.toNode);
  }

  #cursor(row: Row): string {
    return encodeCursor(this.#parts.scope, this.#parts.orderValues(row));
  }

  get edges(): LazyEdge<Node>[] {
    return this.#rows.map((row, index) => new LazyEdge(this.nodes[index] as Node, () => this.#cursor(row)));
  }

  get pageInfo(): PageInfo {
    return new LazyPageInfo(this.#parts, (index) => {
      const row = this.#rows.at(index);
      return row === undefined ? null : this.#cursor(row);
    });
  }

  get totalCount(): Promise<number> {
    return this.#parts.count();
  }
}

/**
 * The object types of a connection and its edges. The name of an edge type does not follow from that of its connection.
 *
 * @example export const CustomerConnection = connectionOf('CustomerConnection', 'CustomerEdge', () => Customer);
 */
export function connectionOf<Node extends object>(
  connectionName: string,
  edgeName: string,
  node: () => ClassType<Node>,
): ClassType<object> {
  @ObjectType(edgeName, { simpleResolvers: true, description: 'An item of a page, with its cursor.' })
  class Edge {
    @Field(() => String, { description: 'The cursor of the item. Send it as `after` to get the items that follow.' })
    cursor: string;

    @Field(() => node(), { description: 'The item.' })
    node: Node;
  }

  @ObjectType(connectionName, { simpleResolvers: true, description: 'A page of a list whose length has no limit.' })
  class Connection {
    @Field(() => [Edge], { description: 'The items of the page, each with its cursor.' })
    edges: Edge[];

    @Field(() => [node()], { description: 'The items of the page.' })
    nodes: Node[];

    @Field(() => PageInfo, { description: 'The position of the page in its list.' })
    pageInfo: PageInfo;

    @Field(() => Int, {
      description: 'The number of items in the whole list. It is counted only if this field is selected.',
    })
    totalCount: number;
  }
  return Connection;
}
