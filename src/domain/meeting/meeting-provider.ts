import type { Config } from '../../config.ts';

/** Whom a token lets in. */
export interface Entrant {
  userId: string;
  /** How the others see the entrant. */
  name: string;
  email: string | null;
  isModerator: boolean;
}

/** Who provides video sessions, configured. */
export interface MeetingProvider {
  /** The id of a new session, which nobody can guess. */
  createSession(): Promise<string>;
  /** What lets the entrant into the session, for a limited time; null for a session that is not this provider's. */
  signToken(sessionId: string, entrant: Entrant): Promise<string | null>;
}

/** What is not configured: the provider at all, its key or app id, or its secret. */
export type ProviderMissing = 'OBP-30101' | 'OBP-30102' | 'OBP-30103';

/** A kind of provider: one file, and one line in meeting-providers.ts. */
export interface MeetingProviderKind {
  /** By which meetings name it. */
  id: string;
  open(config: Config): MeetingProvider | ProviderMissing;
}
