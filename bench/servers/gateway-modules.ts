import { join } from 'node:path';

/** Modules of the gateway that the peers and the floor share with it, with the types of their sources. */
interface GatewayModules {
  'auth/authenticate': typeof import('../../src/auth/authenticate.ts');
  'auth/oidc': typeof import('../../src/auth/oidc.ts');
  'auth/tokens': typeof import('../../src/auth/tokens.ts');
  config: typeof import('../../src/config.ts');
  context: typeof import('../../src/context.ts');
  cursor: typeof import('../../src/cursor.ts');
  'database/database': typeof import('../../src/database/database.ts');
  'observability/logger': typeof import('../../src/observability/logger.ts');
  schema: typeof import('../../src/schema.ts');
}

/**
 * A module of the built gateway. Node runs the TypeScript of the benchmark as it is, but not that of the gateway, whose
 * decorators have to be compiled.
 */
export async function gatewayModule<Name extends keyof GatewayModules>(name: Name): Promise<GatewayModules[Name]> {
  return import(join(import.meta.dirname, '../../dist', `${name}.js`));
}
