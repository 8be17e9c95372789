#!/usr/bin/env -S node --max-semi-space-size=32
import './database/resolve-drizzle.ts';
import cluster from 'node:cluster';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type FileHandle, open, readFile, rename, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { Argument, Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import type { LoggedSeal } from './audit/audit-trail.ts';
import type { CommandAudit } from './audit/command-audit.ts';
import { durationInSeconds } from './base/duration.ts';
import { isRole, type Role, roles } from './base/roles.ts';
import { failureLine, readPassword, showProgress, tellLine } from './cli/terminal.ts';
import type { Secrets, Settings } from './config.ts';
import type { Database, DatabaseOptions } from './database/database.ts';
import type { ImportProgress } from './import/import.ts';

// What a command needs is loaded when it runs: `--help` stays fast, and only `serve` pays for a schema.

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

const program = new Command('gateway')
  .description("A GraphQL gateway over a bank's customer and KYC data, in the data model of the Open Bank Project.")
  .version(version)
  .showHelpAfterError()
  // The value of an unknown option can be a password.
  .configureOutput({ outputError: (text, write) => write(text.replace(/^(error: unknown option '[^=']*)=.*'/, "$1'")) })
  .exitOverride();

program
  .command('serve')
  .description('Serve the graph over HTTP until told to stop. Migrates the database first.')
  .addOption(
    new Option('--workers <number>', 'how many processes answer requests, on one port')
      .argParser(wholeNumber(1, 256))
      .default(availableParallelism(), 'one for each core'),
  )
  .action(async ({ workers }: { workers: number }) => {
    if (workers === 1) {
      const config = await configuration();
      const { serve } = await import('./http/serve.ts');
      await withDatabase(config, (database) => serve(config, database), servingOptions(config));
    } else if (cluster.isPrimary) {
      const { keepWorkers } = await import('./http/workers.ts');
      process.exitCode = await keepWorkers(workers);
    } else {
      const { endWorker, isFirstWorker, serveAsWorker } = await import('./http/workers.ts');
      try {
        const config = await configuration();
        await withDatabase(config, (database) => serveAsWorker(config, database, workers), {
          ...servingOptions(config),
          migrate: isFirstWorker(),
          processes: workers,
        });
      } finally {
        endWorker();
      }
    }
  });

program
  .command('demo')
  .description(
    'Serve a fresh database with examples, 1,000 generated customers and a few users. Deletes it at the end.',
  )
  .option('--keep <folder>', 'keep the database and its keys in this folder for the next start')
  .action(async ({ keep }: { keep?: string }) => {
    const { demo } = await import('./cli/demo.ts');
    await demo(process.env, { keepIn: keep });
  });

program
  .command('migrate')
  .description('Bring the database up to date, as every command that uses it does too.')
  .action(async () => {
    const { readSettings } = await import('./config.ts');
    await withDatabase(readSettings(process.env, []), (database) => database.check());
    console.log('The database is up to date.');
  });

program
  .command('import')
  .description('Import files of OBP JSON. First all is checked; if something is wrong, nothing is written.')
  .argument(
    '<files...>',
    'in any of the shapes of OBP: lists, single objects, a sandbox import; JSON or one record a line',
  )
  .option('--bank <bank-id>', 'the bank of records that name none', identifier)
  .option('--customer <customer-id>', 'the customer of records that name none', identifier)
  .option('--account <account-id>', 'the account of records that name none', identifier)
  .option('--update', 'change what exists with other values, but never KYC evidence', false)
  .option('--skip-invalid', 'write the good records although some are bad', false)
  .option('--with-passwords', 'import the passwords of users', false)
  .option('--with-entitlements', 'import the entitlements of users', false)
  .action(async (files: string[], options: ImportCommandOptions) => {
    const { bank: bankId, customer: customerId, account: accountId, ...flags } = options;
    const progress = showProgress();
    const report = await audited('import', await settings(), async (database, audit) => {
      const { importFiles } = await import('./import/import.ts');
      const { renderDifference, renderProblem } = await import('./import/report.ts');
      const imported = await importFiles(
        database,
        files,
        { bankId, customerId, accountId, ...flags },
        {
          onProgress: (done) => progress.update(importProgress(done)),
          onProblem: (problem) => progress.tell(renderProblem(problem)),
          onDifference: (difference) => progress.tell(renderDifference(difference)),
        },
      );
      if (!imported.isWritten) audit.fail('OBP-10001');
      return imported;
    }).finally(progress.end);
    const { renderReport } = await import('./import/report.ts');
    console.log(renderReport(report));
    if (!report.isWritten) process.exitCode = 1;
  });

program
  .command('generate')
  .description(
    'Write banks with generated customers and everything around them, where these banks have no customers yet.',
  )
  .requiredOption('--customers <number>', 'how many', wholeNumber(1, 10_000_000))
  .option('--seed <number>', 'the same seed gives the same customers', wholeNumber(0, 2 ** 31), 1)
  .action(async ({ customers: count, seed }: { customers: number; seed: number }) => {
    const progress = showProgress();
    const written = await audited('generate', await settings(), async (database) => {
      const { generateCustomers } = await import('./import/generate.ts');
      const onProgress = (done: number) => progress.update(`${done} of ${count} customers`);
      return generateCustomers(database, { count, seed, onProgress });
    }).finally(progress.end);
    console.log(`${written.customers} customers were written, ${written.rows} rows in all.`);
  });

const user = program.command('user').description('Create, list and disable users.');

user
  .command('create')
  .description('Create a user. The password is read from standard input.')
  .argument('<username>')
  .requiredOption('--email <address>', 'the e-mail address')
  .option('--super-admin', 'can grant every role and approve grants; holds no role', false)
  .action(async (username: string, { email, superAdmin }: { email: string; superAdmin: boolean }) => {
    const configured = await settings();
    const password = await readPassword();
    // The audit trail shows who bootstrapped the installation, as it records no values.
    const command = superAdmin ? 'user create --super-admin' : 'user create';
    const { id } = await audited(command, configured, async (database) => {
      const { createUser } = await import('./domain/user/user-administration.ts');
      return createUser(database, { username, email, password, isSuperAdmin: superAdmin }, configured.passwordCost);
    });
    console.log(`The user ${username} was created with the id ${id}.`);
  });

user
  .command('list')
  .description('List all users with their entitlements.')
  .option(
    '--conflicts',
    'only users whose usernames or validated email addresses collide in upper and lower case',
    false,
  )
  .action(async ({ conflicts }: { conflicts: boolean }) => {
    const users = await audited('user list', await settings(), async (database, audit) => {
      const { listUsers } = await import('./domain/user/user-administration.ts');
      const listed = await listUsers(database, { conflicts });
      audit.concern({ userIds: listed.map(({ id }) => id) });
      return listed;
    });
    for (const { username, provider, email, entitlements, ...listed } of users) {
      const notes = [
        listed.isSuperAdmin && 'super admin',
        listed.isDisabled && 'disabled',
        !listed.hasPassword && 'no password',
        listed.hasUsernameConflict && 'username conflict',
        listed.hasEmailConflict && 'email conflict',
      ];
      console.log([username, provider, email ?? '-', notes.filter(Boolean).join(', ') || '-'].join('\t'));
      for (const { roleName, bankId, expiresAt } of entitlements) {
        const until = expiresAt === null ? '' : ` until ${expiresAt.toISOString()}`;
        console.log(`\t${roleName}${bankId ? ` at ${bankId}` : ''}${until}`);
      }
    }
  });

user
  .command('disable')
  .description('Refuse a user from now on, with every token there is.')
  .argument('<username>')
  .action(async (username: string) => {
    await audited('user disable', await settings(), async (database) => {
      const { disableUser } = await import('./domain/user/user-administration.ts');
      return disableUser(database, username);
    });
    console.log(`The user ${username} is disabled.`);
  });

user
  .command('enable')
  .description('Let a disabled user in again.')
  .argument('<username>')
  .action(async (username: string) => {
    await audited('user enable', await settings(), async (database) => {
      const { enableUser } = await import('./domain/user/user-administration.ts');
      return enableUser(database, username);
    });
    console.log(`The user ${username} is enabled.`);
  });

user
  .command('unlock')
  .description('Let a user in again whom failed logins or an administrator locked.')
  .argument('<username>')
  .action(async (username: string) => {
    const configured = await settings();
    await audited('user unlock', configured, async (database) => {
      const { unlockUser } = await import('./domain/user/user-administration.ts');
      return unlockUser(database, username, configured.secret);
    });
    console.log(`The user ${username} is unlocked.`);
  });

user
  .command('reset-password')
  .description('Give a user a new password, read from standard input.')
  .argument('<username>')
  .action(async (username: string) => {
    const configured = await settings();
    const password = await readPassword();
    await audited('user reset-password', configured, async (database) => {
      const { resetPassword } = await import('./domain/user/user-administration.ts');
      return resetPassword(database, username, password, configured.passwordCost);
    });
    console.log(`The user ${username} has a new password. All tokens that it had are refused from now on.`);
  });

const bank = program.command('bank').description('How a bank works.');

bank
  .command('four-eyes')
  .description('Whether a KYC status counts only when a second officer has confirmed it.')
  .argument('<bank-id>', 'the bank', identifier)
  .addArgument(new Argument('<state>').choices(['on', 'off']))
  .action(async (bankId: string, state: 'on' | 'off') => {
    await audited('bank four-eyes', await settings(), async (database) => {
      const { setKycFourEyes } = await import('./domain/bank/bank-administration.ts');
      return setKycFourEyes(database, bankId, state === 'on');
    });
    console.log(`Two officers for a KYC status: ${state} at ${bankId}.`);
  });

bank
  .command('kyc-reason')
  .description('Whether KYC material is given only to who says why.')
  .argument('<bank-id>', 'the bank', identifier)
  .addArgument(new Argument('<state>').choices(['on', 'off']))
  .action(async (bankId: string, state: 'on' | 'off') => {
    await audited('bank kyc-reason', await settings(), async (database) => {
      const { setKycReasonRequired } = await import('./domain/bank/bank-administration.ts');
      return setKycReasonRequired(database, bankId, state === 'on');
    });
    console.log(`A reason for KYC material: ${state} at ${bankId}.`);
  });

bank
  .command('grant-approval')
  .description('Set whether a second granter must approve every grant of a role at a bank.')
  .argument('<bank-id>', 'the bank', identifier)
  .addArgument(new Argument('<state>').choices(['on', 'off']))
  .action(async (bankId: string, state: 'on' | 'off') => {
    await audited('bank grant-approval', await settings(), async (database) => {
      const { setGrantApprovalRequired } = await import('./domain/bank/bank-administration.ts');
      return setGrantApprovalRequired(database, bankId, state === 'on');
    });
    console.log(`Approval of every grant: ${state} at ${bankId}.`);
  });

bank
  .command('retention')
  .description('For how long after the last change a customer cannot be deleted.')
  .argument('<bank-id>', 'the bank', identifier)
  .argument('<period>', 'in days, such as 1826d; or off', retentionPeriod)
  .action(async (bankId: string, period: number | 'off') => {
    const retentionDays = period === 'off' ? null : period;
    await audited('bank retention', await settings(), async (database) => {
      const { setRetentionDays } = await import('./domain/bank/bank-administration.ts');
      return setRetentionDays(database, bankId, retentionDays);
    });
    console.log(`Retention period of customers: ${period === 'off' ? 'off' : `${period} days`} at ${bankId}.`);
  });

const bankOption = () =>
  new Option('--bank <bank-id>', 'the bank, for a bank role; a system role takes none').argParser(identifier);

program
  .command('grant')
  .description('Grant a role to a user. No approval is required, and the right depends on no other user.')
  // The whole help of this command is 200 lines of roles.
  .showHelpAfterError("'gateway grant --help' lists every role.")
  .argument('<username>')
  .argument('<role>', "its name in OBP's spelling, such as CanGetCustomer", role)
  .addOption(bankOption())
  .option('--expires <time>', 'until when or for how long it counts, such as 2027-01-31T18:00:00Z or 90d', expiry)
  .addHelpText('after', rolesHelp)
  .action(async (username: string, roleName: Role, { bank: bankId, expires: expiresAt }: GrantOptions) => {
    await audited('grant', await settings(), async (database) => {
      const { grantRole } = await import('./domain/user/user-administration.ts');
      return grantRole(database, { username, roleName, bankId, expiresAt });
    });
    const until = expiresAt === undefined ? '' : ` until ${expiresAt.toISOString()}`;
    console.log(`${username} holds ${roleName}${bankId ? ` at ${bankId}` : ''}${until}.`);
  });

program
  .command('revoke')
  .description('Take a role from a user.')
  .argument('<username>')
  .argument('<role>', 'its name, as user list shows it')
  .addOption(bankOption())
  .addHelpText('after', rolesHelp)
  .action(async (username: string, roleName: string, { bank: bankId }: { bank?: string }) => {
    await audited('revoke', await settings(), async (database) => {
      const { revokeRole } = await import('./domain/user/user-administration.ts');
      return revokeRole(database, { username, roleName, bankId });
    });
    console.log(`${username} no longer holds ${roleName}${bankId ? ` at ${bankId}` : ''}.`);
  });

program
  .command('token')
  .description('Print a bearer token for a user.')
  .argument('<username>')
  .option('--expires <duration>', 'for how long, such as 30m or 12h; otherwise GATEWAY_TOKEN_LIFETIME', duration)
  .action(async (username: string, { expires }: { expires?: number }) => {
    const { readSettings } = await import('./config.ts');
    const config = readSettings(process.env, ['secret', 'signing']);
    const token = await audited('token', config, async (database, audit) => {
      const { findUserByUsername } = await import('./domain/user/user-administration.ts');
      const { id, disabledAt, passwordHash } = await findUserByUsername(database.read, username);
      audit.concern({ userIds: [id] });
      if (disabledAt !== null) throw new Error(`The user ${username} is disabled.`);
      if (passwordHash === null) {
        throw new Error(
          `The user ${username} has no password, so nobody can log in as it: user reset-password gives one.`,
        );
      }
      const { openTokens } = await import('./auth/tokens.ts');
      const tokens = await openTokens(config.signing);
      return (await tokens.sign({ userId: id }, expires ?? config.tokenLifetimeSeconds)).token;
    });
    console.log(token);
  });

program
  .command('backup')
  .description('Copy the whole SQLite database to a file while it is being served.')
  .argument('<file>', 'must not be there yet; only its owner can read it')
  .action(async (file: string) => {
    const configured = await settings();
    const progress = showProgress();
    // Before anything is copied: the copy has it too, and the chain that ends with it.
    await audited('backup', configured, async () => undefined);
    const copy = (database: Database) =>
      database.backup(file, (share) => progress.update(`${Math.round(share * 100)} %`));
    await withDatabase(configured, copy)
      .catch((error) => audited('backup', configured, () => Promise.reject(error)))
      .finally(progress.end);
    console.log(`The database was copied to ${file}.`);
  });

program
  .command('schema')
  .description('About the GraphQL schema.')
  .command('print')
  .description('Print the schema with its directives, as schema/schema.graphql holds it.')
  .action(async () => {
    const { printedSchema } = await import('./schema.ts');
    process.stdout.write(await printedSchema());
  });

const audit = program.command('audit').description('About the audit trail.');

audit
  .command('verify')
  .description('Look for what was changed, removed, inserted or cut off in the audit trail: then it ends with 1.')
  .option('--heads <file>', 'the log of the gateway: the seals in it have to be in the database')
  .action(async ({ heads }: { heads?: string }) => {
    const { readSettings } = await import('./config.ts');
    const configured = readSettings(process.env, ['secret', 'formerSecrets']);
    const log = heads === undefined ? undefined : await open(heads);
    const progress = showProgress();
    const verify = async (database: Database) => {
      const { verifyAuditTrail } = await import('./audit/verify.ts');
      const { findingLine } = await import('./audit/audit-finding.ts');
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
        // Says so where that is why: a database that is only looked at is not migrated.
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

audit
  .command('export')
  .description('Print events as JSON lines, the oldest first.')
  .option('--bank <bank-id>', 'only those at this bank', identifier)
  .option('--customer <customer-id>', 'only those about this customer', identifier)
  .option('--user <user-id>', 'only those of what this user did', identifier)
  .option('--from <time>', 'only those of this moment and later, such as 2026-11-21 or 2026-11-21T10:00:00Z', moment)
  .option('--to <time>', 'only those before this moment', moment)
  .action(async ({ bank: bankId, customer: customerId, user: userId, from, to }: AuditExportOptions) => {
    const configured = await settings();
    const filter = { bankId, customerId, userId, from, to };
    const { banksOfExport, exportAuditEvents } = await import('./audit/export.ts');
    // Before the first line is seen; each bank's auditors see that its events were.
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

audit
  .command('prune')
  .description('Delete the events whose retention period, GATEWAY_AUDIT_RETENTION, has passed.')
  .action(async () => {
    const { ConfigurationError, readSettings } = await import('./config.ts');
    const configured = readSettings(process.env, ['secret', 'formerSecrets']);
    const { auditRetentionSeconds, databaseOwnerUrl } = configured;
    if (auditRetentionSeconds === null) {
      throw new ConfigurationError(['GATEWAY_AUDIT_RETENTION is not set: events stay for ever.']);
    }
    const before = new Date(Date.now() - auditRetentionSeconds * 1000);
    const progress = showProgress();
    // Who serves may not delete from the audit trail where somebody else owns the tables.
    const ofOwner = { databaseUrl: databaseOwnerUrl, databaseOwnerUrl: null, variable: 'DATABASE_OWNER_URL' as const };
    const asOwner =
      databaseOwnerUrl === null ? configured : { ...configured, ...ofOwner, databaseUrl: databaseOwnerUrl };
    const pruned = await audited('audit prune', asOwner, async (database) => {
      const { pruneAuditTrail } = await import('./audit/prune.ts');
      const onProgress = (events: number) => progress.update(`${events} events`);
      return pruneAuditTrail({ ...configured, database, before, onProgress });
    }).finally(progress.end);
    console.log(`${pruned.events} events before ${before.toISOString()} were deleted, of ${pruned.chains} chains.`);
  });

const keys = program.command('keys').description('About the keys of tokens.');

keys
  .command('create')
  .description('Write a new signing key to a file that only its owner can read: for GATEWAY_SIGNING_KEY_FILE.')
  .argument('<file>', 'must not be there yet')
  .action(async (file: string) => {
    const { createSigningKey } = await import('./auth/tokens.ts');
    await writeFile(file, `${createSigningKey()}\n`, { mode: 0o600, flag: 'wx' });
    console.log(`A new signing key was written to ${file}.`);
  });

keys
  .command('rotate')
  .description('Put a new key in front of those of a file: it signs from now on, the others only verify.')
  .argument('<file>', 'that of GATEWAY_SIGNING_KEY_FILE; processes that serve read it again within a minute')
  .option('--keep <number>', 'how many of the former keys stay; otherwise all', wholeNumber(0, 100))
  .action(async (file: string, { keep }: { keep?: number }) => {
    const { rotateSigningKeys } = await import('./auth/tokens.ts');
    const rotated = rotateSigningKeys(await readFile(file, 'utf8'), keep);
    // Whoever reads it meanwhile sees all of the former keys, or all of the new.
    const fresh = `${file}.new`;
    await writeFile(fresh, `${rotated}\n`, { mode: 0o600, flag: 'wx' });
    await rename(fresh, file);
    console.log(`A new signing key was put in front of those in ${file}.`);
  });

function role(name: string): Role {
  if (isRole(name)) return name;
  throw new InvalidArgumentError('There is no such role.');
}

function rolesHelp(): string {
  const lines = Object.entries(roles).map(([name, { scope, description }]) => {
    return `  ${name}${scope === 'bank' ? ' --bank <bank-id>' : ''}\n      ${description}`;
  });
  return ['', 'Roles:', ...lines].join('\n');
}

/** Opened when the first line is asked for: what is read before anybody listens would be lost, and waited for in vain. */
async function* linesOf(file: FileHandle): AsyncGenerator<string> {
  yield* file.readLines();
}

interface GrantOptions {
  bank?: string;
  expires?: Date;
}

interface ImportCommandOptions {
  bank?: string;
  customer?: string;
  account?: string;
  update: boolean;
  skipInvalid: boolean;
  withPasswords: boolean;
  withEntitlements: boolean;
}

interface AuditExportOptions {
  bank?: string;
  customer?: string;
  user?: string;
  from?: Date;
  to?: Date;
}

function importProgress(progress: ImportProgress): string {
  if (progress.phase === 'read') {
    const share = progress.totalBytes === 0 ? 100 : Math.round((100 * progress.bytes) / progress.totalBytes);
    return `reading: ${share} %, ${progress.records} records`;
  }
  if (progress.phase === 'check') return `checking: ${progress.rows} rows`;
  return `writing: ${progress.rows} of ${progress.totalRows} rows`;
}

type DatabaseSettings = Pick<Settings, 'databaseUrl' | 'databaseOwnerUrl'> & Pick<DatabaseOptions, 'variable'>;

async function configuration() {
  const { readConfig } = await import('./config.ts');
  return readConfig(process.env);
}

function servingOptions({ databaseReplicaUrls: replicaUrls, replicaMaxLagSeconds }: Settings): DatabaseOptions {
  return { isServing: true, replicaUrls, replicaMaxLagMilliseconds: replicaMaxLagSeconds * 1000 };
}

async function settings() {
  const { readSettings } = await import('./config.ts');
  return readSettings(process.env, ['secret']);
}

/**
 * Runs a command on what is guarded: it leaves its events in the audit trail, or does not happen. The last seal over them
 * goes to standard error: whoever keeps it can show later that they were removed.
 */
function audited<Result>(
  operationName: string,
  configured: DatabaseSettings & Pick<Secrets, 'secret'>,
  work: (database: Database, audit: CommandAudit) => Promise<Result>,
): Promise<Result> {
  return withDatabase(configured, async (database) => {
    const { auditCommand } = await import('./audit/command-audit.ts');
    const { sealLine } = await import('./audit/logged-seal.ts');
    let lastSeal: LoggedSeal | undefined;
    const onSeal = (seal: LoggedSeal) => {
      lastSeal = seal;
    };
    return auditCommand({ operationName, database, secret: configured.secret, onSeal }, work).finally(() => {
      if (lastSeal !== undefined) tellLine(sealLine(lastSeal));
    });
  });
}

async function withDatabase<Result>(
  { databaseUrl, databaseOwnerUrl: ownerUrl, variable }: DatabaseSettings,
  work: (database: Database) => Promise<Result>,
  options: DatabaseOptions = {},
): Promise<Result> {
  const { openDatabase } = await import('./database/open-database.ts');
  const database = await openDatabase(databaseUrl, { ownerUrl, variable, ...options });
  try {
    if (options.migrate !== false) {
      const { fillCanonicalNames } = await import('./domain/user/canonical-names.ts');
      await fillCanonicalNames(database);
    }
    return await work(database);
  } finally {
    await database.close();
  }
}

function identifier(text: string): string {
  if (/^[0-9A-Za-z._-]{1,254}$/.test(text)) return text;
  throw new InvalidArgumentError("It must be 1 to 254 characters of 0-9, a-z, A-Z, '-', '.' and '_'.");
}

function moment(text: string): Date {
  const [, day] = /^(\d{4}-\d\d-\d\d)(T\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d))?$/.exec(text) ?? [];
  const [midnight, found] = [new Date(day ?? Number.NaN), new Date(text)];
  // The 30th of February would be the 2nd of March.
  const isDay = !Number.isNaN(midnight.getTime()) && midnight.toISOString().slice(0, 10) === day;
  if (isDay && !Number.isNaN(found.getTime())) return found;
  throw new InvalidArgumentError('It must be a moment, such as 2026-11-21 (in UTC) or 2026-11-21T10:00:00Z.');
}

function wholeNumber(from: number, to: number): (text: string) => number {
  return (text) => {
    const number = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
    if (number >= from && number <= to) return number;
    throw new InvalidArgumentError(`It must be a whole number from ${from} to ${to}.`);
  };
}

function retentionPeriod(text: string): number | 'off' {
  if (text === 'off') return 'off';
  const [, amount] = /^(\d{1,5})d$/.exec(text) ?? [];
  const days = Number(amount ?? Number.NaN);
  if (days >= 1 && days <= 36_525) return days;
  throw new InvalidArgumentError('It must be off, or a whole number of days from 1d to 36525d, such as 1826d.');
}

/** A moment to come: itself, or how far away it is. */
function expiry(text: string): Date {
  const seconds = durationInSeconds(text);
  const isMoment = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d)$/.test(text);
  const moment = seconds === null ? new Date(isMoment ? text : Number.NaN) : new Date(Date.now() + seconds * 1000);
  if (moment.getTime() > Date.now()) return moment;
  throw new InvalidArgumentError(
    'It must be a moment to come, such as 2027-01-31T18:00:00Z, or a whole number with its unit (s, m, h or d), such as 90d.',
  );
}

function duration(text: string): number {
  const seconds = durationInSeconds(text);
  if (seconds !== null && seconds >= 1 && seconds <= 30 * 86_400) return seconds;
  throw new InvalidArgumentError('It must be a whole number with its unit (s, m, h or d), from 1s to 30d, such as 1h.');
}

/** 2 for what the caller has to write differently (an option, a variable, an argument), 1 for what failed. */
async function report(error: unknown): Promise<number> {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  const { ConfigurationError } = await import('./config.ts');
  const { GatewayError } = await import('./base/errors.ts');
  if (error instanceof ConfigurationError) {
    for (const problem of error.problems) console.error(problem);
    return 2;
  }
  console.error(failureLine(error));
  return error instanceof GatewayError && error.extensions.code === 'BAD_USER_INPUT' ? 2 : 1;
}

// Node would print every property of the error, such as the parameters of a statement or the options of a connection.
process.on('uncaughtException', async (error) => {
  const { describeError } = await import('./base/logger.ts');
  console.error(JSON.stringify({ level: 'fatal', error: describeError(error), msg: 'uncaught exception' }));
  process.exit(1);
});

// Whoever reads the output has seen enough of it.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = await report(error);
}
