import type { Command } from 'commander';
import type { Database } from '../../database/database.ts';
import type { ImportProgress } from '../../import/import.ts';
import { id, integer } from '../parsers.ts';
import { audited, settings, withDatabase } from '../running.ts';
import { showProgress } from '../terminal.ts';

export function addMigrate(program: Command): void {
  program
    .command('migrate')
    .description(
      'Create the tables of the database, or upgrade those of an earlier version. `serve` does the same. All other commands create them only in an empty database.',
    )
    .action(async () => {
      const { fillStoredCustomers } = await import('../../http/fill-stored-customers.ts');
      const upgrade = async (database: Database) => {
        await database.check();
        await fillStoredCustomers(database);
      };
      await withDatabase(await settings(), upgrade, { migrate: 'upgrade' });
      console.log('The database is up to date.');
    });
}

interface ImportOptions {
  bank?: string;
  customer?: string;
  account?: string;
  update: boolean;
  skipInvalid: boolean;
  withPasswords: boolean;
  withEntitlements: boolean;
}

export function addImport(program: Command): void {
  program
    .command('import')
    .description(
      'Import JSON files in OBP formats. All records are validated first; if one is invalid, nothing is written and the exit code is 1.',
    )
    .argument(
      '<files...>',
      'files in any OBP format (a list, a single object or a sandbox import), as JSON or newline-delimited JSON',
    )
    .option('--bank <bank-id>', 'ID of the bank, for records without one', id)
    .option('--customer <customer-id>', 'ID of the customer, for records without one', id)
    .option('--account <account-id>', 'ID of the account, for records without one', id)
    .option('--update', 'update rows that exist with other values, except KYC evidence', false)
    .option('--skip-invalid', 'write the valid records even if others are invalid', false)
    .option('--with-passwords', 'import the passwords of users', false)
    .option('--with-entitlements', 'import the entitlements of users', false)
    .action(async (files: string[], options: ImportOptions) => {
      const { bank: bankId, customer: customerId, account: accountId, ...flags } = options;
      const progress = showProgress();
      const report = await audited('import', await settings('secret'), async (database, audit) => {
        const { importFiles } = await import('../../import/import.ts');
        const { renderDifference, renderProblem } = await import('../../import/report.ts');
        const imported = await importFiles(
          database,
          files,
          { bankId, customerId, accountId, ...flags },
          {
            onProgress: (done) => progress.update(progressLine(done)),
            onProblem: (problem) => progress.print(renderProblem(problem)),
            onDifference: (difference) => progress.print(renderDifference(difference)),
          },
        );
        if (!imported.isWritten) audit.fail('OBP-10001');
        return imported;
      }).finally(progress.end);
      const { renderReport } = await import('../../import/report.ts');
      console.log(renderReport(report));
      if (!report.isWritten) process.exitCode = 1;
    });
}

function progressLine(progress: ImportProgress): string {
  if (progress.phase === 'read') {
    const share = progress.totalBytes === 0 ? 100 : Math.round((100 * progress.bytes) / progress.totalBytes);
    return `reading: ${share} %, ${progress.records} records`;
  }
  if (progress.phase === 'check') return `checking: ${progress.rows} rows`;
  return `writing: ${progress.rows} of ${progress.totalRows} rows`;
}

export function addGenerate(program: Command): void {
  program
    .command('generate')
    .description(
      'Generate banks with customers and all of their data. Fails if one of the banks already has customers or accounts.',
    )
    .requiredOption('--customers <number>', 'number of customers, from 1 to 10,000,000', integer(1, 10_000_000))
    .option(
      '--seed <number>',
      'seed of the random values; the same seed generates the same customers',
      integer(0, 2 ** 31),
      1,
    )
    .action(async ({ customers: count, seed }: { customers: number; seed: number }) => {
      const progress = showProgress();
      const written = await audited('generate', await settings('secret'), async (database) => {
        const { generateCustomers } = await import('../../import/generate.ts');
        const onProgress = (done: number) => progress.update(`${done} of ${count} customers`);
        return generateCustomers(database, { count, seed, onProgress });
      }).finally(progress.end);
      console.log(`${written.customers} customers generated, ${written.rows} rows in total.`);
    });
}

export function addBackup(program: Command): void {
  program
    .command('backup')
    .description(
      'Copy the SQLite database, as it is when the command starts, to a file, also while it is being served.',
    )
    .argument('<file>', 'path of a new file, which only its owner can read')
    .action(async (file: string) => {
      const configured = await settings('secret');
      const progress = showProgress();
      // The incomplete copy is deleted when the process exits.
      process.once('SIGINT', () => process.exit(130));
      process.once('SIGTERM', () => process.exit(143));
      // Recorded before the copy, so that the copy contains the event and the end of its chain.
      await audited('backup', configured, async () => undefined);
      const copy = (database: Database) =>
        database.backup(file, (share) => progress.update(`${Math.round(share * 100)} %`));
      await withDatabase(configured, copy)
        .catch((error) => audited('backup', configured, () => Promise.reject(error)))
        .finally(progress.end);
      console.log(`Database copied to ${file}.`);
    });
}
