import { once } from 'node:events';
import { type FileHandle, open } from 'node:fs/promises';
import type { Command } from 'commander';
import type { Database } from '../../database/database.ts';
import { id, time } from '../parsers.ts';
import { audited, type DatabaseSettings, settings, withDatabase } from '../running.ts';
import { showProgress } from '../terminal.ts';

export function addAuditCommands(program: Command): void {
  const audit = program.command('audit').description('About the audit trail.');
  addVerify(audit);
  addExport(audit);
  addPrune(audit);
}

function addVerify(audit: Command): void {
  audit
    .command('verify')
    .description('Look for what was changed, removed, inserted or cut off in the audit trail: then it ends with 1.')
    .option('--heads <file>', 'the log of the gateway: the seals in it have to be in the database')
    .action(async ({ heads }: { heads?: string }) => {
      const configured = await settings('secret', 'formerSecrets');
      const log = heads === undefined ? undefined : await open(heads);
      const progress = showProgress();
      const verify = async (database: Database) => {
        const { verifyAuditTrail } = await import('../../audit/verify.ts');
        const { findingLine } = await import('../../audit/audit-finding.ts');
        return verifyAuditTrail({
          ...configured,
          database,
          logLines: log === undefined ? undefined : linesOf(log),
          onFinding: (finding) => console.log(findingLine(finding)),
          onUnsealed: ({ chain, events, missing }) => {
            const lacking = missing === 0 ? '' : `, and ${missing} between them failed or are not committed yet`;
            console.log(`chain ${chain}: not sealed yet: ${events} events${lacking}.`);
          },
          onProgress: (events) => progress.update(`${events} events`),
        }).catch(async (error) => {
          // This command does not migrate, so an outdated database might be the cause: then `check` says so.
          await database.check();
          throw error;
        });
      };
      const verified = await withDatabase(configured, verify, { migrate: false }).finally(progress.end);
      const { chains, events, seals, unsealedEvents, loggedSeals, findings } = verified;
      const ofLog = heads === undefined ? '' : `, ${loggedSeals} seals of the log`;
      console.log(`${chains} chains, ${events} events (${unsealedEvents} not sealed yet), ${seals} seals${ofLog}.`);
      console.log(findings === 0 ? 'All is as it was written.' : `Findings: ${findings}.`);
      if (findings > 0) process.exitCode = 1;
      if (heads !== undefined && loggedSeals === 0) throw new Error(`${heads} holds no seal of an audit trail.`);
    });
}

/** Starts to read when the first line is requested, because lines that are read before a listener waits are lost. */
async function* linesOf(file: FileHandle): AsyncGenerator<string> {
  yield* file.readLines();
}

interface ExportOptions {
  bank?: string;
  customer?: string;
  user?: string;
  from?: Date;
  to?: Date;
}

function addExport(audit: Command): void {
  audit
    .command('export')
    .description('Print events as JSON lines, the oldest first.')
    .option('--bank <bank-id>', 'only those at this bank', id)
    .option('--customer <customer-id>', 'only those about this customer', id)
    .option('--user <user-id>', 'only those of what this user did', id)
    .option('--from <time>', 'only those of this moment and later, such as 2026-11-21 or 2026-11-21T10:00:00Z', time)
    .option('--to <time>', 'only those before this moment', time)
    .action(async ({ bank: bankId, customer: customerId, user: userId, from, to }: ExportOptions) => {
      const configured = await settings('secret');
      const filter = { bankId, customerId, userId, from, to };
      const { banksOfExport, exportAuditEvents } = await import('../../audit/export.ts');
      // Recorded before the first line is printed, at every bank whose events are exported.
      await audited('audit export', configured, async (database, { concern }) => {
        const customerIds = customerId === undefined ? [] : [customerId];
        const userIds = userId === undefined ? [] : [userId];
        for (const bankId of await banksOfExport(database, filter)) concern({ bankId, customerIds, userIds });
      });
      await withDatabase(configured, async (database) => {
        for await (const lines of exportAuditEvents(database, filter)) {
          if (!process.stdout.write(lines)) await once(process.stdout, 'drain');
        }
      });
    });
}

function addPrune(audit: Command): void {
  audit
    .command('prune')
    .description('Delete the events whose retention period, GATEWAY_AUDIT_RETENTION, has passed.')
    .action(async () => {
      const { ConfigurationError } = await import('../../config.ts');
      const configured = await settings('secret', 'formerSecrets');
      const { auditRetentionSeconds } = configured;
      if (auditRetentionSeconds === null) {
        throw new ConfigurationError(['GATEWAY_AUDIT_RETENTION is not set: events stay for ever.']);
      }
      const before = new Date(Date.now() - auditRetentionSeconds * 1000);
      const progress = showProgress();
      const pruned = await audited('audit prune', { ...configured, ...asOwner(configured) }, async (database) => {
        const { pruneAuditTrail } = await import('../../audit/prune.ts');
        const onProgress = (events: number) => progress.update(`${events} events`);
        return pruneAuditTrail({ ...configured, database, before, onProgress });
      }).finally(progress.end);
      console.log(`${pruned.events} events before ${before.toISOString()} were deleted, of ${pruned.chains} chains.`);
    });
}

/** If another database user owns the tables, only the owner can delete from the audit trail. */
function asOwner({ databaseUrl, databaseOwnerUrl }: DatabaseSettings): DatabaseSettings {
  if (databaseOwnerUrl === null) return { databaseUrl, databaseOwnerUrl };
  return { databaseUrl: databaseOwnerUrl, databaseOwnerUrl: null, variable: 'DATABASE_OWNER_URL' };
}
