import { parseOptions } from '@node-rs/argon2';
import { describe, expect, test } from 'vitest';
import { checkPasswordRule, hashPassword, verifyPassword } from '../../src/auth/password.ts';

describe('checkPasswordRule', () => {
  test.each([
    ['10 characters of all kinds', 'aA1!bbbbbb'],
    ['16 characters of all kinds', 'aA1!bbbbbbbbbbbb'],
    ['opening square brackets as the special character', 'aA1[bbbbbb'],
    ['closing square brackets as the special character', 'aA1]bbbbbb'],
    ['17 characters of one kind', 'a'.repeat(17)],
    ['512 characters', 'a'.repeat(512)],
    ['spaces in the long form', 'correct horse battery staple'],
  ])('accepts %s', (_description, password) => {
    expect(() => checkPasswordRule(password)).not.toThrow();
  });

  test.each([
    ['an empty password', ''],
    ['9 characters of all kinds', 'aA1!bbbbb'],
    ['10 characters without a digit', 'aA!!bbbbbb'],
    ['10 characters without a lower case letter', 'AA1!BBBBBB'],
    ['10 characters without an upper case letter', 'aa1!bbbbbb'],
    ['10 characters without a special character', 'aA11bbbbbb'],
    ['16 characters of one kind', 'a'.repeat(16)],
    ['a space in the short form', 'aA1! bbbbbb'],
    ['513 characters', 'a'.repeat(513)],
    ['letters outside of ASCII', `é${'a'.repeat(20)}`],
    ['a line end', `${'a'.repeat(20)}\n`],
    ['U+0000', `${'a'.repeat(20)}\u0000`],
  ])('rejects %s with OBP-30207', (_description, password) => {
    expect(() => checkPasswordRule(password, 'input.password')).toThrow(
      expect.objectContaining({ key: 'OBP-30207', extensions: expect.objectContaining({ field: 'input.password' }) }),
    );
  });

  test('never repeats the password in the error', () => {
    expect(() => checkPasswordRule('too-short')).not.toThrow(/too-short/);
  });
});

test('hashPassword creates argon2id hashes with different salts, which only match their password', async () => {
  const [hash, other] = await Promise.all([hashPassword('aA1!bbbbbb'), hashPassword('aA1!bbbbbb')]);
  expect(hash).toMatch(/^\$argon2id\$v=19\$/);
  expect(parseOptions(hash)).toMatchObject({ memoryCost: 19_456, timeCost: 2, parallelism: 1 });
  expect(other).not.toBe(hash);
  expect(await verifyPassword(hash, 'aA1!bbbbbb')).toBe(true);
  expect(await verifyPassword(hash, 'aA1!bbbbbB')).toBe(false);
  expect(await verifyPassword(hash, '')).toBe(false);
});

test('verifyPassword rejects every password of an unknown user, even that of the dummy hash', async () => {
  expect(await verifyPassword(null, 'aA1!bbbbbb')).toBe(false);
  expect(await verifyPassword(null, 'dummy password')).toBe(false);
});

test('verifyPassword takes as long for an unknown user as for a wrong password', async () => {
  const hash = await hashPassword('aA1!bbbbbb');
  // The CPU time of this process with its threads does not depend on other work on the machine.
  const microseconds = { known: 0, unknown: 0 };
  for (let round = 0; round < 15; round += 1) {
    for (const kind of ['known', 'unknown'] as const) {
      const start = process.cpuUsage();
      await verifyPassword(kind === 'known' ? hash : null, 'wrong');
      microseconds[kind] += process.cpuUsage(start).user;
    }
  }
  expect(microseconds.unknown / microseconds.known).toBeGreaterThan(0.5);
  expect(microseconds.unknown / microseconds.known).toBeLessThan(2);
});

test('verifyPassword fails with RATE_LIMITED while 200 hashes are waiting, and completes all of those', async () => {
  const hash = await hashPassword('aA1!bbbbbb');
  const answers = await Promise.allSettled(Array.from({ length: 230 }, () => verifyPassword(hash, 'aA1!bbbbbb')));
  const refused = answers.filter((answer) => answer.status === 'rejected');
  expect(refused.length).toBeGreaterThanOrEqual(28);
  expect(refused.length).toBeLessThanOrEqual(29);
  for (const { reason } of refused) expect(reason).toMatchObject({ key: 'RATE_LIMITED' });
  for (const answer of answers) if (answer.status === 'fulfilled') expect(answer.value).toBe(true);
  expect(await verifyPassword(hash, 'aA1!bbbbbb')).toBe(true);
});
