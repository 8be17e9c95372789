import DataLoader from 'dataloader';

/** Loads values by their keys for one request: each once, and those that are asked for in one turn together. */
export interface Loader<Key, Value> {
  load(key: Key): Promise<Value>;
  /** A value for each key, in their order, for one promise: for the parents of a batched field. */
  loadAll(keys: readonly Key[]): Promise<Value[]>;
}

/** A value for each key; null for one that is null. */
export async function loadGiven<Key, Value>(
  loader: Loader<Key, Value>,
  keys: readonly (Key | null)[],
): Promise<(Value | null)[]> {
  const values = (await loader.loadAll(keys.filter((key) => key !== null))).values();
  return keys.map((key) => (key === null ? null : (values.next().value ?? null)));
}

/**
 * `fetch` gives a value for each key; `textOf` tells keys apart. What fails is not kept: who asks again has it read
 * again.
 */
export function createLoader<Key, Value>(
  fetch: (keys: readonly Key[]) => Promise<readonly Value[]>,
  textOf: (key: Key) => string = String,
): Loader<Key, Value> {
  const found = new Map<string, Value>();
  const underWay = new Map<string, Promise<void>>();
  let wanted = new Map<string, Key>();
  let next: Promise<void> | null = null;

  async function read(): Promise<void> {
    const batch = wanted;
    wanted = new Map();
    next = null;
    try {
      const values = await fetch([...batch.values()]);
      let index = 0;
      for (const text of batch.keys()) {
        found.set(text, values[index] as Value);
        index += 1;
      }
    } finally {
      for (const text of batch.keys()) underWay.delete(text);
    }
  }

  /** With all that is asked for until the running code and what it has begun have ended. */
  function readSoon(text: string, key: Key): Promise<void> {
    next ??= new Promise<void>((resolve) => process.nextTick(resolve)).then(read);
    wanted.set(text, key);
    underWay.set(text, next);
    return next;
  }

  async function loadAll(keys: readonly Key[]): Promise<Value[]> {
    const texts = keys.map(textOf);
    const batches = new Set<Promise<void>>();
    texts.forEach((text, index) => {
      if (!found.has(text)) batches.add(underWay.get(text) ?? readSoon(text, keys[index] as Key));
    });
    await Promise.all(batches);
    return texts.map((text) => found.get(text) as Value);
  }

  // Most are asked for all keys at once.
  let oneByOne: DataLoader<Key, Value, string> | null = null;
  return {
    load(key) {
      oneByOne ??= new DataLoader(loadAll, { cacheKeyFn: textOf });
      return oneByOne.load(key);
    },
    loadAll,
  };
}
