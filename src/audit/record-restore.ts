import { and, eq, gte, lt, min } from 'drizzle-orm';
import type { Database } from '../database/database.ts';
import { auditChain, auditEvent } from './audit.table.ts';
import { readEvent } from './chain-rows.ts';
import type { CommandAudit } from './command-audit.ts';
import type { LoggedRestore } from './recorded-restore.ts';
import { readRestoredState } from './restored-state.ts';

export interface RestoreRecording {
  reason: string;
  /** The time of the restore, if the gateway or another command has run since. */
  at?: Date | undefined;
}

/**
 * Adds to the event of the command that the database was restored, and what it contained of the audit trail then.
 * @throws if the time of the restore is in the future
 */
export async function recordRestore(
  database: Database,
  audit: CommandAudit,
  { reason, at }: RestoreRecording,
): Promise<void> {
  // A failed attempt has its reason, too.
  audit.addDetails({ reason });
  if (at !== undefined && at.getTime() > Date.now()) throw new Error('The time of the restore must be in the past.');
  const firstChain = at === undefined ? audit.chain : await firstChainSince(database, at, audit.chain);
  // Read after the chain of the command has begun, so that it contains all seals that were logged before.
  audit.addDetails({ reason, restore: await readRestoredState(database, firstChain) });
}

async function firstChainSince(database: Database, at: Date, last: number): Promise<number> {
  const [first] = await database.read
    .select({ number: min(auditChain.number) })
    .from(auditChain)
    .where(and(gte(auditChain.startedAt, at), lt(auditChain.number, last)));
  return first?.number ?? last;
}

/** The event of the restore that the command with this chain has recorded, for its line of the log. */
export async function recordedRestore(
  database: Database,
  chain: number,
): Promise<Omit<LoggedRestore, 'loggedAt'> | null> {
  const rows = await database.read.select().from(auditEvent).where(eq(auditEvent.chain, chain));
  const row = rows.find(({ event }) => readEvent(event)?.restore !== undefined);
  return row === undefined ? null : { chain, sequence: row.sequence, mac: row.mac };
}
