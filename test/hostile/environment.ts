import type { Issuer } from './issuer.ts';

/** The key pair of the attacks, which is not used for anything else. */
const signingKey = JSON.stringify({
  kty: 'OKP',
  crv: 'Ed25519',
  d: 'nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A',
  x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo',
});

/** Returns the environment of `serve`: the defaults of production, except for overload, with the features that are attacked. */
export function hostileEnvironment(databaseUrl: string, issuer: Issuer): Record<string, string> {
  return {
    DATABASE_URL: databaseUrl,
    NODE_ENV: 'production',
    PORT: '0',
    GATEWAY_SECRET: 'a secret of the attacks, for cursors only',
    GATEWAY_SIGNING_KEY: signingKey,
    GATEWAY_INTROSPECTION: 'on',
    GATEWAY_CUSTOMER_FIREHOSE: 'on',
    GATEWAY_FEDERATION: 'on',
    GATEWAY_TRUSTED_PROXIES: '127.200.0.0/16',
    // The attacks must meet the limits that they test, and a busy machine executes them slowly.
    GATEWAY_REFUSE_WHEN_OVERLOADED: 'off',
    ...issuer.environment,
  };
}
