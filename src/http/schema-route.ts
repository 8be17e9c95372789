import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { holdsAny } from '../auth/authenticated-user.ts';
import { type GatewayError, gatewayError, type HttpExtension } from '../base/errors.ts';
import type { Config } from '../config.ts';
import { contract, contractVersion } from './contract.ts';
import type { CostControl } from './cost-control.ts';
import type { FindCaller } from './request.ts';

interface SchemaRouteParts {
  config: Pick<Config, 'schemaDownload'>;
  findCaller: FindCaller;
  costControl: CostControl;
}

const tag = `"${contractVersion}"`;
/** Weak, because the response can be compressed. */
const etag = `W/${tag}`;

/** Whether the client has this version already. */
function isCurrent({ headers }: FastifyRequest): boolean {
  const known = headers['if-none-match'] ?? '';
  return known === '*' || known.split(',').some((sent) => sent.trim().replace(/^W\//, '') === tag);
}

function withStatus(status: number, error: GatewayError): GatewayError {
  error.extensions.http = { status, headers: new Map() } satisfies HttpExtension;
  return error;
}

/** Adds `GET /schema.graphql`: the contract with its access rules, for every caller or for holders of `CanGetSchema`. */
export function addSchemaRoute(app: FastifyInstance, { config, findCaller, costControl }: SchemaRouteParts): void {
  app.get('/schema.graphql', async (request, reply): Promise<FastifyReply> => {
    if (config.schemaDownload) costControl.admitPage(request);
    else {
      const user = await findCaller(request, { isNew: true });
      if (user === null) throw withStatus(401, gatewayError('OBP-20001'));
      if (!holdsAny(user, ['CanGetSchema'], null)) {
        throw withStatus(403, gatewayError('OBP-20006', { missingRoles: ['CanGetSchema'] }));
      }
    }
    reply.header('etag', etag).header('cache-control', config.schemaDownload ? 'no-cache' : 'private, no-cache');
    reply.isCompressible = true;
    if (isCurrent(request)) return reply.code(304).send();
    return reply.type('application/graphql; charset=utf-8').send(contract);
  });
}
