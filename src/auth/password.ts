import { availableParallelism } from 'node:os';
import { hash, parseOptions, verify } from '@node-rs/argon2';
import { gatewayError } from '../base/errors.ts';
import { Slots } from '../base/slots.ts';

/** The provider of users who log in with a password of the gateway. */
export const localProvider = 'obp-customer-gateway';

/** The cost of one hash. */
export interface PasswordCost {
  readonly memoryKibibytes: number;
  readonly passes: number;
}

/** The minimum that OWASP recommends for argon2id, the default algorithm of the library. */
export const minPasswordCost: PasswordCost = { memoryKibibytes: 19_456, passes: 2 };

function optionsOf({ memoryKibibytes, passes }: PasswordCost) {
  return { memoryCost: memoryKibibytes, timeCost: passes, parallelism: 1 };
}

/** The maximum number of concurrent hashes. It leaves a core and half of the threads of libuv to other requests. */
const maxConcurrent = Math.min(2, Math.max(1, availableParallelism() - 1));
const maxWaiting = 200;

const slots = new Slots(maxConcurrent);

/** Runs a few hashes at a time, because they are slow on purpose. @throws RATE_LIMITED if too many are waiting */
async function withSlot<Result>(work: () => Promise<Result>): Promise<Result> {
  if (slots.waiting >= maxWaiting) throw gatewayError('RATE_LIMITED', { retryAfterSeconds: 10 });
  return slots.run(work);
}

/** Creates an argon2id hash in PHC format, which contains the salt and the cost. */
export function hashPassword(password: string, cost: PasswordCost = minPasswordCost): Promise<string> {
  return withSlot(() => hash(password, optionsOf(cost)));
}

/** The dummy hash of each cost, with which passwords of unknown users are compared. */
const dummyHashes = new Map<string, Promise<string>>();

function dummyHash(options: ReturnType<typeof optionsOf>): Promise<string> {
  const name = `${options.memoryCost} ${options.timeCost}`;
  let dummy = dummyHashes.get(name);
  if (dummy === undefined) {
    dummy = hash('dummy password', options);
    dummyHashes.set(name, dummy);
  }
  return dummy;
}

/**
 * Whether the password matches the hash. Without a hash (an unknown user, or a user without a password) and with a cheaper hash,
 * the verification takes as long as with a hash of `cost`.
 */
export async function verifyPassword(
  passwordHash: string | null,
  password: string,
  cost: PasswordCost = minPasswordCost,
): Promise<boolean> {
  const options = optionsOf(cost);
  const hashToVerify = passwordHash ?? (await dummyHash(options));
  const remaining = passwordHash === null ? 0 : remainingMemory(passwordHash, options);
  const restHash = remaining < 8 ? null : await dummyHash({ ...options, memoryCost: remaining });
  const matches = await withSlot(async () => {
    const isMatch = await verify(hashToVerify, password);
    if (restHash !== null) await verify(restHash, password);
    return isMatch;
  });
  return matches && passwordHash !== null;
}

/** The memory of a hash that takes the time by which `options` exceed this hash. The time is proportional to memory times passes. */
function remainingMemory(passwordHash: string, options: ReturnType<typeof optionsOf>): number {
  const { memoryCost = 0, timeCost = 0 } = parseOptions(passwordHash);
  return Math.floor(options.memoryCost - (memoryCost * timeCost) / options.timeCost);
}

/** Whether the hash took less memory or fewer passes than this cost. */
export function needsRehash(passwordHash: string, cost: PasswordCost): boolean {
  const { memoryCost = 0, timeCost = 0 } = parseOptions(passwordHash);
  return memoryCost < cost.memoryKibibytes || timeCost < cost.passes;
}

const longPassword = /^[\x20-\x7E]{17,512}$/;
const mixedPassword = /^(?=.*[0-9])(?=.*[a-z])(?=.*[A-Z])(?=.*[!-/:-@[-`{-~])[\x21-\x7E]{10,16}$/;

/**
 * @throws OBP-30207 unless the password has 17 to 512 ASCII letters, digits, punctuation characters or spaces, or 10 to 16 without
 * spaces, among them a digit, a lower case letter, an upper case letter and a special character
 */
export function checkPasswordRule(password: string, field = 'password'): void {
  if (!longPassword.test(password) && !mixedPassword.test(password)) throw gatewayError('OBP-30207', { field });
}
