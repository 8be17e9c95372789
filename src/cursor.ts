import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import { gatewayError } from './errors.ts';

/** Every process with the same secret accepts the cursors of the others. */
const keys = new Map<string, Buffer>();

function keyOf(secret: string): Buffer {
  let key = keys.get(secret);
  if (key === undefined) {
    key = Buffer.from(hkdfSync('sha256', secret, '', 'gateway cursor', 32));
    keys.set(secret, key);
  }
  return key;
}

/** What a cursor belongs to: it is refused by another field, or by the same one with another filter or sort. */
export interface CursorScope {
  secret: string;
  field: string;
  arguments: unknown;
}

function signature(scope: CursorScope, payload: string): Buffer {
  const text = JSON.stringify([scope.field, scope.arguments, payload]);
  return createHmac('sha256', keyOf(scope.secret)).update(text).digest().subarray(0, 15);
}

/** An opaque, signed text for the place of a row in its order: the values of the order's columns. */
export function encodeCursor(scope: CursorScope, values: readonly unknown[]): string {
  const json = JSON.stringify(values.map((value) => (value instanceof Date ? { date: value.getTime() } : value)));
  const payload = Buffer.from(json).toString('base64url');
  return `${payload}.${signature(scope, payload).toString('base64url')}`;
}

/** The values that were put into the cursor. */
export function decodeCursor(scope: CursorScope, cursor: string): unknown[] {
  const [payload = '', given = ''] = cursor.split('.');
  const signed = Buffer.from(given, 'base64url');
  const expected = signature(scope, payload);
  if (signed.length !== expected.length || !timingSafeEqual(signed, expected)) {
    throw gatewayError('INVALID_CURSOR', { field: 'after' });
  }
  const values = JSON.parse(Buffer.from(payload, 'base64url').toString()) as (string | number | { date: number })[];
  return values.map((value) => (typeof value === 'object' ? new Date(value.date) : value));
}
