import { type GatewayError, requestError } from '../base/errors.ts';
import { describeError, type Logger } from '../base/logger.ts';
import { TokenRefused } from './token-refused.ts';

/** How long keys that cannot be read again are accepted by default, in milliseconds. */
export const defaultKeyGraceMilliseconds = 300_000;

const retryAfterSeconds = 5;

/** Keys whose last read has failed. A key that was withdrawn since is still among them. */
export interface UnconfirmedKeys {
  /** `GATEWAY_SIGNING_KEY_FILE`, or the issuer of an identity provider. */
  source: string;
  /** The time of the last successful read, in ISO 8601. Null if there was none. */
  readAt: string | null;
  /** The number of failed reads since. */
  failures: number;
  /** Whether tokens of these keys are still accepted. */
  accepted: boolean;
}

export interface KeyConfirmationParts {
  source: string;
  /** Whether the keys have been read. */
  areRead: boolean;
  /** Undefined for commands, which end before the keys are read again. */
  logger?: Logger | undefined;
  /** The maximum time between two reads. */
  refreshMilliseconds: number;
  /** How long after a failed read the keys are still accepted. */
  graceMilliseconds: number;
}

/**
 * Keeps track of whether keys could be read again. A failure has one line in the log, and so have the end of the grace period and
 * the next success. After the grace period, the keys are no longer accepted, because they might have been withdrawn.
 */
export class KeyConfirmation {
  readonly #parts: KeyConfirmationParts;
  #readAt: number | null;
  /** The time of the first failed read since the last successful one. */
  #failingSince: number | null = null;
  #failures = 0;
  #isEndLogged = false;

  constructor(parts: KeyConfirmationParts) {
    this.#parts = parts;
    this.#readAt = parts.areRead ? Date.now() : null;
  }

  get isFailing(): boolean {
    return this.#failingSince !== null;
  }

  /** Whether the keys must be read again before they are accepted. */
  get isOverdue(): boolean {
    if (this.#readAt === null) return true;
    const { refreshMilliseconds, graceMilliseconds } = this.#parts;
    const hasFailedForLong = this.#failingSince !== null && Date.now() - this.#failingSince >= graceMilliseconds;
    return hasFailedForLong || Date.now() - this.#readAt >= refreshMilliseconds + graceMilliseconds;
  }

  get unconfirmed(): UnconfirmedKeys | null {
    if (this.#failingSince === null) return null;
    const { source } = this.#parts;
    const readAt = this.#readAt === null ? null : new Date(this.#readAt).toISOString();
    return { source, readAt, failures: this.#failures, accepted: !this.#hasEnded() };
  }

  confirm(): void {
    const { source, logger } = this.#parts;
    if (this.#failingSince !== null) {
      const durationInMilliseconds = Date.now() - this.#failingSince;
      logger?.info({ source, failures: this.#failures, durationInMilliseconds }, 'keys read again');
    }
    this.#readAt = Date.now();
    this.#failingSince = null;
    this.#failures = 0;
    this.#isEndLogged = false;
  }

  fail(error: unknown): void {
    const { source, logger, graceMilliseconds } = this.#parts;
    this.#failures += 1;
    if (this.#failingSince !== null) {
      this.#hasEnded();
      return;
    }
    this.#failingSince = Date.now();
    const acceptedUntil =
      this.#readAt === null ? undefined : new Date(this.#failingSince + graceMilliseconds).toISOString();
    logger?.error({ source, acceptedUntil, error: describeError(error) }, 'keys not read');
  }

  /** @throws KEYS_UNCONFIRMED after the grace period */
  assertAccepted(): void {
    if (this.#hasEnded()) throw keysUnconfirmed();
  }

  #hasEnded(): boolean {
    const hasEnded = this.isOverdue;
    if (hasEnded && this.#readAt !== null && !this.#isEndLogged) {
      const { source, logger } = this.#parts;
      this.#isEndLogged = true;
      logger?.error({ source, failures: this.#failures }, 'keys no longer accepted');
    }
    return hasEnded;
  }
}

/** KEYS_UNCONFIRMED for a whole request: its token might be valid, so the client must not drop it. */
function keysUnconfirmed(): GatewayError {
  return new TokenRefused('TOKEN_KEYS_UNCONFIRMED', requestError('KEYS_UNCONFIRMED', { retryAfterSeconds }));
}
