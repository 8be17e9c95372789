import { Writable } from 'node:stream';
import type { FastifyRequest } from 'fastify';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createLogger } from '../../src/base/logger.ts';
import { type FailureLog, openFailureLog } from '../../src/http/failure-log.ts';

let lines: Record<string, unknown>[];
let failures: FailureLog;
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] });
  lines = [];
  const destination = new Writable({
    write(chunk, _encoding, done) {
      lines.push(JSON.parse(String(chunk)));
      done();
    },
  });
  failures = openFailureLog(createLogger('info', { destination }));
});
afterEach(() => {
  failures.close();
  vi.useRealTimers();
});

function outage(code: string): Error {
  return Object.assign(new Error('of the driver'), { code });
}

function requestOf(id: string): FastifyRequest {
  return { id } as FastifyRequest;
}

describe('the log of failures', () => {
  test('has a line for each failure that is not an outage', () => {
    failures.log(new Error('a fault'), { request: requestOf('one'), path: ['me'] });
    failures.log(new Error('a fault'), { request: requestOf('one'), path: ['banks'] });
    expect(lines).toMatchObject([
      { level: 'error', msg: 'unexpected error', requestId: 'one', path: ['me'] },
      { level: 'error', msg: 'unexpected error', requestId: 'one', path: ['banks'] },
    ]);
  });

  test('has a line for the first failure of an outage, every ten seconds a count, and a line for the end', () => {
    failures.log(outage('SQLITE_FULL'), { request: requestOf('first') });
    for (let count = 0; count < 337; count += 1) failures.log(outage('SQLITE_FULL'), { request: requestOf('later') });
    failures.log(outage('SQLITE_BUSY'));
    vi.advanceTimersByTime(10_000);
    failures.log(outage('SQLITE_FULL'));
    vi.advanceTimersByTime(20_000);
    vi.advanceTimersByTime(60_000);
    expect(lines).toMatchObject([
      {
        level: 'error',
        msg: 'database unavailable',
        requestId: 'first',
        code: 'SQLITE_FULL',
        reason: 'The disk of the database is full',
        error: { code: 'SQLITE_FULL' },
      },
      {
        level: 'error',
        msg: 'database still unavailable',
        reason: 'The database is locked by another process or transaction',
        failures: 339,
        counts: { DISK_FULL: 337, BUSY: 1 },
        durationInMilliseconds: 10_000,
      },
      { msg: 'database still unavailable', failures: 340, counts: { DISK_FULL: 1 } },
      { level: 'info', msg: 'database available', failures: 340, durationInMilliseconds: 30_000 },
    ]);
  });

  test('counts a request once, whatever number of its fields fails', () => {
    const request = requestOf('one');
    failures.log(outage('57P01'));
    for (let field = 0; field < 20; field += 1) failures.log(outage('57P01'), { request, path: [field] });
    vi.advanceTimersByTime(10_000);
    expect(lines[1]).toMatchObject({ failures: 2, counts: { RESTARTING: 1 } });
  });

  test('has the count of the last failures when it is closed', () => {
    failures.log(outage('25006'));
    failures.close();
    expect(lines).toHaveLength(1);
    failures.log(outage('25006'));
    failures.close();
    expect(lines[1]).toMatchObject({ msg: 'database still unavailable', failures: 2, counts: { READ_ONLY: 1 } });
  });
});
