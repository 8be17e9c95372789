import type { DocumentNode } from 'graphql';

/** The maximum memory of all cached documents. The operations of a large front end take a few megabytes. */
export const maxCachedDocumentBytes = 32 * 2 ** 20;

// Measured and rounded up: a token with its part of the syntax tree, a planned field, and an empty document.
const bytesOfToken = 400;
const bytesOfPlannedField = 300;
const bytesOfDocument = 2_000;

interface CachedDocument {
  readonly document: DocumentNode;
  bytes: number;
}

/**
 * A cache of valid documents and their plans, by the hash of the text. The least recently used document is evicted first. It has the
 * interface of Apollo Server's `documentStore`.
 */
export interface DocumentCache {
  get(key: string): Promise<DocumentNode | undefined>;
  set(key: string, document: DocumentNode): Promise<void>;
  delete(key: string): Promise<boolean>;
  /** Counts fields that were planned for a document, because its plans are cached with it. */
  addPlannedFields(document: DocumentNode, count: number): void;
  /** The number of documents, and an estimate of their memory. */
  size(): { documents: number; bytes: number };
}

export function createDocumentCache(maxBytes = maxCachedDocumentBytes): DocumentCache {
  // A map iterates over its keys in the order in which they were set.
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
      const entry = cached.get(key);
      if (entry === undefined) return undefined;
      cached.delete(key);
      cached.set(key, entry);
      return entry.document;
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
      const entry = cached.get(keys.get(document) ?? '');
      if (entry?.document !== document) return;
      entry.bytes += count * bytesOfPlannedField;
      bytes += count * bytesOfPlannedField;
      trim();
    },
    size: () => ({ documents: cached.size, bytes }),
  };
}

/** Includes the text of the document, because errors refer to its lines. */
function sizeOf({ loc }: DocumentNode): number {
  let tokens = 0;
  for (let token = loc?.startToken ?? null; token !== null; token = token.next) tokens += 1;
  return tokens * bytesOfToken + (loc?.source.body.length ?? 0) * 2;
}
