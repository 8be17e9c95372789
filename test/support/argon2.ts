/**
 * Replaces @node-rs/argon2 in tests, which create and verify hundreds of passwords. A hash takes a small part of the memory that it
 * states, and so of the time. Both functions reduce the memory in the same way. The real program uses the package itself, so a hash
 * of a test does not match there.
 */
import { createRequire } from 'node:module';

type Argon2 = typeof import('@node-rs/argon2');

// Vitest resolves the name in an import to this file.
const argon2: Argon2 = createRequire(import.meta.url)('@node-rs/argon2');

/** The smallest memory that argon2 accepts, in KiB. */
const minMemory = 8;
let divisor = 64;

/** Makes hashes as expensive as they state, for tests of the cost itself. */
export function useStatedCost(isUsed: boolean): void {
  divisor = isUsed ? 1 : 64;
}

function reduced(memory: number): number {
  return Math.max(minMemory, Math.floor(memory / divisor));
}

export const { parseOptions } = argon2;

export const hash: Argon2['hash'] = async (password, options = {}, signal) => {
  const { memoryCost = 19_456 } = options ?? {};
  const created = await argon2.hash(password, { ...options, memoryCost: reduced(memoryCost) }, signal);
  return created.replace(/\bm=\d+/, `m=${memoryCost}`);
};

export const verify: Argon2['verify'] = (hashed, password, options, signal) => {
  const stored = String(hashed).replace(/\bm=(\d+)/, (_match, memory) => `m=${reduced(Number(memory))}`);
  return argon2.verify(stored, password, options, signal);
};
