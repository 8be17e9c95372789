#!/usr/bin/env -S node --max-semi-space-size=8
import { readFileSync } from 'node:fs';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { Argument, Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { isRole, type Role, roles } from './auth/roles.ts';
import type { Database, DatabaseOptions } from './database/database.ts';
import { durationInSeconds } from './duration.ts';
import type { ImportProgress } from './import/import.ts';
import { failureLine, readPassword, showProgress } from './terminal.ts';

// What a command needs is loaded when it runs: `--help` stays fast, and only `serve` pays for a schema.

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

const program = new Command('gateway')
  .description("A GraphQL gateway over a bank's customer and KYC data, in the data model of the Open Bank Project.")
  .version(version)
  .showHelpAfterError()
  .exitOverride();

program
  .command('serve')
  .description('Serve the graph over HTTP until told to stop. Migrates the database first.')
  .action(async () => {
    const { readConfig } = await import('./config.ts');
    const config = readConfig(process.env);
    const { serve } = await import('./http/serve.ts');
    await withDatabase(config, (database) => serve(config, database), { isServing: true });
  });

program
  .command('demo')
  .description('Serve a fresh database with examples, 1,000 generated customers and a few users. Nothing is kept.')
  .action(async () => {
    const { demo } = await import('./demo.ts');
    await demo(process.env);
  });

program
  .command('migrate')
  .description('Bring the database up to date, as every command that uses it does too.')
  .action(async () => {
    await withDatabase(await settings(), (database) => database.check());
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
    const report = await withDatabase(await settings(), async (database) => {
      const { importFiles } = await import('./import/import.ts');
      const { renderDifference, renderProblem } = await import('./import/report.ts');
      return importFiles(
        database,
        files,
        { bankId, customerId, accountId, ...flags },
        {
          onProgress: (done) => progress.update(importProgress(done)),
          onProblem: (problem) => progress.tell(renderProblem(problem)),
          onDifference: (difference) => progress.tell(renderDifference(difference)),
        },
      );
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
    const written = await withDatabase(await settings(), async (database) => {
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
  .option('--super-admin', 'may grant every role to every user; holds none by that', false)
  .action(async (username: string, { email, superAdmin }: { email: string; superAdmin: boolean }) => {
    const configured = await settings();
    const password = await readPassword();
    const { id } = await withDatabase(configured, async (database) => {
      const { createUser } = await import('./domain/user/user-administration.ts');
      return createUser(database, { username, email, password, isSuperAdmin: superAdmin }, configured.passwordCost);
    });
    console.log(`The user ${username} was created with the id ${id}.`);
  });

user
  .command('list')
  .description('List all users with their entitlements.')
  .action(async () => {
    const users = await withDatabase(await settings(), async (database) => {
      const { listUsers } = await import('./domain/user/user-administration.ts');
      return listUsers(database);
    });
    for (const { username, provider, email, isSuperAdmin, isDisabled, hasPassword, entitlements } of users) {
      const notes = [isSuperAdmin && 'super admin', isDisabled && 'disabled', !hasPassword && 'no password'];
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
    await withDatabase(await settings(), async (database) => {
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
    await withDatabase(await settings(), async (database) => {
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
    const { readSettings } = await import('./config.ts');
    const configured = readSettings(process.env, ['secret']);
    await withDatabase(configured, async (database) => {
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
    await withDatabase(configured, async (database) => {
      const { resetPassword } = await import('./domain/user/user-administration.ts');
      return resetPassword(database, username, password, configured.passwordCost);
    });
    console.log(`The user ${username} has a new password.`);
  });

program
  .command('bank')
  .description('How a bank works.')
  .command('four-eyes')
  .description('Whether a KYC status counts only when a second officer has confirmed it.')
  .argument('<bank-id>', 'the bank', identifier)
  .addArgument(new Argument('<state>').choices(['on', 'off']))
  .action(async (bankId: string, state: 'on' | 'off') => {
    await withDatabase(await settings(), async (database) => {
      const { setKycFourEyes } = await import('./domain/bank/bank-administration.ts');
      return setKycFourEyes(database, bankId, state === 'on');
    });
    console.log(`Two officers for a KYC status: ${state} at ${bankId}.`);
  });

const bankOption = () =>
  new Option('--bank <bank-id>', 'the bank, for a bank role; a system role takes none').argParser(identifier);

program
  .command('grant')
  .description('Grant a role to a user.')
  // The whole help of this command is 200 lines of roles.
  .showHelpAfterError("'gateway grant --help' lists every role.")
  .argument('<username>')
  .argument('<role>', "its name in OBP's spelling, such as CanGetCustomer", role)
  .addOption(bankOption())
  .addHelpText('after', rolesHelp)
  .action(async (username: string, roleName: Role, { bank: bankId }: { bank?: string }) => {
    await withDatabase(await settings(), async (database) => {
      const { grantRole } = await import('./domain/user/user-administration.ts');
      return grantRole(database, { username, roleName, bankId });
    });
    console.log(`${username} holds ${roleName}${bankId ? ` at ${bankId}` : ''}.`);
  });

program
  .command('revoke')
  .description('Take a role from a user.')
  .argument('<username>')
  .argument('<role>', 'its name, as user list shows it')
  .addOption(bankOption())
  .addHelpText('after', rolesHelp)
  .action(async (username: string, roleName: string, { bank: bankId }: { bank?: string }) => {
    await withDatabase(await settings(), async (database) => {
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
    const config = readSettings(process.env, ['signing']);
    const { id, disabledAt, passwordHash } = await withDatabase(config, async (database) => {
      const { findUserByUsername } = await import('./domain/user/user-administration.ts');
      return findUserByUsername(database.read, username);
    });
    if (disabledAt !== null) throw new Error(`The user ${username} is disabled.`);
    if (passwordHash === null) {
      throw new Error(
        `The user ${username} has no password, so nobody can log in as it: user reset-password gives one.`,
      );
    }
    const { openTokens } = await import('./auth/tokens.ts');
    const tokens = await openTokens(config.signing);
    console.log((await tokens.sign({ userId: id }, expires ?? config.tokenLifetimeSeconds)).token);
  });

program
  .command('backup')
  .description('Copy the whole SQLite database to a file while it is being served.')
  .argument('<file>', 'must not be there yet; only its owner can read it')
  .action(async (file: string) => {
    const progress = showProgress();
    await withDatabase(await settings(), (database) =>
      database.backup(file, (share) => progress.update(`${Math.round(share * 100)} %`)),
    ).finally(progress.end);
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

interface ImportCommandOptions {
  bank?: string;
  customer?: string;
  account?: string;
  update: boolean;
  skipInvalid: boolean;
  withPasswords: boolean;
  withEntitlements: boolean;
}

function importProgress(progress: ImportProgress): string {
  if (progress.phase === 'read') {
    const share = progress.totalBytes === 0 ? 100 : Math.round((100 * progress.bytes) / progress.totalBytes);
    return `reading: ${share} %, ${progress.records} records`;
  }
  if (progress.phase === 'check') return `checking: ${progress.rows} rows`;
  return `writing: ${progress.rows} of ${progress.totalRows} rows`;
}

async function settings() {
  const { readSettings } = await import('./config.ts');
  return readSettings(process.env, []);
}

async function withDatabase<Result>(
  { databaseUrl }: { databaseUrl: string },
  work: (database: Database) => Promise<Result>,
  options: DatabaseOptions = {},
): Promise<Result> {
  const { openDatabase } = await import('./database/database.ts');
  const database = await openDatabase(databaseUrl, options).catch((error) => {
    const shown = databaseUrl.replace(/:[^:@/]*@/, '@').replace(/\?.*$/, '');
    throw new Error(`The database ${shown} cannot be opened: ${failureLine(error)}`);
  });
  try {
    return await work(database);
  } finally {
    await database.close();
  }
}

function identifier(text: string): string {
  if (/^[0-9A-Za-z._-]{1,254}$/.test(text)) return text;
  throw new InvalidArgumentError("It must be 1 to 254 characters of 0-9, a-z, A-Z, '-', '.' and '_'.");
}

function wholeNumber(from: number, to: number): (text: string) => number {
  return (text) => {
    const number = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
    if (number >= from && number <= to) return number;
    throw new InvalidArgumentError(`It must be a whole number from ${from} to ${to}.`);
  };
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
  const { GatewayError } = await import('./errors.ts');
  if (error instanceof ConfigurationError) {
    for (const problem of error.problems) console.error(problem);
    return 2;
  }
  console.error(failureLine(error));
  return error instanceof GatewayError && error.extensions.code === 'BAD_USER_INPUT' ? 2 : 1;
}

// Whoever reads the output has seen enough of it.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = await report(error);
}
