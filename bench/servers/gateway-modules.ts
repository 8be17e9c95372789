import { join } from 'node:path';

/** Modules of the gateway that the peers and the floor share with it, with the types of their sources. */
interface GatewayModules {
  'domain/audit-event/event-places': typeof import('../../src/domain/audit-event/event-places.ts');
  'domain/user/authenticate': typeof import('../../src/domain/user/authenticate.ts');
  'auth/oidc': typeof import('../../src/auth/oidc.ts');
  'auth/tokens': typeof import('../../src/auth/tokens.ts');
  config: typeof import('../../src/config.ts');
  'graph/context': typeof import('../../src/graph/context.ts');
  'graph/cursor': typeof import('../../src/graph/cursor.ts');
  'database/open-database': typeof import('../../src/database/open-database.ts');
  'base/logger': typeof import('../../src/base/logger.ts');
  schema: typeof import('../../src/schema.ts');
}

/**
 * A module of the built gateway. Node runs the TypeScript of the benchmark as it is, but not that of the gateway, whose
 * decorators have to be compiled.
 */
export async function gatewayModule<Name extends keyof GatewayModules>(name: Name): Promise<GatewayModules[Name]> {
  return import(join(import.meta.dirname, '../../dist', `${name}.js`));
}
