import { isIPv6 } from 'node:net';

/**
 * By what clients are counted: the IPv4 address, or the /64 network of an IPv6 address, of which one client has all
 * addresses. An IPv4 address that came in over IPv6 is the IPv4 address.
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
