import type { IncomingMessage, RequestListener } from 'node:http';
import { maxRetryAfterSeconds, overloaded } from '../execution/operation-queue.ts';
import type { LoadControl } from './load-control.ts';
import { safeHeaders } from './raw-refusal.ts';
import { requestIdOf } from './request.ts';

export interface OverloadRefusalOptions {
  loadControl: LoadControl;
  clientAddressOf(request: IncomingMessage): string;
  /** Whether each connection is closed when its requests are answered. */
  isClosing(): boolean;
}

/** The responses, one for each time to retry after. They are made once, because an error with its stack takes long to make. */
const refusals = Array.from({ length: maxRetryAfterSeconds }, (_, index) => {
  const body = JSON.stringify({ errors: [overloaded(index + 1)] });
  const headers = {
    ...safeHeaders,
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(body),
    'retry-after': String(index + 1),
  };
  return { headers, body };
});

/**
 * Handles requests with `handle`, but for operations that an overloaded process refuses. These are refused before anything else
 * is done, and without a log line, because a process that spends its time on refusals completes fewer operations.
 */
export function refuseOverload(
  handle: RequestListener,
  { loadControl, clientAddressOf, isClosing }: OverloadRefusalOptions,
): RequestListener {
  return (request, response) => {
    // Browsers can read the responses to requests of other origins only with further headers.
    const isOperation = request.method === 'POST' && request.url === '/graphql' && request.headers.origin === undefined;
    if (!isOperation || isClosing() || !loadControl.refuses(request, clientAddressOf)) {
      handle(request, response);
      return;
    }
    const refusal = refusals[Math.floor(Math.random() * refusals.length)];
    response.writeHead(503, { ...refusal?.headers, 'x-request-id': requestIdOf(request) }).end(refusal?.body);
  };
}
