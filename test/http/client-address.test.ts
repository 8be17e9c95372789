import { buildSchema, type GraphQLSchema } from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Context } from '../../src/graph/context.ts';
import { canonicalAddress } from '../../src/http/client-address.ts';
import { type Gateway, startGateway } from '../support/gateway.ts';
import { bodyOf, rawPost, rawResponse } from '../support/raw-client.ts';

/** The field is the address that login limits, the audit trail and every other counter of clients use. */
function addressSchema(): GraphQLSchema {
  const schema = buildSchema('type Query { address: String }');
  const field = schema.getQueryType()?.getFields().address;
  if (field !== undefined) field.resolve = (_parent, _values, { request }: Context) => request.clientAddress;
  return schema;
}

let gateway: Gateway;
beforeAll(async () => {
  const environment = { GATEWAY_TRUSTED_PROXIES: '127.0.0.2,127.0.0.3,10.0.0.0/8,2001:db8:ffff::/48' };
  gateway = await startGateway({ schema: addressSchema(), environment });
});
afterAll(() => gateway.stop());

async function addressFrom(peer: string, ...forwarded: string[]): Promise<unknown> {
  const headers = forwarded.map((value) => `X-Forwarded-For: ${value}`);
  const request = rawPost('{"query":"{ address }"}', [...headers, 'connection: close']);
  const { data } = bodyOf(await rawResponse(gateway.url, request, peer)) as { data: { address: string } };
  return data.address;
}

const proxy = '127.0.0.2';

describe('the client address', () => {
  test('is the address of the peer unless the peer is a trusted proxy', async () => {
    expect(await addressFrom('127.0.0.9', '203.0.113.8')).toBe('127.0.0.9');
    expect(await addressFrom(proxy)).toBe(proxy);
  });

  test.each([
    ['an IPv4 address', '203.0.113.8', '203.0.113.8'],
    ['an IPv4 address with a port', '203.0.113.8:40001', '203.0.113.8'],
    ['an IPv6 address', '2001:db8::1', '2001:db8::1'],
    ['an IPv6 address in another spelling', '2001:0DB8:0:0:0:0:0:1', '2001:db8::1'],
    ['an IPv6 address in brackets', '[2001:db8::1]', '2001:db8::1'],
    ['an IPv6 address with a port', '[2001:DB8::1]:443', '2001:db8::1'],
    ['an IPv4 address that is embedded in IPv6', '::ffff:203.0.113.8', '203.0.113.8'],
    ['the same in hexadecimal, with a port', '[::FFFF:cb00:7108]:443', '203.0.113.8'],
    ['white space around an address', ' \t203.0.113.8 \t', '203.0.113.8'],
    ['an address behind what the client itself sent', '<script>, unknown-7,198.51.100.1 ,203.0.113.8', '203.0.113.8'],
    ['an address behind another trusted proxy', '203.0.113.8:1, 10.1.2.3:2', '203.0.113.8'],
    [
      'an address behind three trusted proxies',
      '203.0.113.8, [2001:db8:ffff::2]:5, ::ffff:10.0.0.1, 127.0.0.3',
      '203.0.113.8',
    ],
  ])('is taken from %s', async (_description, forwarded, address) => {
    expect(await addressFrom(proxy, forwarded)).toBe(address);
  });

  test('is taken from several headers as from one', async () => {
    expect(await addressFrom(proxy, '198.51.100.1', '203.0.113.8', '10.0.0.1')).toBe('203.0.113.8');
    expect(await addressFrom(proxy, '203.0.113.8', 'unknown')).toBe(proxy);
  });

  test('is taken from a header after 2,000 others', async () => {
    const others = Array.from({ length: 2_000 }, () => 'a:');
    const headers = [...others, 'x-forwarded-for: 203.0.113.8', 'connection: close'];
    const response = await rawResponse(gateway.url, rawPost('{"query":"{ address }"}', headers), proxy);
    expect(bodyOf(response)).toEqual({ data: { address: '203.0.113.8' } });
  });

  test.each([
    'unknown',
    'unknown-7',
    '_hidden',
    ' ',
    '203.0.113.8,',
    '203.0.113.8, ,',
    '203.0.113',
    '203.0.113.256',
    '203.0.113.08',
    '203.0.113.8:',
    '203.0.113.8:port',
    '203.0.113.8:123456',
    '203.0.113.8 203.0.113.9',
    '203.0.113.8/32',
    '0xcb.0.113.8',
    '3405803784',
    '"203.0.113.8"',
    'for=203.0.113.8',
    '[203.0.113.8]',
    '[2001:db8::1',
    '2001:db8::1]',
    '[2001:db8::1]443',
    '[2001:db8::1]:',
    'fe80::1%eth0',
    '[fe80::1%25eth0]:443',
    '2001:db8::1::2',
    '1:2:3:4:5:6:7:8:9',
    `${'1'.repeat(5000)}`,
    'localhost',
    '203.0.113.8\u00a0',
  ])('is the proxy that sent %j, which is not an address', async (forwarded) => {
    expect(await addressFrom(proxy, Buffer.from(forwarded).toString('latin1'))).toBe(proxy);
  });

  test('is the last proxy before an entry that is not an address', async () => {
    expect(await addressFrom(proxy, '203.0.113.8, garbage, 10.1.2.3:80')).toBe('10.1.2.3');
  });

  test('is the first proxy if all entries are trusted proxies', async () => {
    expect(await addressFrom(proxy, '10.0.0.1, 10.0.0.2')).toBe('10.0.0.1');
  });

  test('is a proxy if the list names more proxies than there can be', async () => {
    const proxies = Array.from({ length: 1000 }, (_, index) => `10.0.0.${index % 250}`);
    expect(await addressFrom(proxy, `203.0.113.8, ${proxies.join(', ')}`)).toMatch(/^10\.0\.0\./);
  });
});

test.each([
  ['192.0.2.1', '192.0.2.1'],
  ['::ffff:192.0.2.1', '192.0.2.1'],
  ['::FFFF:C000:0201', '192.0.2.1'],
  ['2001:0DB8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
  ['fe80::1%eth0', 'fe80::1'],
  ['192.0.2.1:80', null],
  ['', null],
])('%s has the canonical spelling %s', (text, address) => {
  expect(canonicalAddress(text)).toBe(address);
});
