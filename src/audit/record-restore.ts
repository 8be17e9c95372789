import { eq } from 'drizzle-orm';
import type { Database } from '../database/database.ts';
import { auditChain, auditEvent } from './audit.table.ts';
import { readEvent } from './chain-rows.ts';
import type { CommandAudit } from './command-audit.ts';
import type { LoggedRestore } from './recorded-restore.ts';
import { readRestoredState } from './restored-state.ts';

export interface RestoreRecording {
  reason: string;
  /** The first chain that began after the restore. Defaults to the chain of this command, if nothing else has run since. */
  firstChain?: number | undefined;
}

/**
 * Adds to the event of the command that the database was restored, and what it contained of the audit trail then.
 * @throws if the first chain does not exist, or began after this command
 */
export async function recordRestore(
  database: Database,
  audit: CommandAudit,
  { reason, firstChain = audit.chain }: RestoreRecording,
): Promise<void> {
  // A failed attempt has its reason, too.
  audit.addDetails({ reason });
  const chains = await database.read.select().from(auditChain).where(eq(auditChain.number, firstChain));
  if (chains.length === 0 || firstChain > audit.chain) {
    throw new Error(`The audit trail has no chain ${firstChain} that began before this command.`);
  }
  // Read after the chain of the command has begun, so that it contains all seals that were logged before.
  audit.addDetails({ reason, restore: await readRestoredState(database, firstChain) });
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
