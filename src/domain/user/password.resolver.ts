import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import { attemptLogin } from '../../auth/login-attempts.ts';
import { checkPasswordRule, hashPassword, verifyPassword } from '../../auth/password.ts';
import { gatewayError } from '../../base/errors.ts';
import { Authenticated } from '../../graph/access/rule.ts';
import type { Context } from '../../graph/context.ts';
import { assertInput } from '../../graph/input.ts';
import { Unkeyed } from '../../graph/mutation.ts';
import { requireFirstLogin } from './one-login.ts';
import { ChangeMyPasswordPayload, passwordRule } from './password.type.ts';
import { replacePassword, userWithPassword } from './password.writes.ts';
import { revokeOwnTokens } from './revoke-tokens.ts';

@Resolver()
export class PasswordMutations {
  @Mutation(() => ChangeMyPasswordPayload, {
    nullable: true,
    description:
      'Changes the password of the caller, revokes all tokens of the caller, and returns a new one. A wrong `oldPassword` fails with `OBP-20004` and counts as a failed login, with the same limits (`OBP-20013`, `RATE_LIMITED`). Fails with `NO_PASSWORD` if the caller does not log in with a password of the gateway.',
  })
  @Unkeyed()
  @Authenticated()
  async changeMyPassword(
    @Arg('oldPassword', () => String, { description: 'The current password.' }) oldPassword: string,
    @Arg('newPassword', () => String, {
      description: `The new password, which must differ from the current one: ${passwordRule}`,
    })
    newPassword: string,
    @Ctx() context: Context,
  ): Promise<ChangeMyPasswordPayload> {
    const { user, primary, request, config, tokens } = context;
    if (user === null) throw gatewayError('OBP-20001');
    requireFirstLogin(context);
    checkPasswordRule(newPassword, 'newPassword');
    assertInput(newPassword !== oldPassword, 'newPassword', 'must differ from oldPassword');
    const row = await userWithPassword(primary.read, user.id);
    context.leaveSlot();
    const attempt = { database: primary, secret: config.secret, username: row.username };
    const matches = await attemptLogin({ ...attempt, clientAddress: request.clientAddress }, () =>
      verifyPassword(row.passwordHash, oldPassword, config.passwordCost),
    );
    if (!matches) throw gatewayError('OBP-20004', { field: 'oldPassword' });
    const passwordHash = await hashPassword(newPassword, config.passwordCost);
    const changedAt = new Date();
    const generation = await context.write(async (transaction) =>
      (await replacePassword(transaction, row, passwordHash)) ? revokeOwnTokens(transaction, user, changedAt) : null,
    );
    // Another request has changed the password since it was verified.
    if (generation === null) throw gatewayError('OBP-20004', { field: 'oldPassword' });
    const token = await tokens.sign({ userId: user.id, generation }, config.tokenLifetimeSeconds);
    return { changedAt, ...token };
  }
}
