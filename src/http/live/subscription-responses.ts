import type { HTTPGraphQLResponse } from '@apollo/server';
import type { FastifyReply } from 'fastify';
import { GatewayError } from '../../base/errors.ts';
import { EventSource } from '../../graph/event-source.ts';
import { send } from '../answers.ts';
import type { Connections } from '../connections.ts';
import type { RequestScope } from '../request.ts';
import { errorText } from './deliverer.ts';
import { EventStream } from './event-stream.ts';
import type { LiveUpdates } from './live-updates.ts';
import { acceptsOnlyStreams, type StreamFormat, streamFormatOf } from './stream-format.ts';

/** Sends a stream with a single result. */
function sendStreamed(reply: FastifyReply, format: StreamFormat, json: string): FastifyReply {
  const body = `${format.opening}${format.result(json, null)}${format.completion}`;
  return reply.code(200).header('content-type', format.contentType).header('cache-control', 'no-store').send(body);
}

/** Sends the response of an operation: as it is, as a stream with one result, or as the stream of a subscription that has begun. */
export async function respond(
  scope: RequestScope,
  reply: FastifyReply,
  response: HTTPGraphQLResponse,
  { live, connections }: { live: LiveUpdates; connections: Connections },
): Promise<FastifyReply> {
  const { request, subscription, isSubscription } = scope;
  const { accept } = request.headers;
  const format = streamFormatOf(accept);
  if (format === null) return send(reply, response);
  if (subscription === undefined) {
    const { status = 200, body } = response;
    const isStream = isSubscription === true || acceptsOnlyStreams(accept);
    if (!isStream || status !== 200 || body.kind !== 'complete') return send(reply, response);
    return sendStreamed(reply, format, body.string);
  }
  const { source } = subscription;
  const { context, operation, listCost = 0 } = scope;
  if (!(source instanceof EventSource) || context?.user == null || operation === undefined) {
    throw new Error('A subscription needs a caller, and a source of events.');
  }
  const { user } = context;
  try {
    await live.open({ request, user, subscription, source, operation, listCost }, () => {
      connections.detach(request.raw.socket);
      return new EventStream(reply, format);
    });
    return reply;
  } catch (error) {
    // Clients of streams show only errors in the stream.
    if (error instanceof GatewayError && error.extensions.code !== 'SERVICE_UNAVAILABLE') {
      return sendStreamed(reply, format, errorText(error));
    }
    throw error;
  }
}
