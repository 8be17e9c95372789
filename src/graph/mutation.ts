import { createHmac, hkdfSync } from 'node:crypto';
import { and, eq, lte, sql } from 'drizzle-orm';
import { gatewayError } from '../base/errors.ts';
import type { Queries } from '../database/database.ts';
import { prepared } from '../database/prepared.ts';
import { insertRow, updateOf } from '../database/write-row.ts';
import { idempotencyKey } from '../domain/user/idempotency-key.table.ts';
import type { Context } from './context.ts';

/** The description of the arguments that mutations share. */
export const idempotencyKeyDescription =
  'The same key and arguments write once within 24 hours, and answer the same object; 1 to 255 visible ASCII characters.';
export const expectedVersionDescription =
  'The version that was read: when the object has another one by now, nothing is written and the answer is CONFLICT.';

const lifetimeMilliseconds = 24 * 3_600_000;

/** A mutation field as it was called. */
export interface Call {
  field: string;
  /** All arguments but the idempotency key. */
  arguments: readonly unknown[];
  idempotencyKey: string | null | undefined;
}

/** By which a payload is read again: ids and such, kept for a day where the call has an idempotency key. */
export type Written = Record<string, string | number | boolean | null>;

/** What a write of a customer's child comes back to. */
export interface WrittenChild extends Written {
  id: string;
  bankId: string;
  customerId: string;
}

export function writtenChild({
  id,
  bankId,
  customerId,
}: {
  id: string;
  bankId: string;
  customerId: string;
}): WrittenChild {
  return { id, bankId, customerId };
}

/**
 * One mutation field: `write` in a transaction of its own, then the payload that `read` makes of what was written, read
 * after the write. A call that was made before with the same idempotency key only reads.
 */
export async function mutate<What extends Written, Payload>(
  context: Context,
  call: Call,
  write: (transaction: Queries) => Promise<What>,
  read: (written: What) => Payload | Promise<Payload>,
): Promise<Payload> {
  const key = keyOf(context, call);
  const written = await context.write((transaction) =>
    key === null ? write(transaction) : writeOnce(context, transaction, call, key, write),
  );
  return read(written);
}

function keyOf({ request }: Context, call: Call): string | null {
  const key = call.idempotencyKey ?? request.idempotencyKey;
  if (key === null) return null;
  if (request.idempotencyKey !== null && request.idempotencyKey !== key) {
    const message = 'idempotencyKey is another one than that of the header Idempotency-Key.';
    throw gatewayError('OBP-10001', { message, field: 'idempotencyKey' });
  }
  if (!/^[\x21-\x7E]{1,255}$/.test(key)) {
    const message = 'idempotencyKey must have 1 to 255 visible ASCII characters.';
    throw gatewayError('OBP-10001', { message, field: 'idempotencyKey' });
  }
  return key;
}

const hashKeys = new Map<string, Buffer>();

/** A keyed hash, which tells nothing of the text. */
function hashOf(secret: string, text: string): string {
  let hashKey = hashKeys.get(secret);
  if (hashKey === undefined) {
    hashKey = Buffer.from(hkdfSync('sha256', secret, '', 'gateway idempotency', 32));
    hashKeys.set(secret, hashKey);
  }
  return createHmac('sha256', hashKey).update(text).digest('base64url');
}

/** What is null and what is left out mean the same. */
function textOf({ field, arguments: given }: Call): string {
  return JSON.stringify([field, given], (_name, value) => value ?? undefined);
}

const ownKey = and(
  eq(idempotencyKey.userId, sql.placeholder('userId')),
  eq(idempotencyKey.key, sql.placeholder('key')),
);
const isExpired = lte(idempotencyKey.createdAt, sql.param(sql.placeholder('expired'), idempotencyKey.createdAt));
const deleteExpired = prepared((queries) => queries.delete(idempotencyKey).where(and(ownKey, isExpired)));
const keep = updateOf(idempotencyKey, ownKey);
const findKey = prepared((queries) => queries.select().from(idempotencyKey).where(ownKey));

/**
 * The row of the key is the lock: of calls that race, the database lets one insert it, and the others wait until that one
 * has ended. What fails is rolled back with its key.
 */
async function writeOnce<What extends Written>(
  { user, config }: Context,
  transaction: Queries,
  call: Call,
  key: string,
  write: (transaction: Queries) => Promise<What>,
): Promise<What> {
  if (user === null) throw gatewayError('OBP-20001');
  // A client may have put anything into its key, personal data too.
  const keyHash = hashOf(config.secret, key);
  const own = { userId: user.id, key: keyHash };
  const now = new Date();
  const expired = new Date(now.getTime() - lifetimeMilliseconds);
  const argumentsHash = hashOf(config.secret, textOf(call));
  await deleteExpired(transaction, { ...own, expired });
  const row = { ...own, field: call.field, argumentsHash, written: {}, createdAt: now };
  const [claimed] = await insertRow(transaction, idempotencyKey, row, 'left out');
  if (claimed !== undefined) {
    const written = await write(transaction);
    await keep(transaction, { written }, own);
    return written;
  }
  const [before] = await findKey(transaction, own);
  if (before === undefined || before.argumentsHash !== argumentsHash) throw gatewayError('IDEMPOTENCY_KEY_REUSED');
  // The hash is that of this field and these arguments, so it was this `write` that wrote it.
  return before.written as What;
}

/** Deletes the keys that no longer count. */
export async function forgetOldIdempotencyKeys(queries: Queries): Promise<void> {
  const expired = new Date(Date.now() - lifetimeMilliseconds);
  await queries.delete(idempotencyKey).where(lte(idempotencyKey.createdAt, expired));
}
