import { and, eq, gt, lte, sql } from 'drizzle-orm';
import { gatewayError } from '../../base/errors.ts';
import type { Queries } from '../../database/database.ts';
import { lockText } from '../../database/lock.ts';
import { statement } from '../../database/statement.ts';
import { inTuples, tupleValues } from '../../database/tuple-condition.ts';
import { insertRow, updateOf } from '../../database/write-row.ts';
import type { Call, Context, Written } from '../../graph/context.ts';
import { type IdempotencyKeyRow, idempotencyKey } from './idempotency-key.table.ts';

const lifetimeMilliseconds = 24 * 3_600_000;

const purpose = 'gateway idempotency';

/** Null and omitted fields differ, because null unsets a field. The last item makes the text differ from that of earlier versions. */
function textOf({ field, arguments: args }: Pick<Call, 'field' | 'arguments'>): string {
  return JSON.stringify([field, args, 'null differs']);
}

/** The text of earlier versions, for which null and omitted fields were the same. Their keys are found until they expire. */
function formerTextOf({ field, arguments: args }: Pick<Call, 'field' | 'arguments'>): string {
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
const isCurrent = gt(idempotencyKey.createdAt, sql.param(sql.placeholder('expired'), idempotencyKey.createdAt));
const findKeys = statement((queries) =>
  queries
    .select()
    .from(idempotencyKey)
    .where(and(inTuples([idempotencyKey.userId, idempotencyKey.key], sql.placeholder('tuples')), isCurrent)),
);

/**
 * Implements `WriteOnce`. The row of the key is the lock: the database lets one of several concurrent calls insert it, and the
 * others wait until that one has ended. A failed call is rolled back together with its key. Rows of former secrets are found too.
 */
export async function writeOnce<What extends Written>(
  { user, config }: Context,
  transaction: Queries,
  { key, ...call }: Pick<Call, 'field' | 'arguments'> & { key: string },
  write: (transaction: Queries) => Promise<What>,
): Promise<What> {
  if (user === null) throw gatewayError('OBP-20001');
  // Clients can put any text into a key, even personal data.
  const [keyHash, ...formerHashes] = config.secret.hashes(purpose, key);
  const own = { userId: user.id, key: keyHash };
  const now = new Date();
  const expired = new Date(now.getTime() - lifetimeMilliseconds);
  const [argumentsHash, ...formerSecretHashes] = config.secret.hashes(purpose, textOf(call));
  const formerTextHashes = config.secret.hashes(purpose, formerTextOf(call));
  if (formerHashes.length > 0) {
    // While the secret is replaced, processes have different present secrets, and so different rows of the same key.
    await lockText(transaction, JSON.stringify([user.id, key]));
    const tuples = tupleValues(
      [idempotencyKey.userId, idempotencyKey.key],
      formerHashes.map((formerHash) => [user.id, formerHash]),
    );
    const [former] = await findKeys(transaction, { tuples, expired });
    if (former !== undefined) return writtenBy(former, [...formerSecretHashes, ...formerTextHashes]);
  }
  await deleteExpired(transaction, { ...own, expired });
  const row = { ...own, field: call.field, argumentsHash, written: {}, createdAt: now };
  const [claimed] = await insertRow(transaction, idempotencyKey, row, 'ignore');
  if (claimed !== undefined) {
    const written = await write(transaction);
    await keep(transaction, { before: {}, set: { written }, where: own });
    return written;
  }
  const [before] = await findKey(transaction, own);
  return writtenBy(before, [argumentsHash, ...formerTextHashes]);
}

/** The result of the call for which the key was stored, with one of these hashes of its arguments. */
function writtenBy<What extends Written>(row: IdempotencyKeyRow | undefined, argumentsHashes: readonly string[]): What {
  if (row === undefined || !argumentsHashes.includes(row.argumentsHash)) throw gatewayError('IDEMPOTENCY_KEY_REUSED');
  // The hash covers the field and its arguments, so the stored value was written by the same mutation.
  return row.written as What;
}

/** Deletes the idempotency keys that are older than 24 hours. */
export async function deleteExpiredIdempotencyKeys(queries: Queries): Promise<void> {
  const expired = new Date(Date.now() - lifetimeMilliseconds);
  await queries.delete(idempotencyKey).where(lte(idempotencyKey.createdAt, expired));
}
