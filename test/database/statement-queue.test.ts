import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Lease, type SentStatement } from '../../src/database/connection-lease.ts';
import { StatementQueue } from '../../src/database/statement-queue.ts';

const size = 4;
/** With the further connections for slow statements, of which slow ones can hold half. */
const allConnections = 6;
const maxSlow = 3;

let queue: StatementQueue;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] });
  queue = new StatementQueue(size);
});
afterEach(() => {
  vi.useRealTimers();
});

function pass(milliseconds: number): void {
  vi.advanceTimersByTime(milliseconds);
  queue.review();
}

function sent(name: string, ...values: unknown[]): SentStatement {
  return { name, values };
}

/** Runs a statement if it can start at once. */
function start(name: string, { values = [], deadline }: { values?: unknown[]; deadline?: AbortSignal } = {}) {
  const lease = new Lease(sent(name, ...values), deadline);
  if (!queue.enter(lease)) return null;
  queue.beginStatement(lease, sent(name, ...values));
  return lease;
}

function startAll(count: number, statement: string): Lease[] {
  return Array.from({ length: count }, () => start(statement)).filter((lease) => lease !== null);
}

function end(lease: Lease): void {
  queue.endStatement(lease, true);
  queue.leave(lease);
}

/** Waits for a connection, and returns the state of the wait. */
function wait(lease: Lease): { outcome: unknown } {
  const state: { outcome: unknown } = { outcome: 'waiting' };
  queue.wait(lease).then(
    () => {
      state.outcome = 'started';
    },
    (error: unknown) => {
      state.outcome = error;
    },
  );
  return state;
}

const settled = () => Promise.resolve();

describe('quick statements', () => {
  test('use at most as many connections as the pool has, and then wait in their order', async () => {
    const running = startAll(size, 'read');
    expect(running).toHaveLength(size);
    expect(start('read')).toBeNull();
    const waits = [wait(new Lease(sent('first'), undefined)), wait(new Lease(sent('second'), undefined))];
    for (const lease of running.slice(0, 1)) end(lease);
    await settled();
    expect(waits.map(({ outcome }) => outcome)).toEqual(['started', 'waiting']);
  });

  test('stop waiting after 10 seconds, or at the deadline of their operation', async () => {
    startAll(size, 'read');
    const deadline = new AbortController();
    const waits = [wait(new Lease(sent('read'), undefined)), wait(new Lease(sent('read'), deadline.signal))];
    pass(900);
    await settled();
    expect(waits.map(({ outcome }) => outcome)).toEqual(['waiting', 'waiting']);
    deadline.abort(new Error('late'));
    queue.review();
    await settled();
    expect(waits.map(({ outcome }) => outcome)).toEqual(['waiting', expect.objectContaining({ message: 'late' })]);
  });
});

