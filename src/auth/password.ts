import { availableParallelism } from 'node:os';
import { hash, verify } from '@node-rs/argon2';
import { gatewayError } from '../errors.ts';

/** The provider of users who log in here, with a password. */
export const localProvider = 'obp-customer-gateway';

/** What one hash takes, in KiB and passes: OWASP's recommendation for argon2id, which is the library's default algorithm. */
const cost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** Leaves a core and half of libuv's threads to everybody who is not logging in. */
const mostAtOnce = Math.min(2, Math.max(1, availableParallelism() - 1));
const mostWaiting = 200;

let running = 0;
const waiting: (() => void)[] = [];

/** Passwords are slow to hash on purpose: however many logins arrive at once, only a few are worked on. */
async function inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
  if (running < mostAtOnce) running += 1;
  else {
    if (waiting.length >= mostWaiting) throw gatewayError('TOO_MANY_REQUESTS', { retryAfterSeconds: 10 });
    await new Promise<void>((proceed) => waiting.push(proceed));
  }
  try {
    return await work();
  } finally {
    // Whoever waits takes over the place, so that no one who arrives now comes before.
    const next = waiting.shift();
    if (next === undefined) running -= 1;
    else next();
  }
}

/** An argon2id hash in PHC format, with its salt and cost. */
export function hashPassword(password: string): Promise<string> {
  return inTurn(() => hash(password, cost));
}

let hashOfNobody: Promise<string> | undefined;

/** Whether the password is that of the hash. Null, for an unknown user or one without a password, takes the same time. */
export async function verifyPassword(passwordHash: string | null, password: string): Promise<boolean> {
  hashOfNobody ??= hash('the password of nobody', cost);
  const hashToVerify = passwordHash ?? (await hashOfNobody);
  const matches = await inTurn(() => verify(hashToVerify, password));
  return matches && passwordHash !== null;
}

const longPassword = /^[\x20-\x7E]{17,512}$/;
const mixedPassword = /^(?=.*[0-9])(?=.*[a-z])(?=.*[A-Z])(?=.*[!-/:-@[-`{-~])[\x21-\x7E]{10,16}$/;

/**
 * Fails with OBP-30207 unless the password has 17 to 512 ASCII letters, digits, punctuation characters or spaces; or 10 to
 * 16 without a space, with a digit, a lower case and an upper case letter and a special character among them.
 */
export function checkPasswordRule(password: string, field = 'password'): void {
  if (!longPassword.test(password) && !mixedPassword.test(password)) throw gatewayError('OBP-30207', { field });
}
