import { Readable } from 'node:stream';
import type { HTTPGraphQLResponse } from '@apollo/server';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type ErrorDetails, type ErrorKey, GatewayError, gatewayError } from '../errors.ts';
import { logUnexpected } from '../observability/logger.ts';
import type { ServerParts } from './request.ts';

export const safeHeaders = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
};

/** From how many characters on Node takes several times as long to write a text as to write its bytes. */
const longText = 16_384;

export function send(reply: FastifyReply, { status = 200, headers, body }: HTTPGraphQLResponse): FastifyReply {
  reply.code(status).headers(Object.fromEntries(headers));
  if (body.kind !== 'complete') return reply.send(Readable.from(body.asyncIterator));
  return reply.send(body.string.length < longText ? body.string : Buffer.from(body.string));
}

/** Answers, in GraphQL's shape, what never comes to GraphQL. */
export function refuse(reply: FastifyReply, status: number, key: ErrorKey): FastifyReply {
  return reply.code(status).send({ errors: [gatewayError(key)] });
}

export function answerFailure(
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
  parts: ServerParts,
): FastifyReply {
  const { code, statusCode } = error as { code?: string; statusCode?: number };
  if (error instanceof GatewayError) {
    const { http } = error.extensions as ErrorDetails;
    return reply.code(http?.status ?? 503).send({ errors: [error] });
  }
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') {
    const { maxBodyBytes } = parts.config.limits;
    const message = `At most ${maxBodyBytes} bytes are allowed.`;
    return reply.code(413).send({ errors: [gatewayError('BODY_TOO_LARGE', { limit: maxBodyBytes, message })] });
  }
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') {
    return refuse(reply, 415, 'UNSUPPORTED_MEDIA_TYPE');
  }
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) {
    // Without the error's own message, which quotes the body.
    return reply.code(statusCode).send({ errors: [gatewayError('OBP-10001')] });
  }
  logUnexpected(parts.logger, error, { requestId: request.id });
  return reply.code(500).send({ errors: [gatewayError('OBP-50000')] });
}
