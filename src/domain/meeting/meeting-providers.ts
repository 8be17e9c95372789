import { gatewayError } from '../../base/errors.ts';
import type { Config } from '../../config.ts';
import { jitsi } from './jitsi.ts';
import type { MeetingProvider, MeetingProviderKind, ProviderMissing } from './meeting-provider.ts';

const kinds: readonly MeetingProviderKind[] = [jitsi];

/** The provider with this ID, or the part of its configuration that is missing. */
export function meetingProvider(config: Config, providerId: string): MeetingProvider | ProviderMissing {
  return kinds.find(({ id }) => id === providerId)?.open(config) ?? 'OBP-30101';
}

/** The IDs of the providers that are configured. */
export function configuredProviders(config: Config): string[] {
  return kinds.filter(({ open }) => typeof open(config) !== 'string').map(({ id }) => id);
}

/** Creates a video session. @throws OBP-30101, OBP-30102 or OBP-30103 with the field if the provider is not configured. */
export async function createSession(config: Config, providerId: string, field: string): Promise<string> {
  const provider = meetingProvider(config, providerId);
  if (typeof provider !== 'string') return provider.createSession();
  const providerIds = configuredProviders(config);
  if (providerIds.length === 0) throw gatewayError(provider, { field, detail: 'NO_PROVIDER' });
  throw gatewayError(provider, { field, detail: 'PROVIDERS', providerIds });
}
