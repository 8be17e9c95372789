import type { IncomingMessage } from 'node:http';
import type { FastifyRequest } from 'fastify';
import { type GatewayError, requestError } from '../base/errors.ts';
import { InvalidValue } from '../base/value-rules.ts';
import { parseText } from '../base/values.ts';

const maxReasonCharacters = 500;

/**
 * The headers of which the gateway reads one value. If one of them occurs twice, Node keeps the first or joins both, so a
 * proxy in front might have checked another value than the gateway uses.
 */
const singleHeaders: ReadonlySet<string> = new Set([
  'authorization',
  'content-length',
  'content-type',
  'host',
  'idempotency-key',
  'origin',
  'x-reason',
]);

/** The error for a request whose headers are ambiguous or not supported, before anything is done with the request. */
export function headerError({ headers, rawHeaders, httpVersion }: IncomingMessage): GatewayError | null {
  // Node merges repeated headers, so most requests need no closer look.
  const repeated = Object.keys(headers).length * 2 === rawHeaders.length ? null : repeatedHeader(rawHeaders);
  if (repeated !== null) {
    return requestError('DUPLICATE_HEADER', { header: repeated });
  }
  if (headers.host === undefined && httpVersion === '1.1') {
    return requestError('MALFORMED_REQUEST');
  }
  if (headers.expect !== undefined && headers.expect.toLowerCase() !== '100-continue') {
    return requestError('EXPECTATION_FAILED');
  }
  return null;
}

/** `rawHeaders` are alternating names and values. */
function repeatedHeader(rawHeaders: readonly string[]): string | null {
  const names = new Set<string>();
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index]?.toLowerCase() ?? '';
    if (names.has(name) && singleHeaders.has(name)) return name;
    names.add(name);
  }
  return null;
}

/** The name of the client, which Apollo's clients send. */
export function clientNameOf({ headers }: FastifyRequest): string | null {
  const name = headers['apollographql-client-name'];
  if (name === undefined || name === '') return null;
  if (typeof name === 'string' && /^[\x20-\x7E]{1,100}$/.test(name)) return name;
  throw requestError('OBP-10001', { detail: 'CLIENT_NAME_HEADER', header: 'apollographql-client-name', limit: 100 });
}

/** The idempotency key of the mutation field, unless that has it as an argument. */
export function idempotencyKeyOf({ headers }: FastifyRequest): string | null {
  const key = headers['idempotency-key'];
  if (key === undefined) return null;
  if (typeof key === 'string' && /^[\x21-\x7E]{1,255}$/.test(key)) return key;
  throw requestError('OBP-10001', {
    detail: 'IDEMPOTENCY_KEY_HEADER',
    header: 'Idempotency-Key',
    minimum: 1,
    limit: 255,
  });
}

/** The reason for the audit trail: the header `X-Reason`, in which characters that are not ASCII are encoded as in a URL. */
export function reasonOf({ headers }: FastifyRequest): string | null {
  const sent = headers['x-reason'];
  if (sent === undefined || sent === '') return null;
  const reason = typeof sent === 'string' ? decodedReason(sent) : null;
  if (reason !== null) return reason;
  const limit = maxReasonCharacters;
  throw requestError('OBP-10001', { detail: 'REASON_HEADER', header: 'X-Reason', minimum: 1, limit });
}

function decodedReason(sent: string): string | null {
  if (!/^[\x20-\x7E]*$/.test(sent)) return null;
  try {
    const reason = parseText(decodeURIComponent(sent), maxReasonCharacters);
    // Readers of the audit trail must see the words in the order in which they were sent.
    return /\p{Bidi_Control}/u.test(reason) ? null : reason;
  } catch (error) {
    if (error instanceof InvalidValue || error instanceof URIError) return null;
    throw error;
  }
}
