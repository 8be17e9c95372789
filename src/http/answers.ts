import { STATUS_CODES } from 'node:http';
import { Readable } from 'node:stream';
import type { HTTPGraphQLResponse } from '@apollo/server';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type ErrorDetails, type ErrorKey, GatewayError, gatewayError } from '../base/errors.ts';
import { databaseOutage } from '../database/errors.ts';
import { type ServerParts, unavailable } from './request.ts';

export const safeHeaders = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
};

/** From this number of characters on, Node writes the bytes of a text several times as fast as the text. */
const longText = 16_384;

export function send(reply: FastifyReply, { status = 200, headers, body }: HTTPGraphQLResponse): FastifyReply {
  reply.code(status).headers(Object.fromEntries(headers));
  if (body.kind !== 'complete') return reply.send(Readable.from(body.asyncIterator));
  return reply.send(body.string.length < longText ? body.string : Buffer.from(body.string));
}

/** Sends the response to a request that does not reach GraphQL, in the shape of a GraphQL response. */
export function refuse(reply: FastifyReply, status: number, key: ErrorKey, details?: ErrorDetails): FastifyReply {
  return reply.code(status).send({ errors: [gatewayError(key, details)] });
}

/** The bytes of a response that closes its connection, for a client whose request the HTTP parser did not accept. */
export function rawRefusal(status: number, key: ErrorKey, requestId: string): string {
  const body = JSON.stringify({ errors: [gatewayError(key)] });
  const headers = {
    ...safeHeaders,
    'x-request-id': requestId,
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(body),
    connection: 'close',
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('')}\r\n${body}`;
}

function sendError(reply: FastifyReply, error: GatewayError): FastifyReply {
  const { status = 503, headers = [] } = (error.extensions.http ?? {}) as NonNullable<ErrorDetails['http']>;
  return reply
    .code(status)
    .headers(Object.fromEntries(headers))
    .send({ errors: [error] });
}

/** The response to an error of the HTTP layer. It never contains the message of a foreign error, which quotes the input. */
export function answerFailure(
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
  { config, failures }: ServerParts,
): FastifyReply {
  if (databaseOutage(error) !== null) {
    failures.log(error, { request });
    return sendError(reply, unavailable(error));
  }
  const { code, statusCode } = error as { code?: string; statusCode?: number };
  if (error instanceof GatewayError) return sendError(reply, error);
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') {
    const { maxBodyBytes } = config.limits;
    const message = `At most ${maxBodyBytes} bytes are allowed.`;
    return refuse(reply, 413, 'BODY_TOO_LARGE', { limit: maxBodyBytes, message });
  }
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') return refuse(reply, 415, 'UNSUPPORTED_MEDIA_TYPE');
  if (code === 'FST_ERR_BAD_URL') return refuse(reply, 400, 'MALFORMED_REQUEST');
  if (code === 'FST_ERR_MAX_PARAM_LENGTH') return refuse(reply, 404, 'PATH_NOT_FOUND');
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) return refuse(reply, statusCode, 'OBP-10001');
  failures.log(error, { request });
  return refuse(reply, 500, 'OBP-50000');
}
