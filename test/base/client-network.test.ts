import { expect, test } from 'vitest';
import { clientNetwork } from '../../src/base/client-network.ts';

test.each([
  ['an IPv4 address', '192.0.2.1', '192.0.2.1'],
  ['an IPv4-mapped IPv6 address', '::ffff:192.0.2.1', '192.0.2.1'],
  ['an IPv6 address', '2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['an IPv6 address of the same network', '2001:0DB8:0001:0002::9', '2001:db8:1:2::/64'],
  ['an IPv6 address whose network is shortened', '2001:db8::3:4:5:6', '2001:db8:0:0::/64'],
  ['an IPv6 address with a zone', 'fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['the IPv6 loopback address', '::1', '0:0:0:0::/64'],
])('clientNetwork returns the network of %s', (_description, address, network) => {
  expect(clientNetwork(address)).toBe(network);
});
