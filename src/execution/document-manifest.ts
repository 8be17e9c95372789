import { createHash } from 'node:crypto';

/** The maximum size of a manifest. The documents of a large front end take a few megabytes. */
export const maxManifestBytes = 32 * 2 ** 20;
const maxIdCharacters = 255;

export interface ManifestDocument {
  /** The ID in the manifest, such as `sha256:…`. */
  id: string;
  text: string;
  /** The SHA-256 hash of the text, in hexadecimal. */
  hash: string;
  /** The name of the first operation, for people. */
  name: string | null;
  /** Why the ID cannot be used. Null if it can. */
  problem: string | null;
}

/** The reason why a file is not a manifest. The message never quotes the file. */
export class InvalidManifest extends Error {
  constructor(problem: string) {
    super(problem);
    this.name = 'InvalidManifest';
  }
}

export function hashOfText(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** The hash of an ID that states one: `sha256:` and 64 hexadecimal digits, or the digits alone. Otherwise null. */
export function statedHash(id: string): string | null {
  return /^(?:sha256:)?([0-9a-f]{64})$/.exec(id)?.[1] ?? null;
}

/**
 * Parses a manifest: a JSON object with the text of each document by its ID, as GraphQL Code Generator and the Relay compiler
 * write it, or an operation manifest of Apollo.
 * @throws InvalidManifest
 */
export function parseManifest(json: string): ManifestDocument[] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(json);
  } catch {
    throw new InvalidManifest('The file is not JSON.');
  }
  if (!isObject(parsed)) throw new InvalidManifest('The file must contain a JSON object.');
  const entries = Array.isArray(parsed.operations) ? entriesOfApollo(parsed) : Object.entries(parsed);
  return entries.map(([id, text]) => {
    if (typeof id !== 'string' || typeof text !== 'string') {
      throw new InvalidManifest('The file must map IDs to documents, or be an operation manifest of Apollo.');
    }
    const hash = hashOfText(text);
    const name = /\b(?:query|mutation|subscription)\s+([A-Z_a-z]\w{0,199})/.exec(text)?.[1] ?? null;
    return { id, text, hash, name, problem: problemOfId(id, hash) };
  });
}

function entriesOfApollo({ format, version, operations }: Record<string, unknown>): [unknown, unknown][] {
  if (format !== 'apollo-persisted-query-manifest' || version !== 1) {
    throw new InvalidManifest(
      'The operation manifest must have the format apollo-persisted-query-manifest, version 1.',
    );
  }
  return (operations as unknown[]).map((operation) =>
    isObject(operation) ? [operation.id, operation.body] : [undefined, undefined],
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function problemOfId(id: string, hash: string): string | null {
  if (!/^[\x21-\x7E]+$/.test(id) || id.length > maxIdCharacters) {
    return `The ID must have 1 to ${maxIdCharacters} visible ASCII characters.`;
  }
  const stated = statedHash(id);
  if (stated === null) {
    return id.startsWith('sha256:') ? 'The ID must be sha256: and 64 hexadecimal digits in lower case.' : null;
  }
  return stated === hash ? null : 'The ID must be the SHA-256 hash of the document.';
}
