import { expect, test } from 'vitest';
import { clientNetwork } from '../../src/base/client-network.ts';

test.each([
  ['an IPv4 address', '192.0.2.1', '192.0.2.1'],
  ['an IPv4 address that came over IPv6', '::ffff:192.0.2.1', '192.0.2.1'],
  ['an IPv6 address', '2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['another one of its network', '2001:0DB8:0001:0002::9', '2001:db8:1:2::/64'],
  ['one that is shortened in the network', '2001:db8::3:4:5:6', '2001:db8:0:0::/64'],
  ['one with a zone', 'fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['the loopback', '::1', '0:0:0:0::/64'],
])('%s is counted by its network', (_description, address, network) => {
  expect(clientNetwork(address)).toBe(network);
});
