import type { FastifyInstance } from 'fastify';
import type { Tokens } from '../auth/tokens.ts';

/** The public keys with which other services verify the gateway's own tokens. */
export function addKeysRoute(app: FastifyInstance, tokens: Tokens): void {
  app.get('/.well-known/jwks.json', async (_request, reply) => {
    const keys = await tokens.publicKeys();
    return reply
      .header('cache-control', 'public, max-age=300')
      .type('application/jwk-set+json')
      .send(JSON.stringify(keys));
  });
}
