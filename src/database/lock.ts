import { dialect } from './dialect.ts';

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
