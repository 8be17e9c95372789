/** The names by which PostgreSQL knows the prepared statements of this process on each of its connections. */

let namesCreated = 0;
const droppablePrefix = 'shape_';
const droppableNames = new Set<string>();
let timesDropped = 0;

/** The name of statements that PostgreSQL does not keep, so that it plans them for the values of each call. */
export const unnamed = '';

/** Creates a name for a prepared statement that stays as long as its connections. */
export function statementName(): string {
  namesCreated += 1;
  return `gateway_${namesCreated}`;
}

/** Creates a name for a prepared statement that `dropName` frees. */
export function droppableName(): string {
  namesCreated += 1;
  const name = `${droppablePrefix}${namesCreated}`;
  droppableNames.add(name);
  return name;
}

/** Frees the prepared statement on each connection when the connection is used next. */
export function dropName(name: string): void {
  droppableNames.delete(name);
  timesDropped += 1;
}

/** A client of `pg`, whose connection knows which statements it has prepared, although its types do not show them. */
interface PreparingClient {
  connection?: unknown;
  query(text: string): Promise<unknown>;
}

const timesSeen = new WeakMap<PreparingClient, number>();

/**
 * Frees the statements of this connection whose names were dropped. Must be called before the connection is used, because `pg`
 * keeps prepared statements until the connection closes.
 */
export function deallocateDropped(client: PreparingClient): void {
  if ((timesSeen.get(client) ?? 0) === timesDropped) return;
  timesSeen.set(client, timesDropped);
  const { parsedStatements: prepared = {} } = client.connection as { parsedStatements?: Record<string, string> };
  const names = Object.keys(prepared).filter((name) => name.startsWith(droppablePrefix) && !droppableNames.has(name));
  if (names.length === 0) return;
  for (const name of names) delete prepared[name];
  // If the connection is lost, its statements are too.
  client.query(names.map((name) => `deallocate ${name}`).join('; ')).catch(() => undefined);
}
