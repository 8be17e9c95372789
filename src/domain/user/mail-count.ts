import { lte, sql } from 'drizzle-orm';
import type { Queries } from '../../database/database.ts';
import { registrationMail } from './registration-mail.table.ts';

const dayMilliseconds = 24 * 3_600_000;

export interface Counting {
  /** A keyed hash of what is counted. */
  id: string;
  now: Date;
  /** The time after which the count starts again, at most a day. */
  periodMilliseconds: number;
  /** Defaults to 1. With 0, the same statement counts nothing. */
  by?: 0 | 1;
}

/** Adds to a count. Returns it, with the time at which it starts again. */
export async function count(
  transaction: Queries,
  { id, now, periodMilliseconds, by = 1 }: Counting,
): Promise<{ mails: number; until: Date }> {
  const isOld = lte(registrationMail.firstAt, new Date(now.getTime() - periodMilliseconds));
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
  return { mails, until: new Date(firstAt.getTime() + periodMilliseconds) };
}

export async function deleteOldMailCounts(transaction: Queries): Promise<void> {
  const dayBefore = new Date(Date.now() - dayMilliseconds);
  await transaction.delete(registrationMail).where(lte(registrationMail.firstAt, dayBefore));
}
