import { createCipheriv, createDecipheriv, createHmac, type KeyObject } from 'node:crypto';
import { gatewayError } from '../base/errors.ts';
import type { InstallationSecret } from '../base/installation-secret.ts';

const nonceLength = 12;
const tagLength = 16;

/** A cursor is valid only for this field with these filters and sort order. */
export interface CursorScope {
  /** All processes with the same secret accept each other's cursors. */
  secret: InstallationSecret;
  field: string;
  arguments: unknown;
}

function boundTo(scope: CursorScope): Buffer {
  return Buffer.from(JSON.stringify([scope.field, scope.arguments]));
}

/**
 * Encodes the sort values of a row as an opaque cursor. They are encrypted, because callers can list rows whose sort columns
 * they are not allowed to read. Equal values have equal cursors.
 */
export function encodeCursor(scope: CursorScope, values: readonly unknown[]): string {
  const json = JSON.stringify(values.map((value) => (value instanceof Date ? { date: value.getTime() } : value)));
  const [encryption] = scope.secret.keys('gateway cursor');
  const [nonceKey] = scope.secret.keys('gateway cursor nonce');
  const bound = boundTo(scope);
  const nonce = createHmac('sha256', nonceKey).update(bound).update(json).digest().subarray(0, nonceLength);
  const cipher = createCipheriv('aes-256-gcm', encryption, nonce).setAAD(bound);
  const encrypted = Buffer.concat([cipher.update(json), cipher.final()]);
  return Buffer.concat([nonce, encrypted, cipher.getAuthTag()]).toString('base64url');
}

/** Whether a text has the form of a cursor, of any scope. */
export function isCursor(text: string): boolean {
  const bytes = Buffer.from(text, 'base64url');
  return bytes.length > nonceLength + tagLength && bytes.toString('base64url') === text;
}

/** Decodes the sort values of a cursor. @throws INVALID_CURSOR if it belongs to another scope or was changed */
export function decodeCursor(scope: CursorScope, cursor: string): unknown[] {
  if (!isCursor(cursor)) throw invalidCursor();
  const bytes = Buffer.from(cursor, 'base64url');
  const bound = boundTo(scope);
  for (const key of scope.secret.keys('gateway cursor')) {
    const json = decrypted(bytes, key, bound);
    if (json === null) continue;
    const values = JSON.parse(json) as (string | number | { date: number })[];
    return values.map((value) => (typeof value === 'object' ? new Date(value.date) : value));
  }
  throw invalidCursor();
}

/** Returns null if the key has not encrypted these bytes for this scope. */
function decrypted(bytes: Buffer, key: KeyObject, bound: Buffer): string | null {
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, nonceLength))
    .setAAD(bound)
    .setAuthTag(bytes.subarray(-tagLength));
  try {
    return Buffer.concat([decipher.update(bytes.subarray(nonceLength, -tagLength)), decipher.final()]).toString();
  } catch {
    return null;
  }
}

export function invalidCursor() {
  return gatewayError('INVALID_CURSOR', { field: 'after' });
}
