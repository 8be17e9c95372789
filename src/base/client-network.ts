import { isIPv6 } from 'node:net';

/**
 * Returns the network by which clients are limited: the IPv4 address, or the /64 network of an IPv6 address, because one client
 * can use all addresses of such a network. An IPv4-mapped IPv6 address counts as IPv4.
 */
export function clientNetwork(address: string): string {
  const [, mapped] = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address) ?? [];
  if (mapped !== undefined) return mapped;
  if (!isIPv6(address)) return address;
  const [whole = ''] = address.toLowerCase().split('%');
  const [front = '', back] = whole.split('::');
  const groups = front.split(':').filter(Boolean);
  if (back !== undefined) {
    const groupsBehind = back.split(':').filter(Boolean);
    while (groups.length + groupsBehind.length < 8) groups.push('0');
    groups.push(...groupsBehind);
  }
  const network = groups.slice(0, 4).map((group) => group.replace(/^0+(?=.)/, ''));
  return `${network.join(':')}::/64`;
}
