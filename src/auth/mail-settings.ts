import { z } from 'zod';
import { isLoopback } from '../base/loopback.ts';
import { parseConnectionUrl } from '../database/connection-url.ts';

export interface MailSettings {
  /** The URL of the SMTP server, with its user and password. It is never logged. */
  smtpUrl: string;
  from: string;
  /** The URL at which clients reach the gateway, without a slash at its end. Links in mails start with it. */
  publicUrl: string;
}

export function isSmtpUrl(text: string): boolean {
  const url = parseConnectionUrl(text);
  return url !== null && /^smtps?$/.test(url.protocol) && url.host !== '' && URL.canParse(text);
}

/**
 * Whether mails are sent only over TLS, which a server on this machine does not need. The operator can set `requireTLS=false` in
 * the URL for a server without TLS in the same network.
 */
export function requiresTls(smtpUrl: string): boolean {
  const { hostname, searchParams } = new URL(smtpUrl);
  return searchParams.get('requireTLS') !== 'false' && !isLoopback(hostname);
}

/** Whether the text has the form `name@host` or `A name <name@host>`. */
export function isSender(text: string): boolean {
  const [, address = text] = /^[^<>\r\n]*<([^<>]+)>$/.exec(text) ?? [];
  return z.email().safeParse(address).success;
}

export function isPublicUrl(text: string): boolean {
  const url = URL.parse(text);
  return url !== null && /^https?:$/.test(url.protocol) && url.username === '' && url.search === '' && url.hash === '';
}
