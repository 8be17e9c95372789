import type { DocumentNode } from 'graphql';

/** What the cached documents may take together; a large front end's operations take a few megabytes. */
export const maxCachedDocumentBytes = 32 * 2 ** 20;

// Measured, rounded up: a token with the syntax tree above it, and a planned field.
const bytesOfToken = 400;
const bytesOfPlannedField = 300;
const bytesOfDocument = 2_000;

interface CachedDocument {
  readonly document: DocumentNode;
  bytes: number;
}

/**
 * Documents that were parsed and found valid, by the hash of their text, and with them what was compiled for them: what
 * was not used for longest goes first. In the shape of Apollo Server's `documentStore`.
 */
export interface DocumentCache {
  get(key: string): Promise<DocumentNode | undefined>;
  set(key: string, document: DocumentNode): Promise<void>;
  delete(key: string): Promise<boolean>;
  /** More fields were planned for a document, by whoever keeps them with it. */
  addPlannedFields(document: DocumentNode, count: number): void;
  /** How many documents there are, and what they take. */
  size(): { documents: number; bytes: number };
}

export function createDocumentCache(maxBytes = maxCachedDocumentBytes): DocumentCache {
  // A map keeps the order in which its keys were set.
  const cached = new Map<string, CachedDocument>();
  const keys = new WeakMap<DocumentNode, string>();
  let bytes = 0;

  function remove(key: string): boolean {
    bytes -= cached.get(key)?.bytes ?? 0;
    return cached.delete(key);
  }

  function trim(): void {
    for (const key of cached.keys()) {
      if (bytes <= maxBytes) return;
      remove(key);
    }
  }

  return {
    async get(key) {
      const found = cached.get(key);
      if (found === undefined) return undefined;
      cached.delete(key);
      cached.set(key, found);
      return found.document;
    },
    async set(key, document) {
      remove(key);
      const added = bytesOfDocument + sizeOf(document);
      cached.set(key, { document, bytes: added });
      keys.set(document, key);
      bytes += added;
      trim();
    },
    async delete(key) {
      return remove(key);
    },
    addPlannedFields(document, count) {
      const found = cached.get(keys.get(document) ?? '');
      if (found?.document !== document) return;
      found.bytes += count * bytesOfPlannedField;
      bytes += count * bytesOfPlannedField;
      trim();
    },
    size: () => ({ documents: cached.size, bytes }),
  };
}

/** The text itself is kept too: errors are located in it. */
function sizeOf({ loc }: DocumentNode): number {
  let tokens = 0;
  for (let token = loc?.startToken ?? null; token !== null; token = token.next) tokens += 1;
  return tokens * bytesOfToken + (loc?.source.body.length ?? 0) * 2;
}
