import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { passwordReset } from '../../src/domain/user/password-reset.table.ts';
import { deleteExpiredRowsHourly } from '../../src/http/expired-rows.ts';
import { type Gateway, startGateway } from '../support/gateway.ts';

let gateway: Gateway;
const statements: string[] = [];

beforeAll(async () => {
  gateway = await startGateway({ onStatement: (statement) => statements.push(statement) });
});

afterAll(() => gateway.stop());

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
});

afterEach(() => vi.useRealTimers());

/** The tables from which rows were deleted. */
function emptiedTables(): string[] {
  const tables = statements.flatMap((statement) => /^delete from "(\w+)"/.exec(statement)?.[1] ?? []);
  return [...new Set(tables)].sort();
}

test('deletes the expired rows of every table about once an hour, until it is ended', async () => {
  const minute = 60_000;
  const failures: unknown[] = [];
  const reset = (tokenHash: string, milliseconds: number) => ({
    ...{ tokenHash, userId: null, boundTo: '' },
    expiresAt: new Date(Date.now() + milliseconds),
  });
  await gateway.database.transaction(async (transaction) => {
    await transaction.insert(passwordReset).values([reset('expired', -minute), reset('valid', 60 * minute)]);
  });
  const stored = async () => (await gateway.database.read.select().from(passwordReset)).map((row) => row.tokenHash);
  statements.length = 0;

  const stop = deleteExpiredRowsHourly(gateway.database, gateway.config, (error) => failures.push(error));
  vi.advanceTimersByTime(53 * minute);
  expect(emptiedTables()).toEqual([]);
  vi.advanceTimersByTime(14 * minute);

  // The changes are deleted last.
  await vi.waitUntil(() => failures.length > 0 || emptiedTables().includes('change'), { timeout: 20_000 });
  expect(failures).toEqual([]);
  expect(await stored()).toEqual(['valid']);
  expect(emptiedTables()).toEqual([
    'change',
    'cost_consumption',
    'idempotency_key',
    'login_attempt',
    'login_network',
    'password_reset',
    'readiness_check',
    'registration',
    'registration_mail',
    'revoked_token',
  ]);
  stop();
  expect(vi.getTimerCount()).toBe(0);
});
