import { createCipheriv, createDecipheriv, createHmac, createSecretKey, hkdfSync, type KeyObject } from 'node:crypto';
import { gatewayError } from '../base/errors.ts';

const nonceLength = 12;
const tagLength = 16;

interface Keys {
  encryption: KeyObject;
  nonce: KeyObject;
}

/** Derived from the secret, so that all processes with the same secret accept each other's cursors. */
const keysOfSecrets = new Map<string, Keys>();

function keysOf(secret: string): Keys {
  let keys = keysOfSecrets.get(secret);
  if (keys === undefined) {
    const derive = (purpose: string) => createSecretKey(Buffer.from(hkdfSync('sha256', secret, '', purpose, 32)));
    keys = { encryption: derive('gateway cursor'), nonce: derive('gateway cursor nonce') };
    keysOfSecrets.set(secret, keys);
  }
  return keys;
}

/** A cursor is valid only for this field with these filters and sort order. */
export interface CursorScope {
  secret: string;
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
  const { encryption, nonce: nonceKey } = keysOf(scope.secret);
  const bound = boundTo(scope);
  const nonce = createHmac('sha256', nonceKey).update(bound).update(json).digest().subarray(0, nonceLength);
  const cipher = createCipheriv('aes-256-gcm', encryption, nonce).setAAD(bound);
  const encrypted = Buffer.concat([cipher.update(json), cipher.final()]);
  return Buffer.concat([nonce, encrypted, cipher.getAuthTag()]).toString('base64url');
}

/** Decodes the sort values of a cursor. @throws INVALID_CURSOR if it belongs to another scope or was changed */
export function decodeCursor(scope: CursorScope, cursor: string): unknown[] {
  const bytes = Buffer.from(cursor, 'base64url');
  if (bytes.length <= nonceLength + tagLength || bytes.toString('base64url') !== cursor) throw invalidCursor();
  const nonce = bytes.subarray(0, nonceLength);
  const decipher = createDecipheriv('aes-256-gcm', keysOf(scope.secret).encryption, nonce)
    .setAAD(boundTo(scope))
    .setAuthTag(bytes.subarray(-tagLength));
  try {
    const encrypted = bytes.subarray(nonceLength, -tagLength);
    const json = Buffer.concat([decipher.update(encrypted), decipher.final()]).toString();
    const values = JSON.parse(json) as (string | number | { date: number })[];
    return values.map((value) => (typeof value === 'object' ? new Date(value.date) : value));
  } catch {
    throw invalidCursor();
  }
}

function invalidCursor() {
  return gatewayError('INVALID_CURSOR', { field: 'after' });
}
