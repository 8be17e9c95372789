import { afterAll, beforeAll, expect, test } from 'vitest';
import { auditKey } from '../../src/audit/audit-key.ts';
import { type AuditExportFilter, exportAuditEvents } from '../../src/audit/export.ts';
import { eventParts } from '../../src/audit/mac-parts.ts';
import { type AuditWorld, auditSecret, createAuditWorld } from '../support/audit-world.ts';

interface Line {
  chain: number;
  sequence: number;
  mac: string;
  at: string;
  bankId?: string;
  userId?: string;
  customerIds?: string[];
}

let world: AuditWorld;
let all: Line[];

async function exported(filter: AuditExportFilter = {}): Promise<Line[]> {
  let text = '';
  for await (const lines of exportAuditEvents(world.database, filter)) text += lines;
  return text === ''
    ? []
    : text
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line));
}

beforeAll(async () => {
  world = await createAuditWorld();
  const [one, other] = [await world.begin(), await world.begin()];
  for (const count of [700, 900, 800]) {
    await one.recordEvents(count);
    await other.recordEvents(100);
  }
  all = await exported();
});
afterAll(() => world.end());

test('exportAuditEvents returns every event once, sorted by time, oldest first', () => {
  expect(new Set(all.map(({ chain, sequence }) => `${chain} ${sequence}`)).size).toBe(2700);
  expect(all).toHaveLength(2700);
  const order = (line: Line) => Date.parse(line.at) * 1e7 + line.chain * 1e5 + line.sequence;
  expect(all.map(order)).toEqual(all.map(order).sort((one, other) => one - other));
});

test('each line can be verified with the secret and its MAC', async () => {
  const [row] = await world.tamperer.execute('select id from audit_chain where number = 1');
  const line = all.find(({ chain, sequence }) => chain === 1 && sequence === 1234);
  const { chain: _, sequence = 0, mac, ...event } = line ?? {};
  const expected = auditKey(auditSecret).mac('event', eventParts(String(row?.id), sequence, JSON.stringify(event)));
  expect(mac).toBe(expected);
});

test.each<[string, () => AuditExportFilter, (line: Line) => boolean]>([
  ['a bank', () => ({ bankId: 'bank-1' }), ({ bankId }) => bankId === 'bank-1'],
  [
    'a customer',
    () => ({ customerId: 'customer-4' }),
    ({ customerIds }) => customerIds?.includes('customer-4') === true,
  ],
  ['a user', () => ({ userId: all[1]?.userId ?? '' }), ({ userId }) => userId === all[1]?.userId],
  [
    'a customer, a bank and a period',
    () => ({
      customerId: 'customer-4',
      bankId: 'bank-0',
      from: new Date(all[900]?.at ?? 0),
      to: new Date(all[2699]?.at ?? 0),
    }),
    ({ customerIds, bankId, at }) =>
      customerIds?.includes('customer-4') === true &&
      bankId === 'bank-0' &&
      at >= String(all[900]?.at) &&
      at < String(all[2699]?.at),
  ],
])('exportAuditEvents returns only the events of %s', async (_description, filter, isSelected) => {
  const selected = all.filter(isSelected);
  expect(selected.length).toBeGreaterThan(0);
  expect(selected.length).toBeLessThan(all.length);
  expect(await exported(filter())).toEqual(selected);
});

test('exportAuditEvents fails for an event that cannot be read, with its number', async () => {
  await world.tamperer.save();
  await world.tamperer.execute("update audit_event set event = 'nothing' where chain = 1 and sequence = 3");
  await expect(exported()).rejects.toThrow('Event 3 of chain 1 cannot be read. Run audit verify.');
  await world.tamperer.restore();
});
