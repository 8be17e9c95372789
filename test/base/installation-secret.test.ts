import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { InstallationSecret } from '../../src/base/installation-secret.ts';

const [present, former, oldest] = ['p'.repeat(32), 'f'.repeat(32), 'o'.repeat(32)];

test('hashes are those of the present secret, followed by those of each former one', () => {
  const secret = new InstallationSecret(present, [former, oldest]);
  const hashes = secret.hashes('gateway idempotency', 'key');
  expect(secret.hash('gateway idempotency', 'key')).toBe(hashes[0]);
  expect(hashes).toEqual(
    [present, former, oldest].map((text) => new InstallationSecret(text).hash('gateway idempotency', 'key')),
  );
  expect(new Set(hashes).size).toBe(3);
  expect(secret.hash('gateway login attempts', 'key')).not.toBe(hashes[0]);
});

test('a former secret that repeats another one or the present one counts once', () => {
  const secret = new InstallationSecret(present, [present, former, former]);
  expect(secret.keys('gateway cursor')).toHaveLength(2);
  expect([secret.hasFormer, new InstallationSecret(present, [present]).hasFormer]).toEqual([true, false]);
});

test('keys are those of earlier versions of the gateway', () => {
  // The stored hash of an idempotency key, as it was computed before there were former secrets.
  expect(new InstallationSecret(present).hash('gateway idempotency', 'key')).toBe(
    'dV5jPkg4TBKPGgkIvXiGNNkfG3_ttB7U6LyZlqp-cvk',
  );
});

test('neither a log line nor the output of a debugger contains the secret', () => {
  const secret = new InstallationSecret(present, [former]);
  const printed = `${JSON.stringify(secret)} ${inspect(secret, { depth: 9, showHidden: true })} ${secret}`;
  expect(printed).not.toContain(present);
  expect(printed).not.toContain(former);
});
