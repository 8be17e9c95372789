import type { Command } from 'commander';
import type { Database } from '../../database/database.ts';
import type { ImportProgress } from '../../import/import.ts';
import { id, integer } from '../parsers.ts';
import { audited, settings, withDatabase } from '../running.ts';
import { showProgress } from '../terminal.ts';

export function addMigrate(program: Command): void {
  program
    .command('migrate')
    .description('Bring the database up to date, as every command that uses it does too.')
    .action(async () => {
      await withDatabase(await settings(), (database) => database.check());
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
    .description('Import files of OBP JSON. First all is checked; if something is wrong, nothing is written.')
    .argument(
      '<files...>',
      'in any of the shapes of OBP: lists, single objects, a sandbox import; JSON or one record a line',
    )
    .option('--bank <bank-id>', 'the bank of records that name none', id)
    .option('--customer <customer-id>', 'the customer of records that name none', id)
    .option('--account <account-id>', 'the account of records that name none', id)
    .option('--update', 'change what exists with other values, but never KYC evidence', false)
    .option('--skip-invalid', 'write the good records although some are bad', false)
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
      'Write banks with generated customers and everything around them, where these banks have no customers yet.',
    )
    .requiredOption('--customers <number>', 'how many', integer(1, 10_000_000))
    .option('--seed <number>', 'the same seed gives the same customers', integer(0, 2 ** 31), 1)
    .action(async ({ customers: count, seed }: { customers: number; seed: number }) => {
      const progress = showProgress();
      const written = await audited('generate', await settings('secret'), async (database) => {
        const { generateCustomers } = await import('../../import/generate.ts');
        const onProgress = (done: number) => progress.update(`${done} of ${count} customers`);
        return generateCustomers(database, { count, seed, onProgress });
      }).finally(progress.end);
      console.log(`${written.customers} customers were written, ${written.rows} rows in all.`);
    });
}

export function addBackup(program: Command): void {
  program
    .command('backup')
    .description('Copy the whole SQLite database to a file while it is being served.')
    .argument('<file>', 'must not be there yet; only its owner can read it')
    .action(async (file: string) => {
      const configured = await settings('secret');
      const progress = showProgress();
      // Recorded before the copy, so that the copy contains the event and the end of its chain.
      await audited('backup', configured, async () => undefined);
      const copy = (database: Database) =>
        database.backup(file, (share) => progress.update(`${Math.round(share * 100)} %`));
      await withDatabase(configured, copy)
        .catch((error) => audited('backup', configured, () => Promise.reject(error)))
        .finally(progress.end);
      console.log(`The database was copied to ${file}.`);
    });
}