describe('slow statements', () => {
  test('do not count, so that others get further connections', () => {
    startAll(size, 'slow');
    expect(start('quick')).toBeNull();
    pass(1_000);
    expect(start('quick')).not.toBeNull();
    expect(start('quick')).not.toBeNull();
    expect(queue.running.size).toBe(allConnections);
    expect(start('quick')).toBeNull();
  });

  test('wait while slow ones hold half of all connections, except for one with other values', () => {
    startAll(maxSlow, 'slow');
    pass(1_000);
    expect(start('slow')).toBeNull();
    expect(start('slow', { values: [1] })).not.toBeNull();
    expect(start('slow', { values: [2] })).toBeNull();
    expect(start('quick')).not.toBeNull();
  });

  test('only wait with the values with which they are slow, once they were quick with others', () => {
    startAll(maxSlow, 'slow');
    pass(1_000);
    const probe = start('slow', { values: [1] });
    if (probe === null) throw new Error('The statement did not start.');
    pass(100);
    end(probe);
    pass(100);
    expect([start('slow', { values: [2] }), start('slow', { values: [3] })]).not.toContain(null);
    expect(start('slow')).toBeNull();
  });

  test('are remembered for 5 seconds', () => {
    const slow = startAll(maxSlow, 'slow');
    pass(1_000);
    for (const lease of slow) end(lease);
    pass(4_900);
    const again = startAll(size, 'slow');
    expect(again).toHaveLength(maxSlow);
    for (const lease of again) queue.leave(lease);
    pass(200);
    expect(startAll(size, 'slow')).toHaveLength(size);
  });

  test('are stopped, the latest first, if others need the connections of more than half of them', async () => {
    const slow = startAll(size, 'slow');
    pass(1_000);
    const further = [start('other'), start('another')];
    const waiting = wait(new Lease(sent('quick'), undefined));
    pass(1_500);
    expect(queue.review()).toEqual([slow.at(-1)]);
    await settled();
    expect(waiting.outcome).toBe('waiting');
    for (const lease of further) if (lease !== null) end(lease);
    await settled();
    expect(waiting.outcome).toBe('started');
  });

  test('are not stopped while they commit', () => {
    const leases = Array.from({ length: allConnections }, () => new Lease(null, undefined));
    for (const lease of leases.slice(0, size)) {
      queue.enter(lease);
      lease.isCommitting = true;
      queue.beginStatement(lease, sent('commit'));
    }
    pass(1_000);
    for (const lease of leases.slice(size)) queue.enter(lease);
    wait(new Lease(sent('quick'), undefined));
    pass(5_000);
    expect(queue.review()).toEqual([]);
  });

  test('are stopped after their deadline', () => {
    const deadline = new AbortController();
    const lease = start('slow', { deadline: deadline.signal });
    start('slow');
    pass(3_000);
    expect(queue.review()).toEqual([]);
    deadline.abort();
    expect(queue.review()).toEqual([lease]);
  });

  test('are stopped at once, and never wait, if they are replaceable', () => {
    const lease = new Lease(sent('slow'), undefined, true);
    queue.enter(lease);
    queue.beginStatement(lease, sent('slow'));
    expect(queue.review()).toEqual([]);
    pass(1_000);
    expect(queue.review()).toEqual([lease]);
    expect(() => queue.enter(new Lease(sent('slow'), undefined, true))).toThrow('stopped');
  });

  test('fail in a transaction, whose connection others need', () => {
    startAll(maxSlow, 'slow');
    const transactions = Array.from({ length: allConnections - maxSlow }, () => new Lease(null, undefined));
    pass(1_000);
    for (const lease of transactions) expect(queue.enter(lease)).toBe(true);
    const [first, second, third] = transactions as [Lease, Lease, Lease];
    queue.beginStatement(first, sent('slow'));
    queue.beginStatement(second, sent('quick'));
    wait(new Lease(sent('quick'), undefined));
    expect(() => queue.beginStatement(third, sent('slow'))).toThrow('running for too long');
    queue.beginStatement(third, sent('quick'));
  });
});

describe('a server that refuses a connection', () => {
  test('gets no more than it has accepted, and one more after each second', () => {
    expect([start('one'), start('two')]).not.toContain(null);
    queue.recordRefusal(2);
    expect(start('three')).toBeNull();
    pass(1_000);
    expect(start('three')).not.toBeNull();
    expect(start('four')).toBeNull();
    pass(1_000);
    expect(start('four')).not.toBeNull();
    expect(start('five')).toBeNull();
  });

  test('serves the statement that was refused first', async () => {
    const [first, refused] = startAll(2, 'read') as [Lease, Lease];
    queue.recordRefusal(1);
    const later = wait(new Lease(sent('later'), undefined));
    queue.leave(refused);
    const again = { outcome: 'waiting' };
    queue.wait(refused, 'first').then(() => {
      again.outcome = 'started';
    });
    end(first);
    await settled();
    expect([again.outcome, later.outcome]).toEqual(['started', 'waiting']);
  });
});
