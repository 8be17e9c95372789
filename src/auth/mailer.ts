import { setTimeout as sleep } from 'node:timers/promises';
import { createTransport } from 'nodemailer';
import type { Logger } from '../base/logger.ts';
import type { MailSettings } from './mail-settings.ts';

export interface Mail {
  to: string;
  subject: string;
  text: string;
}

export interface Mailer {
  /** Returns immediately, so that the duration of a request does not reveal whether a mail is sent. */
  send(mail: Mail): void;
  /** Waits a few seconds for pending mails. */
  close(): Promise<void>;
}

const maxPending = 1_000;
const closingMilliseconds = 5_000;
const retryMilliseconds = [1_000, 10_000];

/** Sends plain text through the configured SMTP server, with retries. */
export function openMailer({ smtpUrl, from }: MailSettings, logger: Logger): Mailer {
  const transport = createTransport({
    url: smtpUrl,
    connectionTimeout: 10_000,
    greetingTimeout: 10_000,
    socketTimeout: 20_000,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  const pending = new Set<Promise<void>>();
  const closing = new AbortController();

  async function deliver({ to, subject, text }: Mail): Promise<void> {
    for (const retryAfter of [...retryMilliseconds, null]) {
      try {
        await transport.sendMail({
          from,
          // An object, because the text of an address could be parsed as a list of addresses.
          to: { name: '', address: to },
          subject,
          text,
          headers: { 'Auto-Submitted': 'auto-generated' },
        });
        return;
      } catch (error) {
        // The message of the error is not logged, because it quotes the address.
        const { code, responseCode } = error as { code?: unknown; responseCode?: unknown };
        logger.warn({ code, responseCode, isGivenUp: retryAfter === null }, 'mail not sent');
        if (retryAfter === null) return;
        await sleep(retryAfter, undefined, { signal: closing.signal, ref: false });
      }
    }
  }

  return {
    send(mail) {
      if (pending.size >= maxPending) {
        logger.warn({ reason: 'too many pending mails' }, 'mail not sent');
      } else {
        const delivery = deliver(mail).catch(() => undefined);
        pending.add(delivery);
        void delivery.then(() => pending.delete(delivery));
      }
    },
    async close() {
      await Promise.race([Promise.all(pending), sleep(closingMilliseconds, undefined, { ref: false })]);
      closing.abort();
      transport.close();
    },
  };
}
