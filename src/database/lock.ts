import { dialect } from './dialect.ts';

/**
 * Reads rows that are about to be written around: other transactions that do the same wait until this one has ended. On
 * SQLite there is one writer at a time anyway.
 */
export function lockedForWriting<Query>(query: Query): Query {
  if (dialect === 'sqlite') return query;
  const { for: lock } = query as unknown as { for(strength: 'no key update'): Query };
  return lock.call(query, 'no key update');
}
