import { randomUUID } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { gatewayError, type PlainErrorKey, statusOf } from '../base/errors.ts';
import { contractVersion } from './contract.ts';

/** The headers of every response. */
export const safeHeaders = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'x-schema-version': contractVersion,
};

/** The seconds after which a client can try again that was refused with HTTP 503. */
const retryAfterSeconds = 5;

/** The bytes of a response that closes its connection, for a client whose request the HTTP parser did not accept. */
export function rawRefusal(key: PlainErrorKey, requestId: string): string {
  const status = statusOf(key);
  const body = JSON.stringify({ errors: [gatewayError(key)] });
  const headers = {
    ...safeHeaders,
    ...(status === 503 && { 'retry-after': retryAfterSeconds }),
    'x-request-id': requestId,
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(body),
    connection: 'close',
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('')}\r\n${body}`;
}

/** Refuses a connection without a request. */
export function refuseConnection(
  socket: Socket,
  key: 'TOO_MANY_CONNECTIONS' | 'SERVICE_UNAVAILABLE' = 'TOO_MANY_CONNECTIONS',
): void {
  socket.on('error', () => undefined);
  socket.write(rawRefusal(key, randomUUID()));
  socket.destroySoon();
}
