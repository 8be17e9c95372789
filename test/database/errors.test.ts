import Sqlite from 'better-sqlite3';
import { DrizzleQueryError } from 'drizzle-orm';
import pg from 'pg';
import { describe, expect, test } from 'vitest';
import { GatewayError, gatewayError } from '../../src/base/errors.ts';
import { databaseOutage, namedFailure } from '../../src/database/errors.ts';
import { UnsuitableSession } from '../../src/database/unsuitable-session.ts';

function withCode(code: string): Error {
  return Object.assign(new Error('of the driver'), { code });
}

describe('databaseOutage', () => {
  test.each([
    ['SQLITE_BUSY', 'BUSY'],
    ['SQLITE_BUSY_SNAPSHOT', 'BUSY'],
    ['SQLITE_LOCKED_SHAREDCACHE', 'BUSY'],
    ['SQLITE_FULL', 'DISK_FULL'],
    ['SQLITE_IOERR_WRITE', 'DISK_FAILED'],
    ['SQLITE_READONLY_DBMOVED', 'READ_ONLY'],
    ['SQLITE_CORRUPT', 'DAMAGED'],
    ['SQLITE_NOTADB', 'DAMAGED'],
    ['SQLITE_CANTOPEN', 'UNREACHABLE'],
    ['08006', 'UNREACHABLE'],
    ['25006', 'READ_ONLY'],
    ['28P01', 'REFUSED'],
    ['40001', 'CONFLICT'],
    ['40P01', 'CONFLICT'],
    ['53100', 'DISK_FULL'],
    ['53300', 'NO_RESOURCES'],
    ['55P03', 'BUSY'],
    ['57014', 'SLOW'],
    ['57P01', 'RESTARTING'],
    ['57P03', 'RESTARTING'],
    ['58030', 'DISK_FAILED'],
    ['XX001', 'DAMAGED'],
    ['ECONNREFUSED', 'UNREACHABLE'],
    ['ECONNRESET', 'UNREACHABLE'],
    ['ETIMEDOUT', 'SLOW'],
    ['CERT_HAS_EXPIRED', 'REFUSED'],
  ])('reports %s as %s', (code, kind) => {
    expect(databaseOutage(withCode(code))).toMatchObject({ kind, code });
    const wrapped = new DrizzleQueryError('select 1', [], withCode(code));
    expect(databaseOutage(wrapped)).toMatchObject({ kind, code });
  });

  test('reports a server that the gateway cannot use, with the remedy', () => {
    const error = new Error('of Drizzle', { cause: new UnsuitableSession('The server is a replica.') });
    expect(databaseOutage(error)).toEqual({ kind: 'UNSUITABLE', reason: 'The server is a replica.', code: null });
  });

  test.each([
    'SQLITE_CONSTRAINT_UNIQUE',
    'SQLITE_ERROR',
    'SQLITE_FULLER',
    '23505',
    '22P02',
    '42P01',
    '42501',
    'P0001',
    'ENOENT',
    'FST_ERR_BAD_URL',
  ])('reports nothing for %s', (code) => {
    expect(databaseOutage(withCode(code))).toBeNull();
  });

  test('reports every error that closes the connection', () => {
    const notAccepting = Object.assign(withCode('55000'), { severity: 'FATAL' });
    expect(databaseOutage(notAccepting)).toMatchObject({ kind: 'REFUSED', code: '55000' });
    expect(databaseOutage(Object.assign(withCode('55000'), { severity: 'ERROR' }))).toBeNull();
  });

  test('reports the errors of pg that have no code', async () => {
    const pool = new pg.Pool({ host: '127.0.0.1', port: 1 });
    await pool.end();
    const ended = await pool.query('select').catch((error: unknown) => error);
    expect(databaseOutage(ended)).toMatchObject({ kind: 'UNREACHABLE', code: null });

    const client = new pg.Client({ host: '127.0.0.1', port: 1 });
    const refused = await client.connect().catch((error: unknown) => error);
    expect(databaseOutage(refused)).toMatchObject({ kind: 'UNREACHABLE', code: 'ECONNREFUSED' });
    await client.end().catch(() => undefined);
    const closed = await client.query('select').catch((error: unknown) => error);
    expect(databaseOutage(closed)).toMatchObject({ kind: 'UNREACHABLE' });
    const unexpected = new Error('Connection terminated due to connection timeout', { cause: new Error('other') });
    expect(databaseOutage(unexpected)).toMatchObject({ kind: 'SLOW', code: null });
  });

  test('reports a full database', () => {
    const database = new Sqlite(':memory:');
    database.exec('pragma max_page_count = 2; create table filled (text text)');
    let full: unknown;
    try {
      database.exec('insert into filled values (hex(zeroblob(100000)))');
    } catch (error) {
      full = error;
    }
    database.close();
    expect(databaseOutage(full)).toMatchObject({ kind: 'DISK_FULL', code: 'SQLITE_FULL' });
  });

  test('reports nothing for errors of the gateway, whatever their cause is', () => {
    expect(databaseOutage(gatewayError('INVALID_TOKEN', { cause: withCode('SQLITE_BUSY') }))).toBeNull();
    expect(databaseOutage(new Error('a fault'))).toBeNull();
    expect(databaseOutage('text')).toBeNull();
  });
});

describe('namedFailure', () => {
  test('names an outage, with its cause', () => {
    const cause = withCode('57P01');
    const named = namedFailure(cause);
    expect(named).toBeInstanceOf(GatewayError);
    expect(named).toMatchObject({ cause, extensions: { key: 'SERVICE_UNAVAILABLE', code: 'SERVICE_UNAVAILABLE' } });
  });

  test('returns other errors unchanged', () => {
    for (const error of [withCode('23505'), gatewayError('OBP-30046'), 'text']) expect(namedFailure(error)).toBe(error);
  });
});
