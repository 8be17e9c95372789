import { type Gateway, startGateway } from './gateway.ts';
import { audience, type IdentityProvider, startIdentityProvider } from './identity-provider.ts';

export interface GatewayWithProvider {
  gateway: Gateway;
  provider: IdentityProvider;
  /** Stops both. */
  stop(): Promise<void>;
}

/**
 * Starts an identity provider, and a gateway that accepts its tokens.
 *
 *   ({ gateway, provider, stop } = await startGatewayWithProvider());
 */
export async function startGatewayWithProvider(environment: Record<string, string> = {}): Promise<GatewayWithProvider> {
  const provider = await startIdentityProvider();
  const gateway = await startGateway({
    environment: { ...environment, GATEWAY_OIDC_ISSUERS: `${provider.issuer}|${audience}` },
  });
  return {
    gateway,
    provider,
    async stop() {
      await gateway.stop();
      await provider.stop();
    },
  };
}
