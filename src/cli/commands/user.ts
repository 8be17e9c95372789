import type { Command } from 'commander';
import type { ListedUser } from '../../domain/user/user-administration.ts';
import { tokenLifetime } from '../parsers.ts';
import { audited, settings } from '../running.ts';
import { readPassword } from '../terminal.ts';

export function addUserCommands(program: Command): void {
  const user = program.command('user').description('Manage users.');
  addCreate(user);
  addList(user);
  addDisable(user);
  addEnable(user);
  addUnlock(user);
  addValidateEmail(user);
  addResetPassword(user);
}

function addCreate(user: Command): void {
  user
    .command('create')
    .description('Create a user. The password is read from standard input.')
    .argument('<username>')
    .requiredOption('--email <address>', 'email address of the user')
    .option(
      '--super-admin',
      'make the user a super admin, who holds no role, but can grant every role and approve grants',
      false,
    )
    .action(async (username: string, { email, superAdmin }: { email: string; superAdmin: boolean }) => {
      const configured = await settings('secret');
      const password = await readPassword();
      // The audit trail shows who bootstrapped the installation, as it records no values.
      const command = superAdmin ? 'user create --super-admin' : 'user create';
      const { id } = await audited(command, configured, async (database) => {
        const { createUser } = await import('../../domain/user/user-administration.ts');
        return createUser(database, { username, email, password, isSuperAdmin: superAdmin }, configured.passwordCost);
      });
      console.log(`User ${username} created with ID ${id}.`);
    });
}

function addList(user: Command): void {
  user
    .command('list')
    .description('List all users with their entitlements.')
    .option(
      '--conflicts',
      'only users whose usernames or validated email addresses conflict, such as Felix and felix',
      false,
    )
    .action(async ({ conflicts }: { conflicts: boolean }) => {
      const users = await audited('user list', await settings('secret'), async (database, audit) => {
        const { listUsers } = await import('../../domain/user/user-administration.ts');
        const listed = await listUsers(database, { conflicts });
        audit.addSubjects({ userIds: listed.map(({ id }) => id) });
        return listed;
      });
      for (const listed of users) console.log(linesOfUser(listed).join('\n'));
    });
}

/** A line for the user, then an indented line for each entitlement. */
function linesOfUser({ username, provider, email, entitlements, ...user }: ListedUser): string[] {
  const notes = [
    user.isSuperAdmin && 'super admin',
    user.isDisabled && 'disabled',
    !user.hasPassword && 'no password',
    user.hasUsernameConflict && 'username conflict',
    user.hasEmailConflict && 'email conflict',
  ];
  return [
    [username, provider, email ?? '-', notes.filter(Boolean).join(', ') || '-'].join('\t'),
    ...entitlements.map(({ roleName, bankId, expiresAt }) => {
      const until = expiresAt === null ? '' : ` until ${expiresAt.toISOString()}`;
      return `\t${roleName}${bankId ? ` at ${bankId}` : ''}${until}`;
    }),
  ];
}

function addDisable(user: Command): void {
  user
    .command('disable')
    .description("Disable a user. All of the user's tokens are refused from now on.")
    .argument('<username>')
    .action(async (username: string) => {
      await audited('user disable', await settings('secret'), async (database) => {
        const { disableUser } = await import('../../domain/user/user-administration.ts');
        return disableUser(database, username);
      });
      console.log(`User ${username} disabled.`);
    });
}

function addEnable(user: Command): void {
  user
    .command('enable')
    .description('Enable a disabled user.')
    .argument('<username>')
    .action(async (username: string) => {
      await audited('user enable', await settings('secret'), async (database) => {
        const { enableUser } = await import('../../domain/user/user-administration.ts');
        return enableUser(database, username);
      });
      console.log(`User ${username} enabled.`);
    });
}

function addUnlock(user: Command): void {
  user
    .command('unlock')
    .description('Unlock a user who was locked after failed logins or by an administrator.')
    .argument('<username>')
    .action(async (username: string) => {
      const configured = await settings('secret');
      await audited('user unlock', configured, async (database) => {
        const { unlockUser } = await import('../../domain/user/user-administration.ts');
        return unlockUser(database, username, configured.secret);
      });
      console.log(`User ${username} unlocked.`);
    });
}

function addValidateEmail(user: Command): void {
  user
    .command('validate-email')
    .description(
      'State that you have checked the email address of a user, so that the user can reset the password by mail if that is configured.',
    )
    .argument('<username>')
    .action(async (username: string) => {
      await audited('user validate-email', await settings('secret'), async (database) => {
        const { validateEmail } = await import('../../domain/user/user-administration.ts');
        return validateEmail(database, username);
      });
      console.log(`Email address of user ${username} validated.`);
    });
}

function addResetPassword(user: Command): void {
  user
    .command('reset-password')
    .description(
      "Set a user's password, which is read from standard input. All of the user's tokens are refused from now on.",
    )
    .argument('<username>')
    .action(async (username: string) => {
      const configured = await settings('secret');
      const password = await readPassword();
      await audited('user reset-password', configured, async (database) => {
        const { resetPassword } = await import('../../domain/user/user-administration.ts');
        return resetPassword(database, username, password, configured.passwordCost);
      });
      console.log(`Password of user ${username} changed. All of the user's earlier tokens are refused from now on.`);
    });
}

export function addToken(program: Command): void {
  program
    .command('token')
    .description('Print a bearer token for a user.')
    .argument('<username>')
    .option(
      '--expires <duration>',
      'lifetime of the token, from 1s to 30d, such as 30m or 12h (default: GATEWAY_TOKEN_LIFETIME)',
      tokenLifetime,
    )
    .action(async (username: string, { expires }: { expires?: number }) => {
      const configured = await settings('secret', 'signing');
      const token = await audited('token', configured, async (database, audit) => {
        const { findUserByUsername } = await import('../../domain/user/user-administration.ts');
        const { id, disabledAt, passwordHash, tokenGeneration } = await findUserByUsername(database.read, username);
        audit.addSubjects({ userIds: [id] });
        if (disabledAt !== null)
          throw new Error(`The user ${username} is disabled. Enable the user with "gateway user enable" first.`);
        if (passwordHash === null) {
          throw new Error(
            `The user ${username} has no password and cannot log in. Set one with "gateway user reset-password" first.`,
          );
        }
        const { openTokens } = await import('../../auth/tokens.ts');
        const tokens = await openTokens(configured.signing);
        const claims = { userId: id, generation: tokenGeneration };
        return (await tokens.sign(claims, expires ?? configured.tokenLifetimeSeconds)).token;
      });
      console.log(token);
    });
}
