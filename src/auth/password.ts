import { availableParallelism } from 'node:os';
import { hash, parseOptions, verify } from '@node-rs/argon2';
import { gatewayError } from '../base/errors.ts';

/** The provider of users who log in here, with a password. */
export const localProvider = 'obp-customer-gateway';

/** What one hash takes. */
export interface PasswordCost {
  readonly memoryKibibytes: number;
  readonly passes: number;
}

/** OWASP's recommendation for argon2id, which is the library's default algorithm; less is not safe. */
export const minPasswordCost: PasswordCost = { memoryKibibytes: 19_456, passes: 2 };

function optionsOf({ memoryKibibytes, passes }: PasswordCost) {
  return { memoryCost: memoryKibibytes, timeCost: passes, parallelism: 1 };
}

/** Leaves a core and half of libuv's threads to everybody who is not logging in. */
const mostAtOnce = Math.min(2, Math.max(1, availableParallelism() - 1));
const mostWaiting = 200;

let running = 0;
const waiting: (() => void)[] = [];

/** Passwords are slow to hash on purpose: however many logins arrive at once, only a few are worked on. */
async function inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
  if (running < mostAtOnce) running += 1;
  else {
    if (waiting.length >= mostWaiting) throw gatewayError('RATE_LIMITED', { retryAfterSeconds: 10 });
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
export function hashPassword(password: string, cost: PasswordCost = minPasswordCost): Promise<string> {
  return inTurn(() => hash(password, optionsOf(cost)));
}

/** Of each cost that was asked for: what passwords of nobody are compared with. */
const hashesOfNobody = new Map<string, Promise<string>>();

function hashOfNobody(options: ReturnType<typeof optionsOf>): Promise<string> {
  const name = `${options.memoryCost} ${options.timeCost}`;
  let made = hashesOfNobody.get(name);
  if (made === undefined) {
    made = hash('the password of nobody', options);
    hashesOfNobody.set(name, made);
  }
  return made;
}

/**
 * Whether the password is that of the hash. Null, for an unknown user or one without a password, takes the same time; so
 * does a hash that was made at less than today's `cost`.
 */
export async function verifyPassword(
  passwordHash: string | null,
  password: string,
  cost: PasswordCost = minPasswordCost,
): Promise<boolean> {
  const options = optionsOf(cost);
  const hashToVerify = passwordHash ?? (await hashOfNobody(options));
  const remaining = passwordHash === null ? 0 : remainingMemory(passwordHash, options);
  const hashOfTheRest = remaining < 8 ? null : await hashOfNobody({ ...options, memoryCost: remaining });
  const matches = await inTurn(async () => {
    const matched = await verify(hashToVerify, password);
    if (hashOfTheRest !== null) await verify(hashOfTheRest, password);
    return matched;
  });
  return matches && passwordHash !== null;
}

/** What today's cost takes more than the hash does, as memory at today's passes: the time is that of their product. */
function remainingMemory(passwordHash: string, today: ReturnType<typeof optionsOf>): number {
  const { memoryCost = 0, timeCost = 0 } = parseOptions(passwordHash);
  return Math.floor(today.memoryCost - (memoryCost * timeCost) / today.timeCost);
}

/** Whether the hash was made at less than this cost, in memory or in passes. */
export function needsRehash(passwordHash: string, cost: PasswordCost): boolean {
  const { memoryCost = 0, timeCost = 0 } = parseOptions(passwordHash);
  return memoryCost < cost.memoryKibibytes || timeCost < cost.passes;
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
