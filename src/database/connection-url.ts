import { isIPv6 } from 'node:net';
import { dialectOf } from './dialect.ts';

/** The parts of a connection URL that can be shown: never the user or the password. */
export interface Connection {
  protocol: string;
  /** A host name, an address or the folder of a socket; empty if the driver chooses. */
  host: string;
  port: string;
  path: string;
  parameters: URLSearchParams;
}

/** `[user[:password]@]host[:port]`, where the last `@` ends the password, as for the URL parser. */
const authorityPattern = /^(?:.*@)?(?<host>[\w.%-]*|\[[\da-fA-F:.]+\])(?::(?<port>\d{1,5}))?$/;

/**
 * Parses `protocol://user:password@host:port/path?parameters` more strictly than the URL parser: null if the user or the
 * password contains an unencoded `/`, `?`, `#`, `%` or space. A lenient parser takes a part of such a password for the
 * host, the port or the path, and these are shown when a connection fails.
 */
export function parseConnectionUrl(text: string): Connection | null {
  const [, protocol = '', rest] = /^([a-z][a-z0-9+.-]*):\/\/(.*)$/i.exec(text) ?? [];
  if (rest === undefined || /[\s#]/.test(rest) || !isDecodable(rest)) return null;
  const [, authority = '', path = '', query = ''] = /^([^/?]*)([^?]*)(.*)$/.exec(rest) ?? [];
  // An `@` behind the authority is the end of a password that contains a delimiter.
  if (path.includes('@') || query.includes('@')) return null;
  const { host, port = '' } = authorityPattern.exec(authority)?.groups ?? {};
  if (host === undefined || Number(port) > 65_535) return null;
  if (host.startsWith('[') && !isIPv6(host.slice(1, -1))) return null;
  return {
    protocol: protocol.toLowerCase(),
    host: decodeURIComponent(host),
    port,
    path: decodeURIComponent(path),
    parameters: new URLSearchParams(query),
  };
}

function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}

export function isPostgresqlUrl(text: string): boolean {
  return dialectOf(text) === 'postgresql' && parseConnectionUrl(text) !== null;
}

/**
 * Whether it is `file:…` or a path. A PostgreSQL URL with a mistake, such as a quotation mark before it, is not a path:
 * otherwise a file would be created whose name contains the password.
 */
function isSqliteUrl(text: string): boolean {
  if (text.startsWith('file:')) return !/^file:.+:\/\//s.test(text);
  return !/^\s|^[a-z][a-z0-9+.-]+:|:\/\/|:.*@/is.test(text);
}

export function isDatabaseUrl(text: string): boolean {
  return dialectOf(text) === 'postgresql' ? isPostgresqlUrl(text) : isSqliteUrl(text);
}

/** `host:port/database`, or the file of SQLite, for messages and the log. */
export function connectionName(url: string): string {
  if (dialectOf(url) === 'sqlite') return url;
  const connection = parseConnectionUrl(url);
  if (connection === null) return 'unknown';
  const { host, port, path, parameters } = connection;
  // The driver prefers the parameters, too.
  return `${parameters.get('host') ?? host}:${parameters.get('port') ?? (port || '5432')}${path}`;
}
