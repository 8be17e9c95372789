import { Readable } from 'node:stream';
import type { HTTPGraphQLResponse } from '@apollo/server';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type ErrorDetails, type ErrorKey, GatewayError, gatewayError } from '../base/errors.ts';
import { databaseOutage } from '../database/errors.ts';
import { type ServerParts, unavailable } from './request.ts';

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
  // The client has disconnected before its request was complete. The error has a code that a lost database has too.
  if (error === request.raw.errored) return refuse(reply, 400, 'MALFORMED_REQUEST');
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
