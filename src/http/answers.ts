import { Readable } from 'node:stream';
import type { HTTPGraphQLResponse } from '@apollo/server';
import type { FastifyReply, FastifyRequest } from 'fastify';
import {
  type ErrorArguments,
  type ErrorKey,
  GatewayError,
  type HttpExtension,
  requestError,
  statusOf,
} from '../base/errors.ts';
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
export function refuse<Key extends ErrorKey>(
  reply: FastifyReply,
  key: Key,
  ...parameters: ErrorArguments<Key>
): FastifyReply {
  return sendError(reply, requestError(key, ...parameters));
}

function sendError(reply: FastifyReply, error: GatewayError): FastifyReply {
  const { status = statusOf(error.key), headers = [] } = (error.extensions.http ?? {}) as Partial<HttpExtension>;
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
  if (error === request.raw.errored) return refuse(reply, 'MALFORMED_REQUEST');
  if (databaseOutage(error) !== null) {
    failures.log(error, { request });
    return sendError(reply, unavailable(error));
  }
  const { code, statusCode } = error as { code?: string; statusCode?: number };
  if (error instanceof GatewayError) return sendError(reply, error);
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') {
    const { maxBodyBytes } = config.limits;
    return refuse(reply, 'BODY_TOO_LARGE', { detail: 'BYTES', limit: maxBodyBytes });
  }
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') return refuse(reply, 'UNSUPPORTED_MEDIA_TYPE');
  if (code === 'FST_ERR_BAD_URL') return refuse(reply, 'MALFORMED_REQUEST');
  if (code === 'FST_ERR_MAX_PARAM_LENGTH') return refuse(reply, 'PATH_NOT_FOUND');
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) return refuse(reply, 'OBP-10001');
  failures.log(error, { request });
  return refuse(reply, 'OBP-50000');
}
