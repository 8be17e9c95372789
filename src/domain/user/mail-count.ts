import { and, gt, inArray, lte, sql } from 'drizzle-orm';
import type { PresentFirst } from '../../base/installation-secret.ts';
import type { Queries } from '../../database/database.ts';
import { registrationMail } from './registration-mail.table.ts';

const dayMilliseconds = 24 * 3_600_000;

export interface Counting {
  /** The keyed hashes of the counted text, with the present secret and with former ones. */
  ids: PresentFirst<string>;
  now: Date;
  /** The time after which the count starts again, at most a day. */
  periodMilliseconds: number;
  /** Defaults to 1. With 0, the same statement counts nothing. */
  by?: 0 | 1;
}

/** Adds to the count of the present secret. Returns it with those of former secrets, and the time at which it starts again. */
export async function count(
  transaction: Queries,
  { ids: [id, ...formerIds], now, periodMilliseconds, by = 1 }: Counting,
): Promise<{ mails: number; until: Date }> {
  const periodBefore = new Date(now.getTime() - periodMilliseconds);
  const isOld = lte(registrationMail.firstAt, periodBefore);
  const [counted] = await transaction
    .insert(registrationMail)
    .values({ id, mails: by, firstAt: now })
    .onConflictDoUpdate({
      target: registrationMail.id,
      set: {
        mails: sql`case when ${isOld} then excluded.mails else ${registrationMail.mails} + excluded.mails end`,
        firstAt: sql`case when ${isOld} then excluded.first_at else ${registrationMail.firstAt} end`,
      },
    })
    .returning();
  const { mails, firstAt } = counted ?? { mails: by, firstAt: now };
  const until = new Date(firstAt.getTime() + periodMilliseconds);
  if (formerIds.length === 0) return { mails, until };
  const former = await transaction
    .select({ mails: registrationMail.mails })
    .from(registrationMail)
    .where(and(inArray(registrationMail.id, formerIds), gt(registrationMail.firstAt, periodBefore)));
  return { mails: former.reduce((sum, counted) => sum + counted.mails, mails), until };
}

export async function deleteOldMailCounts(transaction: Queries): Promise<void> {
  const dayBefore = new Date(Date.now() - dayMilliseconds);
  await transaction.delete(registrationMail).where(lte(registrationMail.firstAt, dayBefore));
}
