import type { FastifyRequest } from 'fastify';
import { gatewayError } from '../errors.ts';

const longestReason = 500;

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
