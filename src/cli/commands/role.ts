import { type Command, Option } from 'commander';
import { type Role, roles } from '../../base/roles.ts';
import { expiry, id, role } from '../parsers.ts';
import { audited, settings } from '../running.ts';

const bankOption = () =>
  new Option('--bank <bank-id>', 'the bank, for a bank role; a system role takes none').argParser(id);

function rolesHelp(): string {
  const lines = Object.entries(roles).map(([name, { scope, description }]) => {
    return `  ${name}${scope === 'bank' ? ' --bank <bank-id>' : ''}\n      ${description}`;
  });
  return ['', 'Roles:', ...lines].join('\n');
}

interface GrantOptions {
  bank?: string;
  expires?: Date;
}

export function addGrant(program: Command): void {
  program
    .command('grant')
    .description('Grant a role to a user. No approval is required, and the right depends on no other user.')
    // The help of this command lists every role, which takes about 200 lines.
    .showHelpAfterError("'gateway grant --help' lists every role.")
    .argument('<username>')
    .argument('<role>', "its name in OBP's spelling, such as CanGetCustomer", role)
    .addOption(bankOption())
    .option('--expires <time>', 'until when or for how long it counts, such as 2027-01-31T18:00:00Z or 90d', expiry)
    .addHelpText('after', rolesHelp)
    .action(async (username: string, roleName: Role, { bank: bankId, expires: expiresAt }: GrantOptions) => {
      await audited('grant', await settings('secret'), async (database) => {
        const { grantRole } = await import('../../domain/user/user-administration.ts');
        return grantRole(database, { username, roleName, bankId, expiresAt });
      });
      const until = expiresAt === undefined ? '' : ` until ${expiresAt.toISOString()}`;
      console.log(`${username} holds ${roleName}${bankId ? ` at ${bankId}` : ''}${until}.`);
    });
}

export function addRevoke(program: Command): void {
  program
    .command('revoke')
    .description('Take a role from a user.')
    .argument('<username>')
    .argument('<role>', 'its name, as user list shows it')
    .addOption(bankOption())
    .addHelpText('after', rolesHelp)
    .action(async (username: string, roleName: string, { bank: bankId }: { bank?: string }) => {
      await audited('revoke', await settings('secret'), async (database) => {
        const { revokeRole } = await import('../../domain/user/user-administration.ts');
        return revokeRole(database, { username, roleName, bankId });
      });
      console.log(`${username} no longer holds ${roleName}${bankId ? ` at ${bankId}` : ''}.`);
    });
}
