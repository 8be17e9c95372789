import { gatewayError } from '../../base/errors.ts';
import type { Context } from '../../graph/context.ts';

/**
 * The operations that verified a password. Each operation can do so once, because aliases would put many guesses into one request.
 * `context.once` cannot keep this, because every write clears it.
 */
const loggedIn = new WeakSet<Context>();

/** @throws TOO_MANY_LOGINS_IN_ONE_OPERATION if the operation has verified a password before. */
export function requireFirstLogin(context: Context): void {
  if (loggedIn.has(context)) throw gatewayError('TOO_MANY_LOGINS_IN_ONE_OPERATION');
  loggedIn.add(context);
}
