import { join } from 'node:path';

/** The modules of the gateway that its peers and the baseline use, with the types of their sources. */
interface GatewayModules {
  'base/installation-secret': typeof import('../../src/base/installation-secret.ts');
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
 * Imports a module of the gateway's build. Node.js runs the TypeScript of the benchmark directly, but the decorators of
 * the gateway must be compiled.
 */
export async function gatewayModule<Name extends keyof GatewayModules>(name: Name): Promise<GatewayModules[Name]> {
  return import(join(import.meta.dirname, '../../dist', `${name}.js`));
}
