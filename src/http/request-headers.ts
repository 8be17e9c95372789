import type { IncomingMessage } from 'node:http';
import type { FastifyRequest } from 'fastify';
import { type GatewayError, gatewayError } from '../errors.ts';

const longestReason = 500;

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
  const repeated = repeatedHeader(rawHeaders);
  if (repeated !== null) {
    return gatewayError('DUPLICATE_HEADER', { message: `${repeated}.`, field: repeated, http: { status: 400 } });
  }
  if (headers.host === undefined && httpVersion === '1.1') {
    return gatewayError('MALFORMED_REQUEST', { http: { status: 400 } });
  }
  if (headers.expect !== undefined && headers.expect.toLowerCase() !== '100-continue') {
    return gatewayError('EXPECTATION_FAILED', { http: { status: 417 } });
  }
  return null;
}

/** `rawHeaders` are names and values in turns. */
function repeatedHeader(rawHeaders: readonly string[]): string | null {
  const names = new Set<string>();
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index]?.toLowerCase() ?? '';
    if (names.has(name) && singleHeaders.has(name)) return name;
    names.add(name);
  }
  return null;
}

/** How a client names itself, as Apollo's clients do; what is no plain name is left out. */
export function clientNameOf({ headers }: FastifyRequest): string | null {
  const name = headers['apollographql-client-name'];
  return typeof name === 'string' && /^[\x20-\x7E]{1,100}$/.test(name) ? name : null;
}

/** Why the client asks, for the audit trail: the header `X-Reason`, with what is not ASCII encoded as in a URL. */
export function reasonOf({ headers }: FastifyRequest): string | null {
  const sent = headers['x-reason'];
  if (sent === undefined || sent === '') return null;
  const reason = typeof sent === 'string' ? decoded(sent)?.trim() : undefined;
  if (reason === undefined || reason === '' || reason.length > longestReason || /\p{Cc}/u.test(reason)) {
    const message = `The header X-Reason must have 1 to ${longestReason} characters, encoded as in a URL where they are not ASCII.`;
    throw gatewayError('OBP-10001', { message, field: 'X-Reason', http: { status: 400 } });
  }
  return reason;
}

function decoded(text: string): string | undefined {
  if (!/^[\x20-\x7E]*$/.test(text)) return undefined;
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
