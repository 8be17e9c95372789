import type { Logger } from '../base/logger.ts';
import { maxTokenCharacters } from './access-token.ts';
import { type TokenRefusal, TokenRefused } from './token-refused.ts';
import { readUnverifiedToken } from './unverified-token.ts';

/** The number of refused tokens that a process logs individually in a minute. */
const maxLinesPerMinute = 60;
const minuteInMilliseconds = 60_000;

const maxTextCharacters = 200;
const maxAudiences = 5;

export interface TokenRefusalLog {
  /** Logs why the token of a request was refused. Ignores other errors. */
  log(error: unknown, request: { requestId: string; authorization: string | undefined }): void;
  /** Logs the count of the refusals that were not logged individually. */
  close(): void;
}

/**
 * Logs the reason, issuer, audiences and key ID of refused tokens, never the token or its subject. Beyond 60 lines a
 * minute, refusals are counted by reason and logged as one line when the minute ends.
 */
export function openTokenRefusalLog(logger: Logger): TokenRefusalLog {
  let lines = 0;
  let counts: Partial<Record<TokenRefusal, number>> = {};
  let minute: NodeJS.Timeout | undefined;

  function endMinute(): void {
    clearTimeout(minute);
    minute = undefined;
    lines = 0;
    if (Object.keys(counts).length === 0) return;
    logger.info({ refusals: counts }, 'refused tokens counted');
    counts = {};
  }

  return {
    log(error, { requestId, authorization }) {
      if (!(error instanceof TokenRefused)) return;
      const { reason } = error;
      minute ??= setTimeout(endMinute, minuteInMilliseconds).unref();
      if (lines < maxLinesPerMinute) {
        lines += 1;
        logger.info({ requestId, reason, ...loggedParts(authorization) }, 'token refused');
      } else counts[reason] = (counts[reason] ?? 0) + 1;
    },
    close: endMinute,
  };
}

/** The characters of URLs and key IDs. An email address or a name in words has others, and is not logged. */
const loggedText = /^[\w.:/~%+=,|[\]-]+$/;

/** The parts of an unverified token that can be logged. They are text of the client, so their length is limited. */
function loggedParts(authorization = ''): { issuer?: string; audience?: string[]; kid?: string } {
  const token = authorization.slice(authorization.lastIndexOf(' ') + 1);
  if (token.length > maxTokenCharacters) return {};
  const { issuer, audiences, keyId } = readUnverifiedToken(token);
  const audience = audiences.filter((text) => loggedText.test(text)).slice(0, maxAudiences);
  return {
    ...(issuer !== null && loggedText.test(issuer) && { issuer: shortened(issuer) }),
    ...(audience.length > 0 && { audience: audience.map(shortened) }),
    ...(keyId !== null && loggedText.test(keyId) && { kid: shortened(keyId) }),
  };
}

function shortened(text: string): string {
  return text.slice(0, maxTextCharacters);
}
