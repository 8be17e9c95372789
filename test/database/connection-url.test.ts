import pg from 'pg';
import { describe, expect, test } from 'vitest';
import {
  connectionName,
  isDatabaseUrl,
  isPostgresqlUrl,
  parseConnectionUrl,
} from '../../src/database/connection-url.ts';

describe('a PostgreSQL URL', () => {
  test.each([
    ['postgres://db.example.org/gateway', 'db.example.org:5432/gateway'],
    ['postgres://gw:S3cretPart@db.example.org:6432/gateway?sslmode=verify-full', 'db.example.org:6432/gateway'],
    ['POSTGRESQL://gw:S3cretPart@db/gateway', 'db:5432/gateway'],
    ['postgres://gw:S3cr%2FetPart%3F%23%25@127.0.0.1/gateway', '127.0.0.1:5432/gateway'],
    ['postgres://gw:S3cr:etPart@db/gateway', 'db:5432/gateway'],
    ['postgres://gw:S3cr@etPart@db/gateway', 'db:5432/gateway'],
    ['postgres://gw:S3cretPart@[::1]:5433/gateway', '[::1]:5433/gateway'],
    ['postgres://gw:S3cretPart@%2Fvar%2Frun%2Fpostgresql/gateway', '/var/run/postgresql:5432/gateway'],
    ['postgres://gw:S3cretPart@/gateway?host=/var/run/postgresql&port=6432', '/var/run/postgresql:6432/gateway'],
    ['postgres://db/gateway?user=gw&password=S3cr/et?Part', 'db:5432/gateway'],
    ['postgres:///gateway', ':5432/gateway'],
  ])('is accepted as %s, and displayed as %s', (url, name) => {
    expect(isDatabaseUrl(url)).toBe(true);
    expect(isPostgresqlUrl(url)).toBe(true);
    expect(connectionName(url)).toBe(name);
  });

  test.each([
    ['an unencoded slash in the password', 'postgres://gw:S3cr/etPart@db/gateway'],
    ['an unencoded slash after digits, which look like a port', 'postgres://gw:5432/etPart@db/gateway'],
    ['an unencoded question mark', 'postgres://gw:S3cr?etPart@db/gateway'],
    ['an unencoded question mark after digits', 'postgres://gw:5432?etPart@db/gateway'],
    ['an unencoded number sign', 'postgres://gw:S3cr#etPart@db/gateway'],
    ['an unencoded number sign after digits', 'postgres://gw:5432#etPart@db/gateway'],
    ['a slash after an at sign', 'postgres://gw:S3cr@et/Part@db/gateway'],
    ['an unencoded percent sign', 'postgres://gw:S3cr%etPart@db/gateway'],
    ['a broken encoding', 'postgres://gw:S3cr%C3%28etPart@db/gateway'],
    ['a space', 'postgres://gw:S3cr etPart@db/gateway'],
    ['a line break', 'postgres://gw:S3cretPart@db/gateway\n'],
    ['an invalid port', 'postgres://gw:S3cretPart@db:99999/gateway'],
    ['a password in place of the port', 'postgres://gw:S3cretPart/gateway'],
    ['an invalid address', 'postgres://gw:S3cretPart@[::1::2]/gateway'],
    ['a name in brackets', 'postgres://gw:S3cretPart@[fade]/gateway'],
    ['an at sign in the parameters', 'postgres://gw@db/gateway?password=S3cr@etPart'],
  ])('is refused with %s: %s', (_part, url) => {
    expect(isDatabaseUrl(url)).toBe(false);
    expect(isPostgresqlUrl(url)).toBe(false);
    expect(parseConnectionUrl(url)).toBeNull();
    expect(connectionName(url)).toBe('unknown');
  });
});

test.each([
  'file:data/gateway.db',
  'file:///var/lib/gateway.db',
  'file:/srv/a:b@c/gateway.db',
  'data/gateway.db',
  '/var/lib/data@bank/gateway.db',
  'C:\\data\\gateway.db',
])('%s is accepted as an SQLite file', (url) => {
  expect(isDatabaseUrl(url)).toBe(true);
});

test.each([
  '"postgres://gw:S3cretPart@db/gateway"',
  ' postgres://gw:S3cretPart@db/gateway',
  'DATABASE_URL=postgres://gw:S3cretPart@db/gateway',
  'file:postgres://gw:S3cretPart@db/gateway',
  'postgres:/gw:S3cretPart@db/gateway',
  'jdbc:postgresql://gw:S3cretPart@db/gateway',
  'postgre5://gw:S3cretPart@db/gateway',
  '//gw:S3cretPart@db/gateway',
  'gw:S3cret/Part@db/gateway',
  'gw1:S3cretPart@db/gateway',
  'mysql://gw:S3cretPart@db/gateway',
])('%s is not accepted as an SQLite file', (url) => {
  expect(isDatabaseUrl(url)).toBe(false);
});

// If the driver parsed a URL differently, an error message could show a part of the password as the host.
test('the driver parses the host, the port, and the database as the gateway does, for random passwords', () => {
  const characters = [...'aZ09-._~!$&\'()*+,;=:@"<>[]\\^`{|}ä€😀', '%2F', '%3F', '%23', '%25', '%40', '%3A'];
  let state = 42;
  const random = (below: number) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((state / 2_147_483_648) * below);
  };
  for (let count = 0; count < 5_000; count += 1) {
    const password = Array.from({ length: 1 + random(12) }, () => characters[random(characters.length)]).join('');
    const url = `postgres://gw:${password}@db.example.org:6432/gateway`;
    expect(connectionName(url), url).toBe('db.example.org:6432/gateway');
    const { host, port, database } = new pg.Client({ connectionString: url });
    expect([host, port, database], url).toEqual(['db.example.org', 6432, 'gateway']);
  }
});
