import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { gatewayError } from '../base/errors.ts';
import type { Logger } from '../base/logger.ts';
import { openTrustedProxies } from './client-address.ts';
import { Connections, defaultConnectionLimits } from './connections.ts';
import type { Readiness } from './health.ts';
import { openListener } from './listener.ts';
import { rawRefusal, safeHeaders } from './raw-refusal.ts';

export interface HealthPortOptions {
  host: string;
  port: number;
  logger: Logger;
  readiness(): Readiness;
}

export interface HealthPort {
  url: string;
  close(): Promise<void>;
}

/** A load balancer, an orchestrator, and the scrapers of metrics need a few. */
const maxConnections = 256;

/**
 * Opens a port for the health of the gateway. The parent process serves it, so its responses do not wait for the requests that the
 * workers execute.
 */
export async function openHealthPort({ host, port, logger, readiness }: HealthPortOptions): Promise<HealthPort> {
  const limits = { ...defaultConnectionLimits, maxBodyBytes: 0, maxConnections, maxPerAddress: maxConnections };
  const connections = new Connections(limits, openTrustedProxies([]), logger);
  const server = connections.createServer({ headersTimeout: 10_000, requestTimeout: 15_000 }, (request, response) =>
    answer(request, response, readiness),
  );
  server.on('clientError', (_error, socket) => {
    if (socket.writable) socket.write(rawRefusal('MALFORMED_REQUEST', randomUUID()));
    socket.destroy();
  });
  const listener = await openListener({ host, port, onConnection: connections.serve.bind(connections) });
  return {
    url: listener.url,
    async close() {
      await listener.close();
      connections.closeAll();
      server.close();
    },
  };
}

function answer({ method, url }: IncomingMessage, response: ServerResponse, readiness: () => Readiness): void {
  const [status, body] = responseTo(method === 'GET' || method === 'HEAD' ? url : undefined, readiness);
  const text = JSON.stringify(body);
  response.writeHead(status, {
    ...safeHeaders,
    'x-request-id': randomUUID(),
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(text),
  });
  response.end(text);
}

function responseTo(url: string | undefined, readiness: () => Readiness): [status: number, body: object] {
  switch (url?.split('?')[0]) {
    case '/health/live':
      return [200, { status: 'live' }];
    case '/health/ready': {
      const state = readiness();
      return [state.status === 'ready' ? 200 : 503, state];
    }
    default:
      return [404, { errors: [gatewayError('PATH_NOT_FOUND')] }];
  }
}
