import { setImmediate } from 'node:timers/promises';
import DataLoader from 'dataloader';
import { nextTick } from '../base/ticks.ts';

/**
 * Loads values by their keys for one operation, each key at most once. The keys of one tick are read together.
 *
 * `load` goes through `dataloader`. This loader only adds `loadAll`, because a batched field has thousands of parents, and `dataloader`
 * would create a promise for each. Both share the values and the batches.
 */
export interface Loader<Key, Value> {
  load(key: Key): Promise<Value>;
  /** Returns a value for each key, in the same order. */
  loadAll(keys: readonly Key[]): Promise<Value[]>;
}

/** Limits what the loaders of an operation read. */
export interface ReadMeter {
  /** Null if the operation can continue to read at once. Otherwise, the promise resolves when it can. */
  admission(): Promise<void> | null;
  /** Counts rows that were read. @throws if the operation must stop. */
  addRows(rows: readonly object[]): void;
}

/**
 * The maximum number of rows that one statement of a loader returns, so that an operation never holds many more rows than
 * its limit. Enough for 50 parents with the default page of 50 each.
 */
export const maxStatementRows = 2_525;

/**
 * Reads the rows of the keys. `read` returns at most `maxStatementRows + 1` rows. If it returns more than `maxStatementRows`, the keys
 * are divided in halves, which are read one after the other. A single key returns at most `maxStatementRows + 1` rows.
 */
export function readRows<Key, Row extends object>(
  meter: ReadMeter,
  keys: readonly Key[],
  read: (keys: readonly Key[]) => Promise<Row[]>,
): Promise<Row[]> {
  async function split(): Promise<Row[]> {
    const half = keys.length >> 1;
    const first = await readRows(meter, keys.slice(0, half), read);
    // SQLite reads in this thread, so other requests are handled between the statements.
    await setImmediate();
    return first.concat(await readRows(meter, keys.slice(half), read));
  }
  const counted = (rows: Row[]) => {
    if (rows.length > maxStatementRows && keys.length > 1) return split();
    meter.addRows(rows);
    return rows;
  };
  if (keys.length > maxStatementRows) return split();
  const admission = meter.admission();
  return admission === null ? read(keys).then(counted) : admission.then(() => read(keys)).then(counted);
}

/** Returns a value for each key, and null for a key that is null. */
export async function loadNullable<Key, Value>(
  loader: Loader<Key, Value>,
  keys: readonly (Key | null)[],
): Promise<(Value | null)[]> {
  const values = (await loader.loadAll(keys.filter((key) => key !== null))).values();
  return keys.map((key) => (key === null ? null : (values.next().value ?? null)));
}

/** Keys that are read together, by their texts. */
interface Batch<Key> {
  readonly keys: Map<string, Key>;
  readonly read: Promise<void>;
}

/**
 * Creates a loader. `fetch` returns a value for each key, in the same order. `textOf` returns the text that identifies a key. A
 * failed read is not cached, so the next `load` of the same key retries it.
 */
export function createLoader<Key, Value>(
  fetch: (keys: readonly Key[]) => Promise<readonly Value[]>,
  textOf: (key: Key) => string = String,
): Loader<Key, Value> {
  const loaded = new Map<string, Value>();
  const pending = new Set<Batch<Key>>();
  let next: Batch<Key> | null = null;

  async function read(batch: Batch<Key>): Promise<void> {
    next = null;
    const { keys } = batch;
    try {
      const values = await fetch([...keys.values()]);
      let index = 0;
      for (const text of keys.keys()) {
        loaded.set(text, values[index] as Value);
        index += 1;
      }
    } finally {
      pending.delete(batch);
    }
  }

  function nextBatch(): Batch<Key> {
    const batch: Batch<Key> = { keys: new Map(), read: nextTick().then(() => read(batch)) };
    pending.add(batch);
    return batch;
  }

  /** The batch that contains the key: a pending one, or else the next one. */
  function batchWith(text: string, key: Key): Batch<Key> {
    for (const batch of pending) if (batch.keys.has(text)) return batch;
    next ??= nextBatch();
    next.keys.set(text, key);
    return next;
  }

  async function loadAll(keys: readonly Key[]): Promise<Value[]> {
    const texts = keys.map(textOf);
    const batches = new Set<Batch<Key>>();
    texts.forEach((text, index) => {
      if (!loaded.has(text)) batches.add(batchWith(text, keys[index] as Key));
    });
    await Promise.all([...batches].map(({ read }) => read));
    return texts.map((text) => loaded.get(text) as Value);
  }

  // Created on demand, because most loaders only load the parents of batched fields.
  let dataLoader: DataLoader<Key, Value, string> | null = null;
  return {
    load(key) {
      dataLoader ??= new DataLoader(loadAll, { cacheKeyFn: textOf });
      return dataLoader.load(key);
    },
    loadAll,
  };
}
