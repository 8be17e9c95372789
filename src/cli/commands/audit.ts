import { type FileHandle, open } from 'node:fs/promises';
import type { Command } from 'commander';
import type { Database } from '../../database/database.ts';
import { id, reason, time } from '../parsers.ts';
import { audited, type DatabaseSettings, settings, withDatabase } from '../running.ts';
import { printStatus, showProgress, writeOutput } from '../terminal.ts';

export function addAuditCommands(program: Command): void {
  const audit = program.command('audit').description('Manage the audit trail.');
  addVerify(audit);
  addRestored(audit);
  addExport(audit);
  addPrune(audit);
}

function addVerify(audit: Command): void {
  audit
    .command('verify')
    .description(
      'Verify the integrity of the audit trail. Exits with 1 if an event was changed, removed, inserted or truncated.',
    )
    .option('--heads <file>', 'log file of the gateway, whose seals must be in the database')
    .action(async ({ heads }: { heads?: string }) => {
      const configured = await settings('secret');
      const log = heads === undefined ? undefined : await open(heads);
      const progress = showProgress();
      let lostSeals = 0;
      const verify = async (database: Database) => {
        const { verifyAuditTrail } = await import('../../audit/verify.ts');
        const { findingLine } = await import('../../audit/audit-finding.ts');
        const { restoreLine } = await import('../../audit/recorded-restore.ts');
        return verifyAuditTrail({
          ...configured,
          database,
          logLines: log === undefined ? undefined : linesOf(log),
          onFinding: (finding) => console.log(findingLine(finding)),
          onUnsealed: ({ chain, events, missing }) => {
            const gaps = missing === 0 ? '' : ` ${missing} events between them failed or are not committed yet.`;
            console.log(`chain ${chain}: ${events} events are not sealed yet.${gaps}`);
          },
          onLaterSeal: ({ chain, seal, sealedBy, events: { from, to }, lost }) => {
            const events = from === to ? `event ${from}` : `events ${from} to ${to}`;
            const gaps = lost === 0 ? '' : ` ${lost} of them could not be recorded (LOST).`;
            console.log(
              `chain ${chain}, seal ${seal}: the process of chain ${sealedBy} sealed ${events}, because their own process was killed.${gaps}`,
            );
          },
          onRestore: (restore, lost) => {
            lostSeals += lost;
            console.log(restoreLine(restore, lost));
          },
          onProgress: (events) => progress.update(`${events} events`),
        }).catch(async (error) => {
          // This command does not migrate, so an outdated database might be the cause: then `check` says so.
          await database.check();
          throw error;
        });
      };
      const verified = await withDatabase(configured, verify, { migrate: 'never' }).finally(progress.end);
      const { chains, events, seals, unsealedEvents, loggedSeals, findings } = verified;
      const lost = lostSeals === 0 ? '' : ` (${lostSeals} lost with a recorded restore)`;
      const inLog = heads === undefined ? '' : `, ${loggedSeals} seals in the log${lost}`;
      console.log(`${chains} chains, ${events} events (${unsealedEvents} not sealed yet), ${seals} seals${inLog}.`);
      console.log(findings === 0 ? 'The audit trail is intact.' : `Findings: ${findings}.`);
      if (findings > 0) process.exitCode = 1;
      if (heads !== undefined && loggedSeals === 0) throw new Error(`${heads} contains no seal.`);
    });
}

/** Starts to read when the first line is requested, because lines that are read before a listener waits are lost. */
async function* linesOf(file: FileHandle): AsyncGenerator<string> {
  yield* file.readLines();
}

