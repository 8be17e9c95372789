import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { addAuditCommands } from './commands/audit.ts';
import { addBankCommands } from './commands/bank.ts';
import { addCollisions } from './commands/collisions.ts';
import { addBackup, addGenerate, addImport, addMigrate } from './commands/data.ts';
import { addDocumentsCommands } from './commands/documents.ts';
import { addKeysCommands } from './commands/keys.ts';
import { addGrant, addRevoke } from './commands/role.ts';
import { addSchemaCommands } from './commands/schema.ts';
import { addDemo, addServe } from './commands/serve.ts';
import { addToken, addUserCommands } from './commands/user.ts';

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

const exitCodes = `
Exits with 0 on success, with 1 if the command fails, with 2 if an option, an
argument or an environment variable is invalid, with 3 if the files of the
database were replaced while it was in use, and with 4 if a newer version has
migrated the database.`;

/**
 * The command line. A command imports its implementation when it runs, so that `--help` stays fast and only `serve` builds
 * a schema.
 */
export const program = new Command('gateway')
  .description(
    'Serve the customer and KYC data of banks as a GraphQL API, in the data model of the Open Bank Project (OBP).',
  )
  .version(version)
  .showHelpAfterError()
  .addHelpText('after', exitCodes)
  // The value of an unknown option can be a password.
  .configureOutput({ outputError: (text, write) => write(text.replace(/^(error: unknown option '[^=']*)=.*'/, "$1'")) })
  .exitOverride();

// In the order of the help.
addServe(program);
addDemo(program);
addMigrate(program);
addImport(program);
addGenerate(program);
addUserCommands(program);
addBankCommands(program);
addGrant(program);
addRevoke(program);
addToken(program);
addBackup(program);
addCollisions(program);
addSchemaCommands(program);
addDocumentsCommands(program);
addAuditCommands(program);
addKeysCommands(program);
