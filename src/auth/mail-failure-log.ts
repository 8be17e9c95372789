import type { Logger } from '../base/logger.ts';

/** The interval in which failures are counted, in milliseconds. An interval without failures ends the outage. */
const countInterval = 60_000;

export interface MailFailureLog {
  /** Logs that a mail was not sent. It is dropped, or will be sent again. */
  log(failure: { reason: object; isGivenUp: boolean }): void;
  /** Logs the count of the last failures. */
  close(): void;
}

/** Opens a log in which an outage of the mail server has one line, and then one line a minute with the count of further failures. */
export function openMailFailureLog(logger: Logger): MailFailureLog {
  let counts = { failures: 0, givenUp: 0 };
  let timer: NodeJS.Timeout | undefined;

  function endInterval(): void {
    if (counts.failures === 0) {
      clearInterval(timer);
      timer = undefined;
      return;
    }
    logger.warn(counts, 'mails still not sent');
    counts = { failures: 0, givenUp: 0 };
  }

  return {
    log({ reason, isGivenUp }) {
      if (timer === undefined) {
        timer = setInterval(endInterval, countInterval).unref();
        logger.warn({ ...reason, isGivenUp }, 'mail not sent');
        return;
      }
      counts.failures += 1;
      if (isGivenUp) counts.givenUp += 1;
    },
    close() {
      if (counts.failures > 0) endInterval();
      clearInterval(timer);
    },
  };
}
