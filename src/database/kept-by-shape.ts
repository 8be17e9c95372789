/**
 * One cache of a fixed size for everything that depends on the shape of a request, such as the filters that it names. Clients
 * choose shapes, and there are thousands of them.
 */
import { LruCache } from '../base/lru-cache.ts';

/** A prepared statement takes about 60 KB of memory, and as much on each connection to PostgreSQL. */
export const maxKeptShapes = 500;

interface Kept {
  value: unknown;
  /** The names of the prepared statements that were created together with the value. */
  names: readonly string[];
}

const kept = new LruCache<string, Kept>(maxKeptShapes, ({ names }) => names.forEach(dropName));
let kinds = 0;

let namesOfShape: string[] | null = null;
let namesMade = 0;
const prefixOfDroppable = 'shape_';
const droppableNames = new Set<string>();
let timesDropped = 0;

/** Returns a function that returns the cached value of a key, or creates it. */
export function keptByShape<Value>(): (key: string, make: () => Value) => Value {
  kinds += 1;
  const kind = kinds;
  return (key, make) => {
    const keyOfAll = `${kind} ${key}`;
    const found = kept.get(keyOfAll);
    if (found !== undefined) return found.value as Value;
    const outer = namesOfShape;
    namesOfShape = [];
    try {
      const value = make();
      kept.set(keyOfAll, { value, names: namesOfShape });
      return value;
    } finally {
      namesOfShape = outer;
    }
  };
}

/** A name for a prepared statement. Within `keptByShape`, it is dropped together with the cached value. */
export function statementName(): string {
  if (namesOfShape === null) {
    namesMade += 1;
    return `gateway_${namesMade}`;
  }
  const name = droppableName();
  namesOfShape.push(name);
  return name;
}

/** A name for a prepared statement that `dropName` drops. */
export function droppableName(): string {
  namesMade += 1;
  const name = `${prefixOfDroppable}${namesMade}`;
  droppableNames.add(name);
  return name;
}

/** Frees the prepared statement on each connection when the connection is used next. */
export function dropName(name: string): void {
  droppableNames.delete(name);
  timesDropped += 1;
}

/** A client of `pg`, whose connection knows which statements it has prepared: not in its types. */
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
  const names = Object.keys(prepared).filter((name) => name.startsWith(prefixOfDroppable) && !droppableNames.has(name));
  if (names.length === 0) return;
  for (const name of names) delete prepared[name];
  // If the connection is lost, its statements are too.
  client.query(names.map((name) => `deallocate ${name}`).join('; ')).catch(() => undefined);
}
