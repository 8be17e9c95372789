import { createHash } from 'node:crypto';
import { sql } from 'drizzle-orm';
import type { Queries } from './database.ts';
import { dialect } from './dialect.ts';
import { statement } from './statement.ts';

/**
 * Locks the rows of a query until the transaction ends, so that transactions which lock the same rows are executed one after the
 * other. SQLite has only one writer at a time anyway.
 */
export function lockedForWriting<Query>(query: Query): Query {
  return locked(query, 'no key update');
}

/** Reads rows that are about to be deleted. Unlike `lockedForWriting`, blocks inserts of rows that reference them. */
export function lockedForDeletion<Query>(query: Query): Query {
  return locked(query, 'update');
}

function locked<Query>(query: Query, strength: 'no key update' | 'update'): Query {
  if (dialect === 'sqlite') return query;
  const { for: lock } = query as unknown as { for(strength: string): Query };
  return lock.call(query, strength);
}

const lockNumber = statement((queries) =>
  queries
    .select({ locked: sql<string>`locked::text`.as('locked') })
    .from(sql`pg_advisory_xact_lock(${sql.placeholder('number')}::bigint) as locked`),
);

/**
 * Lets transactions with the same text be executed one after the other, although no row represents the text yet. The server
 * sees a part of the hash of the text only.
 */
export async function lockText(transaction: Queries, text: string): Promise<void> {
  if (dialect === 'sqlite') return;
  const number = createHash('sha256').update(text).digest().readBigInt64BE();
  await lockNumber(transaction, { number: String(number) });
}
