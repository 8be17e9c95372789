import type { IncomingMessage } from 'node:http';
import { BlockList, isIPv4, isIPv6, SocketAddress } from 'node:net';

/** The maximum number of proxies in front of the gateway. A longer chain is a loop or an attack. */
const maxProxies = 16;

export interface TrustedProxies {
  /** Whether `GATEWAY_TRUSTED_PROXIES` contains the canonical address. */
  has(address: string): boolean;
  /**
   * The address of the client in its canonical spelling. It is the address of the peer or, if the peer is a trusted proxy,
   * the last address in `X-Forwarded-For` that is not itself a trusted proxy. If an entry on the way there is not an
   * address, it is the address of the proxy that sent the entry.
   */
  clientAddressOf(request: IncomingMessage): string;
}

/** `trusted` are addresses and networks in CIDR notation. */
export function openTrustedProxies(trusted: readonly string[]): TrustedProxies {
  const list = new BlockList();
  for (const item of trusted) {
    const [address = '', bits] = item.split('/');
    const family = isIPv4(address) ? 'ipv4' : 'ipv6';
    if (bits === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(bits), family);
  }
  const has = (address: string) => trusted.length > 0 && list.check(address, isIPv4(address) ? 'ipv4' : 'ipv6');

  return {
    has,
    clientAddressOf({ socket, headers }) {
      // A socket that is closed already has no address, and its response cannot be sent.
      let client = canonicalAddress(socket.remoteAddress ?? '') ?? '';
      let rest = headers['x-forwarded-for'];
      for (let hop = 0; hop < maxProxies && typeof rest === 'string' && has(client); hop += 1) {
        const comma: number = rest.lastIndexOf(',');
        const forwarded = forwardedAddress(rest.slice(comma + 1));
        if (forwarded === null) return client;
        client = forwarded;
        rest = comma === -1 ? undefined : rest.slice(0, comma);
      }
      return client;
    },
  };
}

/**
 * The only spelling of an IP address that the gateway uses: an IPv6 address as in RFC 5952, without its zone, and an
 * IPv4 address that is embedded in an IPv6 address as IPv4. Null if the text is not an IP address.
 */
export function canonicalAddress(text: string): string | null {
  if (isIPv4(text)) return text;
  if (!isIPv6(text)) return null;
  const { address } = new SocketAddress({ address: text, family: 'ipv6' });
  return /^::ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(address)?.[1] ?? address;
}

/** An entry of `X-Forwarded-For`: `IPv4`, `IPv4:port`, `IPv6`, `[IPv6]` or `[IPv6]:port`. */
const entryPattern =
  /^[ \t]*(?:\[([\da-f:.]{2,45})\](?::\d{1,5})?|(\d[\d.]{6,14})(?::\d{1,5})?|([\da-f:.]{2,45}))[ \t]*$/i;

function forwardedAddress(entry: string): string | null {
  // Node accepts headers of 16 KB, and an entry is short.
  const [, bracketed, ipv4, ipv6] = entry.length > 100 ? [] : (entryPattern.exec(entry) ?? []);
  if (bracketed !== undefined) return isIPv6(bracketed) ? canonicalAddress(bracketed) : null;
  return canonicalAddress(ipv4 ?? ipv6 ?? '');
}
