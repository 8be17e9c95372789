import { ArgsType, type ClassType, Field, Int, ObjectType } from 'type-graphql';
import { gatewayError } from '../base/errors.ts';
import { type CursorScope, decodeCursor, encodeCursor } from './cursor.ts';

const defaultFirst = 50;
const maximalFirst = 100;

@ArgsType()
export class PageArguments {
  @Field(() => Int, { nullable: true, description: 'How many to give: from 1 to 100, 50 when left out.' })
  first?: number | null;

  @Field(() => String, { nullable: true, description: 'The cursor of the last one that was seen.' })
  after?: string | null;
}

@ObjectType({ simpleResolvers: true, description: 'Where a page lies in its list.' })
export class PageInfo {
  @Field(() => Boolean, { description: 'Whether more follow.' })
  hasNextPage: boolean;

  @Field(() => Boolean, { description: 'Whether the page follows another one.' })
  hasPreviousPage: boolean;

  @Field(() => String, { nullable: true, description: 'The cursor of the first one; null when there is none.' })
  startCursor: string | null;

  @Field(() => String, { nullable: true, description: 'The cursor of the last one; null when there is none.' })
  endCursor: string | null;
}

/** How many rows a page has; outside of 1 to 100 is an error, never clamped. */
export function pageSize(first: number | null | undefined): number {
  const size = first ?? defaultFirst;
  if (size < 1 || size > maximalFirst) {
    throw gatewayError('OBP-10025', { message: `first must be from 1 to ${maximalFirst}.`, field: 'first' });
  }
  return size;
}

/** The values of the order's columns at the cursor, or null for the first page. */
export function afterOf(scope: CursorScope, after: string | null | undefined): unknown[] | null {
  return after == null ? null : decodeCursor(scope, after);
}

interface PageParts<Row, Node> {
  /** One row more than the page has, where more follow. */
  rows: Row[];
  size: number;
  after: string | null | undefined;
  scope: CursorScope;
  /** The values of the order's columns. */
  orderValues(row: Row): readonly unknown[];
  toNode(row: Row): Node;
  /** Run only when the total is asked for. */
  count(): Promise<number>;
}

class EdgeOfPage<Node> {
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

class InfoOfPage implements PageInfo {
  readonly hasNextPage: boolean;
  readonly hasPreviousPage: boolean;
  /** Of the row at this index, negative from the end. */
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
 * A page of a Relay connection. Cursors and the total are made only when they are asked for. What makes them are getters of
 * classes: for each object literal with a getter V8 makes a hidden class, and what that holds is garbage only for its rare
 * full collections.
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

  get edges(): EdgeOfPage<Node>[] {
    return this.#rows.map((row, index) => new EdgeOfPage(this.nodes[index] as Node, () => this.#cursor(row)));
  }

  get pageInfo(): PageInfo {
    return new InfoOfPage(this.#parts, (index) => {
      const row = this.#rows.at(index);
      return row === undefined ? null : this.#cursor(row);
    });
  }

  get totalCount(): Promise<number> {
    return this.#parts.count();
  }
}

/**
 * The two object types of a connection, by the names that are given in full.
 *
 * @example export const CustomerConnection = connectionOf('CustomerConnection', 'CustomerEdge', () => Customer);
 */
export function connectionOf<Node extends object>(
  connectionName: string,
  edgeName: string,
  node: () => ClassType<Node>,
): ClassType<object> {
  @ObjectType(edgeName, { simpleResolvers: true, description: 'One of a list, with its place in it.' })
  class Edge {
    @Field(() => String, { description: 'The place in the list, to go on after it.' })
    cursor: string;

    @Field(() => node(), { description: 'What is at this place.' })
    node: Node;
  }

  @ObjectType(connectionName, { simpleResolvers: true, description: 'A page of a list that can grow without bound.' })
  class Connection {
    @Field(() => [Edge], { description: 'What is on the page, each with its cursor.' })
    edges: Edge[];

    @Field(() => [node()], { description: 'What is on the page.' })
    nodes: Node[];

    @Field(() => PageInfo, { description: 'Where the page lies in the list.' })
    pageInfo: PageInfo;

    @Field(() => Int, { description: 'How many the whole list has; counted only when it is asked for.' })
    totalCount: number;
  }
  return Connection;
}
