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
