import type { Config } from '../../config.ts';

/** The participant to whom a token belongs. */
export interface Entrant {
  userId: string;
  /** The name that the other participants see. */
  name: string;
  email: string | null;
  isModerator: boolean;
}

/** A configured provider of video sessions. */
export interface MeetingProvider {
  /** Returns the ID of a new session, which cannot be guessed. */
  createSession(): Promise<string>;
  /** Returns credentials for the session, which expire. Null if the session is not of this provider. */
  signToken(sessionId: string, entrant: Entrant): Promise<string | null>;
}

/** The part of the configuration that is missing. */
export type ProviderMissing = 'OBP-30101' | 'OBP-30102' | 'OBP-30103';

/** A kind of provider. Each has a file, and a line in meeting-providers.ts. */
export interface MeetingProviderKind {
  /** The ID of the provider in meetings. */
  id: string;
  open(config: Config): MeetingProvider | ProviderMissing;
}
