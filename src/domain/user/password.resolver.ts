import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import { attemptLogin } from '../../auth/login-attempts.ts';
import { checkPasswordRule, hashPassword, verifyPassword } from '../../auth/password.ts';
import { gatewayError } from '../../base/errors.ts';
import { Slots } from '../../base/slots.ts';
import { Authenticated, Public } from '../../graph/access/rule.ts';
import type { Context } from '../../graph/context.ts';
import { assertInput } from '../../graph/input.ts';
import { Unkeyed } from '../../graph/mutation.ts';
import { requireFirstLogin } from './one-login.ts';
import {
  ChangeMyPasswordPayload,
  passwordRule,
  RequestPasswordResetPayload,
  ResetPasswordPayload,
} from './password.type.ts';
import { replacePassword, userWithPassword } from './password.writes.ts';
import { passwordChangedMail } from './password-mail.ts';
import { finishReset, requestReset, userOfReset } from './password-reset.ts';
import { revokeOwnTokens } from './revoke-tokens.ts';
import type { UserRow } from './user.table.ts';

/** One at a time in each process, because all requests change the same count, and each waiting one would hold a connection. */
const resetRequests = new Slots(1);
const maxWaitingRequests = 100;

/** Informs the user about a new password, by mail if it is configured. */
function notify({ mailer }: Context, row: UserRow): void {
  const mail = passwordChangedMail(row);
  if (mail !== null) mailer?.send(mail);
}

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
    assertInput(newPassword !== oldPassword, 'newPassword', 'DIFFERENT', { otherField: 'oldPassword' });
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
    notify(context, row);
    const token = await tokens.sign({ userId: user.id, generation, session: 'new' }, config.tokenLifetimeSeconds);
    return { changedAt, ...token };
  }

  @Mutation(() => RequestPasswordResetPayload, {
    nullable: true,
    description:
      'Sends a mail with a link to reset the password, if the user exists and has validated an email address. The response is the same otherwise. The link replaces earlier links of the user. The requests of each network are limited (`RATE_LIMITED`), and so are the mails to each address, which then are not sent. Fails with `PASSWORD_RESET_UNAVAILABLE` if the gateway does not reset passwords by mail.',
  })
  @Unkeyed()
  @Public()
  async requestPasswordReset(
    @Arg('usernameOrEmail', () => String, {
      description: 'The username or the validated email address of the user, in upper or lower case.',
    })
    usernameOrEmail: string,
    @Ctx() context: Context,
  ): Promise<RequestPasswordResetPayload> {
    const { config, mailer, request } = context;
    const { passwordReset, secret } = config;
    if (passwordReset === null) throw gatewayError('PASSWORD_RESET_UNAVAILABLE');
    if (resetRequests.waiting >= maxWaitingRequests) throw gatewayError('RATE_LIMITED', { retryAfterSeconds: 1 });
    const requester = { secret, clientAddress: request.clientAddress };
    const { mail, expiresAt } = await resetRequests.run(() =>
      context.write((transaction) => requestReset(transaction, usernameOrEmail, passwordReset, requester)),
    );
    if (mail !== null) mailer?.send(mail);
    return { expiresAt };
  }

  @Mutation(() => ResetPasswordPayload, {
    nullable: true,
    description:
      'Sets a new password with the token of a link that `requestPasswordReset` sent. Revokes all tokens of the user, and removes the lock of failed logins. A link can be used once, and only until the password changes (`INVALID_RESET_TOKEN`).',
  })
  @Unkeyed()
  @Public()
  async resetPassword(
    @Arg('token', () => String, { description: 'The token in the fragment of the link.' }) token: string,
    @Arg('newPassword', () => String, { description: `The new password: ${passwordRule}` }) newPassword: string,
    @Ctx() context: Context,
  ): Promise<ResetPasswordPayload> {
    const { config, primary } = context;
    if (config.passwordReset === null) throw gatewayError('PASSWORD_RESET_UNAVAILABLE');
    checkPasswordRule(newPassword, 'newPassword');
    // Only a valid token causes the work of a hash.
    const row = await userOfReset(primary.read, token);
    if (row === null) throw gatewayError('INVALID_RESET_TOKEN');
    context.audit.addSubjectUser(row.id);
    context.leaveSlot();
    const passwordHash = await hashPassword(newPassword, config.passwordCost);
    const changedAt = await context.write((transaction) =>
      finishReset(transaction, token, passwordHash, config.secret),
    );
    if (changedAt === null) throw gatewayError('INVALID_RESET_TOKEN');
    notify(context, row);
    return { changedAt };
  }
}
