import { setTimeout as sleep } from 'node:timers/promises';
import { createTransport } from 'nodemailer';
import type { Logger } from '../base/logger.ts';
import { Slots } from '../base/slots.ts';
import { openMailFailureLog } from './mail-failure-log.ts';
import { type MailSettings, requiresTls } from './mail-settings.ts';

export interface Mail {
  to: string;
  subject: string;
  text: string;
}

export interface Mailer {
  /** Returns immediately, so that the duration of a request does not reveal whether a mail is sent. */
  send(mail: Mail): void;
  /** Waits a short time for pending mails, and drops the others. */
  close(): Promise<void>;
}

const maxPending = 1_000;
/** The maximum number of connections to the mail server. */
const maxConcurrent = 4;
/** A mail is sent after this time, so that its work does not delay the response of its request. */
const startMilliseconds = 50;
const retryMilliseconds = [1_000, 10_000];

/** The time limits of a connection, in milliseconds. */
const timeouts = {
  connectionTimeout: 10_000,
  greetingTimeout: 10_000,
  socketTimeout: 20_000,
  socketCloseTimeout: 200,
};

/**
 * Sends plain text through the configured SMTP server, with retries.
 *
 * @param closingMilliseconds How long `close` waits. A stop of the server waits for it.
 */
export function openMailer(
  { smtpUrl, from }: MailSettings,
  logger: Logger,
  { closingMilliseconds = 1_000 } = {},
): Mailer {
  const transport = createTransport({
    url: smtpUrl,
    ...(requiresTls(smtpUrl) && { requireTLS: true }),
    ...timeouts,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  const failures = openMailFailureLog(logger);
  const slots = new Slots(maxConcurrent);
  const pending = new Set<Promise<void>>();
  /** Aborted when mails no longer wait for their next attempt. */
  const retrying = new AbortController();
  /** Aborted when the attempts end. */
  const sending = new AbortController();

  async function sendOnce({ to, subject, text }: Mail): Promise<void> {
    await transport.sendMail({
      from,
      // An object, because the text of an address could be parsed as a list of addresses.
      to: { name: '', address: to },
      subject,
      text,
      headers: { 'Auto-Submitted': 'auto-generated' },
      signal: sending.signal,
    });
  }

  async function deliver(mail: Mail): Promise<void> {
    await sleep(startMilliseconds);
    for (const retryAfter of [...retryMilliseconds, null]) {
      try {
        await slots.run(() => sendOnce(mail));
        return;
      } catch (error) {
        const isGivenUp = retryAfter === null || retrying.signal.aborted;
        // The message of the error is not logged, because it quotes the address.
        const { code, responseCode } = error as { code?: unknown; responseCode?: unknown };
        failures.log({ reason: { code, responseCode }, isGivenUp });
        if (isGivenUp) return;
        // After the beginning of `close`, the last attempt follows at once.
        await sleep(retryAfter, undefined, { signal: retrying.signal }).catch(() => undefined);
      }
    }
  }

  return {
    send(mail) {
      if (pending.size >= maxPending) {
        failures.log({ reason: { reason: 'too many pending mails' }, isGivenUp: true });
        return;
      }
      const delivery = deliver(mail).catch(() => undefined);
      pending.add(delivery);
      void delivery.then(() => pending.delete(delivery));
    },
    async close() {
      retrying.abort();
      const timer = setTimeout(() => sending.abort(), closingMilliseconds);
      await Promise.all(pending);
      clearTimeout(timer);
      transport.close();
      failures.close();
    },
  };
}