function addRestored(audit: Command): void {
  audit
    .command('restored')
    .description(
      'Record that the database was restored from a backup, before the gateway is started again. Then audit verify --heads accepts that the events since the backup are missing, but no others.',
    )
    .requiredOption('--reason <text>', 'why the database was restored, at most 500 characters', reason)
    .option(
      '--at <time>',
      'time of the restore, such as 2026-11-21T10:00:00Z, if the gateway or another command has run since',
      time,
    )
    .action(async (options: { reason: string; at?: Date }) => {
      const configured = await settings('secret');
      const { recordRestore, recordedRestore } = await import('../../audit/record-restore.ts');
      const { loggedRestoreLine } = await import('../../audit/recorded-restore.ts');
      const chain = await audited('audit restored', configured, async (database, audit) => {
        await recordRestore(database, audit, options);
        return audit.chain;
      });
      const recorded = await withDatabase(configured, (database) => recordedRestore(database, chain));
      if (recorded === null) throw new Error('The restore was not recorded. Run the command again.');
      printStatus(loggedRestoreLine({ ...recorded, reason: options.reason }));
      console.log(`Restore recorded in chain ${recorded.chain}, event ${recorded.sequence}.`);
    });
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
    .description('Print audit events as JSON lines, oldest first.')
    .option('--bank <bank-id>', 'only events at this bank', id)
    .option('--customer <customer-id>', 'only events that concern this customer', id)
    .option('--user <user-id>', 'only events caused by this user', id)
    .option('--from <time>', 'only events from this time on, such as 2026-11-21 or 2026-11-21T10:00:00Z', time)
    .option('--to <time>', 'only events before this time', time)
    .action(async ({ bank: bankId, customer: customerId, user: userId, from, to }: ExportOptions) => {
      const configured = await settings('secret');
      const filter = { bankId, customerId, userId, from, to };
      const { banksOfExport, exportAuditEvents } = await import('../../audit/export.ts');
      // Recorded before the first line is printed, at every bank whose events are exported.
      await audited('audit export', configured, async (database, { addSubjects }) => {
        const customerIds = customerId === undefined ? [] : [customerId];
        const userIds = userId === undefined ? [] : [userId];
        for (const bankId of await banksOfExport(database, filter)) addSubjects({ bankId, customerIds, userIds });
      });
      await withDatabase(configured, async (database) => {
        for await (const lines of exportAuditEvents(database, filter)) {
          if (!(await writeOutput(lines))) return;
        }
      });
    });
}

function addPrune(audit: Command): void {
  audit
    .command('prune')
    .description('Delete the events whose retention period (GATEWAY_AUDIT_RETENTION) has passed.')
    .action(async () => {
      const { ConfigurationError } = await import('../../config.ts');
      const configured = await settings('secret');
      const { auditRetentionSeconds } = configured;
      if (auditRetentionSeconds === null) {
        throw new ConfigurationError([
          'GATEWAY_AUDIT_RETENTION must be set to prune the audit trail. Without it, events are kept forever.',
        ]);
      }
      const before = new Date(Date.now() - auditRetentionSeconds * 1000);
      const progress = showProgress();
      const pruned = await audited(
        'audit prune',
        { ...configured, ...asOwner(configured) },
        async (database, { chain }) => {
          const { pruneAuditTrail } = await import('../../audit/prune.ts');
          const { sealLine } = await import('../../audit/logged-seal.ts');
          return pruneAuditTrail({
            ...configured,
            database,
            before,
            sealedBy: chain,
            onSeal: (seal) => progress.print(sealLine(seal)),
            onProgress: (events) => progress.update(`${events} events`),
          });
        },
      ).finally(progress.end);
      console.log(`${pruned.events} events before ${before.toISOString()} deleted, from ${pruned.chains} chains.`);
    });
}

/** If another database user owns the tables, only the owner can delete from the audit trail. */
function asOwner({ databaseUrl, databaseOwnerUrl }: DatabaseSettings): DatabaseSettings {
  if (databaseOwnerUrl === null) return { databaseUrl, databaseOwnerUrl };
  return { databaseUrl: databaseOwnerUrl, databaseOwnerUrl: null, variable: 'DATABASE_OWNER_URL' };
}
