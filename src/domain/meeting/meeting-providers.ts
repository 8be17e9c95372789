import type { Config } from '../../config.ts';
import { jitsi } from './jitsi.ts';
import type { MeetingProvider, MeetingProviderKind, ProviderMissing } from './meeting-provider.ts';

const kinds: readonly MeetingProviderKind[] = [jitsi];

/** The provider with this ID, or the part of its configuration that is missing. */
export function meetingProvider(config: Config, providerId: string): MeetingProvider | ProviderMissing {
  return kinds.find(({ id }) => id === providerId)?.open(config) ?? 'OBP-30101';
}

/** A sentence with the IDs of the providers that are configured. */
export function describeProviders(config: Config): string {
  const ids = kinds.filter(({ open }) => typeof open(config) !== 'string').map(({ id }) => id);
  return ids.length === 0 ? 'No provider is configured.' : `The configured providers are: ${ids.join(', ')}.`;
}
