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
  /** Comes back at once: whoever is answered does not learn from the time whether, and to whom, a mail goes. */
  send(mail: Mail): void;
  /** Waits a few seconds for what is still to be sent. */
  close(): Promise<void>;
}

const mostPending = 1_000;
const closingMilliseconds = 5_000;
const retryMilliseconds = [1_000, 10_000];

/** Sends plain text by the configured SMTP server, and tries again when that fails. */
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
          // As an object: the text of an address is not read as a list of them.
          to: { name: '', address: to },
          subject,
          text,
          headers: { 'Auto-Submitted': 'auto-generated' },
        });
        return;
      } catch (error) {
        // The message of the error quotes the address.
        const { code, responseCode } = error as { code?: unknown; responseCode?: unknown };
        logger.warn({ code, responseCode, isGivenUp: retryAfter === null }, 'mail not sent');
        if (retryAfter === null) return;
        await sleep(retryAfter, undefined, { signal: closing.signal, ref: false });
      }
    }
  }

  return {
    send(mail) {
      if (pending.size >= mostPending) {
        logger.warn({ reason: 'too many are pending' }, 'mail not sent');
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
