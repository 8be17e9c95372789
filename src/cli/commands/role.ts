import { type Command, Option } from 'commander';
import { type Role, roles } from '../../base/roles.ts';
import { expiry, id, role } from '../parsers.ts';
import { audited, settings } from '../running.ts';

const bankOption = () => new Option('--bank <bank-id>', 'ID of the bank, only for a bank role').argParser(id);

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
    .description(
      'Grant a role to a user. The grant needs no approval and does not depend on the entitlements of another user.',
    )
    // The help of this command lists every role, which takes about 200 lines.
    .showHelpAfterError('Run "gateway grant --help" for a list of all roles.')
    .argument('<username>')
    .argument('<role>', 'name of the role in the spelling of OBP, such as CanGetCustomer', role)
    .addOption(bankOption())
    .option(
      '--expires <time>',
      'time or duration after which the entitlement expires, such as 2027-01-31T18:00:00Z or 90d',
      expiry,
    )
    .addHelpText('after', rolesHelp)
    .action(async (username: string, roleName: Role, { bank: bankId, expires: expiresAt }: GrantOptions) => {
      await audited('grant', await settings('secret'), async (database) => {
        const { grantRole } = await import('../../domain/user/user-administration.ts');
        return grantRole(database, { username, roleName, bankId, expiresAt });
      });
      const until = expiresAt === undefined ? '' : ` until ${expiresAt.toISOString()}`;
      console.log(`Role ${roleName} granted to ${username}${bankId ? ` at ${bankId}` : ''}${until}.`);
    });
}

export function addRevoke(program: Command): void {
  program
    .command('revoke')
    .description('Revoke a role from a user.')
    .argument('<username>')
    .argument('<role>', 'name of the role, as "gateway user list" prints it')
    .addOption(bankOption())
    .addHelpText('after', rolesHelp)
    .action(async (username: string, roleName: string, { bank: bankId }: { bank?: string }) => {
      await audited('revoke', await settings('secret'), async (database) => {
        const { revokeRole } = await import('../../domain/user/user-administration.ts');
        return revokeRole(database, { username, roleName, bankId });
      });
      console.log(`Role ${roleName} revoked from ${username}${bankId ? ` at ${bankId}` : ''}.`);
    });
}
