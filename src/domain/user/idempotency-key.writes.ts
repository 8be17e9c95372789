import { createHmac, hkdfSync } from 'node:crypto';
import { and, eq, lte, sql } from 'drizzle-orm';
import { gatewayError } from '../../base/errors.ts';
import type { Queries } from '../../database/database.ts';
import { statement } from '../../database/statement.ts';
import { insertRow, updateOf } from '../../database/write-row.ts';
import type { Call, Context, Written } from '../../graph/context.ts';
import { idempotencyKey } from './idempotency-key.table.ts';

const lifetimeMilliseconds = 24 * 3_600_000;

const hashKeys = new Map<string, Buffer>();

/** A keyed hash, which reveals nothing about the text. */
function hashOf(secret: string, text: string): string {
  let hashKey = hashKeys.get(secret);
  if (hashKey === undefined) {
    hashKey = Buffer.from(hkdfSync('sha256', secret, '', 'gateway idempotency', 32));
    hashKeys.set(secret, hashKey);
  }
  return createHmac('sha256', hashKey).update(text).digest('base64url');
}

/** Null and omitted arguments mean the same. */
function textOf({ field, arguments: args }: Pick<Call, 'field' | 'arguments'>): string {
  return JSON.stringify([field, args], (_name, value) => value ?? undefined);
}

const ownKey = and(
  eq(idempotencyKey.userId, sql.placeholder('userId')),
  eq(idempotencyKey.key, sql.placeholder('key')),
);
const isExpired = lte(idempotencyKey.createdAt, sql.param(sql.placeholder('expired'), idempotencyKey.createdAt));
const deleteExpired = statement((queries) => queries.delete(idempotencyKey).where(and(ownKey, isExpired)));
const keep = updateOf(idempotencyKey, ownKey);
const findKey = statement((queries) => queries.select().from(idempotencyKey).where(ownKey));

/**
 * Implements `WriteOnce`. The row of the key is the lock: the database lets one of several concurrent calls insert it, and the
 * others wait until that one has ended. A failed call is rolled back together with its key.
 */
export async function writeOnce<What extends Written>(
  { user, config }: Context,
  transaction: Queries,
  { key, ...call }: Pick<Call, 'field' | 'arguments'> & { key: string },
  write: (transaction: Queries) => Promise<What>,
): Promise<What> {
  if (user === null) throw gatewayError('OBP-20001');
  // Clients can put any text into a key, even personal data.
  const keyHash = hashOf(config.secret, key);
  const own = { userId: user.id, key: keyHash };
  const now = new Date();
  const expired = new Date(now.getTime() - lifetimeMilliseconds);
  const argumentsHash = hashOf(config.secret, textOf(call));
  await deleteExpired(transaction, { ...own, expired });
  const row = { ...own, field: call.field, argumentsHash, written: {}, createdAt: now };
  const [claimed] = await insertRow(transaction, idempotencyKey, row, 'ignore');
  if (claimed !== undefined) {
    const written = await write(transaction);
    await keep(transaction, { before: {}, set: { written }, where: own });
    return written;
  }
  const [before] = await findKey(transaction, own);
  if (before === undefined || before.argumentsHash !== argumentsHash) throw gatewayError('IDEMPOTENCY_KEY_REUSED');
  // The hash covers the field and its arguments, so the stored value was written by this `write`.
  return before.written as What;
}

/** Deletes the idempotency keys that are older than 24 hours. */
export async function deleteExpiredIdempotencyKeys(queries: Queries): Promise<void> {
  const expired = new Date(Date.now() - lifetimeMilliseconds);
  await queries.delete(idempotencyKey).where(lte(idempotencyKey.createdAt, expired));
}
